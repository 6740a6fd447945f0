"""What stands before everything that strangers send: how much of it is taken."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.shared.contracts.words import ContactId
from functions.shared.domain.errors import TooManyRequests
from functions.shared.domain.limits import Limits, source_of
from functions.shared.domain.mail_rules import Brake, length_of
from functions.shared.domain.summary import TicketSummary

_SIGNED: Final = "/api/v1/channels/"
"""Whoever posts here has proved who they are, and is counted by nobody."""


class Counts(Protocol):
    def admit(self, counted: str, brake: Brake, *, now: datetime) -> bool: ...


class TicketLists(Protocol):
    def of_contact(self, contact_id: ContactId, limit: int = ...) -> list[TicketSummary]: ...


class Gate:
    """The limits of one desk."""

    def __init__(self, limits: Callable[[], Limits], counts: Counts, tickets: TicketLists) -> None:
        self._limits = limits
        self._counts = counts
        self._tickets = tickets

    def admit(self, request: APIGatewayProxyEventV2, *, now: datetime) -> None:
        """Count a request that sends something.

        Raises:
            TooManyRequests: enough came from there.
        """
        if request.http_method in ("GET", "HEAD") or request.path.startswith(_SIGNED):
            return
        brake = self._limits().source
        source = source_of(request.request_context.http.source_ip)
        if not self._counts.admit(source, brake, now=now):
            raise TooManyRequests(brake.ends_at(now) - now)

    def admit_report(self, contact_id: ContactId, *, now: datetime) -> None:
        """Let the contact report once more; their latest tickets tell, so that nothing is counted twice.

        Raises:
            TooManyRequests: enough was reported in their name.
        """
        brake = self._limits().contact
        latest = self._tickets.of_contact(contact_id, limit=brake.at_most)
        if len(latest) < brake.at_most:
            return
        free_at = latest[-1].opened_at + length_of(brake.within)
        if free_at > now:
            raise TooManyRequests(max(free_at - now, timedelta(seconds=1)))
