"""Where a local cloud lives and which ports it takes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal, Self

from ops.failure import Failure
from ops.local.endpoints import Endpoints

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
    malware_scan: Literal["on", "off"] = "off"
    """Whether files wait for a scan's tag, as where GuardDuty is on; nothing here sets one."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read AFTERCARE_HOME and the other variables that `to_env` writes; each of them may be missing.

        A port that no variable names is the one that the home's cloud took last: later commands act on the same cloud.

        Raises:
            Failure: a variable names no port, or two name the same.
        """
        default = cls()
        home = Path(environ.get("AFTERCARE_HOME") or default.home).resolve()
        remembered = _last_ports(home)
        ports = {
            name: _port(name, environ.get(name) or remembered.get(name) or str(otherwise))
            for name, otherwise in default._ports().items()
        }
        _require_different(ports)
        front_door_port, aws_port, smtp_port = ports.values()
        return cls(
            home=home,
            front_door_port=front_door_port,
            aws_port=aws_port,
            smtp_port=smtp_port,
            config=Path(environ.get("AFTERCARE_CONFIG") or default.config).resolve(),
            has_demo_tickets=environ.get("AFTERCARE_DEMO", "1") != "0",
            malware_scan="on" if environ.get("AFTERCARE_MALWARE_SCAN") == "on" else "off",
        )

    def to_env(self) -> dict[str, str]:
        """The environment that makes a child process read the same settings."""
        return {
            "AFTERCARE_HOME": str(self.home),
            **{name: str(port) for name, port in self._ports().items()},
            "AFTERCARE_CONFIG": str(self.config),
            "AFTERCARE_DEMO": str(int(self.has_demo_tickets)),
            "AFTERCARE_MALWARE_SCAN": self.malware_scan,
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
        return _endpoints_file(self.home)

    def _ports(self) -> dict[str, int]:
        return {
            "AFTERCARE_PORT": self.front_door_port,
            "AFTERCARE_AWS_PORT": self.aws_port,
            "AFTERCARE_SMTP_PORT": self.smtp_port,
        }


def _endpoints_file(home: Path) -> Path:
    return home / "endpoints.json"


def _last_ports(home: Path) -> dict[str, str]:
    """The ports of the cloud that was last up in `home`, by variable; nothing where none was."""
    try:
        last = Endpoints.read(_endpoints_file(home))
    except Failure:
        return {}
    addresses = {"AFTERCARE_PORT": last.url, "AFTERCARE_AWS_PORT": last.endpoint, "AFTERCARE_SMTP_PORT": last.smtp}
    return {name: address.rpartition(":")[2] for name, address in addresses.items()}


def _require_different(ports: Mapping[str, int]) -> None:
    for (one, port), (other, same) in combinations(ports.items(), 2):
        if port == same:
            raise Failure(f"{one} and {other} cannot both be {port}: choose another port for one of them.")


def _port(name: str, text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Failure(f"{name} must be a port number between 1 and 65535, not {text!r}.")
    return int(text)
