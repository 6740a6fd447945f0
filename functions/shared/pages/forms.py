"""What a browser's form sent, and what a form shows again when something was wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Form:
    """The fields of a form: their values, and by field the sentence that says what is wrong."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, errors: Mapping[str, str] | None = None, /, **values: str | Sequence[str]) -> "Form":
        """A form filled with `values`."""
        lists = {name: [value] if isinstance(value, str) else list(value) for name, value in values.items()}
        return cls(lists, errors or {})

    @classmethod
    def posted(cls, body: str) -> "Form":
        """The form in an `application/x-www-form-urlencoded` body; repeated fields keep their order."""
        return cls(parse_qs(body, keep_blank_values=True))

    def text(self, name: str) -> str:
        """The first value of the field without surrounding space; empty where there is none."""
        values = self.values.get(name) or [""]
        return values[0].replace("\r\n", "\n").strip()

    def optional(self, name: str) -> str | None:
        """The text of the field, None where it is empty."""
        return self.text(name) or None

    def all(self, name: str) -> list[str]:
        """Every value of the field that is not empty."""
        return [value for value in self.values.get(name, ()) if value]

    def error(self, name: str) -> str | None:
        return self.errors.get(name)

    def with_errors(self, errors: Mapping[str, str]) -> "Form":
        return Form(self.values, errors)


EMPTY = Form()
