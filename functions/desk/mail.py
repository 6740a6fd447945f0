"""Mail on a ticket as agents need it: its HTML shown safely, and whether its customer can be reached."""

import base64
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, Protocol

from functions.shared.bodies import BlobStore
from functions.shared.contracts.events import Attachment, Message, TicketEvent
from functions.shared.contracts.words import Role, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import TicketNotFound
from functions.shared.domain.file_standing import FileStanding
from functions.shared.domain.mail_standing import Undeliverable
from functions.shared.domain.references import parse_reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.principal import Principal

MOST_PICTURES: Final = 3_000_000
"""Bytes of pictures that are shown inside a mail; an answer of API Gateway ends at 6 MB, and base64 adds a third."""

_PICTURES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BY_CONTENT_ID: Final = re.compile(r'src="cid:([^"]{1,300})"')


class TicketReader(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...

    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]: ...


class Files(BlobStore, Protocol):
    """What lies beside tickets; of attachments, which are kept back."""

    def withheld(self, keys: Iterable[str]) -> dict[str, FileStanding]: ...


class Standings(Protocol):
    """Addresses that mail does not reach."""

    def undeliverable(self, address: str) -> Undeliverable | None: ...

    def clear(self, address: str, *, by: str, now: datetime) -> None: ...


class TicketMail:
    """The mail of one desk's tickets."""

    def __init__(
        self, *, config: Callable[[], DeskConfig], reader: TicketReader, blobs: Files, standings: Standings
    ) -> None:
        self._config = config
        self._reader = reader
        self._blobs = blobs
        self._standings = standings

    def html(self, principal: Principal, reference_text: str, sequence: int) -> str:
        """The sanitised HTML of the mail in event `sequence`, with its own pictures in it.

        Raises:
            TicketNotFound: there is no such ticket, or that event has no HTML.
        """
        principal.require(Role.AGENT)
        for event in self._reader.timeline(self._ticket_id(reference_text)):
            message = getattr(event, "message", None) or getattr(getattr(event, "problem", None), "description", None)
            if event.sequence == sequence and isinstance(message, Message) and message.html_key:
                return self._with_pictures(self._blobs.get(message.html_key).decode(), message.attachments)
        raise TicketNotFound(Saying.of("reason.no_mail", ticket=reference_text, sequence=sequence))

    def undeliverable(self, principal: Principal, reference_text: str) -> Undeliverable | None:
        """Why nothing is mailed to the ticket's customer; None when they can be reached."""
        principal.require(Role.AGENT)
        address = self._reader.get(self._ticket_id(reference_text)).mailed_at
        return self._standings.undeliverable(address) if address else None

    def clear(self, principal: Principal, reference_text: str, *, now: datetime) -> None:
        """The ticket's customer may be mailed again."""
        principal.require(Role.AGENT)
        address = self._reader.get(self._ticket_id(reference_text)).mailed_at
        if address:
            self._standings.clear(address, by=principal.id, now=now)

    def _with_pictures(self, html: str, files: tuple[Attachment, ...]) -> str:
        named = {file.content_id: file for file in files if file.content_id and file.content_type in _PICTURES}
        withheld = self._blobs.withheld(file.key for file in named.values())
        shown = {name: file for name, file in named.items() if file.key not in withheld}
        left = MOST_PICTURES

        def embedded(found: re.Match[str]) -> str:
            nonlocal left
            file = shown.get(found[1])
            if file is None or file.size > left:
                return 'src=""'
            left -= file.size
            content = base64.b64encode(self._blobs.get(file.key)).decode()
            return f'src="data:{file.content_type};base64,{content}"'

        return _BY_CONTENT_ID.sub(embedded, html)

    def _ticket_id(self, reference_text: str) -> TicketId:
        ticket_id = parse_reference(reference_text, self._config().desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        return ticket_id
