"""Rules tried on tickets of a file, without any table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from functions.shared.domain.actions import Action, Assign, RaisePriority, SetField, Verdict
from functions.shared.domain.backtest import times_of
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.facts import WORKING_TIME, Facts
from functions.shared.domain.field_values import STANDARD
from functions.shared.domain.past_tickets import PastTicket
from functions.shared.domain.rules import Occasion, Rule, Run, run

Json = dict[str, Any]

_NAMES: Final[Mapping[str, str]] = {"person": "assignee", "replies": "reply", "checklists": "checklist"}


def try_rules(
    rules: Sequence[Rule], ticket: PastTicket, *, occasion: Occasion, now: datetime, desk: DeskConfig | None = None
) -> Json:
    """Which rules match the ticket, in order, what they set, and each rule's condition leaf by leaf.

    Rules are in force or not at the time the ticket was opened, or `now` where it does not say. With a `desk`, hours,
    weekdays and working time are those of its clock and calendars.
    """
    begin = ticket.verdict()
    tried = run(rules, _facts(ticket, desk), begin, occasion=occasion, at=ticket.opened_at or now)
    return {
        "id": ticket.id,
        "matched": list(tried.matched),
        "set": _set(rules, begin, tried),
        "trace": [line.model_dump(mode="json", exclude_defaults=True) for line in tried.trace],
    }


def _facts(ticket: PastTicket, desk: DeskConfig | None) -> Facts:
    if desk is None:
        return ticket.facts()
    wanted = [f"{WORKING_TIME}{calendar}" for calendar in desk.calendars]
    previous = ticket.previous.values() if ticket.previous else None
    return Facts({**ticket.values(), **times_of(ticket, desk, wanted)}, previous=previous)


def _set(rules: Sequence[Rule], begin: Verdict, tried: Run) -> Json:
    """The value of everything that the matched rules' actions are about; raising what is high enough sets nothing."""
    by_id = {rule.id: rule for rule in rules}
    actions = [action for matched in tried.matched for action in by_id[matched].then]
    decided = dict.fromkeys(map(_decided, actions))
    only_raised = all(isinstance(action, RaisePriority) for action in actions if action.decides == "priority")
    if only_raised and begin.priority == tried.verdict.priority:
        decided.pop("priority", None)
    values = {_NAMES.get(name, name): getattr(tried.verdict, name) for name in decided}
    chosen = [action for action in actions if isinstance(action, Assign)]
    way = tried.verdict.way if chosen and tried.verdict.person is None else None
    assign = {"assign": way.model_dump(mode="json", exclude_defaults=True) | {"by": way.by}} if way else {}
    return assign | {
        name: list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
        for name, value in values.items()
        if value is not None
    }


def _decided(action: Action) -> str:
    return action.field if isinstance(action, SetField) and action.field in STANDARD else action.decides
