"""What stands before everything that strangers send: how much of it is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.shared.contracts.words import ContactId
from functions.shared.domain.errors import TooManyRequests
from functions.shared.domain.limits import Limits, Quota, source_of
from functions.shared.domain.mail_rules import Brake

_SIGNED: Final = "/api/v1/channels/"
"""Whoever posts here has proved who they are, and is counted by nobody."""


_STEPS: Final = 50
"""A limit is counted in so many steps at least: one by one up to here, a larger one several requests at a time."""
_REMEMBERED: Final = 1000


class Counts(Protocol):
    def admit(self, counted: str, brake: Brake, *, now: datetime, weight: int = ...) -> bool: ...


@dataclass
class _Source:
    uncounted: int = 0
    is_refused: bool = False
    """For the rest of the window; what another environment refuses is found out by counting."""


class Gate:
    """The limits of one desk."""

    def __init__(self, limits: Callable[[], Limits], counts: Counts) -> None:
        self._limits = limits
        self._counts = counts
        self._sources: dict[tuple[str, Brake, int], _Source] = {}
        """What this environment knows of each source in its window."""

    def admit(self, request: APIGatewayProxyEventV2, *, now: datetime) -> None:
        """Count a request that sends something, at once or together with the next ones from there.

        Raises:
            TooManyRequests: enough came from there.
        """
        if request.http_method in ("GET", "HEAD") or request.path.startswith(_SIGNED):
            return
        brake = self._limits().source
        source = source_of(request.request_context.http.source_ip)
        known = self._known(source, brake, now)
        known.uncounted += 1
        step = max(1, brake.at_most // _STEPS)
        if not known.is_refused and known.uncounted >= step:
            known.is_refused = not self._counts.admit(source, brake, now=now, weight=step)
            known.uncounted = 0
        if known.is_refused:
            raise TooManyRequests(brake.ends_at(now) - now)

    def _known(self, source: str, brake: Brake, now: datetime) -> "_Source":
        key = source, brake, brake.window(now)
        if key not in self._sources and len(self._sources) >= _REMEMBERED:
            self._sources.clear()
        return self._sources.setdefault(key, _Source())

    def report_quota(self, contact_id: ContactId, *, now: datetime) -> Quota:
        """What one more report in the name of the contact takes."""
        return Quota(contact_id, self._limits().contact, now)
