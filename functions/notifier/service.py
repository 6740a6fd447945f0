"""Tells customers and staff what happened, once each, and writes on the ticket that it did."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from functions.notifier.composition import File, Unaddressable, compose
from functions.notifier.letters import provided, write
from functions.notifier.plan import Kind, Notice, plan
from functions.shared.bodies import BlobStore, Bodies
from functions.shared.contracts.events import (
    Actor,
    Attachment,
    AutomaticReplySent,
    DetailsProvided,
    MessageReceived,
    NotificationFailed,
    NotificationSent,
    ReplySent,
    TicketEvent,
)
from functions.shared.contracts.words import TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.mail_ids import message_key
from functions.shared.domain.mail_rules import Brake
from functions.shared.domain.mail_standing import Undeliverable
from functions.shared.domain.references import reference
from functions.shared.domain.reply_address import reply_address
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.mail import MailRefused
from functions.shared.gateways.sent import BeingSent, Claim
from functions.shared.identity.customer_tokens import CustomerTokens
from functions.shared.identity.keys import Keys, Purpose
from functions.shared.pages.kept import in_english
from functions.shared.ticketing import NaturalKey, Tickets

LARGEST_FILES: Final = 5_000_000
"""Bytes of attachments that travel with a mail; larger ones are fetched from the ticket's page."""

_SAID: Final = (ReplySent, AutomaticReplySent, MessageReceived)
"""Events whose mail repeats what was said."""

_NOTIFIER: Final = Actor(kind="system", id="notifier")


class TicketReader(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...


class Mailer(Protocol):
    def send(self, raw: bytes, *, sender: str, recipient: str) -> str: ...


class SentMail(Protocol):
    def claim(self, key: str, *, now: datetime) -> Claim: ...

    def sent(self, claim: Claim, message_id: str, *, now: datetime) -> None: ...

    def refused(self, claim: Claim, *, now: datetime) -> None: ...


class Counts(Protocol):
    def admit(self, counted: str, brake: Brake, *, now: datetime) -> bool: ...


class Standings(Protocol):
    """Addresses that mail does not reach."""

    def undeliverable(self, address: str) -> Undeliverable | None: ...


class Notifier:
    """What leaves one desk."""

    def __init__(
        self,
        *,
        mailbox: str,
        public_url: str,
        config: Callable[[], DeskConfig],
        reader: TicketReader,
        tickets: Tickets,
        bodies: Bodies,
        blobs: BlobStore,
        mailer: Mailer,
        sent: SentMail,
        counts: Counts,
        standings: Standings,
        tokens: CustomerTokens,
        keys: Keys,
    ) -> None:
        self._mailbox = mailbox
        self._public_url = public_url
        self._config = config
        self._reader = reader
        self._tickets = tickets
        self._bodies = bodies
        self._blobs = blobs
        self._mailer = mailer
        self._sent = sent
        self._counts = counts
        self._standings = standings
        self._tokens = tokens
        self._keys = keys

    def tell(self, event: TicketEvent, *, now: datetime) -> int:
        """Send what `event` asks for; returns to how many. Telling again sends nothing twice.

        Raises:
            BeingSent: a mail is being sent by somebody else, or was when they died; the rest was sent.
        """
        ticket = self._reader.get(event.ticket_id)
        notices = plan(event, ticket, self._config(), mailbox=self._mailbox)
        busy: BeingSent | None = None
        for notice in notices:
            try:
                self._deliver(notice, event, ticket, now)
            except BeingSent as error:
                busy = error
        if busy:
            raise busy
        return len(notices)

    def _deliver(self, notice: Notice, event: TicketEvent, ticket: Ticket, now: datetime) -> None:
        claim = self._sent.claim(f"{event.event_id}#{notice.address.lower()}", now=now)
        if claim.is_refused:
            return
        message_id = claim.message_id
        if message_id is None:
            try:
                self._require_reachable(notice)
                self._brake(notice, claim, now)
                raw = self._raw(notice, event, ticket, now)
                message_id = self._mailer.send(raw, sender=self._mailbox, recipient=notice.address)
            except (MailRefused, Unaddressable) as error:
                self._record_failure(notice, event, claim, str(error), now)
                self._sent.refused(claim, now=now)
                return
            self._sent.sent(claim, message_id, now=now)
        self._record(notice, event, message_id, now)

    def _require_reachable(self, notice: Notice) -> None:
        known = self._standings.undeliverable(notice.address) if notice.kind.is_for_customer else None
        if known:
            why = Saying.of("kept.comes_back", address=known.address, status=known.status)
            raise MailRefused(in_english(why))

    def _brake(self, notice: Notice, claim: Claim, now: datetime) -> None:
        """Refuse an automatic answer too many: two robots fall silent, and nobody is flooded by way of a form."""
        if notice.kind not in (Kind.ACKNOWLEDGEMENT, Kind.AUTOMATIC_REPLY) or claim.attempt > 1:
            return
        brake = self._config().desk.mail.brakes.answers
        if not self._counts.admit(f"answers#{notice.address.lower()}", brake, now=now):
            raise MailRefused(in_english(Saying.of("kept.many_answers", most=brake.at_most, within=brake.within)))

    def _raw(self, notice: Notice, event: TicketEvent, ticket: Ticket, now: datetime) -> bytes:
        config = self._config()
        attached = event.message.attachments if isinstance(event, ReplySent) else ()
        link, details_link = self._links(notice, ticket, config, now)
        fits = sum(file.size for file in attached) <= LARGEST_FILES
        letter = write(
            notice,
            event,
            ticket,
            config,
            link=link,
            text=self._told(event, notice, config),
            files=[] if fits else [file.name for file in attached],
            details_link=details_link,
        )
        return compose(
            letter,
            notice,
            desk=config.desk.id,
            desk_name=config.desk.name.in_language(notice.language),
            mailbox=self._mailbox,
            reply_to=self._reply_to(ticket, config),
            thread=ticket.message_ids,
            files=self._files(attached) if fits else [],
        )

    def _told(self, event: TicketEvent, notice: Notice, config: DeskConfig) -> str:
        """What was said, for the mails that repeat it."""
        if isinstance(event, DetailsProvided):
            return provided(event, config, notice.language)
        return self._bodies.text(event.message) if isinstance(event, _SAID) else ""

    def _files(self, attached: Sequence[Attachment]) -> list[File]:
        return [File(file.name, file.content_type, self._blobs.get(file.key)) for file in attached]

    def _links(self, notice: Notice, ticket: Ticket, config: DeskConfig, now: datetime) -> tuple[str, str]:
        """Where the reader sees the ticket, and where its customer fills in what is missing, signed alike."""
        name = reference(ticket.id, config.desk.prefix)
        if not notice.kind.is_for_customer:
            return f"{self._public_url}/desk/tickets/{name}", ""
        page, token = f"{self._public_url}/track/{name}", self._tokens.for_ticket(ticket.id, now=now)
        asks = notice.kind is Kind.ACKNOWLEDGEMENT
        return f"{page}?token={token}", f"{page}/details?token={token}" if asks else ""

    def _reply_to(self, ticket: Ticket, config: DeskConfig) -> str:
        key = self._keys.current()
        derived = key.derive(Purpose.REPLY_ADDRESS, config.desk.id)
        return reply_address(self._mailbox, ticket.id, config.desk.prefix, key_id=key.id, key=derived)

    def _record(self, notice: Notice, event: TicketEvent, message_id: str, now: datetime) -> None:
        """Write the mail on the ticket; its id leads answers back, and makes writing it twice impossible."""
        self._tickets.handle(
            event.ticket_id,
            lambda ticket: [
                ticket.happening(
                    NotificationSent,
                    actor=_NOTIFIER,
                    now=now,
                    cause=event.event_id,
                    template=notice.kind,
                    recipient=notice.address,
                    message_id=message_id,
                )
            ],
            [NaturalKey(message_key(self._mailbox, message_id))],
        )

    def _record_failure(self, notice: Notice, event: TicketEvent, claim: Claim, why: str, now: datetime) -> None:
        self._tickets.handle(
            event.ticket_id,
            lambda ticket: [
                ticket.happening(
                    NotificationFailed,
                    actor=_NOTIFIER,
                    now=now,
                    cause=event.event_id,
                    template=notice.kind,
                    recipient=notice.address,
                    why=why[:500],
                )
            ],
            [NaturalKey(f"notification-failed:{claim.key}")],
        )
