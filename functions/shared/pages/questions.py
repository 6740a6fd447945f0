"""A desk's form as pages ask it, and the answers that a browser posts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

from functions.shared.contracts.words import Channel, Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.form import NOTHING
from functions.shared.domain.form import Form as DeskForm
from functions.shared.domain.form_conditions import ALWAYS, NEVER, Test
from functions.shared.domain.form_fields import TOPIC, FieldKind, FormField
from functions.shared.pages.forms import Form
from functions.shared.pages.languages import catalogue

PartName = Literal["problem", "diagnosis", "you"]
Files = Mapping[str, Sequence[tuple[str, str]]]
"""Files that were uploaded before: by the field that asked for them, each with its id and name."""

_PARTS: Final[dict[PartName, tuple[str, ...]]] = {
    "problem": (TOPIC, "title", "description", "module", "happened_at", "impact", "urgency"),
    "diagnosis": ("error_text", "steps_to_reproduce", "attachments"),
    "you": ("contact_name", "company", "contact_email", "contact_phone"),
}
"""Where the standard fields stand; a desk's own fields follow the problem."""

_INPUT_TYPES: Final = {
    FieldKind.ADDRESS: "email",
    FieldKind.PHONE: "tel",
    FieldKind.NUMBER: "number",
    FieldKind.DATE_TIME: "datetime-local",
}
_AUTOCOMPLETE: Final = {
    "contact_name": "name",
    "company": "organization",
    "contact_email": "email",
    "contact_phone": "tel",
}
_WIDE: Final = (FieldKind.LONG_TEXT, FieldKind.FILE, FieldKind.MULTI_CHOICE, FieldKind.YES_NO)
_FEW: Final = 4
"""Up to so many choices are shown at once, more as a list to open."""

_POSTED: Final = {True: "yes", False: "no"}
"""What a browser posts for yes and no."""


@dataclass(frozen=True)
class Asking:
    """The form that is asked, of whom and how; the answers in `known` are not asked for again.

    With `forced` false, nothing has to be answered: what is missing is marked.
    """

    form: DeskForm
    channel: Channel
    language: Language
    known: Mapping[str, Any]
    open_fields: Collection[str] | None = None
    is_forced: bool = True

    @classmethod
    def all_of(cls, form: DeskForm, channel: Channel, language: Language, *, is_forced: bool = True) -> Self:
        """All questions of `form`."""
        return cls(form, channel, language, NOTHING, None, is_forced)


@dataclass(frozen=True)
class Question:
    """One question of the desk's form.

    `required` is None where an alternative will do, and "sometimes" where it depends on other answers: then `needed`
    tells when. `shown` tells when it is asked, `limits` which choices are left when; None where they do not depend.
    """

    id: str
    kind: FieldKind
    label: str
    help: str
    required: bool | Literal["sometimes"] | None
    max_length: int
    choices: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, str]] = ()
    shown: Test | None = None
    needed: Test | None = None
    limits: Sequence[tuple[Test, Sequence[str]]] = ()

    @classmethod
    def of(cls, field: FormField, asking: Asking, files: Files = NOTHING) -> Self:
        """The question that `field` asks."""
        language = asking.language
        has_alternative = any(field.id in group for group in asking.form.at_least_one)
        tests = asking.form.tests(field, channel=asking.channel, known=asking.known, open_fields=asking.open_fields)
        is_needed: bool | Literal["sometimes"] = tests.required == ALWAYS
        if tests.required not in (ALWAYS, NEVER, tests.shown):
            is_needed = "sometimes"
        elif tests.required == tests.shown:
            is_needed = True
        return cls(
            id=field.id,
            kind=field.kind,
            label=field.label.in_language(language),
            help=field.help.in_language(language) if field.help else "",
            required=None if has_alternative or not asking.is_forced else is_needed,
            max_length=field.longest or 200,
            choices=[(choice.value, choice.label.in_language(language)) for choice in field.choices],
            files=files.get(field.id, ()),
            shown=None if tests.shown == ALWAYS else _as_posted(tests.shown),
            needed=_as_posted(tests.required) if is_needed == "sometimes" else None,
            limits=[(_as_posted(test), to) for test, to in tests.limits],
        )

    @property
    def depends(self) -> bool:
        """Whether other answers change it."""
        return bool(self.shown or self.needed or self.limits)

    @property
    def is_wide(self) -> bool:
        """Takes the whole width of the form."""
        if self.kind is FieldKind.CHOICE:
            return len(self.choices) <= _FEW
        return self.kind in _WIDE or self.id == "title"

    @property
    def rows(self) -> int:
        return 6 if self.id == "description" else 3

    @property
    def input_type(self) -> str:
        return _INPUT_TYPES.get(self.kind, "text")

    @property
    def autocomplete(self) -> str:
        return _AUTOCOMPLETE.get(self.id, "off")


@dataclass(frozen=True)
class QuestionPart:
    """Questions that belong together."""

    name: PartName
    questions: Sequence[Question]


def parts_of(asking: Asking, files: Files = NOTHING, *, without: Collection[str] = ()) -> list[QuestionPart]:
    """The questions of the form, every one in one of the parts; those in `without` and those never asked left out."""
    form = asking.form
    placed = {name for names in _PARTS.values() for name in names}
    own = [field.id for field in form.fields if field.id not in placed]
    parts = []
    for part, names in _PARTS.items():
        wanted = [*names, *own] if part == "problem" else names
        fields = [field for name in wanted if name not in without and (field := form.field(name))]
        asked = [question for field in fields if (question := Question.of(field, asking, files)).shown != NEVER]
        parts.append(QuestionPart(part, asked))
    return [part for part in parts if part.questions]


def labels_in(parts: Sequence[QuestionPart]) -> list[tuple[str, str]]:
    """The questions' labels by name, in order."""
    return [(question.id, question.label) for part in parts for question in part.questions]


def fields_by_name(config: DeskConfig) -> dict[str, FormField]:
    """Every field of the desk's forms; where several forms have one, that of the default form."""
    forms = [form for one in (*config.forms, None) if (form := config.form(one.id if one else None))]
    return {field.id: field for form in forms for field in form.fields}


def shown_answer(field: FormField, answer: Any, language: Language) -> str:
    """`answer` to `field` as people read it."""
    labels = {choice.value: choice.label.in_language(language) for choice in field.choices}
    if isinstance(answer, bool):
        return catalogue(language).text("form.yes" if answer else "form.no")
    many = answer if isinstance(answer, list | tuple) else [answer]
    return catalogue(language).text("list.comma").join(labels.get(str(one), str(one)) for one in many)


def posted_answers(posted: Form, fields: Sequence[FormField]) -> dict[str, Any]:
    """The answers to `fields` that a browser posted, in the kinds that they expect."""
    return {field.id: _posted_answer(posted, field) for field in fields}


def _posted_answer(posted: Form, field: FormField) -> Any:
    match field.kind:
        case FieldKind.FILE | FieldKind.MULTI_CHOICE:
            return posted.all(field.id)
        case FieldKind.YES_NO:
            return {word: answer for answer, word in _POSTED.items()}.get(posted.text(field.id))
        case FieldKind.NUMBER:
            return _number(posted.text(field.id))
        case _:
            return posted.text(field.id)


def _number(text: str) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _as_posted(test: Test) -> Test:
    """`test` with yes and no as a browser posts them."""
    match test:
        case {"all": parts}:
            return {"all": [_as_posted(part) for part in parts]}
        case {"any": parts}:
            return {"any": [_as_posted(part) for part in parts]}
        case {"not": part}:
            return {"not": _as_posted(part)}
        case {"in": values}:
            return {**test, "in": [_POSTED[value] if isinstance(value, bool) else value for value in values]}
        case _:
            return test
