from typing import Any

import pytest
from pydantic import ValidationError

from functions.intake.proofs import LIFE
from functions.intake.requests import FollowUp, UploadRequest
from functions.intake.service import Intake
from functions.intake.uploads import Uploads
from functions.shared.bodies import Bodies
from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import Channel, Impact, Language, RootCause, Status, Urgency
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import note, reply, resolve
from functions.shared.domain.errors import AttachmentNotFound, InvalidInput, KeyReused, TicketNotFound
from functions.shared.domain.merging import merge
from functions.shared.domain.references import reference
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.reports import answers_in, read_report
from functions.shared.ticketing import NaturalKey, Tickets
from tests.factories import AGENT, DESK, NOON, default_config, make_message
from tests.fakes import CountedIds, InMemoryBlobs, InMemoryCustomers, InMemoryTickets, OpenGate, StillClocks
from tests.unit.test_proofs import NOW, PROOFS, solved

CONFIG = default_config()
ATTACHMENT = "att_" + "0" * 32

BODY: dict[str, Any] = {
    "company": "Acme",
    "contact": {"name": "王芳", "address": "wang@acme.example"},
    "title": "报表打不开",
    "description": "一直转圈",
    "module": "data-reports",
    "impact": "department",
    "urgency": "high",
}


class Door:
    """The customer's door over in-memory gateways."""

    def __init__(self, config: DeskConfig = CONFIG, gate: Any = None) -> None:
        self.store = InMemoryTickets()
        self.blobs = InMemoryBlobs()
        self.customers = InMemoryCustomers()
        self.tickets = Tickets(self.store, StillClocks, CountedIds())
        self.intake = Intake(
            config=lambda: config,
            tickets=self.tickets,
            reader=self.store,
            customers=self.customers,
            bodies=Bodies(self.blobs, DESK),
            files=self.blobs,
            uploads=Uploads(self.blobs, DESK),
            gate=gate or OpenGate(),
            proofs=PROOFS,
            ahead=lambda _: (),
        )

    def report(self, key: str | None = None, proof: str = "", **changes: Any) -> Any:
        report = read_report(answers_in({**BODY, **changes}), CONFIG, channel=Channel.API)
        return self.intake.report(report, channel=Channel.API, idempotency_key=key, proof=proof, now=NOON)


def guarded_door(**parts: Any) -> Door:
    """A desk whose forms ask for a proof of work."""
    forms = tuple(form.model_copy(update={"proof_of_work": True}) for form in CONFIG.forms)
    return Door(CONFIG.model_copy(update={"forms": forms}), **parts)


def proof() -> str:
    return solved(PROOFS.challenge(now=NOW))


def code_of(refusal: pytest.ExceptionInfo[InvalidInput]) -> str:
    (error,) = refusal.value.errors
    return error.code


def customer_of(ticket: Any) -> Principal:
    return Principal(kind=PrincipalKind.CUSTOMER, id=ticket.id, name="", desk=DESK, ticket_id=ticket.id)


def refused(body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        read_report(answers_in(body), CONFIG, channel=Channel.API)
    return {error.field: error.code for error in refusal.value.errors}


def test_a_report_keeps_every_field_of_the_form() -> None:
    report = read_report(
        answers_in(
            {**BODY, "error_text": "HTTP 504", "steps_to_reproduce": "1. 打开", "happened_at": "2026-03-02T09:40"}
        ),
        CONFIG,
        channel=Channel.API,
    )

    assert (report.company, report.contact_name, report.contact_email) == ("Acme", "王芳", "wang@acme.example")
    assert (report.impact, report.urgency, report.language) == (Impact.DEPARTMENT, Urgency.HIGH, Language.ZH)
    assert (report.error_text, report.steps_to_reproduce, report.happened_at) == (
        "HTTP 504",
        "1. 打开",
        "2026-03-02T09:40",
    )


def test_every_missing_field_is_named_at_once() -> None:
    assert refused({"contact": {}}) == {
        name: "required"
        for name in ("company", "contact.name", "contact.address", "title", "description", "impact", "urgency")
    }


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"module": "no-such-module"}, {"module": "unknown_choice"}),
        ({"description": "长" * 300_000}, {"description": "too_long"}),
        ({"contact": {"name": "x", "address": "not an address"}}, {"contact.address": "malformed"}),
        ({"impact": "planet"}, {"impact": "unknown_choice"}),
        ({"title": 7}, {"title": "wrong_type"}),
        ({"colour": "red"}, {"colour": "unknown_field"}),
        ({"contact": {"name": "x", "address": "a@b.example", "fax": "1"}}, {"contact.fax": "unknown_field"}),
        ({"language": "fr"}, {"language": "unknown_choice"}),
        ({"language": ["zh"]}, {"language": "unknown_choice"}),
    ],
)
def test_what_cannot_be_accepted_is_named(change: dict[str, Any], complaint: dict[str, str]) -> None:
    assert refused({**BODY, **change}) == complaint


def test_a_module_may_be_called_by_its_other_names() -> None:
    assert read_report(answers_in({**BODY, "module": "报表"}), CONFIG, channel=Channel.API).module == "data-reports"


def test_a_report_opens_a_ticket_with_a_reference() -> None:
    door = Door()
    receipt = door.report()

    assert receipt.is_new
    assert receipt.reference == "AS-0000-0001"
    assert receipt.ticket.contact.address == "wang@acme.example"
    assert [event.type for event in door.store.timeline(receipt.ticket.id)] == ["TicketOpened"]


def test_the_same_request_again_yields_the_same_ticket() -> None:
    door = Door()
    first, again = door.report("k1"), door.report("k1")

    assert (again.reference, again.is_new) == (first.reference, False)
    assert len(door.store.heads) == 1


def test_a_key_is_the_callers_own() -> None:
    door = Door()
    door.report("k1")
    other = door.report("k1", contact={"name": "x", "address": "other@else.example"})

    assert other.is_new


def test_a_key_does_not_serve_two_reports() -> None:
    door = Door()
    door.report("k1")
    with pytest.raises(KeyReused):
        door.report("k1", title="别的问题")


def test_a_proof_of_work_opens_one_ticket() -> None:
    door, done = guarded_door(), proof()
    assert door.report(proof=done).is_new

    with pytest.raises(InvalidInput) as refusal:
        door.report(proof=done, title="别的问题")
    assert code_of(refusal) == "proof_refused"
    with pytest.raises(InvalidInput) as refusal:
        door.report(proof=done, contact={"name": "x", "address": "other@else.example"})
    assert code_of(refusal) == "proof_refused"
    assert len(door.store.heads) == 1


@pytest.mark.parametrize("key", ["k1", None])
def test_a_report_sent_twice_with_its_proof_yields_its_ticket(key: str | None) -> None:
    door, done = guarded_door(), proof()
    first, again = door.report(key, proof=done), door.report(key, proof=done)

    assert (again.ticket.id, again.is_new) == (first.ticket.id, False)


@pytest.mark.parametrize("gone", ["", "bm9uZQ=="])
def test_a_repeat_by_its_key_needs_no_proof_any_more(gone: str) -> None:
    door = guarded_door()
    first, again = door.report("k1", proof=proof()), door.report("k1", proof=gone)

    assert (again.ticket.id, again.is_new) == (first.ticket.id, False)
    with pytest.raises(KeyReused):
        door.report("k1", proof=gone, title="别的问题")
    with pytest.raises(InvalidInput, match="proof"):
        door.report("k2", proof=gone)
    with pytest.raises(InvalidInput, match="proof"):
        door.report("k1", proof=gone, contact={"name": "x", "address": "other@else.example"})


def test_a_key_reused_is_told_from_a_proof_reused() -> None:
    door, done = guarded_door(), proof()
    door.report("k1", proof=done)

    with pytest.raises(KeyReused):
        door.report("k1", proof=done, title="别的问题")


def test_a_report_that_is_refused_costs_no_proof() -> None:
    door, done = guarded_door(), proof()
    with pytest.raises(InvalidInput) as refusal:
        door.report(proof=done, attachments=[ATTACHMENT])

    assert code_of(refusal) == "not_uploaded"
    assert door.report(proof=done).is_new


def test_a_proof_is_remembered_longer_than_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    door, kept = guarded_door(), list[NaturalKey]()
    monkeypatch.setattr(door.store, "append", lambda _ticket, _events, keys, **_: kept.extend(keys))
    door.report(proof=proof())

    (key,) = kept
    assert key.expires_at
    assert key.expires_at > NOON + LIFE


def test_a_long_description_is_kept_whole() -> None:
    door = Door()
    text = "很长的描述。" * 3000
    receipt = door.report(description=text)
    tracked = door.intake.track(customer_of(receipt.ticket), receipt.reference)

    assert tracked.timeline[0].text == text
    assert len(receipt.ticket.excerpt) <= 300


def test_a_file_that_was_never_uploaded_is_refused_and_nothing_is_stored() -> None:
    door = Door()
    for name in (ATTACHMENT, "../config/live"):
        with pytest.raises(InvalidInput) as refusal:
            door.report(attachments=[name])
        assert refusal.value.errors[0].field == "attachments.0"
    assert door.store.heads == {}


def test_an_uploaded_file_is_the_tickets_and_can_be_fetched() -> None:
    door = Door()
    door.intake.prepare_upload(UploadRequest(name="截图.png", content_type="image/png", size=4), ATTACHMENT)
    door.blobs.upload(b"\x89PNG")
    receipt = door.report(attachments=[ATTACHMENT])
    customer = customer_of(receipt.ticket)

    [file] = door.intake.track(customer, receipt.reference).timeline[0].attachments
    assert (file.name, file.size) == ("截图.png", 4)
    assert ATTACHMENT in door.intake.attachment_link(customer, receipt.reference, file.number)
    with pytest.raises(AttachmentNotFound):
        door.intake.attachment_link(customer, receipt.reference, 2)


def test_the_customer_sees_answers_and_never_notes() -> None:
    door = Door()
    ticket = door.report().ticket
    door.tickets.handle(ticket.id, lambda t: note(t, make_message("这个客户很烦"), actor=AGENT, now=NOON))
    door.tickets.handle(ticket.id, lambda t: reply(t, make_message("正在修复"), actor=AGENT, now=NOON))
    tracked = door.intake.track(customer_of(ticket), "AS-0000-0001")

    assert [(entry.kind, entry.text) for entry in tracked.timeline] == [("opened", "一直转圈"), ("reply", "正在修复")]
    assert "烦" not in tracked.model_dump_json()


def test_a_ticket_of_somebody_else_is_not_there() -> None:
    door = Door()
    mine, theirs = door.report().ticket, door.report().ticket
    with pytest.raises(TicketNotFound):
        door.intake.track(customer_of(mine), "AS-0000-0002")
    with pytest.raises(TicketNotFound):
        door.intake.add_message(
            customer_of(mine), "AS-0000-0002", FollowUp(text="x"), channel=Channel.API, idempotency_key=None, now=NOON
        )
    assert theirs.version == door.store.get(theirs.id).version


@pytest.mark.parametrize("text", ["", "AS-ZZZZ-ZZZZ", "IT-0000-0001", "tkt_00000001", "'; drop"])
def test_what_names_no_ticket_is_not_there(text: str) -> None:
    door = Door()
    with pytest.raises(TicketNotFound):
        door.intake.track(customer_of(door.report().ticket), text)


def test_a_message_on_a_solved_ticket_opens_it_again_once() -> None:
    door = Door()
    ticket = door.report().ticket
    door.tickets.handle(
        ticket.id, lambda t: resolve(t, root_cause=RootCause.DEFECT, cause="", solution="好了", actor=AGENT, now=NOON)
    )
    for _ in range(2):
        tracked = door.intake.add_message(
            customer_of(ticket),
            "AS-0000-0001",
            FollowUp(text="又坏了"),
            channel=Channel.API,
            idempotency_key="m1",
            now=NOON,
        )

    assert tracked.status is Status.OPEN
    assert [entry.kind for entry in tracked.timeline] == ["opened", "resolved", "message", "reopened"]


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\u3164\u202e\u200d\n"])
def test_a_message_in_which_nothing_is_seen_is_none(text: str) -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        FollowUp(text=text)


def test_a_message_is_kept_as_it_was_written() -> None:
    assert FollowUp(text=" 又\u200b坏了 ").text == "又\u200b坏了"


def test_a_contact_sees_all_their_tickets_and_nobody_elses() -> None:
    door = Door()
    mine = [door.report().reference, door.report().reference]
    door.report(contact={"name": "x", "address": "other@else.example"})
    contact = door.store.get("tkt_00000001").contact
    principal = Principal(kind=PrincipalKind.CUSTOMER, id=contact.id, name="", desk=DESK, contact_id=contact.id)

    assert sorted(line.reference for line in door.intake.tickets_of(principal)) == sorted(mine)


def test_who_was_merged_sees_the_tickets_of_both() -> None:
    door = Door()
    door.report()
    other = door.report(contact={"name": "x", "address": "other@else.example"})
    contact, merged = (door.store.get(f"tkt_0000000{number}").contact.id for number in (1, 2))
    principal = Principal(kind=PrincipalKind.CUSTOMER, id=contact, name="", desk=DESK, contact_id=contact)
    with pytest.raises(TicketNotFound):
        door.intake.track(principal, other.reference)

    door.customers.merged[contact] = (merged,)

    assert len(door.intake.tickets_of(principal)) == 2
    assert door.intake.track(principal, other.reference).reference == other.reference


def merged_pair(door: Door) -> tuple[Any, Any]:
    """A duplicate and the ticket that it was merged into."""
    other = {"contact": {"name": "陈强", "address": "chen@acme.example"}}
    tickets = [door.report().ticket, door.report(title="还是打不开", **other).ticket]
    triaged = {"actor": AGENT, "now": NOON, "priority": "P2", "team": "first-line"}
    for ticket in tickets:
        door.tickets.handle(ticket.id, lambda it: [it.happening(TicketTriaged, **triaged)])
    duplicate, into = tickets
    door.tickets.handle_both(
        duplicate.id, into.id, lambda one, target: merge(one, target, same_person=(), actor=AGENT, now=NOON)
    )
    return duplicate, into


def test_what_is_said_on_a_merged_ticket_is_heard_on_the_other_which_stays_unseen() -> None:
    door = Door()
    duplicate, into = merged_pair(door)
    door.tickets.handle(into.id, lambda it: reply(it, make_message("只给陈强看"), actor=AGENT, now=NOON))
    name = reference(duplicate.id, "AS")

    tracked = door.intake.add_message(
        customer_of(duplicate), name, FollowUp(text="还有"), channel=Channel.API, idempotency_key=None, now=NOON
    )

    assert (tracked.reference, tracked.is_merged, tracked.continued_in) == (name, True, None)
    assert "只给陈强看" not in tracked.model_dump_json()
    heard = door.store.events[into.id][-1]
    assert (heard.type, heard.actor.name) == ("MessageReceived", "王芳")
    assert door.store.get(duplicate.id).status is Status.CLOSED
    with pytest.raises(TicketNotFound):
        door.intake.track(customer_of(duplicate), reference(into.id, "AS"))


def test_a_contact_is_led_on_to_their_own_ticket_only() -> None:
    door = Door()
    duplicate, into = merged_pair(door)
    me = Principal(
        kind=PrincipalKind.CUSTOMER, id="c", name="", desk=DESK, contact_id=door.store.get(duplicate.id).contact.id
    )
    name = reference(duplicate.id, "AS")

    assert door.intake.track(me, name).continued_in is None
    door.customers.merged[duplicate.contact.id] = (into.contact.id,)
    assert door.intake.track(me, name).continued_in == reference(into.id, "AS")
    assert door.intake.track(me, name).timeline[-1].kind == "merged"
