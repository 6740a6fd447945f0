"""What is to be said to a person, before it is known in which language."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Saying:
    """A text of the catalogues (`functions.shared.pages.locales`) by its key, and the values that complete it.

    A value may be a saying itself, a text in both languages, or several of them.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, **values: object) -> "Saying":
        """The text called `key`, completed with `values`."""
        return cls(key, values)

    def __str__(self) -> str:
        """As the logs tell of it."""
        told = ", ".join(f"{name}: {value}" for name, value in self.values.items())
        return f"{self.key} ({told})" if told else self.key
