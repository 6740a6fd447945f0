from datetime import timedelta

from functions.shared.contracts.events import ReplySent
from functions.shared.contracts.words import RootCause
from functions.shared.domain.decisions import note, receive, reply, resolve
from functions.shared.domain.ticket import evolve, opened
from functions.shared.domain.ticket_knowledge import text_from_ticket
from tests.factories import (
    AGENT,
    CUSTOMER,
    NOON,
    make_company,
    make_contact,
    make_message,
    make_opened,
    make_problem,
)

LATER = NOON + timedelta(hours=1)


def solved(cause="缓存过期", solution="清除缓存后重新登录", reply_text=None, **changes):
    timeline = [make_opened(**changes)]
    ticket = opened(timeline[0])
    decided = [lambda t: note(t, make_message("内部：王芳很生气"), actor=AGENT, now=LATER)]
    if reply_text:
        decided.append(lambda t: reply(t, make_message("请稍等"), actor=AGENT, now=LATER))
        decided.append(lambda t: reply(t, make_message(reply_text), actor=AGENT, now=LATER))
    decided.append(
        lambda t: resolve(t, root_cause=RootCause.DEFECT, cause=cause, solution=solution, actor=AGENT, now=LATER)
    )
    for command in decided:
        for event in command(ticket):
            ticket = evolve(ticket, event)
            timeline.append(event)
    return ticket, timeline


def test_report_and_resolution_become_the_parts_of_an_article():
    ticket, timeline = solved(
        reply_text="您好，请按下 Ctrl+F5 刷新页面。",
        problem=make_problem(
            title="报表打不开",
            description=make_message("点开报表后白屏"),
            module="reports",
            error_text="E1042: cache ``` expired",
            steps_to_reproduce="1. 登录\n2. 打开报表",
        ),
    )

    text = text_from_ticket(ticket, timeline)

    assert (text.language, text.title, text.module, text.visibility) == ("zh", "报表打不开", "reports", "public")
    assert text.symptom == (
        "点开报表后白屏\n\n**重现步骤**\n\n1. 登录\n2. 打开报表\n\n"
        "**错误信息**\n\n````text\nE1042: cache ``` expired\n````"
    )
    assert text.cause == "缓存过期"
    assert text.solution == "清除缓存后重新登录\n\n您好，请按下 Ctrl+F5 刷新页面。"


def test_nobody_is_named():
    ticket, timeline = solved(
        cause="张工误删",
        solution="李娜已重置 acme.example 的缓存，致电 13800138000",
        reply_text="王女士您好，Acme 的账号 wang@acme.example 已恢复。李娜",
        contact=make_contact(name="王芳", address="wang@acme.example"),
        company=make_company(name="Acme"),
        problem=make_problem(title="Acme 王芳的报表打不开", description=make_message("我是Acme的王芳，010-62345678")),
    )
    text = text_from_ticket(ticket, timeline)
    whole = "\n".join((text.title, text.symptom, text.cause, text.solution))

    for private in ("王芳", "王女士", "Acme", "acme", "李娜", "13800138000", "62345678", "@"):
        assert private not in whole
    assert text.title == "[公司] [姓名]的报表打不开"


def test_notes_among_agents_never_enter_an_article():
    ticket, timeline = solved()

    assert "生气" not in text_from_ticket(ticket, timeline).model_dump_json()


def test_a_solution_sent_as_the_answer_is_not_repeated():
    ticket, timeline = solved(solution="请清除缓存", reply_text="请清除缓存")

    assert text_from_ticket(ticket, timeline).solution == "请清除缓存"


def test_what_the_customer_says_later_is_no_solution():
    ticket, timeline = solved(reply_text="请清除缓存")
    timeline += receive(ticket, make_message("好了，谢谢"), channel="form", actor=CUSTOMER, now=LATER)

    assert "谢谢" not in text_from_ticket(ticket, timeline).solution


def test_a_free_mail_domain_names_nobody():
    ticket, timeline = solved(solution="qq.com 的邮箱收不到", contact=make_contact(address="x@qq.com"))

    assert text_from_ticket(ticket, timeline).solution == "qq.com 的邮箱收不到"


def test_an_endless_report_is_cut_to_what_an_article_holds():
    ticket, timeline = solved(problem=make_problem(description=make_message("很长" * 10_000)))

    assert len(text_from_ticket(ticket, timeline).symptom) == 8_000
    assert isinstance(timeline[0].problem.description.text, str)
    assert not any(isinstance(event, ReplySent) for event in timeline)
