from typing import Any

import pytest

from functions.desk.mail import MOST_PICTURES, TicketMail
from functions.shared.contracts.events import Attachment
from functions.shared.contracts.words import Role
from functions.shared.domain.errors import NotAllowed, TicketNotFound
from functions.shared.domain.file_standing import FileStanding
from functions.shared.domain.mail_standing import Undeliverable
from functions.shared.domain.ticket import Ticket, event_id
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.ticketing import Tickets
from tests.factories import DESK, NOON, default_config, make_message, make_opened, make_problem
from tests.fakes import CountedIds, InMemoryBlobs, InMemoryTickets, StillClocks
from tests.unit.mail.standings import StandingsInMemory

AGENT = Principal(kind=PrincipalKind.PERSON, id="li-na", name="李娜", desk=DESK, roles=frozenset({Role.AGENT}))
NOBODY = Principal(kind=PrincipalKind.PERSON, id="x@example.com", name="x", desk=DESK)
REFERENCE = "AS-0000-0001"


class Place:
    def __init__(self) -> None:
        self.store, self.blobs, self.standings = InMemoryTickets(), InMemoryBlobs(), StandingsInMemory()
        self.mail = TicketMail(config=default_config, reader=self.store, blobs=self.blobs, standings=self.standings)

    def open(self, html: str, *files: Attachment) -> Ticket:
        self.blobs.put("bodies/html", html.encode())
        message = make_message(html_key="bodies/html", attachments=files)
        opened = make_opened(problem=make_problem(description=message))
        ticket, _ = Tickets(self.store, StillClocks, CountedIds()).open(
            lambda id: opened.model_copy(update={"ticket_id": id, "event_id": event_id(id, 1)})
        )
        return ticket


@pytest.fixture
def place() -> Place:
    return Place()


def _picture(**changes: Any) -> Attachment:
    known = {"key": "attachments/a", "name": "a.png", "content_type": "image/png", "size": 4, "content_id": "shot@x"}
    return Attachment.model_validate({**known, **changes})


def test_a_mails_own_pictures_are_shown_where_it_put_them(place: Place) -> None:
    place.blobs.put("attachments/a", b"\x89PNG")
    place.open('<p>见图<img src="cid:shot@x"><img src="cid:unknown"></p>', _picture())

    assert place.mail.html(AGENT, REFERENCE, 1) == ('<p>见图<img src="data:image/png;base64,iVBORw=="><img src=""></p>')


def test_a_picture_that_the_malware_scan_keeps_back_is_left_out(place: Place) -> None:
    place.blobs.put("attachments/a", b"\x89PNG")
    place.blobs.standings["attachments/a"] = FileStanding.BEING_CHECKED
    place.open('<img src="cid:shot@x">', _picture())

    assert place.mail.html(AGENT, REFERENCE, 1) == '<img src="">'


@pytest.mark.parametrize("changes", [{"content_type": "image/svg+xml"}, {"size": MOST_PICTURES + 1}])
def test_what_is_no_picture_or_too_large_is_left_out(place: Place, changes: dict[str, Any]) -> None:
    place.open('<img src="cid:shot@x">', _picture(**changes))

    assert place.mail.html(AGENT, REFERENCE, 1) == '<img src="">'


def test_a_message_without_html_has_none(place: Place) -> None:
    place.open("<p>x</p>")

    with pytest.raises(TicketNotFound):
        place.mail.html(AGENT, REFERENCE, 2)
    with pytest.raises(NotAllowed):
        place.mail.html(NOBODY, REFERENCE, 1)


def test_an_agent_sees_that_a_customer_cannot_be_reached_and_clears_it(place: Place) -> None:
    ticket = place.open("<p>x</p>")
    mark = Undeliverable(address="wang@acme.example", since=NOON, status="5.1.1", ticket_id=ticket.id)
    place.standings.mark(mark)

    assert place.mail.undeliverable(AGENT, REFERENCE) == mark
    place.mail.clear(AGENT, REFERENCE, now=NOON)
    assert place.mail.undeliverable(AGENT, REFERENCE) is None
    with pytest.raises(NotAllowed):
        place.mail.clear(NOBODY, REFERENCE, now=NOON)
