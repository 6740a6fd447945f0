"""The differences of two configurations in words, field by field."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_diff import Change, ChangeKind
from functions.shared.pages.languages import Catalogue, catalogue
from functions.shared.pages.rule_words import RuleWords

Json = Any

_LONGEST: Final = 400


class ConfigWords:
    """Tells changes in one language."""

    def __init__(self, words: Catalogue, rules: RuleWords, language: Language) -> None:
        self._words = words
        self._rules = rules
        self._language = language
        self._item_names: dict[tuple[str, str | None], str] = {}

    @classmethod
    def of(cls, language: Language, *configs: DeskConfig) -> Self:
        """With the names that `configs`, the newest last, have for things."""
        told = cls(catalogue(language), RuleWords.of(configs[-1], language), language)
        for config in configs:
            for section, items in config.content().items():
                if isinstance(items, list):
                    told._item_names |= {(section, item["id"]): told._name(item) for item in items if "id" in item}
        return told

    def line(self, change: Change) -> str:
        """What changed, in one sentence."""
        section_key = f"config_diff.section.{change.section}"
        section = self._words.text(section_key) if section_key in self._words else change.section
        gone_or_new = next((value for value in (change.after, change.before) if isinstance(value, dict)), {})
        if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED) and "id" in gone_or_new:
            named = self._name(gone_or_new)
        else:
            named = self._item_names.get((change.section, change.item), change.item or "")
        item = self._words.text("rules.quoted", what=named)
        if change.kind is ChangeKind.MOVED:
            values = {"before": change.before, "after": change.after}
            return self._words.text("config_diff.line.moved", section=section, item=item, **values)
        if change.kind is not ChangeKind.CHANGED:
            return self._words.text(f"config_diff.line.{change.kind}", section=section, item=item)
        if change.field is None:
            return self._words.text("config_diff.line.whole", section=section)
        field_key = f"config_diff.field.{change.field}"
        field = self._words.text(field_key) if field_key in self._words else change.field
        before, after = (self._value(change, value) for value in (change.before, change.after))
        kind = "changed" if change.item else "single"
        return self._words.text(
            f"config_diff.line.{kind}", section=section, item=item, field=field, before=before, after=after
        )

    def _name(self, item: Mapping[str, Json]) -> str:
        name = item.get("name")
        return str(name[self._language] if isinstance(name, dict) else name or item["id"])

    def _value(self, change: Change, value: Json) -> str:
        if isinstance(value, bool):
            return self._words.text("config_diff.yes" if value else "config_diff.no")
        if change.section == "rules":
            match change.field:
                case "when":
                    return self._rules.condition(value)
                case "then":
                    return self._rules.actions(value or ())
                case "on":
                    return self._rules.occasions(value or ())
                case "examples":
                    return self._words.text("config_diff.examples", n=len(value or ()))
        if value in (None, [], {}, ""):
            return self._words.text("config_diff.nothing")
        if isinstance(value, dict) and set(value) == set(Language):
            value = value[self._language]
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def in_words(changes: Iterable[Change], *configs: DeskConfig) -> list[dict[str, Json]]:
    """The changes as programs read them, each with its sentence in both languages."""
    tellers = {language: ConfigWords.of(language, *configs) for language in Language}
    return [
        {
            **change.model_dump(mode="json", exclude_none=True),
            **{language.value: teller.line(change) for language, teller in tellers.items()},
        }
        for change in changes
    ]
