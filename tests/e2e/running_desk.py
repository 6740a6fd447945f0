"""A desk that runs on the local cloud, as its customers, agents and mailers reach it."""

import smtplib
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

PATIENCE_S = 60.0
"""Enough for every function on the way to start cold on a busy machine."""


class RunningDesk:
    """One client for all doors; `agent_token` is a bearer token of somebody who works there."""

    def __init__(self, endpoints: Mapping[str, Any], agent_token: str) -> None:
        self.url: str = endpoints["url"]
        self.smtp: str = endpoints["smtp"]
        self.support_address: str = endpoints["support_address"]
        self._mailbox: str = endpoints["mailbox_url"]
        self._agent = {"Authorization": f"Bearer {agent_token}"}
        self._http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def report(self, problem: Mapping[str, Any], *, key: str | None = None) -> httpx.Response:
        """Report as a customer through the API."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._http.post("/api/v1/tickets", json=problem, headers=headers)

    def upload(self, name: str, content: bytes) -> tuple[str, Callable[[bytes], None]]:
        """Upload a file as a browser does: the id to report it with, and what posts other bytes by the same form."""
        request = {"name": name, "content_type": "text/plain", "size": max(len(content), 1_000)}
        answer = self._http.post("/api/v1/attachments", json=request)
        answer.raise_for_status()
        prepared = answer.json()

        def post(body: bytes) -> None:
            sent = httpx.post(
                prepared["url"], data=prepared["fields"], files={"file": body}, timeout=30, trust_env=False
            )
            sent.raise_for_status()

        post(content)
        return prepared["attachment"], post

    def call(self, method: str, path: str, *, token: str | None = None, **request: Any) -> httpx.Response:
        """Any request; with `token` as a customer's, else as nobody's."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._http.request(method, path, headers={**headers, **request.pop("headers", {})}, **request)

    def agent(self, method: str, path: str, **request: Any) -> Any:
        """A request to the agents' API; the answer's JSON."""
        answer = self._http.request(method, f"/api/v1/desk{path}", headers=self._agent, **request)
        answer.raise_for_status()
        return answer.json()

    def ticket(self, reference: str) -> dict[str, Any]:
        """The ticket as agents see it."""
        seen: dict[str, Any] = self.agent("GET", f"/tickets/{reference}")
        return seen

    def queue(self) -> list[dict[str, Any]]:
        """All active tickets."""
        lines: list[dict[str, Any]] = self.agent("GET", "/queue", params={"limit": 200})
        return lines

    def mail(self, message: EmailMessage | bytes, *, sender: str | None = None, to: str | None = None) -> None:
        """Send a mail to the desk, as any SMTP client would."""
        host, _, port = self.smtp.partition(":")
        with smtplib.SMTP(host, int(port), timeout=30) as client:
            if isinstance(message, bytes):
                envelope = "someone@customer.example" if sender is None else sender
                client.sendmail(envelope, [to or self.support_address], message)
            else:
                client.send_message(message, from_addr=sender, to_addrs=[to] if to else None)

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """The mails that left for `address`, newest first, as the mailbox lists them."""
        answer = httpx.get(f"{self._mailbox}api/messages", params={"to": address}, timeout=30, trust_env=False)
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def mail_whole(self, mail_id: str) -> dict[str, Any]:
        """One mail that left, whole."""
        answer = httpx.get(f"{self._mailbox}api/messages/{mail_id}", timeout=30, trust_env=False)
        answer.raise_for_status()
        whole: dict[str, Any] = answer.json()
        return whole

    def until(self, look: Callable[[], T | None], *, patience_s: float = PATIENCE_S, what: str = "") -> T:
        """What `look` gives once it gives something."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.1)
        raise AssertionError(f"{what or 'it'} did not happen within {patience_s:.0f} s")

    def triaged(self, reference: str, *, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The ticket once it has team, owner and clocks."""

        def look() -> dict[str, Any] | None:
            ticket = self.ticket(reference)
            return ticket if ticket["team"] and ticket["clocks"] else None

        return self.until(look, patience_s=patience_s, what=f"triage of {reference}")


def events_of(ticket: Mapping[str, Any], type_: str) -> list[dict[str, Any]]:
    """The ticket's events of one kind, oldest first."""
    return [event for event in ticket["timeline"] if event["type"] == type_]
