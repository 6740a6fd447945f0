"""What a desk promises, as it writes it down: policies, their targets, warnings and escalation."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from functions.shared.contracts.words import Metric, Priority, Slug, Status
from functions.shared.domain.actions import Recipient
from functions.shared.domain.calendar import TARGET_PATTERN, Calendar, WorkingDays, parse_target
from functions.shared.domain.conditions import When
from functions.shared.domain.document import Part
from functions.shared.domain.working_time import WorkingTime

THRESHOLD_PATTERN: Final = r"^([1-9]\d?%|-\d{1,6}[smh])$"


def _target(text: str) -> str:
    parse_target(text)
    return text


def _delay(text: str) -> str:
    if isinstance(parse_target(text), WorkingDays):
        raise ValueError(f"{text!r} counts days; say it in h, m or s")
    return text


def _threshold(text: str) -> str:
    if not re.fullmatch(THRESHOLD_PATTERN, text, re.ASCII):
        raise ValueError(f"{text!r} is neither a share of the target such as 75% nor a time before it such as -30m")
    return text


TargetText = Annotated[str, AfterValidator(_target), Field(json_schema_extra={"pattern": TARGET_PATTERN})]
Delay = Annotated[str, AfterValidator(_delay), Field(json_schema_extra={"pattern": r"^\d{1,12}[smh]$"})]
Threshold = Annotated[str, AfterValidator(_threshold), Field(json_schema_extra={"pattern": THRESHOLD_PATTERN})]
Assignment = Annotated[str, StringConstraints(pattern=r"^(lead|(person|team):[a-z0-9][a-z0-9_-]{0,62})$")]
WaitingStatus = Literal[Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY]


class Promise(Part):
    """One target, on a calendar of its own."""

    target: TargetText
    calendar: Slug


class Targets(Part):
    """What is promised for one priority; a metric without a target is measured and never late."""

    calendar: Slug | None = Field(default=None, description="Where it is not the policy's own.")
    first_response: TargetText | Promise | None = None
    next_response: TargetText | Promise | None = None
    resolution: TargetText | Promise | None = None


class Warn(Part):
    """Tell somebody while there is time: after a share of the target, or some working time before its end."""

    at: Threshold
    to: tuple[Recipient, ...] = ("assignee",)


class Escalate(Part):
    """Call the next in line, so much working time after the breach."""

    after: Delay
    to: Annotated[tuple[Recipient, ...], Field(min_length=1)]
    raise_priority: Priority | None = Field(default=None, description="The ticket has at least this priority then.")
    assign: Assignment | None = Field(default=None, description="Who gets the ticket: lead, person:ID or team:ID.")

    @property
    def is_acting(self) -> bool:
        """Whether the level changes the ticket, and does not only tell of it."""
        return self.raise_priority is not None or self.assign is not None


class ClockRule(Part):
    """How the clock of one metric behaves, whatever the priority."""

    pause: tuple[WaitingStatus, ...] = Field(default=(), description="The states in which the clock stands still.")
    warn: tuple[Warn, ...] = ()
    breach_to: tuple[Recipient, ...] = Field(default=("assignee",), description="Who is told of the breach itself.")
    escalate: tuple[Escalate, ...] = ()
    acknowledged_for: Delay = Field(
        default="1h", description="How much working time an acknowledgement holds further levels back."
    )

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        delays = [parse_target(level.after) for level in self.escalate]
        if any(isinstance(a, timedelta) and isinstance(b, timedelta) and a > b for a, b in pairwise(delays)):
            raise ValueError("each level of escalation comes no earlier than the one before")
        if len({warn.at for warn in self.warn}) < len(self.warn):
            raise ValueError("two warnings at the same threshold")
        return self


class SlaPolicy(Part):
    """Targets per priority and clock, with what happens around them. The first whose condition holds is the one."""

    id: Slug
    description: str = ""
    when: When | None = Field(default=None, description="The tickets it is for; all of them if it does not say.")
    calendar: Slug
    targets: dict[Priority, Targets]
    clocks: dict[Metric, ClockRule] = Field(default_factory=dict)

    def rule(self, metric: Metric) -> ClockRule:
        return self.clocks.get(metric, _NO_RULE)

    def promise(self, priority: Priority, metric: Metric) -> tuple[str | None, Slug]:
        """The target of a metric, if there is one, and the calendar by which it is measured."""
        row = self.targets.get(priority)
        if row is None:
            return None, self.calendar
        promised: str | Promise | None = getattr(row, metric.value)
        if isinstance(promised, Promise):
            return promised.target, promised.calendar
        return promised, row.calendar or self.calendar


_NO_RULE: Final = ClockRule()

Place = tuple[str | int, ...]


class Sla(Part):
    """The policies in order, and the calendars they name."""

    policies: tuple[SlaPolicy, ...] = ()
    calendars: dict[Slug, Calendar] = Field(default_factory=dict)

    @cached_property
    def working_times(self) -> Mapping[str, WorkingTime]:
        """The calendars, ready to answer."""
        return {name: WorkingTime(calendar) for name, calendar in self.calendars.items()}

    def policy(self, policy_id: str | None) -> SlaPolicy | None:
        return next((policy for policy in self.policies if policy.id == policy_id), None)

    def faults(self) -> Iterator[tuple[Place, str]]:
        """What does not fit together, each with its place in the document."""
        first: dict[str, int] = {}
        for number, policy in enumerate(self.policies):
            place: Place = ("policies", number)
            if first.setdefault(policy.id, number) != number:
                yield (*place, "id"), f"{policy.id!r} is the id of an earlier policy"
            named: list[tuple[Place, str | None]] = [((*place, "calendar"), policy.calendar)]
            for priority, row in policy.targets.items():
                at: Place = (*place, "targets", priority.value)
                named.append(((*at, "calendar"), row.calendar))
                for metric in Metric:
                    promised = getattr(row, metric.value)
                    if isinstance(promised, Promise):
                        named.append(((*at, metric.value, "calendar"), promised.calendar))
            for where, calendar in named:
                if calendar is not None and calendar not in self.calendars:
                    yield where, f"there is no calendar {calendar!r}"


def threshold_budget(threshold: str, budget: timedelta) -> timedelta:
    """How much of `budget` is used up at a threshold; not positive where it lies before the start."""
    if threshold.endswith("%"):
        return budget * int(threshold[:-1]) / 100
    before = parse_target(threshold[1:])
    assert isinstance(before, timedelta)  # the threshold's pattern has no days
    return budget - before
