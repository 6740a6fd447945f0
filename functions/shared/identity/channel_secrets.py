"""What channels sign with: for each the secret in force, and its predecessor for as long as the rotation takes."""

import secrets
from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from functions.shared.contracts.words import Slug

_BYTES = 32


class ChannelSecrets(BaseModel):
    """The secrets of a desk's channels, newest first. They are text, since people paste them into other systems."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secrets: dict[Slug, tuple[str, ...]] = Field(default_factory=dict, repr=False)

    def of(self, hook: Slug) -> Sequence[bytes]:
        """The secrets with which the channel may sign; none where none was made."""
        return [secret.encode() for secret in self.secrets.get(hook, ())]

    def renewed(self, hook: Slug) -> tuple[Self, str]:
        """The secrets with a new one for the channel, whose last one stays good; and the new one."""
        new = secrets.token_urlsafe(_BYTES)
        return self._with(hook, (new, *self.secrets.get(hook, ())[:1])), new

    def settled(self, hook: Slug) -> Self:
        """The secrets with only the newest of the channel."""
        return self._with(hook, self.secrets.get(hook, ())[:1])

    def without(self, hook: Slug) -> Self:
        """The secrets with none for the channel, which can post no longer."""
        return type(self)(secrets={name: held for name, held in self.secrets.items() if name != hook})

    def _with(self, hook: Slug, held: tuple[str, ...]) -> Self:
        return type(self)(secrets={**self.secrets, hook: held})
