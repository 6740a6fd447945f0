"""What machines write: bounces, automatic replies, lists, reports."""

from tests.unit.mail.corpus.source import Case, attached, b, bounce, case, file, machine, mail, multi, person, text

DAEMON = person("Mail Delivery System", "MAILER-DAEMON@mx.acme.example")
OURS = "<0100@email.amazonses.com>"
RETURNED = f"Message-ID: {OURS}\nFrom: support@aftercare.example\nTo: gone@acme.example\nSubject: Re: [AS-7F3K-92QD]\n"


def report(human: bytes, status: str, returned: bytes, kind: str = "delivery-status") -> bytes:
    """A multipart/report."""
    body = multi("report", human, f"Content-Type: message/{kind}\n\n{status}\n".encode(), returned, edge="r")
    return body.replace(b"multipart/report;", f"multipart/report; report-type={kind};".encode(), 1)


def headers_only(fields: str = RETURNED) -> bytes:
    return f"Content-Type: text/rfc822-headers\n\n{fields}\n".encode()


def whole(fields: str = RETURNED) -> bytes:
    return f"Content-Type: message/rfc822\n\n{fields}\nhello\n".encode()


def dsn(recipient: str, status: str, action: str = "failed", diagnostic: str = "") -> str:
    more = f"\nDiagnostic-Code: smtp; {diagnostic}" if diagnostic else ""
    return f"Reporting-MTA: dns; mx.acme.example\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}{more}\n"


def daemon(body: bytes, *fields: str, **head: str | None) -> bytes:
    known: dict[str, str | None] = {
        "From": "Mail Delivery System <MAILER-DAEMON@mx.acme.example>",
        "Subject": "Undelivered Mail Returned to Sender",
        "Message-ID": "<b1@mx.acme.example>",
    }
    return mail(body, "Return-Path: <>", *fields, **{**{k.replace("-", "_"): v for k, v in known.items()}, **head})


STATUS = machine("bounce", "multipart/report of type delivery-status")
BOUNCED = {"from": DAEMON, "message_id": "<b1@mx.acme.example>", "subject": "Undelivered Mail Returned to Sender"}

INTERNATIONAL = "Reporting-MTA: dns; mx.acme.example\n\nFinal-Recipient: utf-8; {}\nAction: failed\nStatus: 5.1.1"


def international(recipient: str) -> bytes:
    """A report as RFC 6533 has it."""
    status = report(text("Sorry."), INTERNATIONAL.format(recipient), headers_only(), "global-delivery-status")
    return status.replace(b"report-type=global-", b"report-type=").replace(b"text/rfc822-", b"message/global-")


BOUNCES = [
    *(
        case(
            name,
            daemon(international(recipient)),
            **BOUNCED,
            text="Sorry.",
            machine=STATUS,
            bounce=bounce("王芳@acme.example", "5.1.1", "failed", OURS),
        )
        for name, recipient in {
            "dsn-international": "王芳@acme.example",
            "dsn-international-spelt-out": "\\x{738B}\\x{82B3}@acme.example",
        }.items()
    ),
    *(
        case(
            f"dsn-in-{encoding}",
            daemon(
                multi("report", text("Sorry."), status, headers_only(), edge="r").replace(
                    b"multipart/report;", b"multipart/report; report-type=delivery-status;"
                )
            ),
            **BOUNCED,
            text="Sorry.",
            machine=STATUS,
            bounce=bounce("gone@acme.example", "5.1.1", "failed", OURS),
        )
        for encoding, status in {
            "base64": file("message/delivery-status", dsn("gone@acme.example", "5.1.1").encode()),
            "quoted-printable": (
                b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n"
                + dsn("gone=40acme.example", "5.=31.1").encode()
            ),
        }.items()
    ),
    case(
        "dsn-postfix",
        daemon(
            report(
                text("I'm sorry.", cte="7bit"),
                dsn("gone@acme.example", "5.1.1", diagnostic="550 5.1.1 User unknown"),
                whole(),
            )
        ),
        **BOUNCED,
        text="I'm sorry.",
        machine=STATUS,
        bounce=bounce("gone@acme.example", "5.1.1", "failed", OURS),
        attachments=[
            attached("Re [AS-7F3K-92QD].eml", "message/rfc822", (RETURNED + "\nhello\n").replace("\n", "\r\n").encode())
        ],
    ),
    case(
        "dsn-headers-only",
        daemon(report(text("Sorry.", cte="7bit"), dsn("gone@acme.example", "5.1.1"), headers_only())),
        **BOUNCED,
        text="Sorry.",
        machine=STATUS,
        bounce=bounce("gone@acme.example", "5.1.1", "failed", OURS),
    ),
    case(
        "dsn-mailbox-full",
        daemon(report(text("Full.", cte="7bit"), dsn("wang@acme.example", "5.2.2"), headers_only())),
        **BOUNCED,
        text="Full.",
        machine=STATUS,
        bounce=bounce("wang@acme.example", "5.2.2", "failed", OURS),
    ),
    case(
        "dsn-delayed",
        daemon(report(text("Delayed.", cte="7bit"), dsn("wang@acme.example", "4.4.1", "delayed"), headers_only())),
        **BOUNCED,
        text="Delayed.",
        machine=STATUS,
        bounce=bounce("wang@acme.example", "4.4.1", "delayed", OURS),
    ),
    case(
        "dsn-first-failed-of-several",
        daemon(
            report(
                text("Two.", cte="7bit"),
                "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@acme.example\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; b@acme.example\nAction: failed\nStatus: 5.1.1\n",
                headers_only(),
            )
        ),
        **BOUNCED,
        text="Two.",
        machine=STATUS,
        bounce=bounce("b@acme.example", "5.1.1", "failed", OURS),
    ),
    case(
        "dsn-status-in-diagnostic-only",
        daemon(
            report(
                text("No.", cte="7bit"),
                "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822;gone@acme.example\nAction: failed\nDiagnostic-Code: smtp; 550-5.1.1 no such user\n",
                headers_only(),
            )
        ),
        **BOUNCED,
        text="No.",
        machine=STATUS,
        bounce=bounce("gone@acme.example", "5.1.1", "failed", OURS),
    ),
    case(
        "qmail-unstructured",
        daemon(
            text(
                "Hi. This is the qmail-send program.\n<gone@acme.example>:\n550 5.1.1 unknown user\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <0100@email.amazonses.com>\nSubject: x",
                cte="7bit",
            ),
            Subject="failure notice",
        ),
        **{**BOUNCED, "subject": "failure notice"},
        machine=machine("bounce", "sent by mailer-daemon"),
        text="Hi. This is the qmail-send program.\n<gone@acme.example>:\n550 5.1.1 unknown user\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <0100@email.amazonses.com>\nSubject: x",
        bounce=bounce("gone@acme.example", "5.1.1", "failed", OURS),
    ),
    case(
        "qq-system-bounce-zh",
        mail(
            text("很抱歉您发送的邮件被退回。\n收件人：gone@qq.com\n原因：550 Mailbox not found", "gb18030"),
            "Return-Path: <>",
            "Auto-Submitted: auto-replied",
            From="PostMaster@qq.com",
            Subject=b("系统退信/The email is returned", "gb18030"),
            In_Reply_To=OURS,
        ),
        **{"from": person("", "PostMaster@qq.com")},
        subject="系统退信/The email is returned",
        in_reply_to=[OURS],
        machine=machine("bounce", "sent by postmaster"),
        text="很抱歉您发送的邮件被退回。\n收件人：gone@qq.com\n原因：550 Mailbox not found",
        bounce=bounce("gone@qq.com", "5.0.0", "failed", OURS),
    ),
    case(
        "exim-failed-recipients",
        daemon(
            text("A message could not be delivered.", cte="7bit"),
            "X-Failed-Recipients: gone@acme.example",
            In_Reply_To=OURS,
        ),
        **BOUNCED,
        in_reply_to=[OURS],
        machine=machine("bounce", "header X-Failed-Recipients"),
        text="A message could not be delivered.",
        bounce=bounce("gone@acme.example", None, "failed", OURS),
    ),
]

REPLIES = [
    case(
        "vacation-auto-submitted",
        mail(text("我在休假"), "Auto-Submitted: auto-replied (vacation)", Subject=b("自动回复: 报表")),
        subject="自动回复: 报表",
        text="我在休假",
        machine=machine("auto_reply", "header Auto-Submitted: auto-replied (vacation)"),
    ),
    case(
        "exchange-suppress-only",
        mail(text("Out"), "X-Auto-Response-Suppress: DR, OOF, AutoReply"),
        text="Out",
        machine=machine("list", "header X-Auto-Response-Suppress"),
    ),
    case(
        "x-autoreply",
        mail(text("Thanks"), "X-Autoreply: yes"),
        text="Thanks",
        machine=machine("auto_reply", "header x-autoreply"),
    ),
    case(
        "x-autorespond",
        mail(text("Thanks"), "X-Autorespond: Re: hello"),
        text="Thanks",
        machine=machine("auto_reply", "header x-autorespond"),
    ),
    case(
        "precedence-auto-reply",
        mail(text("Thanks"), "Precedence: auto_reply"),
        text="Thanks",
        machine=machine("auto_reply", "header precedence: auto_reply"),
    ),
    case(
        "only-the-subject-says-so-zh",
        mail(text("您的邮件已收到"), Subject=b("自动回复:报表打不开")),
        subject="自动回复:报表打不开",
        text="您的邮件已收到",
        machine=machine("auto_reply", "subject says '自动回复'"),
    ),
    case(
        "only-the-subject-says-so-de",
        mail(text("Bin im Urlaub"), Subject="Automatische Antwort: Bericht"),
        subject="Automatische Antwort: Bericht",
        text="Bin im Urlaub",
        machine=machine("auto_reply", "subject says 'Automatische Antwort'"),
    ),
    case(
        "null-envelope-only",
        mail(text("Bye"), "Return-Path: <>"),
        text="Bye",
        machine=machine("auto_reply", "null envelope sender"),
    ),
    case("auto-submitted-no-is-a-person", mail(text("Hello"), "Auto-Submitted: no"), text="Hello"),
]

MARKED = [
    case(name, mail(text("x"), *fields, Subject=b(subject), **head), subject=subject, text="x", **told)
    for name, subject, fields, head, told in [
        (
            "subject-in-brackets",
            "【自动回复】Re: 报表",
            [],
            {},
            {"machine": machine("auto_reply", "subject says '自动回复'")},
        ),
        (
            "subject-answered",
            "Re: 自动回复: 您好",
            [],
            {},
            {"machine": machine("auto_reply", "subject says '自动回复'")},
        ),
        ("subject-vacation", "Vacation: away", [], {}, {"machine": machine("auto_reply", "subject says 'Vacation'")}),
        ("subject-of-a-bounce-only", "系统退信", [], {}, {"machine": machine("bounce", "subject says '系统退信'")}),
        ("subject-of-a-receipt-only", "Read: report", [], {}, {"machine": machine("report", "subject says 'Read'")}),
        (
            "subject-and-no-reply",
            "自动回复: 报表",
            [],
            {"From": "noreply@acme.example"},
            {
                "from": person("", "noreply@acme.example"),
                "machine": machine("auto_reply", "subject says '自动回复', and sent by who takes no reply"),
            },
        ),
        (
            "subject-and-suppression",
            "Out of office",
            ["X-Auto-Response-Suppress: All"],
            {},
            {"machine": machine("auto_reply", "subject says 'Out of office', and header X-Auto-Response-Suppress")},
        ),
        ("x-auto-reply", "Re: x", ["X-Auto-Reply: yes"], {}, {"machine": machine("auto_reply", "header x-auto-reply")}),
        (
            "x-autogenerated",
            "Re: x",
            ["X-Autogenerated: Reply"],
            {},
            {"machine": machine("auto_reply", "header x-autogenerated: reply")},
        ),
        (
            "inbox-rule",
            "FW: 报表",
            ["X-MS-Exchange-Inbox-Rules-Loop: a@acme.example"],
            {},
            {"machine": machine("list", "header x-ms-exchange-inbox-rules-loop")},
        ),
        ("cron", "Cron <root@db>", ["X-Cron-Env: <A=b>"], {}, {"machine": machine("list", "header x-cron-env")}),
        ("feedback-id", "Offers", ["Feedback-ID: 1:2:3:x"], {}, {"machine": machine("list", "header feedback-id")}),
        ("feedback-id-of-ses", "x", ["Feedback-ID: 1.eu-west-1.kq=:AmazonSES"], {}, {}),
        ("person-on-automatic-replies", "自动回复功能坏了，客户收不到", [], {}, {}),
        ("person-on-out-of-office", "Out of office calendar sync broken", [], {}, {}),
    ]
]

LISTS_AND_REPORTS = [
    case(
        "mailing-list",
        mail(
            text("Release 2.0 is out"), "List-Id: <announce.acme.example>", "List-Post: <mailto:announce@acme.example>"
        ),
        text="Release 2.0 is out",
        machine=machine("list", "header list-id"),
    ),
    case(
        "newsletter-unsubscribe",
        mail(text("Offers"), "List-Unsubscribe: <https://acme.example/u>"),
        text="Offers",
        machine=machine("list", "header list-unsubscribe"),
    ),
    case(
        "precedence-bulk",
        mail(text("CPU 99%"), "Precedence: bulk"),
        text="CPU 99%",
        machine=machine("list", "header precedence: bulk"),
    ),
    case(
        "x-loop", mail(text("cron"), "X-Loop: ops@acme.example"), text="cron", machine=machine("list", "header x-loop")
    ),
    case(
        "verp-envelope",
        mail(text("Your bill"), "Return-Path: <bounces+1234-support=aftercare.example@em.acme.example>"),
        text="Your bill",
        machine=machine("list", "an envelope sender made for one recipient"),
    ),
    case(
        "list-owner-envelope",
        mail(text("Digest"), "Return-Path: <announce-bounces@lists.acme.example>"),
        text="Digest",
        machine=machine("list", "an envelope sender made for one recipient"),
    ),
    case(
        "srs-forwarded-person",
        mail(text("Hello"), "Return-Path: <SRS0=ab12=XY=acme.example=wang@relay.example>"),
        text="Hello",
    ),
    case("batv-person", mail(text("Hello"), "Return-Path: <prvs=1234abcd=wang@acme.example>"), text="Hello"),
    case(
        "read-receipt",
        mail(
            report(
                text("已阅读"),
                "Final-Recipient: rfc822;wang@acme.example\nOriginal-Message-ID: <0100@email.amazonses.com>\nDisposition: manual-action/MDN-sent-manually; displayed",
                headers_only(),
                "disposition-notification",
            ),
            Subject=b("已读: 报表"),
            In_Reply_To=OURS,
        ),
        subject="已读: 报表",
        in_reply_to=[OURS],
        text="已阅读",
        machine=machine("report", "multipart/report of type disposition-notification"),
    ),
    case(
        "abuse-report",
        mail(
            report(
                text("This is an abuse report", cte="7bit"),
                "Feedback-Type: abuse\nUser-Agent: x/1",
                headers_only(),
                "feedback-report",
            ),
            From="fbl@isp.example",
        ),
        **{"from": person("", "fbl@isp.example")},
        text="This is an abuse report",
        machine=machine("report", "multipart/report of type feedback-report"),
    ),
]

MACHINES: list[Case] = [*BOUNCES, *REPLIES, *MARKED, *LISTS_AND_REPORTS]
