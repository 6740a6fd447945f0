"""Rules from draft to live: written, checked, tried on the past, published, and brought back."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from functions.desk.fault_words import fault_saying
from functions.desk.past import Past, Span
from functions.shared.contracts.words import Role
from functions.shared.domain.backtest import Report, Triage, backtest
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_check import Fault, faults, spelled
from functions.shared.domain.config_diff import Change, changes
from functions.shared.domain.config_versions import ConfigVersion, Source
from functions.shared.domain.errors import ConfigMissing, FieldError, InvalidInput, RulesDiverged, StaleDraft
from functions.shared.domain.rule_check import Doubt, doubts
from functions.shared.domain.rule_drafts import Findings, RuleDraft, rebased
from functions.shared.domain.rule_use import RuleUse
from functions.shared.domain.rules import Rule
from functions.shared.domain.saying import Saying
from functions.shared.domain.schema_faults import schema_faults
from functions.shared.domain.visible import is_visible
from functions.shared.identity.principal import Principal

LOOKS: Final = Role.LEAD
WRITES: Final = Role.MANAGER

MOST_TRIED: Final = 5_000
"""So many tickets rules are tried on within one request; further requests go on from there."""

TRIED_FOR_S: Final = 15.0
"""So long a request tries, and then says how far it came: it has to answer before its caller gives up."""

_PAGE: Final = 100

TRIED_SPAN: Final = timedelta(days=90)

CHECKED_FOR: Final = timedelta(hours=1)
"""So long what the check said holds for the same rules: times they are in force for begin and end."""

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


class Uses(Protocol):
    def newest(self) -> RuleUse | None: ...


@dataclass(frozen=True)
class Standing:
    """The rules as they are written: the draft's, or the live ones where there is no draft."""

    live: DeskConfig
    draft: RuleDraft | None
    revision: int

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

    def __init__(self, configurations: Configurations, drafts: Drafts, past: Past, uses: Uses) -> None:
        self._configurations = configurations
        self._drafts = drafts
        self._past = past
        self._uses = uses
        self._found: tuple[object, Findings] | None = None
        self._changed: tuple[object, Sequence[Change]] | None = None
        self._unused: tuple[object, Sequence[Doubt]] | None = None

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
        return self.keep(principal, read_rules(written), revision=revision, now=now)

    def keep(self, principal: Principal, rules: Sequence[Rule], *, revision: int, now: datetime) -> Standing:
        """The same with rules that were read before.

        Raises:
            StaleDraft: somebody else changed the draft meanwhile.
        """
        principal.require(WRITES)
        standing = self.standing(principal)
        if standing.revision != revision:
            raise StaleDraft
        base = standing.draft.base if standing.draft else standing.live.version
        draft = RuleDraft(base=base, revision=revision + 1, rules=tuple(rules), author=principal.id, changed_at=now)
        with suppress(RulesDiverged):  # kept all the same; whoever wrote it settles that later
            candidate = self._candidate(Standing(standing.live, draft, draft.revision))
            draft = draft.model_copy(update={"findings": found_in(candidate, now)})
        self._drafts.put(draft)
        return Standing(standing.live, draft, draft.revision)

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
        found = self._findings(standing, now)
        return Checked(self._changes(standing), found.faults, (*found.doubts, *self._silent(standing)))

    def findings(self, principal: Principal, *, now: datetime) -> Checked:
        """The same without the changes, which take the longest to find where there are thousands of rules.

        Raises:
            RulesDiverged: what was published meanwhile changed the same rules.
        """
        standing = self.standing(principal)
        found = self._findings(standing, now)
        return Checked((), found.faults, (*found.doubts, *self._silent(standing)))

    def use(self, principal: Principal) -> RuleUse | None:
        """How often each rule matched of late; None where that was not counted yet."""
        principal.require(LOOKS)
        return self._uses.newest()

    def try_out(
        self,
        principal: Principal,
        *,
        tickets: int,
        now: datetime,
        after: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> dict[str, Any]:
        """What the draft would make of the last `tickets` tickets, or of those before `after`, if time allows.

        See `Report.as_json`; `of` says how many tickets there are in all, `since` from when on, `back_to` how far the
        tickets tried go back, and `next` where a further request goes on, None where there are no more.
        """
        standing = self.standing(principal)
        candidate = self._candidate(standing)
        before, afterwards = Triage(standing.live, standing.live.rules), Triage(candidate, candidate.rules)
        report, stops_at, since = Report(), clock() + TRIED_FOR_S, now - TRIED_SPAN
        following: str | None = after
        back_to: datetime | None = None
        while following is not None and report.tickets < tickets and clock() < stops_at:
            span = Span(since, now, min(_PAGE, tickets - report.tickets), following, newest_first=True)
            page, following = self._past.tickets(principal, span)
            for _ in backtest(page, before, afterwards, candidate, report=report, now=now):
                pass
            back_to = page[-1].opened_at if page else back_to
        reached = {"of": self._past.count(principal, since, now), "since": since, "back_to": back_to, "next": following}
        return report.as_json() | reached

    def publish(self, principal: Principal, *, note: str, revision: int, now: datetime) -> DeskConfig:
        """Make the draft live, on top of whatever is live by now; `note` says why.

        Raises:
            StaleDraft: there is no draft, or another than the caller saw.
            RulesDiverged: what was published meanwhile changed the same rules.
            InvalidInput: the draft is not sound, or the note is blank; says where and why.
            StaleConfig: somebody else published at this moment.
        """
        principal.require(WRITES)
        _require_why(note)
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
        newer = self._at(new)  # the one that was asked for: where it is not there, that is what is said
        return changes(self._at(old).content(), newer.content())

    def roll_back(self, principal: Principal, version: int, *, note: str, now: datetime) -> DeskConfig:
        """Make the rules of an earlier version live again, as a new version; `note` says why, a draft stays as it is.

        Raises:
            InvalidInput: there is no such version, its rules do not fit what is live, or the note is blank.
        """
        principal.require(WRITES)
        _require_why(note)
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

    def _findings(self, standing: Standing, now: datetime) -> Findings:
        """What the check says, asked again when the draft, what is live, or the hour is another."""
        known = standing.draft.findings if standing.draft else None
        if known is None or not _is_fresh(known, standing, now):
            key = (standing.live.version, standing.revision)
            if self._found is None or self._found[0] != key or not _is_fresh(self._found[1], standing, now):
                self._found = key, found_in(self._candidate(standing), now)
            known = self._found[1]
        return known

    def _changes(self, standing: Standing) -> Sequence[Change]:
        key = (standing.live.version, standing.revision)
        if self._changed is None or self._changed[0] != key:
            candidate = self._candidate(standing)
            is_same = candidate.rules == standing.live.rules
            found = [] if is_same else changes(standing.live.content(), candidate.content())
            self._changed = key, found
        return self._changed[1]

    def _silent(self, standing: Standing) -> Sequence[Doubt]:
        """The rules that matched nothing of late."""
        use = self._uses.newest()
        if use is None:
            return ()
        key = (standing.live.version, standing.revision, use.until)
        if self._unused is None or self._unused[0] != key:
            self._unused = key, use.silent(standing.rules)
        return self._unused[1]

    def _require_sound(self, candidate: DeskConfig, now: datetime) -> None:
        if found := faults(candidate, now):
            raise InvalidInput(
                [FieldError(spelled(fault.place), "unsound", fault_saying(fault.message)) for fault in found]
            )

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
            raise InvalidInput.of("version", "unknown", Saying.of("objection.no_version", version=version)) from missing


def _require_why(note: str) -> None:
    if not is_visible(note):
        raise InvalidInput.of("note", "missing", Saying.of("rules.fault.note"))


def found_in(candidate: DeskConfig, now: datetime) -> Findings:
    """What is wrong or doubtful about `candidate`, which is what is live with other rules."""
    return Findings(
        live=candidate.version,
        at=now,
        faults=tuple(faults(candidate, now)),
        doubts=tuple(doubts(candidate.rules, now)),
    )


def _is_fresh(found: Findings, standing: Standing, now: datetime) -> bool:
    return found.live == standing.live.version and now - found.at < CHECKED_FOR


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
            [FieldError(spelled(("rules", *place)), "malformed", fault_saying(message)) for place, message in found]
        ) from error
    except PydanticSerializationError as error:
        raise InvalidInput.of("rules", "malformed", Saying.of("objection.not_writable")) from error
    return rules
