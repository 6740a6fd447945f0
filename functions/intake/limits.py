"""What stands before everything that strangers send: how much of it is taken."""

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


class Counts(Protocol):
    def admit(self, counted: str, brake: Brake, *, now: datetime) -> bool: ...


class Gate:
    """The limits of one desk."""

    def __init__(self, limits: Callable[[], Limits], counts: Counts) -> None:
        self._limits = limits
        self._counts = counts

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

    def report_quota(self, contact_id: ContactId, *, now: datetime) -> Quota:
        """What one more report in the name of the contact takes."""
        return Quota(contact_id, self._limits().contact, now)
