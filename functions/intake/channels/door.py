"""Messages that channels post: each becomes a ticket, joins the one its conversation is about, or is set aside."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from functions.intake.channels import MODULES
from functions.intake.channels.payloads import BadPayload
from functions.shared.bodies import BlobStore, Bodies, scoped
from functions.shared.contracts.events import Actor, Attachment, Company, Contact, Message, Problem, TicketOpened
from functions.shared.contracts.words import Channel, Language, Slug, Status, TicketId
from functions.shared.domain.channel_hooks import ChannelHook, ChannelMessage
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import note, open_ticket, receive
from functions.shared.domain.directory import Caller
from functions.shared.domain.errors import InvalidInput, NotSignedIn, TicketGone
from functions.shared.domain.languages import language_of
from functions.shared.domain.merging import survivor
from functions.shared.domain.quarantine import Held, HeldMail
from functions.shared.domain.references import reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.visible import title_from
from functions.shared.ticketing import NaturalKey, Tickets

MOST_TICKETS: Final = 100
"""Tickets of one conversation, one after the other."""

_UNTHOUGHT_OF: Final = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)
"""What an unfit value raises; a service that does not answer raises none of these."""

_NO_SECRETS: Final = (bytes(32),)
"""What a channel without secrets is checked against, so that the answer takes as long."""


class Secrets(Protocol):
    """The secrets in force for a channel, by its id; none where there are none."""

    def of(self, hook: Slug) -> Sequence[bytes]: ...


class Past(Protocol):
    """What came of earlier messages."""

    def get(self, ticket_id: TicketId) -> Ticket: ...

    def seen(self, key: str) -> TicketId | None: ...


class Customers(Protocol):
    def recognise(self, caller: Caller) -> tuple[Contact, Company | None]: ...


class HoldingArea(Protocol):
    def hold_once(self, mail: HeldMail) -> None: ...


Fate = Literal["opened", "appended", "repeated"]


@dataclass(frozen=True)
class Accepted:
    """What became of a message."""

    fate: Fate
    ticket_id: TicketId
    reference: str


class ChannelDoor:
    """The channels' door of one desk."""

    def __init__(
        self,
        *,
        config: Callable[[], DeskConfig],
        secrets: Secrets,
        tickets: Tickets,
        past: Past,
        customers: Customers,
        bodies: Bodies,
        blobs: BlobStore,
        quarantine: HoldingArea,
        payloads: BlobStore,
    ) -> None:
        """`payloads` is where what cannot be read is kept as it came."""
        self._config = config
        self._secrets = secrets
        self._tickets = tickets
        self._past = past
        self._customers = customers
        self._bodies = bodies
        self._blobs = blobs
        self._quarantine = quarantine
        self._payloads = payloads

    def receive(self, name: Slug, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Accepted:
        """Take in one message; a repeated one changes nothing.

        Raises:
            NotSignedIn: there is no such channel, or the signature does not hold, whichever it is.
            InvalidInput: the payload holds no message; it waits in quarantine with the reason.
        """
        hook = self._genuine(name, headers, body, now)
        try:
            return self._take(hook, body, now)
        except BadPayload as error:
            key = f"channels/{hook.id}/{hashlib.sha256(body).hexdigest()}"
            self._payloads.put(key, body, "application/octet-stream")
            self._hold(hook.id, key, body, str(error), now)
            raise InvalidInput.of(
                "payload", "unreadable", Saying.of("objection.unreadable", why=error.about)
            ) from error

    def replay(self, name: Slug, key: str, *, received_at: datetime, now: datetime) -> Accepted | None:
        """Read what is kept under `key` by the configuration of now; None where it is held once more."""
        hook, body = self._config().channel_hook(name), self._payloads.get(key)
        try:
            if hook is None:
                raise BadPayload(Saying.of("kept.no_channel"))
            return self._take(hook, body, now)
        except BadPayload as error:
            self._hold(name, key, body, str(error), received_at)
            return None

    def _take(self, hook: ChannelHook, body: bytes, now: datetime) -> Accepted:
        """Take in a message of which it is known that the channel sent it; raises BadPayload."""
        try:
            return self._taken(hook, MODULES[hook.kind].read(body, hook), now)
        except BadPayload:
            raise
        except _UNTHOUGHT_OF as error:
            # A payload that nobody thought of breaks something further in: it is still the channel's to know.
            raise BadPayload(Saying.of("kept.not_kept", kind=type(error).__name__)) from error

    def _taken(self, hook: ChannelHook, message: ChannelMessage, now: datetime) -> Accepted:
        key = NaturalKey(f"channel:{hook.id}:message:{message.message_id}")
        if seen := self._past.seen(key.value):
            return self._accepted("repeated", seen)
        accepted = self._filed(hook, message, key, now)
        if message.left_out and accepted.fate != "repeated":
            self._tell_what_is_left_out(accepted.ticket_id, hook, message, now)
        return accepted

    def _filed(self, hook: ChannelHook, message: ChannelMessage, key: NaturalKey, now: datetime) -> Accepted:
        place, ticket = self._conversation(hook, message)
        if ticket is None:
            opened, is_new = self._open(hook, message, [key, *([NaturalKey(place)] if place else [])], now)
            if is_new or self._past.seen(key.value):
                return self._accepted("opened" if is_new else "repeated", opened.id)
            ticket = opened  # another message of the conversation was faster by a moment
        try:
            return self._append(ticket, hook, message, key, now)
        except TicketGone:  # it was deleted in this moment
            return self._filed(hook, message, key, now)

    def _tell_what_is_left_out(
        self, ticket_id: TicketId, hook: ChannelHook, message: ChannelMessage, now: datetime
    ) -> None:
        text = "\n".join((f"{hook.id}: left out, for it does not fit · 不合格式，未采用：", *message.left_out))
        said, key = self._bodies.message(text), NaturalKey(f"channel:{hook.id}:left-out:{message.message_id}")
        actor = Actor(kind="system", id=hook.id, name=hook.id)
        self._tickets.handle(ticket_id, lambda current: note(current, said, actor=actor, now=now), [key])

    def _genuine(self, name: Slug, headers: Mapping[str, str], body: bytes, now: datetime) -> ChannelHook:
        hook = self._config().channel_hook(name)
        secrets = self._secrets.of(hook.id) if hook else ()
        module = MODULES[hook.kind] if hook else next(iter(MODULES.values()))
        is_genuine = module.is_genuine(headers, body, secrets or _NO_SECRETS, now=now)
        if hook is None or not secrets or not is_genuine:
            raise NotSignedIn
        return hook

    def _conversation(self, hook: ChannelHook, message: ChannelMessage) -> tuple[str | None, Ticket | None]:
        """The key under which the conversation's next ticket goes, and the ticket it is about now, if any."""
        if message.conversation_id is None:
            return None, None
        for number in range(MOST_TICKETS):
            place = f"channel:{hook.id}:conversation:{number}:{message.conversation_id}"
            found = self._past.seen(place)
            if found is None:
                return place, None
            try:
                ticket = self._past.get(found)
            except TicketGone:
                continue
            if survivor(ticket, self._past.get).status is not Status.CLOSED:
                return None, ticket
        return None, None

    def _open(
        self, hook: ChannelHook, message: ChannelMessage, keys: Sequence[NaturalKey], now: datetime
    ) -> tuple[Ticket, bool]:
        config = self._config()
        language = _language(message, config.desk.default_language)
        contact, company = self._customers.recognise(
            Caller(
                name=message.name,
                address=message.address,
                phone=message.phone,
                handle=_handle(hook, message),
                company=message.company,
                language=language,
            )
        )
        title = title_from(*message.text.split("\n"))
        problem = Problem(title=title, description=self._said(message, keys[0].value))
        channel = Channel(hook.channel)
        form = config.form_for(channel)
        answers = {"title": title, "description": message.text, "contact_name": message.name or None}
        answers |= {"contact_email": message.address, "contact_phone": message.phone, "company": message.company}

        def begin(ticket_id: TicketId) -> TicketOpened:
            return open_ticket(
                ticket_id,
                desk=config.desk.id,
                channel=channel,
                language=language,
                contact=contact,
                company=company,
                problem=problem,
                actor=_actor(contact),
                now=now,
                missing=form.missing(answers, channel) if form else (),
                form=form.id if form else None,
            )

        return self._tickets.open(begin, keys)

    def _append(
        self, ticket: Ticket, hook: ChannelHook, message: ChannelMessage, key: NaturalKey, now: datetime
    ) -> Accepted:
        said, channel = self._said(message, key.value), Channel(hook.channel)
        heard = self._tickets.hear(
            ticket.id,
            lambda current: receive(current, said, channel=channel, actor=_actor(ticket.contact), now=now),
            [key],
        )
        return self._accepted("appended", heard.id)

    def _said(self, message: ChannelMessage, scope: str) -> Message:
        files = []
        for file in message.files:
            key = scoped("attachments", self._config().desk.id, file.content, scope)
            self._blobs.put(key, file.content, file.content_type)
            files.append(Attachment(key=key, name=file.name, content_type=file.content_type, size=len(file.content)))
        return self._bodies.message(message.text, scope=scope, attachments=tuple(files))

    def _hold(self, name: Slug, key: str, body: bytes, why: str, now: datetime) -> None:
        self._quarantine.hold_once(
            HeldMail(
                id=f"{name}-{hashlib.sha256(body).hexdigest()[:16]}",
                received_at=now,
                held=Held.BAD_PAYLOAD,
                why=why,
                raw_key=key,
                channel=name,
                subject=f"{name}: {why}"[:300],
            )
        )

    def _accepted(self, fate: Fate, ticket_id: TicketId) -> Accepted:
        return Accepted(fate, ticket_id, reference(ticket_id, self._config().desk.prefix))


def _handle(hook: ChannelHook, message: ChannelMessage) -> str:
    """What the channel calls the sender: the account, else whoever leads the conversation, else nobody ever again."""
    return f"{hook.id}:{message.sender_id or message.conversation_id or message.message_id}"


def _actor(contact: Contact) -> Actor:
    return Actor(kind="customer", id=contact.id, name=contact.said.called)


def _language(message: ChannelMessage, default: Language) -> Language:
    try:
        return Language(message.language or "")
    except ValueError:
        return language_of("", message.text[:2_000], default=default)
