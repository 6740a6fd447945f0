"""The fields of a form: what each asks for, when, and with which choices."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from functions.shared.domain.document import Bilingual, Part
from functions.shared.domain.form_conditions import FormCondition

ADDRESS_PATTERN: Final = r"^[^@\s<>\",;]+@[^@\s<>\",;]+\.[^@\s<>\",;.]+$"
_FINDABLE: Final = r"(?=(?:(?:[^0-9]*0){2}|(?![^0-9]*0[^0-9]*0))(?:[^0-9]*[0-9]){3})"
"""Three digits, not counting the 00 before a country's code: see `directory.is_phone`."""
PHONE_PATTERN: Final = rf"^{_FINDABLE}\+?[0-9(][0-9 ().-]{{4,24}}(\s*(x|ext\.?|转)\s*[0-9]{{1,6}})?$"
DATE_TIME_PATTERN: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$"
)

TOPIC: Final = "topic"
"""The field that tells what a report is about: where a form has it, it is asked first, and it can choose the form."""

RESERVED: Final = frozenset(
    {
        "channel", "contact", "csrf_token", "errors", "fields", "files", "form", "language", "main", "missing",
        "no_upload", "submission", "suggestions", "website",
    }
)  # fmt: skip
"""Names that reports and pages use for something else."""


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

    @property
    def is_list(self) -> bool:
        """Whether there may be several answers."""
        return self in (FieldKind.MULTI_CHOICE, FieldKind.FILE)

    @property
    def is_chosen(self) -> bool:
        """Whether the answer is one or several of the given choices."""
        return self in (FieldKind.CHOICE, FieldKind.MULTI_CHOICE)


_LONGEST: Final[Mapping[FieldKind, int]] = {
    FieldKind.TEXT: 200,
    FieldKind.LONG_TEXT: 20_000,
    FieldKind.DATE_TIME: 40,
    FieldKind.ADDRESS: 254,
    FieldKind.PHONE: 40,
}
PATTERNS: Final[Mapping[FieldKind, str]] = {
    FieldKind.DATE_TIME: DATE_TIME_PATTERN,
    FieldKind.ADDRESS: ADDRESS_PATTERN,
    FieldKind.PHONE: PHONE_PATTERN,
}


class Choice(Part):
    """One of the values a choice offers."""

    value: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    label: Bilingual


class Limit(Part):
    """While `when` holds, only the choices in `to` are offered. Of several limits, all that hold count."""

    when: FormCondition
    to: tuple[str, ...] = Field(min_length=1)


class FormField(Part):
    """One question of a form."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    kind: FieldKind
    label: Bilingual
    help: Bilingual | None = None
    required: bool = Field(default=False, description="Always, while it is shown.")
    required_when: FormCondition | None = Field(
        default=None, description="Required while this holds of other fields, or of `channel`."
    )
    shown_when: FormCondition | None = Field(
        default=None, description="Asked only while this holds; an answer to what was not asked is refused."
    )
    max_length: int | None = Field(default=None, ge=1, le=50_000, description="Characters, of a text.")
    max_items: int = Field(default=10, ge=1, le=100, description="Of a multi-choice or files.")
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    choices_from: str | None = Field(
        default=None, pattern="^modules$", description="Choices kept elsewhere: `modules`."
    )
    limit: tuple[Limit, ...] = Field(default=(), description="Which choices are offered depends on other fields.")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.id in RESERVED:
            raise ValueError(f'"{self.id}" is kept for something else: call the field by another name')
        if self.kind.is_chosen:
            if bool(self.choices) == bool(self.choices_from):
                raise ValueError("a choice needs either choices or choices_from")
        elif self.choices or self.choices_from or self.limit:
            raise ValueError(f"a field of kind {self.kind} has no choices")
        if self.id == TOPIC and self.kind is not FieldKind.CHOICE:
            raise ValueError("the topic is a choice")
        if self.required and self.required_when:
            raise ValueError("required is always already, so required_when says nothing")
        values = [choice.value for choice in self.choices]
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise ValueError(f"the choice {', '.join(twice)} is there twice")
        if self.max_length is not None and self.kind not in _LONGEST:
            raise ValueError(f"a field of kind {self.kind} has no max_length")
        if self.kind is not FieldKind.NUMBER and not (self.minimum is None and self.maximum is None):
            raise ValueError(f"a field of kind {self.kind} has no minimum or maximum")
        return self

    @property
    def longest(self) -> int | None:
        """The most characters its text may have."""
        return self.max_length or _LONGEST.get(self.kind)

    @property
    def values(self) -> tuple[str, ...]:
        """What can be chosen."""
        return tuple(choice.value for choice in self.choices)
