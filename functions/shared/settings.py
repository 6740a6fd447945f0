"""What the stack tells a function: each field is one environment variable, checked on both sides."""

import os
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Base for a function's settings: field `table_name` is variable `TABLE_NAME`.

    The stack fills them through `to_env`, which refuses a wrong set of names while synthesizing; the function reads
    them through `from_env` on its first event. Neither side writes a variable's name as a string.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the fields from `environ`; raises pydantic.ValidationError naming what is missing."""
        return cls.model_validate({name: environ[name.upper()] for name in cls.model_fields if name.upper() in environ})

    @classmethod
    def to_env(cls, **values: str) -> dict[str, str]:
        """The environment a stack must give the function; raises TypeError on a wrong set of names.

        Values may be tokens that only the deployment resolves, so they are validated when the function starts.
        """
        required = {name for name, field in cls.model_fields.items() if field.is_required()}
        if not required <= values.keys() <= cls.model_fields.keys():
            raise TypeError(f"{cls.__name__} needs {sorted(required)}, got {sorted(values)}")
        return {name.upper(): value for name, value in values.items()}


class DeskSettings(Settings):
    """For every function that reads or changes what the desk stores."""

    desk_id: str
    table_name: str
    blobs_bucket: str
    malware_scan: Literal["on", "off"] = "off"
    """Whether GuardDuty scans the blobs: then only files that it found clean are handed out."""


class SignInSettings(Settings):
    """For functions that staff sign in to: enough to send them to Cognito and to verify what comes back."""

    user_pool_client_id: str
    issuer: str
    """The `iss` of every token of the pool."""
    keys_url: str
    """Where the pool publishes its signing keys (JWKS)."""
    sign_in_url: str
    """Base of managed login: `/oauth2/authorize`, `/oauth2/token` and `/logout` are below it."""
