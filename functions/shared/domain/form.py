"""Forms: which fields a problem is reported with. A form is data; it compiles to JSON Schema and checks answers."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from pydantic import Field, model_validator

from functions.shared.contracts.words import Channel, Language, Slug
from functions.shared.domain.document import Bilingual, Part

ADDRESS_PATTERN: Final = r"^[^@\s<>\",;]+@[^@\s<>\",;]+\.[^@\s<>\",;.]+$"
PHONE_PATTERN: Final = r"^\+?[0-9(][0-9 ().-]{4,24}(\s*(x|ext\.?|转)\s*[0-9]{1,6})?$"
DATE_TIME_PATTERN: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$"
)
SCHEMA: Final = "https://json-schema.org/draft/2020-12/schema"


class FieldKind(StrEnum):
    """What a field asks for."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    NUMBER = "number"
    DATE_TIME = "date_time"
    ADDRESS = "address"
    PHONE = "phone"
    FILE = "file"
    YES_NO = "yes_no"


_LONGEST: Final[Mapping[FieldKind, int]] = {
    FieldKind.TEXT: 200,
    FieldKind.LONG_TEXT: 20_000,
    FieldKind.DATE_TIME: 40,
    FieldKind.ADDRESS: 254,
    FieldKind.PHONE: 40,
}
_PATTERNS: Final[Mapping[FieldKind, str]] = {
    FieldKind.DATE_TIME: DATE_TIME_PATTERN,
    FieldKind.ADDRESS: ADDRESS_PATTERN,
    FieldKind.PHONE: PHONE_PATTERN,
}
_CHOOSING: Final = (FieldKind.CHOICE, FieldKind.MULTI_CHOICE)


class Choice(Part):
    """One of the values a choice offers."""

    value: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    label: Bilingual


class FormField(Part):
    """One question of a form."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    kind: FieldKind
    label: Bilingual
    help: Bilingual | None = None
    required: bool = False
    max_length: int | None = Field(default=None, ge=1, le=50_000, description="Characters, of a text.")
    max_items: int = Field(default=10, ge=1, le=100, description="Of a multi-choice or files.")
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    choices_from: str | None = Field(
        default=None, pattern="^modules$", description="Choices kept elsewhere: `modules`."
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind in _CHOOSING:
            if bool(self.choices) == bool(self.choices_from):
                raise ValueError("a choice needs either choices or choices_from")
        elif self.choices or self.choices_from:
            raise ValueError(f"a field of kind {self.kind} has no choices")
        values = [choice.value for choice in self.choices]
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise ValueError(f"the choice {', '.join(twice)} is there twice")
        if self.max_length is not None and self.kind not in _LONGEST:
            raise ValueError(f"a field of kind {self.kind} has no max_length")
        return self

    @property
    def longest(self) -> int | None:
        """The most characters its text may have."""
        return self.max_length or _LONGEST.get(self.kind)

    def json_schema(self) -> dict[str, Any]:
        """The field's JSON Schema."""
        words: dict[str, Any] = {"title": self.label.en}
        match self.kind:
            case FieldKind.CHOICE:
                return {**words, "enum": [choice.value for choice in self.choices]}
            case FieldKind.MULTI_CHOICE:
                items: dict[str, Any] = {"enum": [choice.value for choice in self.choices]}
                return {**words, "type": "array", "items": items, "maxItems": self.max_items, "uniqueItems": True}
            case FieldKind.FILE:
                items = {"type": "string", "minLength": 1, "maxLength": 1024}
                return {**words, "type": "array", "items": items, "maxItems": self.max_items, "uniqueItems": True}
            case FieldKind.NUMBER:
                bounds = {"minimum": self.minimum, "maximum": self.maximum}
                return {
                    **words,
                    "type": "number",
                    **{name: bound for name, bound in bounds.items() if bound is not None},
                }
            case FieldKind.YES_NO:
                return {**words, "type": "boolean"}
            case _:
                pattern = _PATTERNS.get(self.kind, r"\S" if self.required else None)
                shape = {"type": "string", "maxLength": self.longest}
                return {**words, **shape, **({"pattern": pattern} if pattern else {})}


@dataclass(frozen=True)
class Objection:
    """Why an answer cannot be accepted; `code` is stable."""

    field: str
    code: str
    message: Bilingual

    def in_language(self, language: Language) -> dict[str, str]:
        return {"field": self.field, "code": self.code, "message": self.message.in_language(language)}


class Form(Part):
    """The questions a problem is reported with."""

    id: Slug
    name: Bilingual
    channels: tuple[Channel, ...] = Field(default=tuple(Channel), description="Where the form is used.")
    fields: tuple[FormField, ...] = Field(min_length=1)
    at_least_one: tuple[tuple[str, ...], ...] = Field(
        default=(), description="Groups of fields of which at least one must be answered."
    )

    @model_validator(mode="after")
    def _names_its_fields(self) -> Self:
        ids = [field.id for field in self.fields]
        if twice := sorted({id for id in ids if ids.count(id) > 1}):
            raise ValueError(f"the field {', '.join(twice)} is there twice")
        if unknown := sorted({name for group in self.at_least_one for name in group} - set(ids)):
            raise ValueError(f"at_least_one names no field of the form: {', '.join(unknown)}")
        return self

    def field(self, field_id: str) -> FormField | None:
        return next((field for field in self.fields if field.id == field_id), None)

    def with_choices(self, source: str, choices: Iterable[Choice]) -> "Form":
        """The form whose fields with `choices_from: source` offer `choices`."""
        offered = tuple(choices)
        fields = tuple(
            field.model_copy(update={"choices": offered}) if field.choices_from == source else field
            for field in self.fields
        )
        return self.model_copy(update={"fields": fields})

    def json_schema(self) -> dict[str, Any]:
        """The form as JSON Schema 2020-12. The server is stricter in one thing only: dates must exist."""
        required = [field.id for field in self.fields if field.required]
        groups = [{"anyOf": [{"required": [name]} for name in group]} for group in self.at_least_one]
        return {
            "$schema": SCHEMA,
            "title": self.name.en,
            "type": "object",
            "properties": {field.id: field.json_schema() for field in self.fields},
            "additionalProperties": False,
            "required": required,
            **({"allOf": groups} if groups else {}),
        }

    def check(self, answers: Mapping[str, Any], *, complete: bool = True) -> tuple[dict[str, Any], list[Objection]]:
        """The answers that can be accepted, tidied, and what is wrong with the others.

        Blank and null answers count as not given. With `complete` false, what is missing is no objection: the
        ticket of a channel that cannot ask is taken as it is (see `missing`).
        """
        accepted: dict[str, Any] = {}
        objections: list[Objection] = []
        for name in answers:
            if self.field(str(name)) is None:
                objections.append(Objection(str(name)[:100], "unknown_field", _UNKNOWN_FIELD))
        for field in self.fields:
            answer = _tidied(answers.get(field.id))
            if answer is None:
                continue
            if objection := _objection(field, answer):
                objections.append(objection)
            else:
                accepted[field.id] = answer
        if complete:
            refused = {objection.field for objection in objections}
            objections += [
                Objection(name, "required", _REQUIRED) for name in self.missing(accepted) if name not in refused
            ]
        return accepted, objections

    def missing(self, answers: Mapping[str, Any]) -> tuple[str, ...]:
        """The required fields without an answer; of a group of alternatives the first."""
        given = {name for name, answer in answers.items() if _tidied(answer) is not None}
        alone = [field.id for field in self.fields if field.required and field.id not in given]
        grouped = [group[0] for group in self.at_least_one if given.isdisjoint(group)]
        return tuple(dict.fromkeys((*alone, *grouped)))


_REQUIRED = Bilingual(zh="请填写这一项。", en="Please fill this in.")
_UNKNOWN_FIELD = Bilingual(zh="表单里没有这一项。", en="The form has no such field.")
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
_UNSEEN: Final = ("Cf", "Zs", "Zl", "Zp", "Cc")
"""Unicode's categories of what leaves no mark: a text of nothing else says nothing."""


def _tidied(answer: Any) -> Any:
    if isinstance(answer, str):
        text = _CONTROLS.sub("", answer).strip()
        return text if any(unicodedata.category(letter) not in _UNSEEN for letter in text) else None
    return None if answer == [] else answer


def _objection(field: FormField, answer: Any) -> Objection | None:
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
    return isinstance(answer, str) and any(choice.value == answer for choice in field.choices)


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
    pattern = _PATTERNS.get(field.kind)
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
