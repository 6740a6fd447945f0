"""Received mail becomes a ticket, a message of one, or is set aside with its reason. Never nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.intake.delivery import Delivery
from functions.intake.letter import (
    Letter,
    actor_of,
    asked_for,
    bare,
    from_of,
    is_followed,
    machine_of,
    title_of,
    writer_of,
)
from functions.intake.mime.bounce import Bounce
from functions.intake.mime.headers import Address
from functions.intake.mime.message import ReceivedMail, UnreadableMail, parse_mail
from functions.intake.repeats import Uses, identify
from functions.intake.threads import Threads, find_ticket
from functions.intake.trust import Trust, trust_in
from functions.shared.bodies import BlobStore, Bodies, scoped
from functions.shared.contracts.events import Actor, Attachment, Company, Contact, Message, Problem, TicketOpened
from functions.shared.contracts.words import Channel, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import come_back, note, open_ticket, receive
from functions.shared.domain.directory import Caller, fold_address
from functions.shared.domain.errors import TicketGone
from functions.shared.domain.languages import language_of
from functions.shared.domain.mail_ids import message_key
from functions.shared.domain.mail_log import Fate, MailLine
from functions.shared.domain.mail_rules import Brake
from functions.shared.domain.mail_standing import Undeliverable, says_that_an_address_is_gone
from functions.shared.domain.merging import survivor
from functions.shared.domain.quarantine import Held, HeldMail
from functions.shared.domain.reply_address import tag_of
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ticket_answers import answers_in_problem, without_known
from functions.shared.gateways.blobs import BlobNotFound
from functions.shared.identity.keys import Keys, Purpose
from functions.shared.ticketing import Tickets

MAX_FILES = 100
MAX_QUOTED = 2_000
"""Characters of folded history that the timeline keeps; the raw mail has all of it."""


class RawMail(Protocol):
    """Where received mail lies."""

    def get(self, key: str) -> bytes: ...

    def remove(self, key: str) -> None: ...


class Customers(Protocol):
    def recognise(self, caller: Caller) -> tuple[Contact, Company | None]: ...


class Past(Threads, Uses, Protocol):
    """What is known of earlier mails."""


class HoldingArea(Protocol):
    def hold(self, mail: HeldMail) -> None: ...

    def forget(self, mail_id: str, received_at: datetime, *, now: datetime) -> None: ...


class Standings(Protocol):
    """Addresses that mail does not reach."""

    def mark(self, mark: Undeliverable) -> None: ...


class Log(Protocol):
    """Where it is written what became of every mail."""

    def record(self, line: MailLine) -> None: ...

    def find(self, mail_id: str, received_at: datetime) -> MailLine | None: ...


class Counters(Protocol):
    """What counts mails against a brake; a mail counted twice counts once."""

    def admit(self, counted: str, mail_id: str, brake: Brake, *, now: datetime) -> bool: ...


@dataclass(frozen=True)
class Outcome:
    """What became of a mail, and where it is now."""

    fate: Fate
    ticket_id: TicketId | None = None
    held: Held | None = None
    message_id: str | None = None
    sender: str | None = None
    is_erased: bool = False
    """Its ticket was deleted before it came, so nothing of it is kept."""


class Mailroom:
    """The mail door of one desk."""

    def __init__(
        self,
        *,
        mailbox: str,
        config: Callable[[], DeskConfig],
        raw: RawMail,
        tickets: Tickets,
        past: Past,
        customers: Customers,
        bodies: Bodies,
        blobs: BlobStore,
        quarantine: HoldingArea,
        standings: Standings,
        log: Log,
        counters: Counters,
        keys: Keys,
    ) -> None:
        """`mailbox` is the desk's own address; what is sent to another one is set aside."""
        self._mailbox = mailbox.lower()
        self._config = config
        self._raw = raw
        self._tickets = tickets
        self._past = past
        self._customers = customers
        self._bodies = bodies
        self._blobs = blobs
        self._quarantine = quarantine
        self._standings = standings
        self._log = log
        self._counters = counters
        self._keys = keys

    def receive(self, delivery: Delivery, *, now: datetime) -> Outcome:
        """Take in one mail; taking it in again changes nothing.

        Raises:
            KeyReused: another mail with this one's Message-ID came in at the same moment; try again.
        """
        outcome = self._sort(delivery, now)
        self._log.record(
            MailLine(
                id=delivery.id,
                received_at=delivery.received_at,
                raw_key=delivery.key,
                fate=outcome.fate,
                ticket_id=outcome.ticket_id,
                held=outcome.held,
                message_id=outcome.message_id,
                sender=outcome.sender,
                taken_in_at=now,
                is_erased=outcome.is_erased,
            )
        )
        if outcome.is_erased:
            self._quarantine.forget(delivery.id, delivery.received_at, now=now)
            self._raw.remove(delivery.key)
        return outcome

    def _sort(self, delivery: Delivery, now: datetime) -> Outcome:
        try:
            raw = self._raw.get(delivery.key)
        except BlobNotFound:
            line = self._log.find(delivery.id, delivery.received_at)
            if line is None or not line.is_erased:
                raise
            return Outcome(Fate.REPEATED, line.ticket_id, is_erased=True)
        if delivery.failed("virus"):
            return self._hold(delivery, Held.VIRUS, "the virus scan failed the mail")
        try:
            mail = parse_mail(raw)
        except UnreadableMail as error:
            return self._hold(delivery, Held.UNREADABLE, str(error))
        if mail.desk == self._config().desk.id or tag_of(from_of(mail), self._mailbox) is not None:
            return self._hold(delivery, Held.OWN_MAIL, "sent by the desk itself", mail)
        if suspicion := self._suspicion(delivery, trust_in(mail, delivery)):
            return self._hold(delivery, *suspicion, mail)
        key, first = identify(mail, raw, mailbox=self._mailbox, uses=self._past)
        if first:
            return self._repeated(mail, first)
        writer = writer_of(mail, delivery, self._config().desk.mail)
        if writer is None:
            return self._hold(delivery, Held.NO_SENDER, "nobody to answer to", mail)
        if writer.relayed_by:  # the machine that relays is not who would be answered
            return self._file(Letter(delivery, raw, mail, writer, None, key), now)
        machine, asks_at = machine_of(mail, delivery), asked_for(mail, writer.mailbox, self._mailbox)
        return self._file(Letter(delivery, raw, mail, writer, machine, key, asks_at), now)

    def _repeated(self, mail: ReceivedMail, ticket_id: TicketId) -> Outcome:
        try:
            self._past.get(ticket_id)
        except TicketGone:
            return Outcome(Fate.REPEATED, ticket_id, is_erased=True)
        return _outcome(Fate.REPEATED, mail, ticket_id)

    def _suspicion(self, delivery: Delivery, trust: Trust) -> tuple[Held, str] | None:
        """Why the mail is set aside whatever it says, unless somebody answers for it."""
        if delivery.released_by:
            return None
        if not any(tag_of(address, self._mailbox) is not None for address in delivery.recipients):
            return Held.OTHER_MAILBOX, f"not sent to {self._mailbox}"
        if delivery.failed("spam"):
            return Held.SPAM, "the spam filter failed the mail"
        if trust is Trust.FORGED:
            return Held.FORGED, f"DMARC failed, and the sender's domain asks to {delivery.dmarc_policy} such mail"
        return None

    def _file(self, letter: Letter, now: datetime) -> Outcome:
        config, delivery, machine = self._config(), letter.delivery, letter.machine
        named = find_ticket(
            letter.mail,
            recipients=delivery.recipients,
            mailbox=self._mailbox,
            prefix=config.desk.prefix,
            threads=self._past,
            reply_key=self._reply_key,
            takes_part=lambda ticket: letter.is_genuine and self._takes_part(letter.sender, ticket),
        )
        ticket = survivor(named, self._past.get) if named else None
        if ticket is None and machine and machine.reports_nothing and not delivery.released_by:
            return self._hold(delivery, Held.MACHINE, f"{machine.kind}: {machine.why}", letter.mail)
        if not delivery.released_by and (why := self._over_a_brake(letter, ticket, now)):
            return self._hold(delivery, Held.BRAKE, why, letter.mail)
        if named and ticket and (machine or not self._begins_anew(ticket, named, letter.mail, now)):
            return self._append(named, ticket, letter, now)
        return self._open(config, letter, now, related_to=ticket)

    def _over_a_brake(self, letter: Letter, ticket: Ticket | None, now: datetime) -> str | None:
        """Which brake the mail is over, if any; a bounce counts for its ticket only, since its sender is a machine."""
        brakes, sender = self._config().desk.mail.brakes, fold_address(letter.sender.address)
        counted: list[tuple[str, Brake, str]] = []
        if letter.mail.bounce is None:
            subject = bare(letter.mail.subject).casefold()
            counted.append((f"sender#{sender}", brakes.sender, f"from {sender}"))
            counted.append((f"subject#{sender}#{subject}", brakes.subject, f"from {sender} under one subject"))
        if ticket:
            counted.append((f"ticket#{ticket.id}", brakes.ticket, "to one ticket"))
        for what, brake, words in counted:
            if not self._counters.admit(what, letter.delivery.id, brake, now=now):
                return f"more than {brake.at_most} mails within {brake.within} {words}"
        return None

    def _begins_anew(self, ticket: Ticket, named: Ticket, mail: ReceivedMail, now: datetime) -> bool:
        """Whether an answer is a problem of its own: its ticket is long solved, or its subject not that of the ticket
        it named, which may have been merged into the other.
        """
        rules = self._config().desk.mail
        if rules.is_settled(ticket.closed_at or ticket.resolved_at, now):
            return True
        subject, title = bare(mail.subject).casefold(), bare(named.title).casefold()
        return rules.new_subject_opens_ticket and bool(subject) and subject not in title and title not in subject

    def _takes_part(self, sender: Address, ticket: Ticket) -> bool:
        address = fold_address(sender.address)
        is_theirs = address in (ticket.contact.address, ticket.answers_to)
        return is_theirs or self._config().person_with_email(address) is not None

    def _append(self, named: Ticket, ticket: Ticket, letter: Letter, now: datetime) -> Outcome:
        message = self._message(letter, letter.mail.reply, quoted=letter.mail.quoted or None)
        person = self._config().person_with_email(letter.sender.address)
        if person and letter.is_genuine:
            # Whoever works here and answers a notice speaks to colleagues, never as the customer.
            agent = Actor(kind="agent", id=person.id, name=person.name)
            self._tickets.hear(ticket.id, lambda current: note(current, message, actor=agent, now=now), [letter.key])
            return _outcome(Fate.APPENDED, letter.mail, ticket.id)
        actor, is_machine = actor_of(named.contact, letter), letter.machine is not None
        if letter.mail.bounce and self._is_ours(letter.mail.bounce):
            return self._take_back(named, letter, letter.mail.bounce, message, now)
        self._tickets.hear(
            ticket.id,
            lambda current: receive(
                current, message, channel=Channel.EMAIL, actor=actor, now=now, is_machine=is_machine
            ),
            [letter.key],
        )
        return _outcome(Fate.APPENDED, letter.mail, ticket.id)

    def _is_ours(self, bounce: Bounce) -> bool:
        """Whether the mail that came back is one that we sent: only those are known without a fingerprint."""
        key = message_key(self._mailbox, bounce.original_message_id or "")
        return (self._past.first_use(key) or ("", "another's"))[1] == ""

    def _take_back(self, ticket: Ticket, letter: Letter, bounce: Bounce, message: Message, now: datetime) -> Outcome:
        recipient = fold_address(bounce.recipient or "")
        if recipient == ticket.mailed_at and says_that_an_address_is_gone(bounce.status, bounce.action):
            mark = Undeliverable(address=recipient, since=now, status=bounce.status or "", ticket_id=ticket.id)
            self._standings.mark(mark)
        self._tickets.handle(
            ticket.id,
            lambda current: come_back(
                current,
                message,
                actor=actor_of(ticket.contact, letter),
                now=now,
                recipient=bounce.recipient,
                status=bounce.status,
                action=bounce.action,
                message_id=bounce.original_message_id,
            ),
            [letter.key],
        )
        return _outcome(Fate.APPENDED, letter.mail, ticket.id)

    def _open(self, config: DeskConfig, letter: Letter, now: datetime, *, related_to: Ticket | None) -> Outcome:
        mail, sender = letter.mail, letter.sender
        language = language_of(mail.subject, mail.reply[:2_000], default=config.desk.default_language)
        contact, company = self._customers.recognise(
            Caller(name=sender.name, address=sender.address, language=language)
        )
        if company and not letter.is_genuine:
            # Anybody may write a company's address on a letter: it counts for no tier.
            company = Company(id=company.id, name=company.name, is_claimed=True)
        title = title_of(mail, language)
        problem = Problem(title=title, description=self._message(letter, mail.text))
        form = config.form_for(Channel.EMAIL)
        known = answers_in_problem(problem, contact, company)
        if not letter.is_genuine:
            # What is asked would tell what the desk knows of somebody whose address this may not be.
            known = without_known(known, contact, company)
        missing = form.missing(known, Channel.EMAIL) if form else ()
        asks_at = letter.asks_at if letter.machine is None else None
        answers_to = asks_at if asks_at and is_followed(asks_at, letter.writer) else None

        def begin(ticket_id: TicketId) -> TicketOpened:
            return open_ticket(
                ticket_id,
                desk=config.desk.id,
                channel=Channel.EMAIL,
                language=language,
                contact=contact,
                company=company,
                problem=problem,
                actor=actor_of(contact, letter),
                now=now,
                missing=missing,
                form=form.id if form else None,
                is_machine=letter.machine is not None,
                mailbox=self._mailbox,
                related_to=related_to.id if related_to else None,
                answers_to=answers_to,
            )

        ticket, is_new = self._tickets.open(begin, [letter.key])
        return _outcome(Fate.OPENED if is_new else Fate.REPEATED, mail, ticket.id)

    def _message(self, letter: Letter, text: str, *, quoted: str | None = None) -> Message:
        mail, keep, scope = letter.mail, self._bodies.keep, letter.key.value
        return self._bodies.message(
            text,
            scope=scope,
            html_key=keep(mail.html.encode(), "text/html; charset=utf-8", scope=scope) if mail.html else None,
            raw_key=keep(letter.raw, "message/rfc822", scope=scope),
            message_id=mail.message_id,
            attachments=tuple(self._files(mail, scope)),
            quoted=quoted[:MAX_QUOTED] if quoted else None,
            receipt=letter.delivery.verdicts or None,
            reply_to=letter.asks_at,
            relayed_by=letter.writer.relayed_by,
        )

    def _files(self, mail: ReceivedMail, scope: str) -> list[Attachment]:
        files: list[Attachment] = []
        for one in mail.attachments[:MAX_FILES]:
            key = scoped("attachments", self._config().desk.id, one.sha256, scope)
            self._blobs.put(key, one.content, one.content_type)
            files.append(
                Attachment(
                    key=key,
                    name=one.name,
                    content_type=one.content_type,
                    size=one.size,
                    is_inline=one.inline,
                    content_id=one.content_id or None,
                )
            )
        return files

    def _reply_key(self, key_id: str) -> bytes | None:
        key = self._keys.find(key_id)
        return key.derive(Purpose.REPLY_ADDRESS, self._config().desk.id) if key else None

    def _hold(self, delivery: Delivery, held: Held, why: str, mail: ReceivedMail | None = None) -> Outcome:
        self._quarantine.hold(
            HeldMail(
                id=delivery.id,
                received_at=delivery.received_at,
                held=held,
                why=why,
                raw_key=delivery.key,
                envelope_sender=delivery.envelope_sender,
                recipients=delivery.recipients,
                verdicts=delivery.verdicts,
                dmarc_policy=delivery.dmarc_policy,
                sender=mail.sender.address if mail and mail.sender else None,
                subject=mail.subject[:300] if mail else "",
                message_id=mail.message_id if mail else None,
                excerpt=mail.text[:MAX_QUOTED] if mail else "",
            )
        )
        return _outcome(Fate.HELD, mail, held=held)


def _outcome(
    fate: Fate, mail: ReceivedMail | None, ticket_id: TicketId | None = None, held: Held | None = None
) -> Outcome:
    message_id, sender = (mail.message_id, from_of(mail) or None) if mail else (None, None)
    return Outcome(fate, ticket_id, held, message_id, sender)
