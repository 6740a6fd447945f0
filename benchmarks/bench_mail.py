"""How many mails a core reads in a second, beside PyPI's `mail-parser`.

Ours also decodes wrong charsets, cleans the HTML, folds quotes and signatures, tells machines from people and digests
every attachment. `mail-parser` is asked for what it gives of that: the header fields, text, HTML and attachments.
"""

import random
import timeit
from collections.abc import Callable
from email.message import EmailMessage
from time import process_time

from functions.intake.mime.message import parse_mail

_SENTENCES = (
    "今天上午十点开始，报表页面一直打不开，刷新也没有用。",
    "The export has been spinning since ten this morning; reloading does not help.",
    "我们的财务同事需要在今天下班前拿到这份数据，请尽快处理。",
    "We tried another browser and another computer, with the same result.",
)


def typical() -> bytes:
    """A mail as an office client writes it: 20 KB, half of it quoted history in tables and styles."""
    draw = random.Random(20)
    rows = "".join(
        f'<tr><td style="padding:0cm 5.4pt;border:solid windowtext 1.0pt"><p class="MsoNormal"><span lang="EN-US" '
        f'style="font-family:&quot;Microsoft YaHei&quot;;color:#1F497D">{draw.choice(_SENTENCES)}</span></p></td>'
        f"<td><b>{draw.randint(1000, 9999)}</b></td></tr>"
        for _ in range(32)
    )
    own = "".join(f'<p class="MsoNormal"><span>{draw.choice(_SENTENCES)}</span></p>' for _ in range(12))
    html = (
        "<html><head><style>p.MsoNormal{margin:0cm;font-size:10.5pt}</style></head><body lang='ZH-CN'>"
        f"<div class='WordSection1'>{own}<table>{rows}</table><div style='border-top:solid #E1E1E1 1.0pt'>"
        "<p><b>发件人:</b> 客服 &lt;support@aftercare.example&gt;<br><b>发送时间:</b> 2026年3月2日 12:00<br>"
        f"<b>收件人:</b> 王芳<br><b>主题:</b> 回复: 报表打不开</p></div>{own}</div></body></html>"
    )
    mail = _envelope("回复: [AS-7F3K-92QD] 报表打不开")
    mail.set_content("\n".join(draw.choice(_SENTENCES) for _ in range(12)), charset="utf-8", cte="base64")
    mail.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return _of_size(mail.as_bytes(), 20_000)


def large() -> bytes:
    """A short mail with a log file: 5 MB on the wire."""
    mail = _envelope("Log files of the failed import")
    mail.set_content("The log is attached.\n")
    log = random.Random(5).randbytes(3_650_000)
    mail.add_attachment(log, maintype="application", subtype="zip", filename="导入日志.zip")
    return _of_size(mail.as_bytes(), 5_000_000)


def _envelope(subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "王芳 <wang.fang@acme.example>"
    mail["To"] = "售后服务台 <support@aftercare.example>"
    mail["Cc"] = "li.lei@acme.example, han.meimei@acme.example"
    mail["Subject"] = subject
    mail["Date"] = "Mon, 2 Mar 2026 12:00:00 +0800"
    mail["Message-ID"] = "<20260302120000.1@acme.example>"
    mail["In-Reply-To"] = "<0100@email.amazonses.com>"
    mail["References"] = "<1@acme.example> <0100@email.amazonses.com>"
    for hop in range(6):
        mail["Received"] = (
            f"from mx{hop}.acme.example by mx{hop + 1}.acme.example with ESMTPS; Mon, 2 Mar 2026 04:00:0{hop} +0000"
        )
    return mail


def _of_size(raw: bytes, size: int) -> bytes:
    assert abs(len(raw) - size) < size / 5, f"{len(raw)} bytes, not {size}"
    return raw


def mails_a_second(*readers: Callable[[], object]) -> list[float]:
    """Of each reader, by the best of several rounds in turn, so that a busy machine is as hard on all of them."""
    rounds, _ = timeit.Timer(readers[0], timer=process_time).autorange()
    rounds = max(1, rounds // 5)
    best = [float("inf")] * len(readers)
    for _ in range(25):
        for number, read in enumerate(readers):
            best[number] = min(best[number], timeit.timeit(read, number=rounds, timer=process_time))
    return [rounds / seconds for seconds in best]


def rows() -> list[tuple[str, str, float]]:
    """Which mail, read by whom, how many in a second."""
    import mailparser

    found = []
    for name, raw in (("20 KB of HTML", typical()), ("5 MB attached", large())):

        def ours(raw: bytes = raw) -> object:
            return parse_mail(raw)

        def theirs(raw: bytes = raw) -> object:
            mail = mailparser.parse_from_bytes(raw)
            return (
                mail.headers, mail.from_, mail.to, mail.subject, mail.date, mail.text_plain, mail.text_html,
                mail.attachments,
            )  # fmt: skip

        rates = mails_a_second(ours, theirs)
        found += [(name, library, rate) for library, rate in zip(("aftercare", "mail-parser"), rates, strict=True)]
    return found


def main() -> None:
    """Print the table, with how much faster ours is."""
    print(f"{'mail':>15}  {'library':<12} {'mails a second':>15}  {'ours is':>8}")
    ours = 0.0
    for name, library, rate in rows():
        ours = rate if library == "aftercare" else ours
        print(f"{name:>15}  {library:<12} {rate:>15,.1f}  {ours / rate:>7.2f}×")


if __name__ == "__main__":
    main()
