"""Where the running desk is reached, and who may sign in: the file that clients of the local cloud read."""

import json
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from ops.failure import Failure


class User(BaseModel):
    """Someone who works at the local desk."""

    model_config = ConfigDict(frozen=True)

    email: str
    password: str
    role: str


class Endpoints(BaseModel):
    """`endpoints.json`. A published name is never removed."""

    model_config = ConfigDict(frozen=True)

    url: str
    """The front door, for people and clients alike."""
    endpoint: str
    """The emulated AWS itself."""
    host: str
    """The Host header under which `endpoint` serves the HTTP API."""
    region: str
    smtp: str
    """Host and port of the mail bridge."""
    support_address: str
    mailbox_url: str
    users: tuple[User, ...]

    def write(self, path: Path) -> None:
        """Replace the file at once, so that no reader sees half of it."""
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(self.model_dump(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The addresses of the running desk.

        Raises:
            Failure: no local cloud has been started from here.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValueError) as error:
            raise Failure("The local cloud is not up: start it with `make up`.") from error
