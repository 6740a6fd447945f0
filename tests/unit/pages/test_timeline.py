import json
from datetime import timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from functions.desk.pages.names import Names
from functions.desk.pages.telling import Teller
from functions.intake.pages.views import TrackingPage
from functions.intake.tracking import track
from functions.shared.contracts.events import (
    AnyTicketEvent,
    Attachment,
    MailBounced,
    NoteAdded,
    NotificationFailed,
    NotificationSent,
    Reason,
    ReplySent,
    TicketAssigned,
    TicketEscalated,
    TicketResolved,
    TicketTriaged,
)
from functions.shared.contracts.words import Metric, RootCause
from functions.shared.pages.languages import LANGUAGES, catalogue
from tests.factories import AGENT, NOON, SYSTEM, make_message, make_opened, make_problem, make_ticket

NAMES = Names({"li-na": "Li Na"}, {"second-line": "Second line"})
EVENTS = {kind.__name__: kind for kind in get_args(get_args(AnyTicketEvent)[0])}
REASON = Reason(code="matrix", zh="按矩阵", en="by the matrix")


def teller(language: str = "en", **options: object) -> Teller:
    return Teller(catalogue(language), NOON, ZoneInfo("Asia/Shanghai"), NAMES, **options)  # type: ignore[arg-type]  # free


def happened(kind, actor=SYSTEM, **fields):
    return make_ticket().happening(kind, actor=actor, now=NOON, **fields)


TRIAGED = happened(TicketTriaged, priority="P1", team="second-line", assignee="li-na", reasons=(REASON,))
NOTED = happened(NoteAdded, AGENT, message=make_message("probably the cache"))
REPLIED = happened(ReplySent, AGENT, message=make_message("Please try again."))
RESOLVED = happened(TicketResolved, AGENT, root_cause=RootCause.DEFECT, cause="a secret of ours", solution="Update.")


def test_the_desk_sees_who_decided_what_and_why():
    [entry] = teller().timeline([TRIAGED])

    assert (entry.kind, entry.what) == ("fact", "triaged it as P1, for Second line / Li Na")
    assert entry.reasons == ("by the matrix",)
    assert teller("zh").timeline([TRIAGED])[0].reasons == ("按矩阵",)


def test_a_customer_sees_neither_notes_nor_reasons_nor_causes():
    ticket = track(
        make_ticket(), [make_opened(), TRIAGED, NOTED, REPLIED, RESOLVED], "AS-0000-0001", lambda it: it.text, {}
    )

    page = TrackingPage.of(ticket, catalogue("en").text, "/track/AS-0000-0001", "once", NOON)

    assert [entry.what for entry in page.timeline] == [
        "reported this",
        "Passed on to the right team",
        "replied",
        "Solved",
    ]
    assert not any(entry.reasons for entry in page.timeline)
    assert "secret" not in repr(page)
    assert "cache" not in repr(page)


def test_the_report_is_told_with_what_helps_to_reproduce_it():
    event = make_opened(problem=make_problem(error_text="E-1", steps_to_reproduce="1. Open"))

    [entry] = teller().timeline([event])

    assert entry.details == (("Error message", "E-1"), ("Steps to reproduce", "1. Open"))


def test_taking_a_ticket_is_told_as_taking_it():
    event = happened(TicketAssigned, AGENT, team="second-line", assignee="li-na")

    assert [entry.what for entry in teller().timeline([event])] == ["took the ticket"]


def test_an_escalation_names_who_was_told():
    event = happened(
        TicketEscalated,
        metric=Metric.RESOLUTION,
        cycle=1,
        level=1,
        due_at=NOON - timedelta(hours=1),
        recipients=("li-na",),
    )

    [entry] = teller().timeline([event])

    assert (entry.kind, entry.what) == ("alarm", "escalated to level 1: told Li Na")


def test_a_file_is_linked_where_the_reader_may_fetch_it():
    file = Attachment(key="a", name="log.txt", size=10)
    event = happened(ReplySent, AGENT, message=make_message(attachments=(file,)))

    [closed] = teller().timeline([event])
    [opened] = teller(link=lambda event, part: f"/messages/{event.sequence}/{part}").timeline([event])

    assert closed.files[0].href is None
    assert opened.files[0].href == "/messages/2/attachments/1"


SAMPLES = [json.loads(path.read_text("utf-8"))["detail"] for path in sorted(Path("events/bus").glob("*.json"))]
TICKET_SAMPLES = [sample for sample in SAMPLES if "ticket_id" in sample and sample["type"] in EVENTS]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", TICKET_SAMPLES, ids=lambda sample: sample["type"])
def test_every_event_is_told_in_every_language(language, sample):
    [entry] = teller(language).timeline([EVENTS[sample["type"]].model_validate(sample)])

    assert entry.what


def test_mail_that_left_is_told():
    event = happened(NotificationSent, cause="x", template="ack", recipient="wang@acme.example", message_id="<1@x>")

    assert [entry.what for entry in teller().timeline([event])] == ["sent mail to wang@acme.example"]


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("zh", "3h 内发往同一邮箱的自动答复已达 10 封，不再发送"),
        ("en", "more than 10 automatic answers to one address within 3h"),
    ],
)
def test_why_a_mail_was_not_sent_is_told_in_the_readers_language(language, why):
    kept = "more than 10 automatic answers to one address within 3h"
    event = happened(NotificationFailed, cause="x", template="ack", recipient="a@x", why=kept)

    assert [entry.text for entry in teller(language).timeline([event])] == [why]


def test_a_reply_whose_mail_came_back_says_so():
    sent = happened(NotificationSent, cause=REPLIED.event_id, template="reply", recipient="a@x", message_id="<1@x>")
    bounced = happened(MailBounced, recipient="a@x", status="5.1.1", action="failed", message_id="<1@x>")
    late = happened(MailBounced, recipient="a@x", status="4.4.1", action="delayed", message_id="<1@x>")

    lost = [entry.what for entry in teller().timeline([REPLIED, sent, bounced])]
    delayed = [entry.what for entry in teller().timeline([REPLIED, sent, late])]

    assert lost == [
        "replied to the customer; the mail came back",
        "sent mail to a@x, which came back",
        "mail to a@x came back (5.1.1)",
    ]
    assert delayed == [
        "replied to the customer", "sent mail to a@x", "mail to a@x is late (4.4.1); it is still being tried",
    ]  # fmt: skip
