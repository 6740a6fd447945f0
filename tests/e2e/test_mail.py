"""Mail on the local cloud: told apart, kept apart, silent when it must be, and all accounted for."""

import json
import time
import uuid
from email.message import EmailMessage
from typing import Any

import pytest

from functions.shared.domain.mail_rules import Brakes
from ops.local.settings import LocalSettings
from tests.e2e.local_cloud import run_desk
from tests.e2e.running_desk import RunningDesk
from tests.unit.mail.corpus.machines import daemon, dsn, headers_only, report
from tests.unit.mail.corpus.source import text

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SILENCE_S = 12.0


def letter(desk: RunningDesk, sender: str, subject: str, **fields: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Grace <{sender}>", desk.support_address, subject
    mail["Message-ID"] = fields.pop("Message_ID", f"<{uuid.uuid4()}@peer.example>")
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Please see to it.")
    return mail


def lines(desk: RunningDesk, subject: str) -> list[dict[str, Any]]:
    return [line for line in desk.queue() if line["title"] == subject]


def test_the_same_mail_three_times_once_in_another_case_is_one_ticket(desk: RunningDesk) -> None:
    run = uuid.uuid4().hex[:8]
    sender, subject, name = f"thrice-{run}@peer.example", f"Once and once only {run}", f"<Case-{run}@peer.example>"
    for message_id in (name, name, name.upper().replace("PEER.EXAMPLE", "peer.example")):
        desk.mail(letter(desk, sender, subject, Message_ID=message_id), sender=sender)

    desk.until(lambda: lines(desk, subject), what="the ticket")
    desk.until(lambda: desk.mails_to(sender), what="the acknowledgement")
    time.sleep(2)
    assert len(lines(desk, subject)) == 1
    assert len(desk.mails_to(sender)) == 1


def test_a_strangers_reply_with_a_guessed_tag_is_a_ticket_of_its_own(desk: RunningDesk) -> None:
    run = uuid.uuid4().hex[:8]
    owner, stranger = f"owner-{run}@peer.example", f"stranger-{run}@else.example"
    desk.mail(letter(desk, owner, f"Mine {run}"), sender=owner)
    [mine] = desk.until(lambda: lines(desk, f"Mine {run}"), what="the owner's ticket")

    guess = letter(desk, stranger, f"Re: [{mine['reference']}] Theirs {run}")
    desk.mail(guess, sender=stranger)

    [theirs] = desk.until(lambda: lines(desk, f"Theirs {run}"), what="the stranger's ticket")
    assert theirs["reference"] != mine["reference"]
    assert not [e for e in desk.ticket(mine["reference"])["timeline"] if e["type"] == "MessageReceived"]


def test_a_desk_that_answers_every_mail_of_ours_is_silent_after_the_brake(desk: RunningDesk) -> None:
    run = uuid.uuid4().hex[:8]
    peer, subject = f"desk-{run}@peer.example", f"We have received your mail {run}"
    answered: set[str] = set()
    desk.mail(letter(desk, peer, subject), sender=peer)

    last = time.monotonic()
    while time.monotonic() - last < SILENCE_S:
        for ours in desk.mails_to(peer):
            if ours["id"] not in answered:
                answered.add(ours["id"])
                desk.mail(letter(desk, peer, subject), sender=peer)  # as if it were new, and without any sign
                last = time.monotonic()
        time.sleep(0.3)

    assert 1 <= len(answered) <= Brakes().answers.at_most
    assert len(lines(desk, subject)) <= Brakes().subject.at_most


def test_answers_go_where_they_are_asked_for_only_within_the_senders_house(desk: RunningDesk) -> None:
    run = uuid.uuid4().hex[:8]
    sender, team, swindler = (
        f"grace-{run}@peer.example",
        f"team-{run}@peer.example",
        f"grace-{run}@peer-service.example",
    )
    for asked in (team, swindler):
        desk.mail(letter(desk, sender, f"Answer {asked}", Reply_To=asked), sender=sender)

    desk.until(lambda: desk.mails_to(team), what="the answer to the team")
    desk.until(lambda: desk.mails_to(sender), what="the answer to the sender")
    assert not desk.mails_to(swindler)
    [line] = lines(desk, f"Answer {team}")
    ticket = desk.ticket(line["reference"])
    assert (ticket["contact"]["address"], ticket["answers_to"]) == (sender, team)


def test_a_bounce_marks_the_customers_address_until_it_is_cleared(desk: RunningDesk) -> None:
    run = uuid.uuid4().hex[:8]
    sender, subject = f"gone-{run}@peer.example", f"Moving house {run}"
    desk.mail(letter(desk, sender, subject), sender=sender)
    [line] = desk.until(lambda: lines(desk, subject), what="the ticket")
    [ours] = desk.until(lambda: desk.mails_to(sender), what="the acknowledgement")
    desk.until(lambda: [e for e in desk.ticket(line["reference"])["timeline"] if e["type"] == "NotificationSent"])
    sent = dict(desk.mail_whole(ours["id"])["headers"])
    returned = f"Message-ID: {sent['Message-ID']}\nSubject: {subject}\n"
    bounce = daemon(report(text("No such user.", cte="7bit"), dsn(sender, "5.1.1"), headers_only(returned)))

    desk.mail(bounce, sender="", to=desk.support_address)

    path = f"/tickets/{line['reference']}/address"
    desk.until(lambda: desk.agent("GET", path)["undeliverable"], what="the mark")
    assert "MailBounced" in {event["type"] for event in desk.ticket(line["reference"])["timeline"]}
    desk.agent("POST", f"{path}/clear")
    assert desk.agent("GET", path)["undeliverable"] is None


def test_every_mail_of_the_run_is_accounted_for(desk: RunningDesk, cloud: LocalSettings) -> None:
    def account() -> dict[str, Any] | None:
        report: dict[str, Any] = json.loads(run_desk(cloud, "mail", "reconcile", "--since", "24h", "--settle", "5"))
        return report

    time.sleep(6)
    report = desk.until(account, what="the account")

    assert report["differences"] == []
    counted = report["opened"] + report["appended"] + report["quarantined"] + report["ignored"]
    assert report["received"] == counted > 0
