"""Customers have no password: a signed link names the ticket, or the contact, that it is good for.

A link expires by itself, and is revoked by raising the generation of the ticket or contact it is good for: links of an
earlier generation are refused from then on.
"""

from datetime import datetime, timedelta
from typing import Protocol

from functions.shared.contracts.words import ContactId, DeskId, TicketId
from functions.shared.domain.errors import LinkExpired, NotSignedIn
from functions.shared.identity.keys import Keys, Purpose
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.identity.seals import BrokenSeal, ExpiredSeal, Seal

PREFIX = "ac_"
"""Every customer token begins so: it is told from a Cognito token at a glance, by us and by secret scanners."""

LINK_LIFE = timedelta(days=180)


class Generations(Protocol):
    """Which generation of links is in force for a ticket or contact."""

    def current(self, subject: TicketId | ContactId) -> int: ...


class CustomerTokens:
    """Issues and verifies the tokens in customers' links, for one desk."""

    def __init__(self, keys: Keys, generations: Generations, desk: DeskId) -> None:
        self._seal = Seal(keys, Purpose.LINK, desk)
        self._generations = generations
        self._desk = desk

    def for_ticket(
        self, ticket_id: TicketId, *, now: datetime, life: timedelta = LINK_LIFE, is_new: bool = False
    ) -> str:
        """A token to read and answer this one ticket. For a ticket just opened, `is_new` saves a look-up."""
        generation = 0 if is_new else self._generations.current(ticket_id)
        return PREFIX + self._seal.close({"t": ticket_id, "g": generation}, expires_at=now + life)

    def for_contact(self, contact_id: ContactId, *, now: datetime, life: timedelta = LINK_LIFE) -> str:
        """A token to read and answer every ticket of this contact."""
        generation = self._generations.current(contact_id)
        return PREFIX + self._seal.close({"c": contact_id, "g": generation}, expires_at=now + life)

    def verify(self, token: str, *, now: datetime) -> Principal:
        """The customer who holds `token`.

        Raises:
            LinkExpired: it was genuine; its time is over, or it was revoked.
            NotSignedIn: it is not genuine.
        """
        try:
            content = self._seal.open(token.removeprefix(PREFIX), now=now)
        except ExpiredSeal as error:
            raise LinkExpired from error
        except BrokenSeal as error:
            raise NotSignedIn from error
        ticket_id, contact_id = content.get("t"), content.get("c")
        subject: str = ticket_id or contact_id or ""
        if content["g"] < self._generations.current(subject):
            raise LinkExpired
        return Principal(
            kind=PrincipalKind.CUSTOMER,
            id=subject,
            name="",
            desk=self._desk,
            ticket_id=ticket_id,
            contact_id=contact_id,
        )
