"""A ticket as conditions see it: a flat set of named fields, whatever each of them holds."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from functions.shared.contracts.words import Impact, Measure, Priority, Urgency
from functions.shared.domain.folding import fold


class Kind(StrEnum):
    """What a field holds, and so what it can be compared with."""

    TEXT = "text"
    WORD = "word"
    LIST = "list"
    NUMBER = "number"
    INSTANT = "instant"
    FLAG = "flag"
    ANY = "any"


COUNTS: Final = ("company.open_tickets", "contact.open_tickets")
"""Fields that have to be counted among other tickets, this one included."""

OF_THE_EVENT: Final[Mapping[str, Kind]] = {
    "message": Kind.TEXT,
    "is_machine": Kind.FLAG,
    "incident": Kind.WORD,
    "hour": Kind.NUMBER,
    "weekday": Kind.WORD,
    **dict.fromkeys(Measure, Kind.NUMBER),
    "escalation.level": Kind.NUMBER,
    "escalation.metric": Kind.WORD,
    **dict.fromkeys(COUNTS, Kind.NUMBER),
}
"""Fields that tell of what has just happened, and when: only rules can ask for them."""

FIELDS: Final[Mapping[str, Kind]] = {
    "text": Kind.TEXT,
    "title": Kind.TEXT,
    "description": Kind.TEXT,
    "error_text": Kind.TEXT,
    "steps_to_reproduce": Kind.TEXT,
    "channel": Kind.WORD,
    "language": Kind.WORD,
    "mailbox": Kind.WORD,
    "status": Kind.WORD,
    "priority": Kind.WORD,
    "impact": Kind.WORD,
    "urgency": Kind.WORD,
    "module": Kind.WORD,
    "team": Kind.WORD,
    "assignee": Kind.WORD,
    "tags": Kind.LIST,
    "missing": Kind.LIST,
    "opened_at": Kind.INSTANT,
    "reopened": Kind.NUMBER,
    "company.id": Kind.WORD,
    "company.name": Kind.TEXT,
    "company.tier": Kind.WORD,
    "company.account_manager": Kind.WORD,
    "company.tags": Kind.LIST,
    "contact.id": Kind.WORD,
    "contact.name": Kind.TEXT,
    "contact.address": Kind.WORD,
    "contact.phone": Kind.WORD,
    "contact.language": Kind.WORD,
    "contact.tags": Kind.LIST,
    **OF_THE_EVENT,
}
"""Every field a condition may name, but for a form's own, `fields.NAME` of any kind, and `working_time.CALENDAR`."""

RANKS: Final[Mapping[str, tuple[str, ...]]] = {
    "priority": tuple(reversed(Priority)),
    "impact": tuple(Impact),
    "urgency": tuple(Urgency),
}
"""Fields whose words have an order, from the least to the most."""

OWN_FIELDS: Final = "fields."
WORKING_TIME: Final = "working_time."


def kind_of(field: str) -> Kind | None:
    """What `field` holds; None if there is no such field."""
    if field.startswith(OWN_FIELDS) and len(field) > len(OWN_FIELDS):
        return Kind.ANY
    if field.startswith(WORKING_TIME) and len(field) > len(WORKING_TIME):
        return Kind.FLAG
    return FIELDS.get(field)


def is_of_the_event(field: str) -> bool:
    """Whether `field` tells of what has just happened rather than of the ticket."""
    return field in OF_THE_EVENT or field.startswith(WORKING_TIME)


class Facts:
    """The values of a ticket's fields, and of those before a change where there was one."""

    def __init__(self, values: Mapping[str, object], previous: Mapping[str, object] | None = None) -> None:
        self._values = values
        self._previous = previous
        self._folded: dict[str, str] = {}

    def __getitem__(self, field: str) -> object:
        """The value of `field`; None where it is missing or empty."""
        return _present(self._values.get(field))

    @property
    def previous(self) -> "Facts | None":
        """The fields as they were before; None when nothing was changed."""
        return None if self._previous is None else Facts(self._previous)

    def texts(self, field: str, *, exact: bool) -> tuple[str, ...]:
        """The texts `field` holds, folded unless `exact`."""
        value = self[field]
        texts = tuple(_texts(value))
        return texts if exact else tuple(self._fold(text) for text in texts)

    def _fold(self, text: str) -> str:
        if text not in self._folded:
            self._folded[text] = fold(text)
        return self._folded[text]


def _present(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(value, (tuple, list, dict, set, frozenset)) and not value:
        return None
    return value


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list)):
        yield from (item for item in value if isinstance(item, str))
