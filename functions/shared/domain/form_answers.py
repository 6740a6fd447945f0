"""One answer to one field: tidied, and what is wrong with it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from functions.shared.contracts.words import Language
from functions.shared.domain.document import Bilingual
from functions.shared.domain.form_fields import PATTERNS, FieldKind, FormField
from functions.shared.domain.visible import is_visible

REQUIRED: Final = Bilingual(zh="请填写这一项。", en="Please fill this in.")
UNKNOWN_FIELD: Final = Bilingual(zh="表单里没有这一项。", en="The form has no such field.")
NOT_ASKED: Final = Bilingual(
    zh="按照其他各项的回答，这一项不需要填写。", en="With the other answers, this is not asked: leave it out."
)
NOT_OFFERED: Final = Bilingual(
    zh="按照其他各项的回答，这里不能这样选择。", en="With the other answers, this cannot be chosen."
)
_NOT_A_TEXT = Bilingual(zh="这里需要一段文字。", en="This must be a text.")
_NOT_A_NUMBER = Bilingual(zh="这里需要一个数字。", en="This must be a number.")
_NOT_YES_OR_NO = Bilingual(zh="这里需要回答是或否（true 或 false）。", en="This must be yes or no (true or false).")
_NOT_A_LIST = Bilingual(zh="这里需要一个列表。", en="This must be a list.")
_UNKNOWN_CHOICE = Bilingual(zh="不在可选范围内。", en="This is not one of the choices.")
_REPEATED = Bilingual(zh="同一项出现了两次。", en="Something is in the list twice.")
_MALFORMED = {
    FieldKind.ADDRESS: Bilingual(zh="这不是一个邮箱地址。", en="This is not an e-mail address."),
    FieldKind.PHONE: Bilingual(zh="这不是一个电话号码。", en="This is not a phone number."),
    FieldKind.DATE_TIME: Bilingual(
        zh="请写成 2026-10-01T09:30 这样的日期和时间。", en="Please write date and time like 2026-10-01T09:30."
    ),
}

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Objection:
    """Why an answer cannot be accepted; `code` is stable."""

    field: str
    code: str
    message: Bilingual

    def in_language(self, language: Language) -> dict[str, str]:
        return {"field": self.field, "code": self.code, "message": self.message.in_language(language)}


def tidied(answer: Any) -> Any:
    """The answer without what nobody sees; None where nothing is left of it."""
    if isinstance(answer, str):
        text = _CONTROLS.sub("", answer).strip()
        return text if is_visible(text) else None
    return None if answer == [] else answer


def objection_to(field: FormField, answer: Any) -> Objection | None:
    """What is wrong with a tidied answer by itself, whatever the other answers are."""
    match field.kind:
        case FieldKind.CHOICE:
            problem = None if _is_choice(field, answer) else ("unknown_choice", _UNKNOWN_CHOICE)
        case FieldKind.MULTI_CHOICE | FieldKind.FILE:
            problem = _wrong_list(field, answer)
        case FieldKind.NUMBER:
            problem = _wrong_number(field, answer)
        case FieldKind.YES_NO:
            problem = None if isinstance(answer, bool) else ("wrong_type", _NOT_YES_OR_NO)
        case _:
            problem = _wrong_text(field, answer)
    return Objection(field.id, *problem) if problem else None


_Problem = tuple[str, Bilingual] | None


def _is_choice(field: FormField, answer: Any) -> bool:
    return isinstance(answer, str) and answer in field.values


def _wrong_list(field: FormField, answer: Any) -> _Problem:
    if not isinstance(answer, list):
        return "wrong_type", _NOT_A_LIST
    if len(answer) > field.max_items:
        return "too_many", Bilingual(zh=f"最多 {field.max_items} 项。", en=f"At most {field.max_items}.")
    if field.kind is FieldKind.MULTI_CHOICE and not all(_is_choice(field, item) for item in answer):
        return "unknown_choice", _UNKNOWN_CHOICE
    if not all(isinstance(item, str) and 0 < len(item) <= 1024 for item in answer):
        return "wrong_type", _NOT_A_TEXT
    return ("repeated", _REPEATED) if len(set(answer)) < len(answer) else None


def _wrong_number(field: FormField, answer: Any) -> _Problem:
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        return "wrong_type", _NOT_A_NUMBER
    if field.minimum is not None and not answer >= field.minimum:
        return "too_small", Bilingual(zh=f"不能小于 {field.minimum:g}。", en=f"At least {field.minimum:g}.")
    if field.maximum is not None and not answer <= field.maximum:
        return "too_large", Bilingual(zh=f"不能大于 {field.maximum:g}。", en=f"At most {field.maximum:g}.")
    return None


def _wrong_text(field: FormField, answer: Any) -> _Problem:
    if not isinstance(answer, str):
        return "wrong_type", _NOT_A_TEXT
    longest = field.longest
    if longest is not None and len(answer) > longest:
        return "too_long", Bilingual(
            zh=f"最多 {longest} 个字，现在有 {len(answer)} 个。",
            en=f"At most {longest} characters; this has {len(answer)}.",
        )
    pattern = PATTERNS.get(field.kind)
    if pattern and not re.fullmatch(pattern, answer, re.ASCII):
        return "malformed", _MALFORMED[field.kind]
    if field.kind is FieldKind.DATE_TIME and not _is_date_time(answer):
        return "malformed", _MALFORMED[field.kind]
    return None


def _is_date_time(answer: str) -> bool:
    try:
        datetime.fromisoformat(answer)
    except ValueError:
        return False
    return True
