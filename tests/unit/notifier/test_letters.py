from typing import Any

import pytest

from functions.notifier.letters import TEMPLATES, provided, write
from functions.notifier.plan import Kind, Notice
from functions.shared.contracts.events import (
    Attachment,
    AutomaticReplySent,
    DetailsProvided,
    MessageReceived,
    ReplySent,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketEscalated,
    TicketEvent,
    TicketResolved,
    TicketTriaged,
)
from functions.shared.contracts.words import Channel, Language, Metric, Priority, RootCause
from functions.shared.domain.clocks import Clock
from functions.shared.domain.config import MailTemplate
from functions.shared.domain.document import Bilingual
from tests.factories import AGENT, CUSTOMER, NOON, SYSTEM, default_config, make_message, make_opened, make_ticket

CLOCK = {"metric": Metric.RESOLUTION, "cycle": 1, "due_at": NOON}
TICKET = make_ticket(priority=Priority.P1, team="first-line", assignee="li-na", title="报表<b>打不开")
LINK = "https://desk.example/track/AS-0000-0001?token=ac_x"


def _event(kind: type[TicketEvent], actor: Any = SYSTEM, **fields: Any) -> TicketEvent:
    return TICKET.happening(kind, actor=actor, now=NOON, **fields)


EVENTS = {
    Kind.ACKNOWLEDGEMENT: make_opened(missing=("company", "impact")),
    Kind.REPLY: _event(ReplySent, AGENT, message=make_message()),
    Kind.AUTOMATIC_REPLY: _event(
        AutomaticReplySent, template="ask", subject="请补充\r\nBcc: x@y.example", message=make_message()
    ),
    Kind.RESOLVED: _event(TicketResolved, AGENT, root_cause=RootCause.DEFECT, solution="重启了 <服务>"),
    Kind.ASSIGNMENT: _event(TicketAssigned, AGENT, team="first-line", assignee="zhang-wei"),
    Kind.ATTENTION: _event(TicketTriaged, priority=Priority.P1, team="first-line", notify=("gao-yuan",)),
    Kind.CUSTOMER_MESSAGE: _event(MessageReceived, CUSTOMER, channel=Channel.FORM, message=make_message()),
    Kind.WARNING: _event(SlaWarned, threshold="75%", **CLOCK),
    Kind.BREACH: _event(SlaBreached, **CLOCK),
    Kind.ESCALATION: _event(TicketEscalated, level=2, **CLOCK),
}


def letter(
    kind: Kind, language: Language, *, text: str = "请重启 <试试>\n\n见 https://help.example/a?b=1&c=2", **changes: Any
) -> Any:
    return write(
        Notice(kind, "a@x.example", "王芳", language),
        EVENTS[kind],
        changes.pop("ticket", TICKET),
        changes.pop("config", default_config()),
        link=LINK,
        text=text,
        files=changes.pop("files", []),
        details_link=changes.pop("details_link", ""),
    )


def test_every_kind_is_written_in_every_language() -> None:
    wanted = {f"{kind}.{language}.txt" for kind in Kind for language in Language}

    assert {path.name for path in TEMPLATES.glob("*.??.txt")} == wanted
    assert set(EVENTS) == set(Kind)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_a_letter_names_its_ticket_and_leads_to_it(kind: Kind, language: Language) -> None:
    written = letter(kind, language)

    assert "AS-0000-0001" in written.subject
    assert "\n" not in written.subject
    assert LINK in written.text
    assert LINK.replace("&", "&amp;") in written.html
    assert "<b>" not in written.html
    assert "<服务>" not in written.html
    assert "<试试>" not in written.html
    assert "\n\n\n" not in written.text
    assert not written.text.split("\n")[1]
    assert f'<html lang="{language}">' in written.html
    if language is Language.EN:
        assert written.text.isascii() or "王芳" in written.text


def test_an_acknowledgement_asks_for_what_is_missing() -> None:
    assert "公司、影响范围" in letter(Kind.ACKNOWLEDGEMENT, Language.ZH).text
    assert "Company, Who is affected" in letter(Kind.ACKNOWLEDGEMENT, Language.EN).text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (Language.ZH, "答复会发到这个邮箱，不晚于2026年3月2日 星期一 12:00（"),
        (Language.EN, "will answer to this address, by Monday, Mar 2, 2026, 12:00 ("),
    ],
)
def test_an_acknowledgement_says_by_when_the_customer_is_answered(language: Language, sentence: str) -> None:
    clock = Clock(metric=Metric.FIRST_RESPONSE, cycle=1, policy="standard", started_at=NOON, due_at=NOON)
    promised = TICKET.with_changes(clocks={Metric.FIRST_RESPONSE: clock})

    assert sentence in letter(Kind.ACKNOWLEDGEMENT, language, ticket=promised).text
    assert sentence not in letter(Kind.ACKNOWLEDGEMENT, language).text


def test_what_is_missing_is_asked_for_once_with_the_link_that_asks_it() -> None:
    asking = letter(Kind.ACKNOWLEDGEMENT, Language.EN, details_link=f"{LINK}&details")

    assert "we still need from you: Company, Who is affected." in asking.text
    assert asking.text.index(f"Complete your report: {LINK}&details") < asking.text.index(f"Follow your ticket: {LINK}")
    assert asking.html.count("&amp;details") == 1
    assert "details" not in letter(Kind.REPLY, Language.EN, details_link=f"{LINK}&details").text


def test_what_was_filled_in_is_told_with_the_words_of_the_form() -> None:
    event = _event(
        DetailsProvided, CUSTOMER, channel=Channel.FORM, impact="department", fields={"topic": "fault"},
        message=make_message("", attachments=(Attachment(key="a", name="s.png", size=1),)),
    )  # fmt: skip
    assert isinstance(event, DetailsProvided)

    assert provided(event, default_config(), Language.EN) == (
        "What is it about: Something does not work\nWho is affected: My department\ns.png"
    )


def test_a_reply_shows_its_words_and_links_and_nothing_else_of_the_ticket() -> None:
    written = letter(Kind.REPLY, Language.ZH)

    assert "请重启 <试试>\n\n见 https://help.example/a?b=1&c=2\n\n李娜\n" in written.text
    assert '<a href="https://help.example/a?b=1&amp;c=2" rel="noopener">' in written.html
    assert "P1" not in written.text


def test_what_the_customer_wrote_is_quoted_and_never_linked() -> None:
    written = letter(Kind.CUSTOMER_MESSAGE, Language.ZH)

    assert "> 请重启 <试试>" in written.text
    assert "<blockquote" in written.html
    assert 'href="https://help.example' not in written.html


def test_files_too_large_for_a_mail_are_named() -> None:
    assert "日志.zip" in letter(Kind.REPLY, Language.ZH, files=["日志.zip"]).text


def _with_template(subject: str, body: str) -> Any:
    own = MailTemplate(subject=Bilingual(zh=subject, en=subject), body=Bilingual(zh=body, en=body))
    return default_config().model_copy(update={"templates": {"acknowledgement": own}})


def test_the_desk_may_word_a_mail_itself() -> None:
    written = letter(
        Kind.ACKNOWLEDGEMENT,
        Language.ZH,
        config=_with_template("收到\n{{ reference }}", "{{ name }} 您好，{{ title }}"),
    )

    assert written.subject == "收到 AS-0000-0001"
    assert written.text.startswith("王芳 您好，报表<b>打不开\n")
    assert "报表&lt;b&gt;打不开" in written.html


@pytest.mark.parametrize("body", ["{{ nothing }}", "{{ name.__class__.__mro__ }}", "{% if %}", "{{ 1/0 }}"])
def test_a_wording_that_does_not_work_never_stops_a_mail(body: str) -> None:
    assert "我们已经收到" in letter(Kind.ACKNOWLEDGEMENT, Language.ZH, config=_with_template("x", body)).text
