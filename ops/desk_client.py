"""The running desk as its clients see it: the same HTTP API that everybody uses."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from functions.shared.contracts.words import Channel, Role
from ops.failure import Failure

Json = dict[str, Any]

MOST_LINES: Final = 200
"""So many lines one answer of the desk has at most."""
MOST_TEXTS: Final = 100
"""And so many tickets with all their texts."""


class DeskClient:
    """Reports problems as a customer, and reads tickets with the token of somebody who works at the desk."""

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Accept-Language": "en", **({"Authorization": f"Bearer {token}"} if token else {})}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=35, trust_env=False)

    @classmethod
    def as_customer(cls) -> Self:
        """A client of the running desk without any token."""
        from ops.local.running import running

        return cls(running().url)

    @classmethod
    def as_staff(cls, role: Role = Role.ADMIN) -> Self:
        """A client of the running desk with the token of somebody who has this role."""
        from ops.local.running import running
        from ops.local.tokens import for_role

        settings = running()
        return cls(settings.url, for_role(settings, role))

    def open_ticket(self, report: Json, *, key: str | None = None) -> Json:
        """Report a problem; with the `key` of an earlier report, its first answer comes again."""
        headers = {"Idempotency-Key": key} if key else {}
        if self._ask("GET", "/api/v1/form").get("x-proof-of-work"):
            headers["X-Aftercare-Proof"] = self._proof()
        opened: Json = self._ask("POST", "/api/v1/tickets", json=report, headers=headers)
        return opened

    def take_down(self, report: Json, channel: Channel, *, key: str | None = None) -> Json:
        """Open a ticket for somebody who called, or for a customer; the ticket as it is then."""
        headers = {"Idempotency-Key": key} if key else {}
        opened: Json = self._ask("POST", "/api/v1/desk/tickets", json={**report, "channel": channel}, headers=headers)
        return opened

    def _proof(self) -> str:
        """What the desk's form asks a stranger's machine to calculate."""
        from altcha import v1

        asked = self._ask("GET", "/api/v1/challenge")
        solution = v1.solve_challenge(asked["challenge"], asked["salt"], asked["algorithm"], asked["maxNumber"])
        if solution is None:
            raise Failure("The desk's challenge has no solution.")
        parts = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
        return base64.b64encode(json.dumps({**parts, "number": solution.number}).encode()).decode()

    def ticket(self, reference: str) -> Json:
        """A ticket with its clocks and timeline."""
        ticket: Json = self._ask("GET", f"/api/v1/desk/tickets/{_part(reference)}")
        return ticket

    def rule_reason(self, reference: str, rule: str, event: int | None = None) -> Json:
        """What a rule made of a ticket, and why: at the event of that number, or the newest that it is for."""
        params = {"event": event} if event else {}
        reason: Json = self._ask("GET", f"/api/v1/desk/tickets/{_part(reference)}/rules/{_part(rule)}", params=params)
        return reason

    def queue(self, teams: list[str], statuses: list[str], limit: int) -> list[Json]:
        """Up to `limit` tickets by next deadline."""
        query = {"team": teams, "status": statuses, "limit": min(limit, MOST_LINES)}
        return list(islice(self._pages("/api/v1/desk/queue", query), limit))

    def tickets(self, since: datetime, until: datetime) -> Iterator[Json]:
        """All tickets opened from `since` on and before `until`, oldest first, as lists show them."""
        return self._pages("/api/v1/desk/tickets", _span(since, until, MOST_LINES))

    def past_tickets(self, since: datetime, until: datetime) -> Iterator[Json]:
        """The same tickets as they were reported, each with what people made of it."""
        return self._pages("/api/v1/desk/past-tickets", _span(since, until, MOST_TEXTS))

    def _pages(self, path: str, query: Json) -> Iterator[Json]:
        """What a list holds, page after page."""
        answer = self._answer("GET", path, params=query)
        yield from answer.json()
        while following := answer.links.get("next"):
            answer = self._answer("GET", following["url"])
            yield from answer.json()

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        return self._answer(method, path, **options).json()

    def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise Failure(f"The desk at {self._http.base_url} does not answer: see `desk status`.") from error
        if answer.is_success:
            return answer
        raise Failure(_objection(answer))


def _part(text: str) -> str:
    """`text` as one part of a path, whatever it holds: `..` would else lead to another one."""
    return "%2E" * len(text) if text in (".", "..") else quote(text, safe="")


def _span(since: datetime, until: datetime, limit: int) -> Json:
    return {"since": since.isoformat(), "until": until.isoformat(), "limit": limit}


def _objection(answer: httpx.Response) -> str:
    """What the desk has against a request, field by field."""
    try:
        problem = answer.json()
        fields = [f"  {error['field']}: {error['message']}" for error in problem.get("errors", [])]
        return "\n".join([problem.get("detail") or problem["title"], *fields])
    except (ValueError, KeyError, TypeError):
        return f"The desk answered {answer.status_code} to {answer.request.method} {answer.request.url}."
