"""Tells webhooks what happened: once each as far as that can be, and written on the ticket."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, Protocol

from functions.notifier.letters import write
from functions.notifier.payloads import complaint, headers, payload
from functions.notifier.plan import Kind, Notice
from functions.shared.contracts.events import (
    Actor,
    AttentionCalled,
    SlaBreached,
    SlaWarned,
    TicketEscalated,
    TicketEvent,
    TicketTriaged,
    WebhookFailed,
    WebhookSent,
)
from functions.shared.contracts.words import TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import ConfigMissing
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.webhooks import SECRET, Webhook, webhooks_of
from functions.shared.gateways.sent import BeingSent, Claim
from functions.shared.gateways.webhooks import Answer, NotPublic, Unreachable
from functions.shared.ticketing import NaturalKey, Tickets

_NOTIFIER: Final = Actor(kind="system", id="notifier")
_WORTH_ANOTHER_TRY: Final = frozenset({408, 425, 429})


class NotDelivered(Exception):
    """A webhook could not be told; trying again may help."""


class TicketReader(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...


class Post(Protocol):
    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer: ...


class Secrets(Protocol):
    def of(self, webhook: str) -> str: ...


class Sent(Protocol):
    def claim(self, key: str, *, now: datetime) -> Claim: ...

    def sent(self, claim: Claim, message_id: str, *, now: datetime) -> None: ...

    def refused(self, claim: Claim, *, now: datetime) -> None: ...

    def given_back(self, claim: Claim, *, now: datetime) -> None: ...


class Hooks:
    """The webhooks of one desk."""

    def __init__(
        self,
        *,
        public_url: str,
        config: Callable[[], DeskConfig],
        reader: TicketReader,
        tickets: Tickets,
        sent: Sent,
        secrets: Secrets,
        post: Post,
    ) -> None:
        self._public_url = public_url
        self._config = config
        self._reader = reader
        self._tickets = tickets
        self._sent = sent
        self._secrets = secrets
        self._post = post

    def tell(self, event: TicketEvent, *, now: datetime, is_last_try: bool) -> int:
        """Tell the webhooks that `event` names; returns how many. Telling again tells none of them twice.

        Raises:
            NotDelivered: some could not be told; the others were.
        """
        failed: list[str] = []
        told = list(_meant(event))
        for kind, webhook_id in told:
            webhook = self._config().webhook(webhook_id)
            if webhook is None:  # a later configuration dropped it
                continue
            try:
                self._deliver(webhook, kind, event, now)
            except BeingSent:
                failed.append(f"{webhook_id}: is being told by somebody else")
            except NotDelivered as error:
                failed.append(f"{webhook_id}: {error}")
                if is_last_try:
                    self._record_failure(webhook, event, str(error), now)
        if failed:
            raise NotDelivered("; ".join(failed))
        return len(told)

    def _deliver(self, webhook: Webhook, kind: Kind, event: TicketEvent, now: datetime) -> None:
        claim = self._sent.claim(f"{event.event_id}#webhook:{webhook.id}", now=now)
        if claim.is_refused:
            return
        if claim.message_id is None:
            try:
                answer = self._posted(webhook, kind, event, now)
            except (Unreachable, ConfigMissing) as error:
                self._sent.given_back(claim, now=now)
                raise NotDelivered(str(error)) from error
            except NotPublic as error:
                self._refuse(claim, webhook, event, str(error), now)
                return
            wrong = complaint(webhook.format, answer.body)
            if answer.status >= 500 or answer.status in _WORTH_ANOTHER_TRY or wrong:
                self._sent.given_back(claim, now=now)
                raise NotDelivered(wrong or f"answered {answer.status}")
            if not 200 <= answer.status < 300:
                self._refuse(claim, webhook, event, f"answered {answer.status}", now)
                return
            self._sent.sent(claim, str(answer.status), now=now)
        self._record(webhook, event, now)

    def _posted(self, webhook: Webhook, kind: Kind, event: TicketEvent, now: datetime) -> Answer:
        ticket, config = self._reader.get(event.ticket_id), self._config()
        name = reference(ticket.id, config.desk.prefix)
        link = f"{self._public_url}/desk/tickets/{name}"
        notice = Notice(kind, "", webhook.id, webhook.language or config.desk.default_language)
        text = write(notice, event, ticket, config, link=link, text="", files=[]).subject
        body = payload(webhook.format, text=text, link=link, reference=name, event=event, ticket=ticket)
        secret = self._secrets.of(webhook.id)
        return self._post.post(webhook.url.replace(SECRET, secret), body, headers(event, body, secret, now))

    def _refuse(self, claim: Claim, webhook: Webhook, event: TicketEvent, why: str, now: datetime) -> None:
        self._record_failure(webhook, event, why, now)
        self._sent.refused(claim, now=now)

    def _record(self, webhook: Webhook, event: TicketEvent, now: datetime) -> None:
        self._tickets.handle(
            event.ticket_id,
            lambda ticket: [
                ticket.happening(WebhookSent, actor=_NOTIFIER, now=now, cause=event.event_id, webhook=webhook.id)
            ],
            [NaturalKey(f"webhook-sent:{event.event_id}#{webhook.id}")],
        )

    def _record_failure(self, webhook: Webhook, event: TicketEvent, why: str, now: datetime) -> None:
        told = {"cause": event.event_id, "webhook": webhook.id, "why": why[:500]}
        self._tickets.handle(
            event.ticket_id,
            lambda ticket: [ticket.happening(WebhookFailed, actor=_NOTIFIER, now=now, **told)],
            [NaturalKey(f"webhook-failed:{event.event_id}#{webhook.id}")],
        )


def _meant(event: TicketEvent) -> Iterator[tuple[Kind, str]]:
    """Of what kind the message is, and the webhooks that get it."""
    match event:
        case SlaWarned():
            kind, recipients = Kind.WARNING, event.recipients
        case SlaBreached():
            kind, recipients = Kind.BREACH, event.recipients
        case TicketEscalated():
            kind, recipients = Kind.ESCALATION, event.recipients
        case AttentionCalled():
            kind, recipients = Kind.ATTENTION, event.recipients
        case TicketTriaged():
            kind, recipients = Kind.ATTENTION, event.notify
        case _:
            return
    for webhook_id in webhooks_of(recipients):
        yield kind, webhook_id
