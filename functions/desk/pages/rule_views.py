"""What the pages of the rules show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self, get_args
from urllib.parse import urlencode

from functions.desk.fault_words import fault_saying
from functions.desk.pages.rule_form import BY, NAMED_BY, RuleForm
from functions.desk.rule_editing import WRITES, Checked, Standing
from functions.shared.contracts.words import Language, Priority
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.facts import FIELDS, OWN_FIELDS, WORKING_TIME
from functions.shared.domain.field_values import STANDARD, WORDS
from functions.shared.domain.folding import fold
from functions.shared.domain.form_faults import OF_EVERY_TICKET
from functions.shared.domain.form_fields import FieldKind
from functions.shared.domain.operators import Operator
from functions.shared.domain.rule_check import DoubtKind
from functions.shared.domain.rule_use import RuleUse
from functions.shared.domain.rules import Occasion, Rule
from functions.shared.domain.ways import By
from functions.shared.identity.principal import Principal
from functions.shared.pages.languages import catalogue
from functions.shared.pages.rule_words import RuleWords

RULES: Final = "/desk/rules"
ON_A_PAGE: Final = 100

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class RuleRow:
    """One rule in the list."""

    number: int
    id: str
    href: str
    name: str
    occasions: str
    condition: str
    actions: str
    stops: bool
    is_on: bool
    state: str
    """`new` or `changed` beside what is live; empty where it is the same."""
    examples: int
    trouble: Sequence[str]
    matched: int | None
    """How many tickets it matched of late; None where that is not known."""
    is_silent: bool


@dataclass(frozen=True)
class DraftNote:
    """That there is a draft, and whose."""

    author: str
    changed_at: datetime
    base: int
    live: int


@dataclass(frozen=True)
class RulesPage:
    """A page of the rules in order, as they are written, or of those that a filter finds."""

    rows: Sequence[RuleRow]
    total: int
    query: str
    found: int
    only_silent: bool
    silent: int
    """How many rules matched nothing of late."""
    counted: RuleUse | None
    page: int
    earlier: str
    later: str
    draft: DraftNote | None
    live: int
    revision: int
    may_write: bool

    @classmethod
    def of(
        cls,
        standing: Standing,
        checked: Checked | None,
        language: Language,
        reader: Principal,
        *,
        query: str = "",
        page: int = 1,
        use: RuleUse | None = None,
        only_silent: bool = False,
    ) -> Self:
        """The page of `standing`; `checked` is None where the draft cannot be brought onto what is live."""
        words = RuleWords.of(standing.live, language)
        live = {rule.id: rule for rule in standing.live.rules}
        trouble = _trouble(checked, standing, language)
        silent = {doubt.rule for doubt in checked.doubts if doubt.kind is DoubtKind.SILENT} if checked else set()
        found = [
            (number, rule)
            for number, rule in enumerate(standing.rules)
            if (not only_silent or rule.id in silent) and (not query or _is_meant(rule, query))
        ]
        page = max(1, min(page, -(-len(found) // ON_A_PAGE)))
        shown = found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        return cls(
            rows=[_row(number, rule, live, words, trouble, language, use, silent) for number, rule in shown],
            total=len(standing.rules),
            query=query,
            found=len(found),
            only_silent=only_silent,
            silent=len(silent),
            counted=use,
            page=page,
            earlier=_address(query, page - 1, only_silent=only_silent) if page > 1 else "",
            later=_address(query, page + 1, only_silent=only_silent) if page * ON_A_PAGE < len(found) else "",
            draft=draft_note(standing),
            live=standing.live.version,
            revision=standing.revision,
            may_write=reader.has(WRITES),
        )


def page_of(number: int) -> int:
    """The page on which the unfiltered list has the rule of that number, from 0 on."""
    return number // ON_A_PAGE + 1


@dataclass(frozen=True)
class RulePage:
    """One rule as a form, or in words for those who may only look."""

    form: RuleForm
    url: str
    is_new: bool
    revision: int
    may_write: bool
    problems: Sequence[str]
    told: str
    occasions: Choices
    fields: Choices
    operators: Choices
    action_kinds: Choices
    choices: Mapping[str, Choices]
    """What the value of an action is chosen from, by action; actions without choices take text."""
    settable: Choices
    field_choices: Mapping[str, Choices]
    """What the value of a field is chosen from, by field; fields without choices take text."""

    @classmethod
    def of(
        cls,
        form: RuleForm,
        config: DeskConfig,
        language: Language,
        reader: Principal,
        *,
        revision: int,
        is_new: bool,
        told: str = "",
        problems: Sequence[str] = (),
    ) -> Self:
        """The page of `form` with the `problems` that it was sent back for."""
        text, words = catalogue(language).text, RuleWords.of(config, language)
        own = [f"fields.{field.id}" for part in config.forms for field in part.fields]
        own = [name for name in dict.fromkeys(own) if name.removeprefix("fields.") not in FIELDS]
        working = [f"{WORKING_TIME}{calendar}" for calendar in config.calendars]
        return cls(
            form=form,
            url=f"{RULES}/new" if is_new else f"{RULES}/{form.id}",
            is_new=is_new,
            revision=revision,
            may_write=reader.has(WRITES),
            problems=problems,
            told=told,
            occasions=[(one.value, text(f"rules.on.{one}")) for one in Occasion],
            fields=[(name, words.field(name)) for name in (*FIELDS, *own, *working)],
            operators=[(one.value, text(f"rules.operator.{one}")) for one in Operator],
            action_kinds=[(do, text(f"rules.acts.{do}")) for do in NAMED_BY],
            choices=choices_of(config, language),
            settable=[(name, words.field(name)) for name in (*STANDARD, *_writable(own))],
            field_choices=field_choices_of(config, language),
        )


def _is_meant(rule: Rule, query: str) -> bool:
    """Whether every word of `query` stands in the rule's id or in one of its names."""
    written = fold(f"{rule.id} {rule.name.zh} {rule.name.en}")
    return all(word in written for word in fold(query).split())


def _address(query: str, page: int, *, only_silent: bool) -> str:
    asked = {"q": query, "show": "silent" if only_silent else ""}
    return f"{RULES}?{urlencode({name: value for name, value in asked.items() if value} | {'page': str(page)})}"


def _row(
    number: int,
    rule: Rule,
    live: Mapping[str, Rule],
    words: RuleWords,
    trouble: Mapping[int, Sequence[str]],
    language: Language,
    use: RuleUse | None,
    silent: Collection[str],
) -> RuleRow:
    written = rule.model_dump(mode="json", by_alias=True)
    return RuleRow(
        number=number,
        id=rule.id,
        href=f"{RULES}/{rule.id}",
        name=rule.name.in_language(language),
        occasions=words.occasions(written["on"]),
        condition=words.condition(written["when"]),
        actions=words.actions(written["then"]),
        stops=rule.stop,
        is_on=rule.enabled,
        state="" if live.get(rule.id) == rule else "changed" if rule.id in live else "new",
        examples=len(rule.examples),
        trouble=trouble.get(number, ()),
        matched=use.matched.get(rule.id, 0) if use and rule.id in use.tried else None,
        is_silent=rule.id in silent,
    )


def _trouble(checked: Checked | None, standing: Standing, language: Language) -> Mapping[int, list[str]]:
    """What is wrong or doubtful, by the number of the rule; only where the places are those of the rules shown."""
    found: dict[int, list[str]] = {}
    if checked is None or not is_in_place(standing):
        return found
    words = catalogue(language)
    lines = [(one.place, words.say(fault_saying(one.message))) for one in checked.faults]
    doubts = (one for one in checked.doubts if one.kind is not DoubtKind.SILENT)  # of which the row has a mark
    lines += [(one.place, one.sentence.in_language(language)) for one in doubts]
    for place, sentence in lines:
        if place[0] == "rules" and len(place) > 1:
            found.setdefault(int(place[1]), []).append(sentence)
    return found


def is_in_place(standing: Standing) -> bool:
    """Whether what is checked are the rules as they are shown, not those brought onto what is live by now."""
    return standing.draft is None or standing.draft.base == standing.live.version


def draft_note(standing: Standing) -> DraftNote | None:
    """Whose the draft is, if there is one."""
    draft, live = standing.draft, standing.live
    if draft is None:
        return None
    person = live.person(draft.author)
    return DraftNote(person.name if person else draft.author, draft.changed_at, draft.base, live.version)


def choices_of(config: DeskConfig, language: Language) -> Mapping[str, Choices]:
    """What an action's value is chosen from."""
    text = catalogue(language).text
    priorities = [(one.value, one.value) for one in Priority]
    people = [(person.id, person.name) for person in config.people if person.teams]
    ways = [(f"{BY}{way}", text(f"rules.assigns.{way}")) for way in get_args(By)]
    return {
        "set_priority": priorities,
        "raise_priority": priorities,
        "set_team": [(team.id, team.name.in_language(language)) for team in config.teams],
        "assign": [*ways, *people],
        "start_procedure": [(one.id, one.name.in_language(language)) for one in config.procedures],
        "set_policy": [(one.id, one.id) for one in config.policies],
        "reply": [(one.id, one.name.in_language(language)) for one in config.replies],
        "add_checklist": [(one.id, one.name.in_language(language)) for one in config.checklists],
    }


def _writable(own: Sequence[str]) -> list[str]:
    return [name for name in own if name.removeprefix(OWN_FIELDS) not in OF_EVERY_TICKET]


def field_choices_of(config: DeskConfig, language: Language) -> Mapping[str, Choices]:
    """What a rule may write into fields that hold one of a few words."""
    text = catalogue(language).text
    chosen: dict[str, Choices] = {
        f"{OWN_FIELDS}{field.id}": [(one.value, one.label.in_language(language)) for one in field.choices]
        for form in config.forms
        for field in form.fields
        if field.kind is FieldKind.CHOICE and field.choices
    }
    words = {name: [(one.value, text(f"{name}.{one}")) for one in kind] for name, kind in WORDS.items()}
    return {**chosen, **words, "module": [(one.id, one.name.in_language(language)) for one in config.modules]}
