"""Mails of the rest of the world: other clients and languages, and what travels inside a mail."""

from tests.unit.mail.corpus.packages import WINMAIL
from tests.unit.mail.corpus.source import Case, attached, b, case, file, html, mail, multi, person, q, text

JOHN = person("John", "john@x.example")
FROM_JOHN = {"From": "John <john@x.example>", "Subject": "Report"}
BY_JOHN = {"from": JOHN, "subject": "Report"}


def reply(name: str, words: str, own: str, charset: str = "utf-8", cte: str = "base64") -> Case:
    """A plain answer, of which `own` is what was written now."""
    return case(name, mail(text(words, charset, cte), **FROM_JOHN), **BY_JOHN, text=words, reply=own)


INVITATION = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY:故障复盘\\, 第二次\r\nDTSTART;TZID=Asia/Shanghai:20260303T093000\r\n"
    "DTEND;TZID=Asia/Shanghai:20260303T103000\r\nLOCATION:三楼会议室\r\nORGANIZER;CN=王芳:mailto:wang@acme.example\r\n"
    "DESCRIPTION:请带上日志\\n\r\n 和截图\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
ICS = INVITATION.encode()
INNER = b"From: li@acme.example\r\nSubject: inner\r\nMessage-ID: <in@acme.example>\r\n\r\nthe inner words\r\n"
DEEP_INNER = b"Content-Type: text/plain\n\nat the bottom\n"


def deep(levels: int) -> bytes:
    body = DEEP_INNER
    for level in range(levels):
        body = multi("mixed", body, edge=f"e{level}")
    return body


REPLIES = [
    reply(
        "outlook-en",
        "Still broken.\n\nFrom: Support <support@aftercare.example>\nSent: Monday, March 2, 2026 11:30 AM\nTo: John <john@x.example>\nSubject: RE: Report\n\nPlease reload.",
        "Still broken.",
    ),
    reply(
        "outlook-en-original-message",
        "Thanks\n\n-----Original Message-----\nFrom: Support\nSent: Monday\nTo: John\nSubject: x\n\nold",
        "Thanks",
    ),
    reply(
        "gmail-en-wrapped-attribution",
        "It works now.\n\nOn Mon, Mar 2, 2026 at 11:30 AM After-sales desk of Acme <\nsupport@aftercare.example> wrote:\n\n> Please reload.",
        "It works now.",
    ),
    reply(
        "apple-en",
        "Yes.\n\n> On Mar 2, 2026, at 11:30, Support <support@aftercare.example> wrote:\n> \n> Is it fixed?",
        "Yes.",
    ),
    reply("iphone-signature", "Cannot log in\n\nSent from my iPhone", "Cannot log in"),
    reply(
        "thunderbird-bottom-posting",
        "On 02/03/2026 11:30, Support wrote:\n> Did it help?\n\nNo, it did not.",
        "No, it did not.",
    ),
    reply("inline-answers", "> Which version?\n7.2\n> Which browser?\nFirefox", "7.2\nFirefox"),
    reply("signature-delimiter", "Please call me.\n\n-- \nJohn Miller\nAcme Ltd\n+1 555 0100", "Please call me."),
    reply(
        "german",
        "Geht immer noch nicht.\n\nAm 02.03.26 um 11:30 schrieb Support:\n> Bitte neu laden.",
        "Geht immer noch nicht.",
    ),
    reply(
        "german-outlook",
        "Danke\n\nVon: Support\nGesendet: Montag, 2. März 2026 11:30\nAn: John\nBetreff: AW: Bericht\n\nalt",
        "Danke",
    ),
    reply(
        "french",
        "Toujours en panne.\n\nLe 2 mars 2026 à 11:30, Support <support@aftercare.example> a écrit :\n> Rechargez.",
        "Toujours en panne.",
    ),
    reply(
        "spanish",
        "Sigue igual.\n\nEl lun, 2 mar 2026 a las 11:30, Soporte (<support@aftercare.example>) escribió:\n> Recargue.",
        "Sigue igual.",
    ),
    reply(
        "portuguese",
        "Ainda falha.\n\nEm seg., 2 de mar. de 2026 às 11:30, Suporte <support@aftercare.example> escreveu:\n> Recarregue.",
        "Ainda falha.",
    ),
    reply(
        "italian",
        "Non va.\n\nIl giorno lun 2 mar 2026 alle ore 11:30 Support <support@aftercare.example> ha scritto:\n> Ricarica.",
        "Non va.",
    ),
    reply(
        "dutch",
        "Werkt niet.\n\nOp ma 2 mrt 2026 om 11:30 schreef Support <support@aftercare.example>:\n> Herlaad.",
        "Werkt niet.",
    ),
    reply(
        "polish-latin2",
        "Nadal nie działa.\n\nW dniu 2.03.2026 o 11:30, Support pisze:\n> Odśwież.",
        "Nadal nie działa.",
        "iso-8859-2",
        "quoted-printable",
    ),
    reply(
        "russian-koi8", "Не работает.\n\n02.03.2026 11:30, Support пишет:\n> Перезагрузите.", "Не работает.", "koi8-r"
    ),
    reply(
        "japanese-iso-2022-jp",
        "まだ開けません。\n\n2026年3月2日(月) 11:30 サポート <support@aftercare.example>:\n> 再読み込みしてください。",
        "まだ開けません。",
        "iso-2022-jp",
        "7bit",
    ),
    reply(
        "korean-ks_c_5601",
        "아직 안 됩니다.\n\n2026년 3월 2일 (월) 오전 11:30, 지원팀 <support@aftercare.example>님이 작성:\n> 다시 시도하세요.",
        "아직 안 됩니다.",
        "ks_c_5601-1987",
    ),
]

CONTENT = [
    case(
        "japanese-vendor-characters",
        mail(
            b'Content-Type: text/plain; charset="iso-2022-jp"\nContent-Transfer-Encoding: 7bit\n\n\x1b$B-!-j\x1b(B OK\n',
            **FROM_JOHN,
        ),
        **BY_JOHN,
        text="①㈱ OK",
    ),
    case(
        "latin-1-that-is-windows",
        mail(text("“smart” – €5", "cp1252", "8bit").replace(b"cp1252", b"iso-8859-1"), **FROM_JOHN),
        **BY_JOHN,
        text="“smart” – €5",
    ),
    case(
        "tnef-package",
        mail(file('application/ms-tnef; name="winmail.dat"', WINMAIL)),
        text="见附件",
        html="<p>见附件</p>",
        attachments=[
            attached("合同终稿.pdf", "application/pdf", b"%PDF-1.7"),
            attached("logo.png", "image/png", b"\x89PNG"),
        ],
    ),
    case(
        "tnef-beside-a-text",
        mail(multi("mixed", text("见附件"), file('application/ms-tnef; name="winmail.dat"', WINMAIL))),
        text="见附件",
        attachments=[
            attached("合同终稿.pdf", "application/pdf", b"%PDF-1.7"),
            attached("logo.png", "image/png", b"\x89PNG"),
        ],
    ),
    case(
        "tnef-broken-stays-a-file",
        mail(multi("mixed", text("hi"), file('application/ms-tnef; name="winmail.dat"', WINMAIL[:190]))),
        text="hi",
        attachments=[attached("winmail.dat", "application/ms-tnef", WINMAIL[:190])],
        defects=["a package that breaks off"],
    ),
    case(
        "invitation-without-words",
        mail(file("text/calendar; method=REQUEST; charset=utf-8", ICS)),
        text="故障复盘, 第二次\n2026-03-03 09:30 Asia/Shanghai – 2026-03-03 10:30 Asia/Shanghai\n三楼会议室\nwang@acme.example\n\n请带上日志\n和截图",
        attachments=[attached("attachment-1.ics", "text/calendar", ICS)],
    ),
    case(
        "invitation-beside-words",
        mail(multi("alternative", text("请参加"), file("text/calendar; method=REQUEST; charset=utf-8", ICS))),
        text="请参加",
        attachments=[attached("attachment-1.ics", "text/calendar", ICS)],
    ),
    case(
        "forwarded-as-attachment",
        mail(multi("mixed", text("see below"), b"Content-Type: message/rfc822\n\n" + INNER.replace(b"\r\n", b"\n"))),
        text="see below",
        attachments=[attached("inner.eml", "message/rfc822", INNER)],
    ),
    case(
        "forwarded-inline-en",
        mail(
            text(
                "FYI\n\n---------- Forwarded message ---------\nFrom: Li <li@acme.example>\nDate: Mon, Mar 2, 2026\nSubject: inner\nTo: John\n\nthe inner words"
            ),
            Subject="Fwd: inner",
        ),
        subject="Fwd: inner",
        text="FYI\n\n---------- Forwarded message ---------\nFrom: Li <li@acme.example>\nDate: Mon, Mar 2, 2026\nSubject: inner\nTo: John\n\nthe inner words",
        reply="FYI",
    ),
    case("sixty-levels-deep", mail(deep(60)), text="at the bottom"),
    case(
        "pgp-signed",
        mail(
            multi("signed", text("signed words"), file("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----"))
        ),
        text="signed words",
        attachments=[attached("attachment-1.asc", "application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----")],
    ),
    case(
        "name-in-both-places",
        mail(
            multi(
                "mixed",
                text("hi"),
                file(
                    f'application/pdf; name="{q("旧名.pdf")}"',
                    b"%PDF",
                    f'Content-Disposition: attachment; filename="{b("新名.pdf")}"',
                ),
            )
        ),
        text="hi",
        attachments=[attached("新名.pdf", "application/pdf", b"%PDF")],
    ),
    case(
        "answers-go-elsewhere",
        mail(text("hi"), "Reply-To: Help <help@x.example>, second@x.example", **FROM_JOHN),
        **BY_JOHN,
        text="hi",
        reply_to=[person("Help", "help@x.example"), person("", "second@x.example")],
    ),
    case(
        "website-form-in-a-visitors-name",
        mail(
            text("姓名：张伟\n\n付款后没有收到发货通知。", cte="8bit"),
            f"Reply-To: {q('张伟')} <zhang.wei@kunde.example>",
            "X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)",
            **{"From": "WordPress <wordpress@shop.example>", "Subject": "New enquiry"},
        ),
        **{"from": person("WordPress", "wordpress@shop.example")},
        subject="New enquiry",
        text="姓名：张伟\n\n付款后没有收到发货通知。",
        reply_to=[person("张伟", "zhang.wei@kunde.example")],
    ),
    case(
        "answers-go-back-where-they-came-from",
        mail(text("hi"), "Reply-To: JOHN <John@x.example>", **FROM_JOHN),
        **BY_JOHN,
        text="hi",
        reply_to=[person("JOHN", "John@x.example")],
    ),
    case(
        "answers-go-nowhere",
        mail(text("hi"), "Reply-To: undisclosed-recipients:;", **FROM_JOHN),
        **BY_JOHN,
        text="hi",
        reply_to=[],
    ),
    case(
        "overlay-is-cleaned",
        mail(
            html(
                '<div style="position:fixed;top:0;color:red" onclick="x()">hi</div><form action="https://x.example"><input name=p></form><svg onload=x()>'
            )
        ),
        text="hi",
        html='<div style="color:red">hi</div>',
    ),
]

WORLD: list[Case] = [*REPLIES, *CONTENT]
