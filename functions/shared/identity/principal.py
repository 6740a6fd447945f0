"""Who is asking. Every use case takes a `Principal` and asks it what it may do; nothing of it comes from a body."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self, assert_never

from pydantic import BaseModel, ConfigDict, model_validator

from functions.shared.contracts.events import Actor
from functions.shared.contracts.words import ContactId, DeskId, Role, Slug, TicketId
from functions.shared.domain.errors import NotAllowed
from functions.shared.domain.saying import Saying


class PrincipalKind(StrEnum):
    """What sort of caller this is."""

    PERSON = "person"
    CUSTOMER = "customer"


class Principal(BaseModel):
    """A caller whose credential was verified.

    A person works for the desk and has roles. A customer has a link that is good for one ticket or for one contact.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PrincipalKind
    id: str
    """A person's e-mail address (once looked up in the configuration: their id there), a customer's contact or ticket
    id."""
    name: str
    desk: DeskId
    email: str | None = None
    roles: frozenset[Role] = frozenset()
    teams: frozenset[str] = frozenset()
    contact_id: ContactId | None = None
    ticket_id: TicketId | None = None

    @model_validator(mode="after")
    def _holds_what_its_kind_holds(self) -> Self:
        if self.kind is not PrincipalKind.PERSON and (self.roles or self.teams):
            raise ValueError("only people have roles and teams")
        if self.kind is PrincipalKind.CUSTOMER and bool(self.contact_id) == bool(self.ticket_id):
            raise ValueError("a customer's link is good for one ticket or for one contact")
        if self.kind is not PrincipalKind.CUSTOMER and (self.contact_id or self.ticket_id):
            raise ValueError("only customers are bound to a ticket or contact")
        return self

    @property
    def role(self) -> Role | None:
        """The most powerful role, or None for whoever does not work for the desk."""
        return max(self.roles, key=list(Role).index, default=None)

    @property
    def is_staff(self) -> bool:
        """Works for the desk: sees internal notes and other people's tickets."""
        return self.has(Role.AGENT)

    def has(self, role: Role) -> bool:
        """Whether the caller may do what `role` may: a lead may do all that an agent may."""
        return self.role is not None and self.role.includes(role)

    def may_see_ticket(self, ticket_id: str, contact_id: str | None) -> bool:
        """Whether the caller may read the public part of the ticket that `contact_id` asked for."""
        if self.is_staff:
            return True
        if self.kind is not PrincipalKind.CUSTOMER:
            return False
        if self.ticket_id is not None:
            return self.ticket_id == ticket_id
        return contact_id is not None and self.contact_id == contact_id

    def require(self, role: Role) -> None:
        """Raise NotAllowed unless the caller has `role` or a more powerful one."""
        if not self.has(role):
            raise NotAllowed(Saying.of("reason.needs_role", role=Saying(f"role.{role}")))

    def known_as(self, person_id: Slug, name: str, teams: Iterable[Slug]) -> Self:
        """The same person under the id, name and teams that the desk's configuration gives them."""
        return type(self).model_validate(
            {**self.model_dump(), "id": person_id, "name": name, "teams": frozenset(teams)}
        )

    def actor(self) -> Actor:
        """The caller as the timeline names whoever did something."""
        match self.kind:
            case PrincipalKind.PERSON:
                return Actor(kind="agent", id=self.id, name=self.name)
            case PrincipalKind.CUSTOMER:
                return Actor(kind="customer", id=self.id, name=self.name)
            case unknown:
                assert_never(unknown)
