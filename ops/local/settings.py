"""Where a local cloud lives and which ports it takes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ops.failure import Failure

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
ACCOUNT = "000000000000"
API_ID = "de5c0001"
"""The id that the emulator gives the HTTP API, from its tag `ms-custom-id`."""


@dataclass(frozen=True)
class LocalSettings:
    """One local cloud. Two with different homes and ports run side by side."""

    home: Path = ROOT / ".local"
    front_door_port: int = 8080
    aws_port: int = 4566
    smtp_port: int = 2525
    config: Path = ROOT / "config"
    """The folder with the desk's configuration files."""
    has_demo_tickets: bool = True
    """Whether a fresh desk begins with a few tickets."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read AFTERCARE_HOME and the other variables that `to_env` writes; each of them may be missing."""
        default = cls()
        return cls(
            home=Path(environ.get("AFTERCARE_HOME") or default.home).resolve(),
            front_door_port=_port(environ, "AFTERCARE_PORT", default.front_door_port),
            aws_port=_port(environ, "AFTERCARE_AWS_PORT", default.aws_port),
            smtp_port=_port(environ, "AFTERCARE_SMTP_PORT", default.smtp_port),
            config=Path(environ.get("AFTERCARE_CONFIG") or default.config).resolve(),
            has_demo_tickets=environ.get("AFTERCARE_DEMO", "1") != "0",
        )

    def to_env(self) -> dict[str, str]:
        """The environment that makes a child process read the same settings."""
        return {
            "AFTERCARE_HOME": str(self.home),
            "AFTERCARE_PORT": str(self.front_door_port),
            "AFTERCARE_AWS_PORT": str(self.aws_port),
            "AFTERCARE_SMTP_PORT": str(self.smtp_port),
            "AFTERCARE_CONFIG": str(self.config),
            "AFTERCARE_DEMO": str(int(self.has_demo_tickets)),
        }

    @property
    def url(self) -> str:
        """The front door, for people and clients alike."""
        return f"http://localhost:{self.front_door_port}"

    @property
    def endpoint(self) -> str:
        """The emulated AWS. An address rather than a name, so that no client turns a bucket into a host name."""
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def api_host(self) -> str:
        """The Host header by which the emulator knows the HTTP API."""
        return f"{API_ID}.execute-api.localhost:{self.aws_port}"

    @property
    def state(self) -> Path:
        return self.home / "state"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def mail(self) -> Path:
        return self.home / "mail"

    @property
    def endpoints_file(self) -> Path:
        return self.home / "endpoints.json"


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Failure(f"{name} must be a port number between 1 and 65535, not {text!r}.")
    return int(text)
