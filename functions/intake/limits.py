"""What stands before everything that strangers send: how much of it is taken."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.shared.contracts.words import ContactId
from functions.shared.domain.errors import TooManyRequests
from functions.shared.domain.limits import Limits, Quota, source_of
from functions.shared.domain.mail_rules import Brake

_SIGNED: Final = "/api/v1/channels/"
"""Whoever posts here has proved who they are, and is counted by nobody."""


_EXACT: Final = 100
"""Limits up to here are counted one by one. Of a larger one, one request in so many is, and stands for as many."""
_REMEMBERED: Final = 1000


class Counts(Protocol):
    def admit(self, counted: str, brake: Brake, *, now: datetime, weight: int = ...) -> bool: ...


class Gate:
    """The limits of one desk."""

    def __init__(
        self, limits: Callable[[], Limits], counts: Counts, draw: Callable[[int], int] = random.randrange
    ) -> None:
        """`draw` gives a number below the one it is given."""
        self._limits = limits
        self._counts = counts
        self._draw = draw
        self._refused: dict[tuple[str, Brake], datetime] = {}
        """Until when a source is refused without being counted; what other environments refuse they find out."""

    def admit(self, request: APIGatewayProxyEventV2, *, now: datetime) -> None:
        """Count a request that sends something, or by chance leave it to the next.

        Raises:
            TooManyRequests: enough came from there.
        """
        if request.http_method in ("GET", "HEAD") or request.path.startswith(_SIGNED):
            return
        brake = self._limits().source
        source = source_of(request.request_context.http.source_ip)
        until = self._refused.get((source, brake), now)
        weight = max(1, brake.at_most // _EXACT)
        if until <= now and self._draw(weight) == 0 and not self._counts.admit(source, brake, now=now, weight=weight):
            until = brake.ends_at(now)
            if len(self._refused) == _REMEMBERED:
                self._refused.clear()
            self._refused[source, brake] = until
        if until > now:
            raise TooManyRequests(until - now)

    def report_quota(self, contact_id: ContactId, *, now: datetime) -> Quota:
        """What one more report in the name of the contact takes."""
        return Quota(contact_id, self._limits().contact, now)
