"""The mail that left, whole, and the customer's answer to it."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from ops.local.mail_bridge import NotReady
from ops.local.outgoing_mail import as_sent
from ops.local.receipt import Received
from ops.local.sent_mail import SentMail, SentMailFolder
from ops.local.settings import LocalSettings
from ops.local.tool import application
from tests.unit.local_cloud.visitor import Visitor


class Room:
    """The desk's side of the bridge."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.is_ready = True

    def accepts(self, recipient: str) -> bool:
        return recipient.endswith("@desk.example")

    def receive(self, mail: Received) -> None:
        if not self.is_ready:
            raise NotReady
        self.received.append(mail)


@pytest.fixture
def folder(tmp_path: Path) -> SentMailFolder:
    return SentMailFolder(tmp_path / "mail")


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def browser(tmp_path: Path, room: Room) -> Visitor:
    app = application(LocalSettings(home=tmp_path), room)
    return Visitor(app)


def message(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "售后服务台 <support@desk.example>"
    mail["To"] = "李雷 <lei@customer.example>"
    mail["Subject"] = "[AS-7F3K-92QD] 已收到您的问题"
    mail["Reply-To"] = "support+tkt_7f3k92qd.sig@desk.example"
    mail["Message-ID"] = "<0100@email.amazonses.com>"
    mail["References"] = "<first@customer.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("您好，我们已收到。\n")
    mail.add_alternative("<p>您好 <script>alert(1)</script></p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="发票.pdf")
    return mail


def sent(folder: SentMailFolder) -> SentMail:
    return folder.add(message().as_bytes(policy=policy.SMTP), ("lei@customer.example", "copy@customer.example"))


def test_a_mail_is_listed_with_its_subject(browser: Visitor, folder: SentMailFolder) -> None:
    mail = sent(folder)

    page = browser.get("/mailbox/").text

    assert "[AS-7F3K-92QD] 已收到您的问题" in page
    assert f"/mailbox/messages/{mail.id}" in page


def test_tests_read_the_mail_of_one_recipient_as_json(browser: Visitor, folder: SentMailFolder) -> None:
    mail = sent(folder)

    listed = browser.get("/mailbox/api/messages", params={"to": "copy@customer.example"}).json()["messages"]
    nobody = browser.get("/mailbox/api/messages", params={"to": "nobody@customer.example"}).json()["messages"]

    assert [(found["id"], found["message_id"]) for found in listed] == [(mail.id, "<0100@email.amazonses.com>")]
    assert listed[0]["reply_to"] == "support+tkt_7f3k92qd.sig@desk.example"
    assert listed[0]["text"] == "您好，我们已收到。\r\n"
    assert nobody == []


def test_a_mail_is_shown_whole(browser: Visitor, folder: SentMailFolder) -> None:
    mail = sent(folder)

    whole = browser.get(f"/mailbox/api/messages/{mail.id}").json()
    page = browser.get(f"/mailbox/messages/{mail.id}").text
    raw = browser.get(f"/mailbox/messages/{mail.id}/raw")
    attached = browser.get(f"/mailbox/messages/{mail.id}/attachments/0")

    assert ["Reply-To", "support+tkt_7f3k92qd.sig@desk.example"] in whole["headers"]
    assert whole["attachments"] == [{"name": "发票.pdf", "content_type": "application/pdf", "size": 4}]
    assert "发票.pdf" in page
    assert "您好，我们已收到。" in page
    assert raw.content == mail.content
    assert attached.content == b"%PDF"
    assert attached.headers["content-disposition"].startswith("attachment")


def test_a_strangers_page_is_framed_without_scripts_or_network(browser: Visitor, folder: SentMailFolder) -> None:
    mail = sent(folder)

    page = browser.get(f"/mailbox/messages/{mail.id}")
    frame = browser.get(f"/mailbox/messages/{mail.id}/html")

    assert "<iframe sandbox " in page.text
    assert "alert(1)" not in page.text
    rules = frame.headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert rules.endswith("sandbox")


def test_an_answer_reaches_the_desk_threaded(browser: Visitor, folder: SentMailFolder, room: Room) -> None:
    mail = sent(folder)

    answered = browser.post(f"/mailbox/messages/{mail.id}/reply", data={"text": "还是不行"})

    assert answered.status_code == 303
    [received] = room.received
    answer = message_from_bytes(received.content, policy=policy.default)
    assert isinstance(answer, EmailMessage)
    assert (received.sender, received.recipients) == (
        "lei@customer.example",
        ("support+tkt_7f3k92qd.sig@desk.example",),
    )
    assert answer["From"] == "李雷 <lei@customer.example>"
    assert answer["To"] == "support+tkt_7f3k92qd.sig@desk.example"
    assert answer["Subject"] == "Re: [AS-7F3K-92QD] 已收到您的问题"
    assert answer["In-Reply-To"] == "<0100@email.amazonses.com>"
    assert answer["References"] == "<first@customer.example> <0100@email.amazonses.com>"
    assert answer.get_content().startswith("还是不行\n\nOn ")
    assert "> 您好，我们已收到。" in answer.get_content()


def test_an_answer_as_json_says_its_id(browser: Visitor, folder: SentMailFolder, room: Room) -> None:
    mail = sent(folder)

    answered = browser.post(f"/mailbox/api/messages/{mail.id}/reply", json={"text": "好了"})

    assert answered.status_code == 202
    assert answered.json()["message_id"].encode() in room.received[0].content


def test_another_site_cannot_answer_mail_here(browser: Visitor, folder: SentMailFolder, room: Room) -> None:
    mail = sent(folder)

    forged = browser.post(
        f"/mailbox/messages/{mail.id}/reply", data={"text": "x"}, headers={"Origin": "http://evil.example"}
    )

    assert forged.status_code == 403
    assert room.received == []


def test_under_another_name_nothing_is_served(browser: Visitor) -> None:
    assert browser.get("/mailbox/", headers={"Host": "evil.example"}).status_code == 400


def test_an_answer_that_the_desk_cannot_take_is_not_lost_silently(
    browser: Visitor, folder: SentMailFolder, room: Room
) -> None:
    room.is_ready = False
    mail = sent(folder)

    assert browser.post(f"/mailbox/messages/{mail.id}/reply", data={"text": "x"}).status_code == 503


@pytest.mark.parametrize("mail_id", ["nothing", "..%2f..%2fetc", "a.b"])
def test_there_is_no_mail_outside_the_folder(browser: Visitor, mail_id: str) -> None:
    assert browser.get(f"/mailbox/messages/{mail_id}/raw").status_code == 404


def test_a_message_goes_out_under_the_id_and_date_that_ses_gives_it() -> None:
    raw = b"From: a\r\nMESSAGE-ID: <mine@x>\r\n folded\r\nDate: yesterday\r\nX: 1\r\n y\r\n\r\nMessage-ID: body\r\n"

    out = as_sent(raw, "<0100@email.amazonses.com>", datetime(2026, 11, 22, tzinfo=UTC))

    assert out == (
        b"Message-ID: <0100@email.amazonses.com>\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\n"
        b"From: a\r\nX: 1\r\n y\r\n\r\nMessage-ID: body\r\n"
    )
