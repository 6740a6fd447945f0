"""The desk's vocabulary: closed sets of words, and the shapes of identifiers."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import StringConstraints

DeskId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
TicketId = Annotated[str, StringConstraints(pattern=r"^tkt_[0-9a-z]{8,32}$")]
ContactId = Annotated[str, StringConstraints(pattern=r"^con_[0-9a-z]{8,64}$")]
CompanyId = Annotated[str, StringConstraints(pattern=r"^com_[0-9a-z]{8,64}$")]
ArticleId = Annotated[str, StringConstraints(pattern=r"^art_[0-9a-z]{8,32}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""What configuration calls things: teams, modules, people, rules, policies, calendars."""

WEBHOOK: Final = "webhook:"
"""How recipients name a webhook."""


class Channel(StrEnum):
    """Where a problem came from."""

    FORM = "form"
    EMAIL = "email"
    PHONE = "phone"
    CHAT = "chat"
    WECHAT = "wechat"
    WECOM = "wecom"
    MANAGER = "manager"
    API = "api"


class Priority(StrEnum):
    """How urgent a ticket is; the smaller the number, the more urgent."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    def at_least(self, floor: "Priority") -> "Priority":
        """The more urgent of the two."""
        return min(self, floor, key=lambda priority: priority.value)


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_active(self) -> bool:
        """Somebody still has to do something about the ticket."""
        return self not in (Status.RESOLVED, Status.CLOSED)


class Impact(StrEnum):
    """Who is affected."""

    PERSON = "person"
    DEPARTMENT = "department"
    COMPANY = "company"


class Urgency(StrEnum):
    """How urgent the customer says it is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class Language(StrEnum):
    """A language the desk speaks."""

    ZH = "zh"
    EN = "en"


class Metric(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class Measure(StrEnum):
    """What passing time is counted from: the opening, the last message either way, the last change of status."""

    AGE = "age"
    IDLE = "idle"
    STATUS_AGE = "status_age"


class Role(StrEnum):
    """What a person of the desk may do, in rising order of power."""

    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do all that `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class RootCause(StrEnum):
    """Why the problem was there, as named when the ticket is resolved."""

    DEFECT = "defect"
    DESIGN = "design"
    DOCUMENTATION = "documentation"
    OPERATION = "operation"
    ENVIRONMENT = "environment"
    THIRD_PARTY = "third_party"
    OTHER = "other"


class DeletionReason(StrEnum):
    """Why a ticket was deleted."""

    SPAM = "spam"
    PRIVACY = "privacy"
    TEST = "test"
    OTHER = "other"
