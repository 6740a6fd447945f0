import pytest

from functions.intake.mime.quotes import fold

BODIES = {
    "qq": """\
已经好了，谢谢！


------------------ 原始邮件 ------------------
发件人: "support" <s@x.example>;
发送时间: 2026年3月2日(星期一) 中午12:00
收件人: "王芳"<w@y.example>;
主题: Re: 报表

请问现在好了吗？""",
    "163": """\
还是不行

在 2026-03-02 12:00:00，"客服" <s@x.example> 写道：

请重启试试""",
    "163 in English": """\
还是不行

At 2026-03-02 12:00:00, "support" <s@x.example> wrote:
>请重启试试""",
    "Foxmail": """\
截图见附件



王芳

发件人： 客服
发送时间： 2026-03-02 12:00
收件人： 王芳
主题： Re: 报表
请发截图""",
    "Outlook zh": """\
好的。

________________________________
发件人: 客服 <s@x.example>
发送时间: 2026年3月2日 12:00
收件人: 王芳
主题: 回复: 报表

旧文""",
    "Outlook en": """\
Done.

From: Support <s@x.example>
Sent: Monday, March 2, 2026 12:00 PM
To: Anna
Subject: RE: Report

old""",
    "Outlook original": """\
Done.

-----Original Message-----
From: Support
old""",
    "Gmail zh": """\
可以了

客服 <s@x.example> 于2026年3月2日周一 12:00写道：
> 旧文
> 更旧""",
    "Gmail en": """\
Works now

On Mon, Mar 2, 2026 at 12:00 PM Support <s@x.example> wrote:

> old
>
> older""",
    "Gmail wrapped": """\
Works now

On Mon, Mar 2, 2026 at 12:00 PM A Very Long Desk Name
<support@x.example> wrote:

> old""",
    "Apple zh": """\
可以了

发自我的 iPhone

> 在 2026年3月2日，12:00，客服 <s@x.example> 写道：
> 
> 旧文""",
    "Apple en": """\
Works now

Sent from my iPhone

> On 2 Mar 2026, at 12:00, Support <s@x.example> wrote:
> 
> old""",
    "NetEase phone": """\
收到

---- 回复的原邮件 ----
| 发件人 | 客服 |
| 主题 | 报表 |
旧文""",
    "Aliyun": """\
收到
------------------------------------------------------------------
发件人：客服 <s@x.example>
日　期：2026年03月02日
收件人：王芳
主　题：报表

旧文""",
    "German": """\
Danke.

Am 02.03.2026 um 12:00 schrieb Support:
> alt""",
    "French": """\
Merci.

Le lun. 2 mars 2026 à 12:00, Support <s@x.example> a écrit :
> vieux""",
    "Japanese": """\
直りました

2026年3月2日(月) 12:00 サポート <s@x.example>:
> 古い""",
    "delimiter": """\
Works now

-- 
Anna Smith
Acme Ltd
+44 20 0000 0000""",
    "Outlook phone": """\
Works now

Get Outlook for iOS<https://aka.ms/o0ukef>""",
    "QQ phone": """\
可以了

发自我的iPhone""",
}


@pytest.mark.parametrize("client", BODIES)
def test_history_and_signature_are_folded(client: str) -> None:
    body = BODIES[client]
    own, folded = fold(body)

    assert own.split("\n")[0] == body.split("\n")[0]
    if client == "Foxmail":
        own = own.removesuffix("王芳").strip()
    assert own == body.split("\n")[0]
    assert folded


def test_a_header_below_a_rule_needs_no_date() -> None:
    history = "________________________________\n发件人: 客服\n收件人: 王芳\n主题: 报表\n\n旧文"

    assert fold(f"好的。\n\n{history}")[0] == "好的。"


def test_answers_between_quoted_lines_are_kept() -> None:
    own, folded = fold("On Mon, 2 Mar 2026, Support wrote:\n> Which browser?\nFirefox 148\n> Since when?\nYesterday\n")

    assert own == "Firefox 148\nYesterday"
    assert "> Which browser?" in folded


@pytest.mark.parametrize(
    "text",
    [
        "> only a quotation",
        "这封邮件没有发出去：\n\n发件人: 张三\n收件人: 李四\n主题: 报销单\n\n请帮我查一下为什么。",
        "This one never arrived:\nFrom: Anna\nTo: Ben\nSubject: Invoice\n\nPlease find out why.",
        "-----Original Message-----\nFrom: a\n\nforwarded",
        "报表：\n1. 打开\n2. 导出",
        "Steps to reproduce:\nFrom: the menu choose Export",
        "Payments are down.\n\nBest regards,\nAnna",
        "On Monday I wrote: nothing happened",
        "来自上海的订单都失败了",
        "",
    ],
)
def test_what_is_no_history_stays_whole(text: str) -> None:
    assert fold(text) == (text, "")


@pytest.mark.parametrize(
    "signature",
    [
        "王芳\n华星零售集团 | 信息部\n电话：010-8888 0000",
        "Kind regards,\nHannah Vogel\n+49 30 1234 5678",
        "| |\n王芳\n|\n|\nwang@acme.example\n|",
        "-Abhishek\n\n_______________________________________________\nusers mailing list\nusers@lists.example",
    ],
)
def test_contact_data_and_list_footers_below_the_words_are_folded(signature: str) -> None:
    assert fold(f"可以了，谢谢。\n\n{signature}") == ("可以了，谢谢。", signature)
    assert fold(signature)[0]


def test_contact_data_that_is_the_message_stays() -> None:
    text = "请联系这位同事：\n联系人：王芳\n电话：010-8888 0000"

    assert fold(text) == (text, "")


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u200b\n"])
def test_a_blank_above_the_history_is_no_reply(blank: str) -> None:
    assert fold(f"{blank}\n> still broken") == (f"{blank}\n> still broken".strip(), "")
