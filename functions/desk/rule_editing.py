"""Rules from draft to live: written, checked, tried on the past, published, and brought back."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from functions.desk.past import Past, Span
from functions.shared.contracts.words import Role
from functions.shared.domain.backtest import Report, Triage, backtest
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_check import Fault, faults, spelled
from functions.shared.domain.config_diff import Change, changes
from functions.shared.domain.config_versions import ConfigVersion, Source
from functions.shared.domain.errors import ConfigMissing, FieldError, InvalidInput, RulesDiverged, StaleDraft
from functions.shared.domain.rule_check import Doubt, doubts
from functions.shared.domain.rule_drafts import RuleDraft, rebased
from functions.shared.domain.rules import Rule
from functions.shared.domain.schema_faults import schema_faults
from functions.shared.identity.principal import Principal

LOOKS: Final = Role.LEAD
WRITES: Final = Role.MANAGER

MOST_TRIED: Final = 500
"""So many tickets rules are tried on within one request; more is the command line's."""

TRIED_SPAN: Final = timedelta(days=90)

_RULES: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(tuple[Rule, ...])


class Configurations(Protocol):
    def last_read(self) -> DeskConfig: ...

    def at(self, version: int) -> DeskConfig: ...

    def history(self, limit: int = ..., *, before: int | None = ...) -> list[ConfigVersion]: ...

    def publish(
        self,
        config: DeskConfig,
        *,
        author: str,
        note: str,
        now: datetime,
        source: Source,
        based_on: int | None,
        restores: int | None,
    ) -> DeskConfig: ...


class Drafts(Protocol):
    def get(self) -> RuleDraft | None: ...

    def is_kept(self) -> bool: ...

    def revision(self) -> int: ...

    def put(self, draft: RuleDraft) -> None: ...

    def give_up(self, revision: int) -> None: ...


@dataclass(frozen=True)
class Standing:
    """The rules as they are written: the draft's, or the live ones where there is no draft."""

    live: DeskConfig
    draft: RuleDraft | None
    revision: int
    checked: "Checked | None" = None
    """What the check said of a draft that was just saved, where it could be brought onto what is live."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.draft.rules if self.draft else self.live.rules


@dataclass(frozen=True)
class Checked:
    """What the draft would do to the live configuration, and what is wrong or doubtful about it."""

    changes: Sequence[Change]
    faults: Sequence[Fault]
    doubts: Sequence[Doubt]


class RuleEditing:
    """The rules' way from draft to live, on one desk."""

    def __init__(self, configurations: Configurations, drafts: Drafts, past: Past) -> None:
        self._configurations = configurations
        self._drafts = drafts
        self._past = past

    def standing(self, principal: Principal) -> Standing:
        """The rules as they are written."""
        principal.require(LOOKS)
        draft = self._drafts.get()
        return Standing(self._configurations.last_read(), draft, draft.revision if draft else self._drafts.revision())

    def save(self, principal: Principal, written: object, *, revision: int, now: datetime) -> Standing:
        """Keep `written` as the draft, in place of the one that the caller saw as `revision`, once it was checked.

        Raises:
            InvalidInput: these are no rules; says where and why.
            StaleDraft: somebody else changed the draft meanwhile.
        """
        principal.require(WRITES)
        rules = read_rules(written)
        standing = self.standing(principal)
        if standing.revision != revision:
            raise StaleDraft
        base = standing.draft.base if standing.draft else standing.live.version
        draft = RuleDraft(base=base, revision=revision + 1, rules=rules, author=principal.id, changed_at=now)
        saved = Standing(standing.live, draft, draft.revision)
        with suppress(RulesDiverged):  # kept all the same; whoever wrote it settles that later
            saved = replace(saved, checked=self._checked(saved.live, self._candidate(saved), now))
        self._drafts.put(draft)
        return saved

    def give_up(self, principal: Principal, *, revision: int) -> None:
        """Let there be no draft."""
        principal.require(WRITES)
        if self._drafts.is_kept():
            self._drafts.give_up(revision)

    def check(self, principal: Principal, *, now: datetime) -> Checked:
        """What the draft would change, and whether it is sound; of what is live, whether that still is.

        Raises:
            RulesDiverged: what was published meanwhile changed the same rules.
        """
        standing = self.standing(principal)
        return self._checked(standing.live, self._candidate(standing), now)

    def try_out(self, principal: Principal, *, tickets: int, now: datetime) -> dict[str, Any]:
        """What the draft would make of the last `tickets` tickets: see `Report.as_json`."""
        standing = self.standing(principal)
        candidate = self._candidate(standing)
        before, after = Triage(standing.live, standing.live.rules), Triage(candidate, candidate.rules)
        report = Report()
        for _ in backtest(self._last(principal, tickets, now), before, after, candidate, report=report, now=now):
            pass
        return report.as_json()

    def publish(self, principal: Principal, *, note: str, revision: int, now: datetime) -> DeskConfig:
        """Make the draft live, on top of whatever is live by now; `note` says why.

        Raises:
            StaleDraft: there is no draft, or another than the caller saw.
            RulesDiverged: what was published meanwhile changed the same rules.
            InvalidInput: the draft is not sound, or the note is blank; says where and why.
            StaleConfig: somebody else published at this moment.
        """
        principal.require(WRITES)
        if not note.strip():
            raise InvalidInput.of("note", "missing", "Say why it is published, for those who come after.")
        standing = self.standing(principal)
        if standing.draft is None or standing.revision != revision:
            raise StaleDraft
        candidate = self._candidate(standing)
        self._require_sound(candidate, now)
        published = self._publish(candidate, standing.live, principal, note=note, now=now)
        self._drafts.give_up(revision)
        return published

    def versions(self, principal: Principal, *, limit: int = 50, before: int | None = None) -> list[ConfigVersion]:
        """What was published, the newest first."""
        principal.require(LOOKS)
        return self._configurations.history(limit, before=before)

    def differences(self, principal: Principal, old: int, new: int) -> list[Change]:
        """How two versions differ."""
        principal.require(LOOKS)
        return changes(self._at(old).content(), self._at(new).content())

    def roll_back(self, principal: Principal, version: int, *, note: str, now: datetime) -> DeskConfig:
        """Make the rules of an earlier version live again, as a new version; a draft stays as it is.

        Raises:
            InvalidInput: there is no such version, or its rules do not fit what is live.
        """
        principal.require(WRITES)
        live = self._configurations.last_read()
        candidate = live.model_copy(update={"rules": self._at(version).rules})
        self._require_sound(candidate, now)
        return self._publish(candidate, live, principal, note=note, now=now, restores=version)

    def _candidate(self, standing: Standing) -> DeskConfig:
        """The live configuration with the draft's rules."""
        draft, live = standing.draft, standing.live
        if draft is None:
            return live
        base = live if draft.base == live.version else self._at(draft.base)
        return live.model_copy(update={"rules": rebased(base.rules, draft.rules, live.rules)})

    def _checked(self, live: DeskConfig, candidate: DeskConfig, now: datetime) -> Checked:
        found = changes(live.content(), candidate.content())
        return Checked(found, faults(candidate, now), doubts(candidate.rules, now))

    def _require_sound(self, candidate: DeskConfig, now: datetime) -> None:
        if found := faults(candidate, now):
            raise InvalidInput([FieldError(spelled(fault.place), "unsound", fault.message) for fault in found])

    def _publish(
        self,
        candidate: DeskConfig,
        live: DeskConfig,
        principal: Principal,
        *,
        note: str,
        now: datetime,
        restores: int | None = None,
    ) -> DeskConfig:
        return self._configurations.publish(
            candidate,
            author=principal.id,
            note=note,
            now=now,
            source=Source.EDITOR,
            based_on=live.version,
            restores=restores,
        )

    def _at(self, version: int) -> DeskConfig:
        live = self._configurations.last_read()
        try:
            return live if version == live.version else self._configurations.at(version)
        except ConfigMissing as missing:
            raise InvalidInput.of("version", "unknown", f"There is no version {version}.") from missing

    def _last(self, principal: Principal, number: int, now: datetime) -> Sequence[Any]:
        found: list[Any] = []
        after = ""
        while len(found) < number:
            span = Span(now - TRIED_SPAN, now, min(100, number - len(found)), after, newest_first=True)
            page, following = self._past.tickets(principal, span)
            found += page
            if following is None:
                break
            after = following
        return found


def read_rules(written: object) -> tuple[Rule, ...]:
    """The rules that `written`, a list of objects, describes, if they can be written down and read again.

    Raises:
        InvalidInput: with every fault that was found, each at its place.
    """
    try:
        rules = _RULES.validate_python(written)
        _RULES.validate_json(_RULES.dump_json(rules, by_alias=True))
    except ValidationError as error:
        found = schema_faults(error, written)
        raise InvalidInput(
            [FieldError(spelled(("rules", *place)), "malformed", message) for place, message in found]
        ) from error
    except PydanticSerializationError as error:
        raise InvalidInput.of("rules", "malformed", "These rules hold what cannot be written down.") from error
    return rules
