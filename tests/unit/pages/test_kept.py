"""Reasons that are kept in English are read in the reader's language."""

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from functions.intake import letter, mailroom
from functions.intake.mime import machine, message
from functions.shared.domain.saying import Saying
from functions.shared.pages.kept import in_english, reason_of, told
from functions.shared.pages.languages import catalogue
from tests.unit.mail.post_office import Post
from tests.unit.mail.post_office import letter as mail
from tests.unit.pages.test_fault_words import written

EN, ZH = catalogue("en"), catalogue("zh")
NO_REPLY = Saying("sign.takes_no_reply")
PARTS = {
    "objection": Saying.of("objection.too_many", bound="10"),
    "sign": Saying.of("sign.subject_and", mark="'自动回复'", also=NO_REPLY),
}
REASONS = sorted(key for key in EN if key.startswith("kept."))


@pytest.mark.parametrize("key", REASONS)
def test_every_reason_is_known_again_by_the_words_under_which_it_is_kept(key: str) -> None:
    values: dict[str, object] = {name: f"{name} (3h)" for name in re.findall(r"\{(\w+)\}", EN.text(key))}
    reason = Saying(key, {name: PARTS.get(name, value) for name, value in values.items()})

    assert reason_of(in_english(reason)) == reason
    assert told(in_english(reason), EN) == in_english(reason)
    assert told(in_english(reason), ZH) == ZH.say(reason) != in_english(reason)


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("more than 10 automatic answers to one address within 3h", "3h 内发往同一邮箱的自动答复已达 10 封，不再发送"),
        ("not an address: 'a\\nb'", "不是邮箱地址：'a\\nb'"),
        ("the payload is not JSON", "内容不是 JSON"),
        ("files: At most 10.", "files：最多 10 项。"),
        ("text: Please fill this in.", "text：请填写此项。"),
        ("files: Tuple should have at most 10 items after validation, not 300",) * 2,
        ("Email address is not verified",) * 2,
        ("machine: header Precedence",) * 2,
        ("auto_reply: header Auto-Submitted: auto-replied", "自动回复：头字段 Auto-Submitted: auto-replied"),
        (
            "auto_reply: subject says 'Out of office', and null envelope sender",
            "自动回复：主题写有 'Out of office'；信封发件人为空",
        ),
        (
            "more than 20 mails within 10m from a@b.example under one subject",
            "10m 内来自 a@b.example、主题相同的邮件超过 20 封",
        ),
        ("more than 20 mails within 10m to one ticket", "10m 内发往同一工单的邮件超过 20 封"),
        ("more than 20 mails within 10m from a@b.example", "10m 内来自 a@b.example 的邮件超过 20 封"),
        ("ValueError while reading: bad, and worse", "读取时出错（ValueError）：bad, and worse"),
        ("AssertionError while splitting: ", "拆分时出错（AssertionError）："),
        ("",) * 2,
    ],
)
def test_what_was_kept_before_is_read_as_well_as_it_can_be(kept: str, read: str) -> None:
    assert told(kept, ZH) == read


@pytest.fixture
def post() -> Post:
    return Post()


def signs() -> Iterator[str]:
    """By what a mail is known as a machine's; `beside` joins two of them."""
    for module in (machine, letter):
        for call in calls(module):
            if isinstance(call.func, ast.Name) and call.func.id == "Machine":
                yield from written(next(one.value for one in call.keywords if one.arg == "why"))


def reasons() -> Iterator[str]:
    """Why mail is set aside."""
    for node in ast.walk(ast.parse(inspect.getsource(mailroom))):
        for literal in held_by(node):
            yield from written(literal)
    for call in calls(message):
        if isinstance(call.func, ast.Name) and call.func.id == "UnreadableMail":
            yield from written(call.args[0])


def held_by(node: ast.AST) -> Iterator[ast.expr]:
    """The reason that is told by `self._hold(…, Held.KIND, reason)` or `return Held.KIND, reason`."""
    match node:
        case ast.Call(func=ast.Attribute(attr="_hold"), args=[_, _, why, *_]):
            yield why
        case ast.Return(value=ast.Tuple(elts=[ast.Attribute(value=ast.Name(id="Held")), why])):
            yield why


def calls(module: ModuleType) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))


SIGNS = sorted(set(signs()) - {"12, and 12"})
WHYS = sorted(set(reasons()) - {"12: 12"})


def test_the_reasons_are_found() -> None:
    assert len(SIGNS) >= 15
    assert {"empty", "12 while reading: 12", "the spam filter failed the mail", "nobody to answer to"} <= set(WHYS)


@pytest.mark.parametrize("why", [*WHYS, *(f"auto_reply: {sign}" for sign in SIGNS)])
def test_why_a_mail_was_set_aside_is_told_in_chinese_too(why: str) -> None:
    assert told(why, EN) == why != told(why, ZH)


def test_every_kind_of_machine_whose_mail_is_set_aside_has_words() -> None:
    kinds = [kind for kind in machine.MachineKind if machine.Machine(kind=kind, why="").reports_nothing]

    assert all(f"kept.{kind}" in EN for kind in kinds)


def test_which_brake_a_mail_was_over_is_told_in_chinese_too(post: Post) -> None:
    limits = post.config.desk.mail.brakes
    for number in range(limits.subject.at_most + 1):
        post.deliver(mail(Message_ID=f"<{number}@acme.example>"))

    [held] = post.held
    assert "under one subject" in held.why
    assert held.why != told(held.why, ZH)
