"""What a ticket lacks: asked for in one form, filled in by the customer, and never asked for twice."""

from typing import Any

import pytest

from functions.intake.requests import UploadRequest
from functions.intake.service import customer
from functions.shared.bodies import Bodies
from functions.shared.completing import Completing, OpenQuestions
from functions.shared.contracts.events import (
    Attachment,
    Company,
    Contact,
    DetailsProvided,
    Problem,
    Said,
    TicketOpened,
    TicketUpdated,
)
from functions.shared.contracts.words import Channel, Impact, Language, Status, TicketId, Urgency
from functions.shared.domain.decisions import open_ticket, receive, wait
from functions.shared.domain.directory import company_id, contact_id
from functions.shared.domain.errors import InvalidInput
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ticket_answers import OF_THE_CUSTOMER, answers_in_problem, answers_of, without_known
from tests.factories import AGENT, DESK, NOON, default_config, make_message
from tests.unit.test_intake import ATTACHMENT, Door, customer_of

CONFIG = default_config()
MAILER = Contact(
    id=contact_id("wang@acme.example"),
    name="王芳",
    address="wang@acme.example",
    said=Said(name="王芳", address="wang@acme.example"),
)


class MailedDoor(Door):
    """A desk to which somebody wrote a mail about a problem, and no more than that."""

    def __init__(self, contact: Contact = MAILER, company: Company | None = None, **problem: Any) -> None:
        super().__init__()
        self.completing = Completing(
            config=lambda: CONFIG,
            tickets=self.tickets,
            timelines=self.store,
            customers=self.customers,
            bodies=Bodies(self.blobs, DESK),
            attachments=self.intake.attachments,
        )
        said = Problem(title="导出后全是 0", description=make_message("金额一列"), **problem)
        form = CONFIG.form_for(Channel.EMAIL)
        assert form is not None
        missing = form.missing(
            without_known(answers_in_problem(said, contact, company), contact, company), Channel.EMAIL
        )

        def begin(ticket_id: TicketId) -> TicketOpened:
            return open_ticket(
                ticket_id, desk=DESK, channel=Channel.EMAIL, language=Language.ZH, contact=contact, company=company,
                problem=said, actor=AGENT, now=NOON, missing=missing, form="after-sales",
            )  # fmt: skip

        self.ticket, _ = self.tickets.open(begin)

    @property
    def name(self) -> str:
        return reference(self.ticket.id, CONFIG.desk.prefix)

    def asked(self) -> set[str]:
        return {field.id for field in self.open_questions().fields}

    def open_questions(self) -> OpenQuestions:
        ticket = self.intake.visible(customer_of(self.ticket), self.name)
        return self.completing.open_questions(ticket, for_customer=True)

    def provide(self, key: str | None = None, **answers: Any) -> Ticket:
        return self.completing.provide(
            self.open_questions().ticket,
            answers,
            actor=customer(MAILER),
            channel=Channel.API,
            idempotency_key=key,
            now=NOON,
        )

    def provided(self) -> list[DetailsProvided]:
        return [event for event in self.store.timeline(self.ticket.id) if isinstance(event, DetailsProvided)]


def refused(door: MailedDoor, **answers: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refusal:
        door.provide(**answers)
    return [(error.field, error.code) for error in refusal.value.errors]


def test_a_mail_leaves_open_what_a_form_would_have_asked():
    door = MailedDoor()

    assert door.ticket.missing == ("topic", "company", "impact", "urgency")
    assert door.asked() == {
        "topic", "company", "impact", "urgency", "module", "steps_to_reproduce", "attachments",
    }  # fmt: skip


def test_what_is_known_is_not_asked_again():
    door = MailedDoor(impact="person", urgency="low", fields={"topic": "question"})

    assert door.ticket.missing == ("company",)
    assert door.asked() == {"company"}
    assert door.open_questions().known["title"] == "导出后全是 0"


def test_what_is_provided_stands_on_the_ticket_and_is_missing_no_more():
    door = MailedDoor()

    after = door.provide(topic="question", company="Acme", impact="department", urgency="high")

    assert after.missing == ()
    assert (after.impact, after.urgency) == (Impact.DEPARTMENT, Urgency.HIGH)
    assert after.company
    assert after.company.name == "Acme"
    assert after.fields == {"topic": "question"}
    [event] = door.provided()
    assert event.actor.kind == "customer"
    assert event.missing == ()


def test_a_company_is_called_what_is_seen_of_its_name():
    door = MailedDoor()

    company = door.provide(company="\u202eAc\u200bme\u2028 Ltd").company

    assert company is not None
    assert (company.name, company.said) == ("Acme Ltd", "Acme Ltd")


def test_an_answer_can_ask_for_more():
    door = MailedDoor()

    after = door.provide(topic="fault", company="Acme", impact="person", urgency="low")

    assert after.missing == ("module", "steps_to_reproduce", "attachments")
    assert door.asked() == {"module", "steps_to_reproduce", "attachments"}


def test_files_that_are_provided_hang_on_the_ticket():
    door = MailedDoor(impact="person", urgency="low", module="login", fields={"topic": "fault"})
    door.intake.prepare_upload(UploadRequest(name="错误.png", content_type="image/png", size=4), ATTACHMENT)
    door.blobs.upload(b"\x89PNG")

    after = door.provide(company="Acme", steps_to_reproduce="1. 打开", attachments=[ATTACHMENT])

    assert after.missing == ()
    [event] = door.provided()
    assert event.message
    assert [file.name for file in event.message.attachments] == ["错误.png"]
    assert answers_of(after, door.store.timeline(after.id))["attachments"] == ["错误.png"]


def test_a_screenshot_that_comes_by_mail_is_missing_no_more():
    door = MailedDoor(impact="person", urgency="low", module="login", fields={"topic": "fault"})
    assert "attachments" in door.ticket.missing
    file = Attachment(key="a", name="s.png", content_type="image/png", size=40_000)

    after = door.tickets.handle(
        door.ticket.id,
        lambda ticket: receive(
            ticket, make_message("如图", attachments=(file,)), channel=Channel.EMAIL, actor=AGENT, now=NOON
        ),
    )

    assert "attachments" not in after.missing
    assert "attachments" not in door.asked()


def test_a_signatures_logo_is_no_screenshot():
    logo = Attachment(key="a", name="logo.png", content_type="image/png", size=3_000, is_inline=True)
    known = answers_in_problem(Problem(title="x", description=make_message("y", attachments=(logo,))), MAILER, None)

    assert "attachments" not in known


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({}, [("topic", "required"), ("company", "required"), ("impact", "required"), ("urgency", "required")]),
        ({"impact": "everybody"}, [("impact", "unknown_choice")]),
        ({"topic": "billing", "steps_to_reproduce": "1."}, [("steps_to_reproduce", "not_asked")]),
        ({"topic": "billing", "module": "login"}, [("module", "not_offered")]),
        ({"title": "Something else"}, [("title", "known_already")]),
        ({"contact_email": "li@other.example"}, [("contact.address", "known_already")]),
        ({"severity": "high"}, [("severity", "unknown_field")]),
    ],
)
def test_an_answer_that_cannot_be_taken_changes_nothing(answers, errors):
    door = MailedDoor()

    assert refused(door, **answers) == errors
    assert door.provided() == []


def test_the_same_answers_again_change_nothing():
    door = MailedDoor()
    answers = {"topic": "question", "company": "Acme", "impact": "person", "urgency": "low"}
    first = door.provide(key="k", **answers)

    assert door.provide(key="k", **answers) == first
    assert door.provide(**answers) == first


def test_a_ticket_that_waits_for_the_customer_goes_on():
    door = MailedDoor()
    door.tickets.handle(door.ticket.id, lambda ticket: wait(ticket, Status.WAITING_CUSTOMER, actor=AGENT, now=NOON))

    after = door.provide(topic="question")

    assert after.status is Status.OPEN
    assert after.missing == ("company", "impact", "urgency")


def test_a_title_alone_is_no_description():
    known = answers_in_problem(Problem(title="登录不了", description=make_message("登录不了")), MAILER, None)

    assert "description" not in known


def test_what_rules_and_people_decide_is_missing_no_more():
    door = MailedDoor()
    change = {"impact": "person", "fields": {"topic": "question"}}

    after = door.tickets.handle(
        door.ticket.id, lambda ticket: [ticket.happening(TicketUpdated, actor=AGENT, now=NOON, **change)]
    )

    assert after.missing == ("company", "urgency")


VICTIM = Contact(
    id=MAILER.id,
    name="王芳",
    address="wang@acme.example",
    phone="021-6688 0000",
    said=Said(name="Mallory", address="wang@acme.example"),
)
VICTIMS_COMPANY = Company(id=company_id("acme"), name="Acme", tier="vip")
UNKNOWN = VICTIM.model_copy(update={"phone": None})


def test_whoever_gives_somebodys_address_is_not_shown_what_the_desk_knows_of_them():
    door = MailedDoor(VICTIM, VICTIMS_COMPANY)

    known = door.open_questions().known
    assert {name: known.get(name) for name in OF_THE_CUSTOMER} == {
        "contact_name": "Mallory", "contact_email": "wang@acme.example", "contact_phone": None, "company": None,
    }  # fmt: skip
    of_the_desk = door.completing.open_questions(door.ticket, for_customer=False).known
    assert (of_the_desk["contact_phone"], of_the_desk["company"]) == ("021-6688 0000", "Acme")


@pytest.mark.parametrize("answer", [{"contact_phone": "021-6688 0000"}, {"contact_phone": "021-1111 1111"}])
def test_guessing_what_the_desk_knows_is_answered_as_if_it_knew_nothing(answer):
    knowing, unknowing = MailedDoor(VICTIM, VICTIMS_COMPANY), MailedDoor(UNKNOWN)

    assert knowing.ticket.missing == unknowing.ticket.missing
    assert knowing.asked() == unknowing.asked()
    assert knowing.provide(**answer).missing == unknowing.provide(**answer).missing
    assert knowing.open_questions().known == unknowing.open_questions().known
    assert refused(knowing, contact_phone="1234567") == refused(unknowing, contact_phone="1234567")


def test_the_company_that_a_customer_names_does_not_replace_the_one_that_the_desk_knows():
    door = MailedDoor(VICTIM, VICTIMS_COMPANY)

    after = door.provide(company="Evil Inc")

    assert after.company == VICTIMS_COMPANY.model_copy(update={"said": "Evil Inc"})
    assert "company" not in after.missing
    assert door.open_questions().known["company"] == "Evil Inc"


def test_a_ticket_from_before_tells_its_customer_nothing_of_who_asked():
    door = MailedDoor(VICTIM.model_copy(update={"said": Said()}), VICTIMS_COMPANY)

    assert not set(door.open_questions().known) & set(OF_THE_CUSTOMER)
