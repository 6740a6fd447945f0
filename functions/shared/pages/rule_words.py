"""Rules in words: conditions and actions as a reader says them, with names instead of ids.

Conditions and actions are taken as documents hold them (`model_dump(mode="json", by_alias=True)`), so that what was
published under older models can be told too.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

from functions.shared.contracts.words import Language
from functions.shared.domain.actions import RUNNING
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.facts import WORKING_TIME
from functions.shared.pages.languages import Catalogue, catalogue

Json = Any

_WORDS_OF: Final[Mapping[str, str]] = {
    "channel": "channel",
    "status": "status",
    "impact": "impact",
    "urgency": "urgency",
    "language": "language",
    "contact.language": "language",
}
"""Fields whose words the catalogue knows, and where."""

_LONGEST: Final = 160


class RuleWords:
    """Tells the rules of one desk in one language."""

    def __init__(
        self, words: Catalogue, names: Mapping[str, Mapping[str, str]], own_fields: Mapping[str, str] | None = None
    ) -> None:
        self._words = words
        self._names = names
        self._own_fields = own_fields or {}

    @classmethod
    def of(cls, config: DeskConfig, language: Language) -> Self:
        """With the names that `config` has for people, teams, modules and fields."""
        people = {person.id: person.name for person in config.people}
        teams = {team.id: team.name.in_language(language) for team in config.teams}
        modules = {module.id: module.name.in_language(language) for module in config.modules}
        skills = {skill: modules.get(skill, skill) for person in config.people for skill in person.skills}
        named = {
            "procedure": {one.id: one.name.in_language(language) for one in config.procedures},
            "checklist": {one.id: one.name.in_language(language) for one in config.checklists},
            "template": {one.id: one.name.in_language(language) for one in config.replies},
            "skills": skills,
        }
        own = {field.id: field.label.in_language(language) for form in config.forms for field in form.fields}
        return cls(catalogue(language), {"assignee": people, "team": teams, "module": modules} | named, own)

    def condition(self, when: Json) -> str:
        """The condition; without one, that the rule always acts."""
        return self._condition(when, is_inner=False) if when else self._words.text("rules.always")

    def action(self, action: Json) -> str:
        """What the action does."""
        key = f"rules.does.{action.get('do')}"
        if action.get("do") == "assign" and f"rules.assigns.{action.get('by')}" in self._words:
            return self._assigns(action)
        if action.get("do") == "link_incident" and action.get("incident") == RUNNING:
            return self._words.text("rules.links_running")
        given = {name: value for name, value in action.items() if name != "do" and value not in (None, [], {}, "")}
        if key not in self._words:
            return ", ".join(
                [str(action.get("do")), *(f"{name}: {self._plain(value)}" for name, value in given.items())]
            )
        told = {name: self._told(name, value) for name, value in given.items()}
        if "field" in given:
            told |= {"field": self.field(given["field"]), "value": self._value(given["field"], given.get("value"))}
        return self._words.text(key, **told)

    def _assigns(self, way: Json) -> str:
        """How one of the team is chosen."""
        text, skills = self._words.text(f"rules.assigns.{way['by']}"), way.get("skills")
        if skills:
            named = self._list(self._name("skills", skill) for skill in skills)
            key = "rules.assigns_skilled" if way["by"] == "skill" else "rules.assigns_with_skills"
            text = self._words.text(key, way=text, skills=named)
        return self._words.text("rules.assigns_sticky", way=text) if way.get("sticky") else text

    def actions(self, then: Iterable[Json]) -> str:
        return self._words.text("rules.then").join(self.action(action) for action in then)

    def occasions(self, on: Iterable[str]) -> str:
        return self._list(self._words.text(f"rules.on.{occasion}") for occasion in on)

    def field(self, field: str) -> str:
        """What a field of conditions is called."""
        if field.startswith(WORKING_TIME):
            return self._words.text("rules.field.working_time", calendar=field.removeprefix(WORKING_TIME))
        key = f"rules.field.{field.replace('.', '_')}"
        name = field.partition("fields.")[2]
        return self._words.text(key) if key in self._words else self._own_fields.get(name, name or field)

    def _condition(self, when: Json, *, is_inner: bool) -> str:
        for kind in ("all", "any"):
            if kind in when:
                parts = [self._condition(part, is_inner=len(when[kind]) > 1) for part in when[kind]]
                joined = self._words.text(f"rules.{kind}").join(parts)
                return self._words.text("rules.group", what=joined) if is_inner and len(parts) > 1 else joined
        if "not" in when:
            return self._words.text("rules.not", what=self._condition(when["not"], is_inner=True))
        key = f"rules.says.{when['op']}"
        told = self._words.text(
            key, field=self.field(when["field"]), value=self._value(when["field"], when.get("value"))
        )
        return told + (self._words.text("rules.exact") if when.get("exact") else "")

    def _value(self, field: str, value: Json) -> str:
        if isinstance(value, list | tuple):
            return self._list(self._value(field, one) for one in value)
        if isinstance(value, bool):
            return self._words.text("config_diff.yes" if value else "config_diff.no")
        names = self._names.get(field, {})
        key = f"{_WORDS_OF.get(field, '')}.{value}"
        if isinstance(value, str) and value in names:
            return names[value]
        if field in _WORDS_OF and key in self._words:
            return self._words.text(key)
        is_quoted = isinstance(value, str) and field != "priority"
        return self._words.text("rules.quoted", what=value) if is_quoted else "" if value is None else str(value)

    def _told(self, name: str, value: Json) -> str:
        """One of the things that an action names."""
        if name == "to":
            return self._list(map(self._recipient, value))
        if name in ("procedure", "checklist", "template"):
            return self._name(name, value)
        field = {"person": "assignee", "tags": "tags"}.get(name, name)
        return self._value(field, value) if name in ("team", "person", "tags", "priority") else self._plain(value)

    def _name(self, kind: str, value: Json) -> str:
        """The name of what is not a field's value; its id where it has none."""
        return self._names.get(kind, {}).get(value, str(value))

    def _recipient(self, recipient: str) -> str:
        kind, _, name = recipient.partition(":")
        if name:
            return self._names.get({"person": "assignee"}.get(kind, kind), {}).get(name, name)
        key = f"rules.recipient.{kind}"
        return self._words.text(key) if key in self._words else recipient

    def _plain(self, value: Json) -> str:
        text = self._list(map(str, value)) if isinstance(value, list | tuple) else str(value)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

    def _list(self, parts: Iterable[str]) -> str:
        return self._words.text("list.comma").join(parts)
