"""The running desk as its clients see it: the same HTTP API that everybody uses."""

from typing import Any, Self

import httpx

from functions.shared.contracts.words import Role
from ops.failure import Failure

Json = dict[str, Any]


class DeskClient:
    """Reports problems as a customer, and reads tickets with the token of somebody who works at the desk."""

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
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
        opened: Json = self._ask("POST", "/api/v1/tickets", json=report, headers=headers)
        return opened

    def ticket(self, reference: str) -> Json:
        """A ticket with its clocks and timeline."""
        ticket: Json = self._ask("GET", f"/api/v1/desk/tickets/{reference}")
        return ticket

    def rule_reason(self, reference: str, rule: str) -> Json:
        """What a rule made of a ticket, and why."""
        reason: Json = self._ask("GET", f"/api/v1/desk/tickets/{reference}/rules/{rule}")
        return reason

    def queue(self, teams: list[str], statuses: list[str], limit: int) -> list[Json]:
        """Tickets by next deadline."""
        lines: list[Json] = self._ask(
            "GET", "/api/v1/desk/queue", params={"team": teams, "status": statuses, "limit": limit}
        )
        return lines

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise Failure(f"The desk at {self._http.base_url} does not answer: see `desk status`.") from error
        if answer.is_success:
            return answer.json()
        raise Failure(_objection(answer))


def _objection(answer: httpx.Response) -> str:
    """What the desk has against a request, field by field."""
    try:
        problem = answer.json()
        fields = [f"  {error['field']}: {error['message']}" for error in problem.get("errors", [])]
        return "\n".join([problem.get("detail") or problem["title"], *fields])
    except (ValueError, KeyError, TypeError):
        return f"The desk answered {answer.status_code} to {answer.request.method} {answer.request.url}."
