"""What the pages of the draft and of the versions show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from functions.desk.fault_words import fault_saying
from functions.desk.pages.rule_views import ON_A_PAGE, RULES, DraftNote, draft_note, is_in_place
from functions.desk.rule_editing import WRITES, Checked, Standing
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_check import Fault, spelled
from functions.shared.domain.config_versions import ConfigVersion
from functions.shared.domain.rules import Rule
from functions.shared.identity.principal import Principal
from functions.shared.pages.config_words import ConfigWords
from functions.shared.pages.languages import catalogue

LAST_TICKETS: Final = (50, 500, 5_000)
"""On how many tickets the draft is tried, at the reader's choice."""


@dataclass(frozen=True)
class ToldFault:
    """Something wrong, with the rule it is in where it is in one."""

    href: str
    place: str
    sentence: str

    @classmethod
    def of(cls, fault: Fault, rules: Sequence[Rule], language: Language) -> Self:
        """`fault` among `rules`; without them its place stays as the document has it."""
        text, place = catalogue(language).text, fault.place
        sentence = catalogue(language).say(fault_saying(fault.message))
        if place[0] != "rules" or len(place) < 2 or not rules:
            return cls("", spelled(place), sentence)
        rule, part, number = rules[int(place[1])], str(place[2]) if len(place) > 2 else "", place[3:4]
        known = f"rules.part.{part}"
        where = text(known, n=int(number[0]) + 1 if number else 0) if known in catalogue(language) else part
        named = rule.name.in_language(language)
        return cls(f"{RULES}/{rule.id}", f"{named} · {where}" if where else named, sentence)


@dataclass(frozen=True)
class DraftPage:
    """What the draft changes, what is wrong or doubtful about it, and what it would have done."""

    draft: DraftNote | None
    revision: int
    may_write: bool
    changes: Sequence[str]
    errors: Sequence[ToldFault]
    warnings: Sequence[str]
    has_diverged: str
    trial: Mapping[str, Any] | None
    trials: Sequence[int]
    asked: int
    lacks_note: bool
    changed: int
    """How many changes there are; `changes` are those of the page."""
    wrong: int
    doubtful: int
    earlier: str
    later: str

    @classmethod
    def of(
        cls,
        standing: Standing,
        checked: Checked | None,
        language: Language,
        reader: Principal,
        *,
        diverged: str = "",
        trial: Mapping[str, Any] | None = None,
        lacks_note: bool = False,
        page: int = 1,
        asked: int = LAST_TICKETS[0],
    ) -> Self:
        """The page of the draft; `diverged` names the rules that were published otherwise meanwhile."""
        teller = ConfigWords.of(language, standing.live)
        rules = standing.rules if is_in_place(standing) else ()
        changes = checked.changes if checked else ()
        page = max(1, min(page, -(-len(changes) // ON_A_PAGE)))
        shown = changes[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        wrong, doubtful = (checked.faults, checked.doubts) if checked else ((), ())
        return cls(
            draft=draft_note(standing),
            revision=standing.revision,
            may_write=reader.has(WRITES),
            changes=[teller.line(change) for change in shown],
            errors=[ToldFault.of(one, rules, language) for one in wrong[:ON_A_PAGE]],
            warnings=[one.sentence.in_language(language) for one in doubtful[:ON_A_PAGE]],
            has_diverged=diverged,
            trial=trial,
            trials=LAST_TICKETS,
            asked=asked,
            lacks_note=lacks_note,
            changed=len(changes),
            wrong=len(wrong),
            doubtful=len(doubtful),
            earlier=f"{RULES}/draft?page={page - 1}" if page > 1 else "",
            later=f"{RULES}/draft?page={page + 1}" if page * ON_A_PAGE < len(changes) else "",
        )

    @property
    def may_publish(self) -> bool:
        return self.may_write and self.draft is not None and not self.errors and not self.has_diverged


@dataclass(frozen=True)
class VersionsPage:
    """What was published, and of one version how it differs from the one before."""

    versions: Sequence[ConfigVersion]
    names: Mapping[str, str]
    live: int
    may_write: bool
    chosen: int | None
    changes: Sequence[str]
    older: str
    lacks_note: bool

    @classmethod
    def of(
        cls,
        versions: Sequence[ConfigVersion],
        config: DeskConfig,
        reader: Principal,
        *,
        chosen: int | None,
        changes: Sequence[str],
        older: str,
        lacks_note: bool = False,
    ) -> Self:
        names = {person.id: person.name for person in config.people}
        return cls(versions, names, config.version, reader.has(WRITES), chosen, changes, older, lacks_note)
