"""Mails that break the rules, and are read all the same."""

from tests.unit.mail.corpus.source import Case, attached, b, case, file, html, mail, multi, person, text

NOBODY = {"from": None}
BARE = {"message_id": None, "date": None, "to": [], "subject": ""}
SENDER = {"from": person("", "a@x.example")}

MALFORMED: list[Case] = [
    case(
        "no-boundary",
        b"From: a@x.example\r\nContent-Type: multipart/mixed\r\n\r\nhello",
        **BARE,
        **SENDER,
        text="hello",
        defects=["no boundary in multipart", "multipart invariant violation"],
    ),
    case(
        "boundary-never-starts",
        b'From: a@x.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\nhello',
        **BARE,
        **SENDER,
        text="hello",
        defects=["start boundary not found", "multipart invariant violation"],
    ),
    case(
        "boundary-never-ends",
        b'From: a@x.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nhello',
        **BARE,
        **SENDER,
        text="hello",
        defects=["close boundary not found"],
    ),
    case(
        "nonsense-content-type", b"From: a@x.example\r\nContent-Type: ;;;=\r\n\r\nhello", **BARE, **SENDER, text="hello"
    ),
    case(
        "base64-without-padding",
        b"From: a@x.example\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8",
        **BARE,
        **SENDER,
        text="hello",
    ),
    case(
        "base64-with-a-footer",
        b"From: a@x.example\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n-- list footer",
        **BARE,
        **SENDER,
        text="hello",
    ),
    case(
        "unknown-transfer-encoding",
        b"From: a@x.example\r\nContent-Transfer-Encoding: eight\r\n\r\nhello",
        **BARE,
        **SENDER,
        text="hello",
    ),
    case("line-feeds-only", mail(text("第一行\n第二行"), end="\n"), text="第一行\n第二行"),
    case(
        "mbox-from-line",
        b"From a@x.example Mon Mar  2\r\nFrom: a@x.example\r\n\r\nhello",
        **BARE,
        **SENDER,
        text="hello",
    ),
    case("byte-order-mark", b"\xef\xbb\xbfFrom: a@x.example\r\n\r\nhello", **BARE, **SENDER, text="hello"),
    case(
        "no-from-at-all",
        b"Subject: help\r\n\r\nhello",
        **{**BARE, "subject": "help"},
        **NOBODY,
        text="hello",
        defects=["no from field"],
    ),
    case("two-from-fields", mail(text("hi"), "From: b@y.example"), text="hi", defects=["several from fields"]),
    case(
        "impossible-date",
        mail(text("hi"), Date="Thu, 99 Foo 2026 99:99:99 +9999"),
        date=None,
        text="hi",
        defects=["unreadable date"],
    ),
    case("control-characters-in-the-subject", mail(text("hi"), Subject="a\x00b\x07c\x1bd"), subject="abcd", text="hi"),
    case(
        "unknown-charset",
        mail(text("网站打不开，请尽快处理", "x-unknown", "8bit").replace(b"x-unknown", b"x-martian")),
        text="网站打不开，请尽快处理",
        defects=["unknown charset 'x-martian'"],
    ),
    case(
        "encoded-word-that-breaks-off",
        mail(text("hi"), Subject="=?utf-8?B?5oql6KGo"),
        subject="=?utf-8?B?5oql6KGo",
        text="hi",
    ),
    case(
        "encoded-word-of-broken-base64", mail(text("hi"), Subject="=?utf-8?B?5oql6KG?="), subject="报\ufffd", text="hi"
    ),
    case("address-without-domain", mail(text("hi"), From="wang"), **NOBODY, text="hi"),
    case(
        "name-with-a-bare-comma",
        mail(text("hi"), From="Doe, John <john@x.example>"),
        **{"from": person("Doe, John", "john@x.example")},
        text="hi",
    ),
    case(
        "file-name-that-climbs",
        mail(
            multi(
                "mixed",
                text("hi"),
                file("text/csv", b"1,2", 'Content-Disposition: attachment; filename="../../etc/passwd"'),
            )
        ),
        text="hi",
        attachments=[attached("passwd", "text/csv", b"1,2")],
    ),
    case(
        "file-name-that-turns-around",
        mail(
            multi(
                "mixed",
                text("hi"),
                file(
                    "application/octet-stream",
                    b"MZ",
                    "Content-Disposition: attachment; filename*=utf-8''a%E2%80%AEgnp.exe",
                ),
            )
        ),
        text="hi",
        attachments=[attached("agnp.exe", "application/octet-stream", b"MZ")],
    ),
    case(
        "message-ids-without-brackets",
        mail(text("hi"), Message_ID="1@acme.example", In_Reply_To="0100@email.amazonses.com"),
        message_id="<1@acme.example>",
        in_reply_to=["<0100@email.amazonses.com>"],
        text="hi",
    ),
    case("html-labelled-as-plain", mail(text("<p>hello</p>")), text="<p>hello</p>"),
    case(
        "unclosed-html",
        mail(html("<div><b>粗<p>体<table><tr><td>格")),
        text="粗\n\n体\n\n格",
        html="<div><b>粗<p>体</p><table><tbody><tr><td>格</td></tr></tbody></table></b></div>",
    ),
    case(
        "header-injection-in-a-word",
        mail(text("hi"), Subject=b("x\r\nBcc: victim@x.example")),
        subject="x Bcc: victim@x.example",
        text="hi",
    ),
    case(
        "nested-message-of-garbage",
        mail(multi("mixed", text("hi"), b"Content-Type: message/rfc822\n\n\x00\x01\x02")),
        text="hi",
        attachments=[attached("attachment-1.eml", "message/rfc822", b"\r\n\x00\x01\x02")],
    ),
    case(
        "a-blank-beside-html",
        mail(multi("alternative", text(" "), html("<p>只在网页里</p>"))),
        text="只在网页里",
        html="<p>只在网页里</p>",
    ),
    case(
        "a-no-break-space-beside-html",
        mail(multi("alternative", text("\u00a0"), html("<p>只在网页里</p>"))),
        text="只在网页里",
        html="<p>只在网页里</p>",
    ),
    case(
        "a-zero-width-space-beside-html",
        mail(multi("alternative", text("\u200b\n"), html("<p>只在网页里</p>"))),
        text="只在网页里",
        html="<p>只在网页里</p>",
    ),
    *(
        case(
            f"holds-a-message-of-kind-{kind}",
            mail(multi("mixed", text("hi"), f"Content-Type: message/{parameters}\n\n".encode() + inside)),
            text="hi",
            attachments=[attached(name, f"message/{kind}", inside.replace(b"\n", b"\r\n"))],
        )
        for kind, parameters, name, inside in (
            ("global", "global", "内文.eml", "Subject: 内文\n\n里面的话".encode()),
            ("http", "http", "attachment-1.bin", b"GET / HTTP/1.1\nHost: x.example\n\nabc"),
            ("partial", "partial; id=x; number=1; total=2", "attachment-1.bin", b"half of it"),
            ("external-body", "external-body; access-type=URL", "attachment-1.bin", b"Content-Type: text/plain\n\n"),
        )
    ),
    case(
        "international-message-in-base64",
        mail(multi("mixed", text("hi"), file("message/global", b"Subject: x\r\n\r\ninside"))),
        text="hi",
        attachments=[attached("attachment-1.eml", "message/global", b"Subject: x\r\n\r\ninside")],
    ),
    case(
        "chinese-labelled-western",
        mail(text("您好，报表打不开，请尽快处理。", "gb18030", "8bit").replace(b"gb18030", b"iso-8859-1")),
        text="您好，报表打不开，请尽快处理。",
        defects=["labelled iso-8859-1 but is gb18030"],
    ),
    case(
        "short-text-cut-inside-a-character",
        mail(text("好的", cte="8bit")[:-1]),
        text="好\ufffd",
        defects=["bytes that are not utf-8"],
    ),
    case(
        "references-without-end",
        mail(text("hi"), "References: " + " ".join(f"<{number:06}{'x' * 990}@x>" for number in range(100))),
        references=[f"<{number:06}{'x' * 990}@x>" for number in range(35, 100)],
        text="hi",
    ),
    case(
        "html-too-deep-to-be-cleaned",
        mail(html("<div>" * 2_000 + "还是\n \n打不开" + "</div>" * 1_000)),
        text="还是\n打不开",
        defects=["html nested too deeply"],
    ),
]
