"""Addresses outside the desk that are told of what happens: other systems, and the rooms of chat programs."""

import ipaddress
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from functions.shared.contracts.words import WEBHOOK, Language, Slug
from functions.shared.domain.document import Part

SECRET: Final = "{secret}"
"""Stands in an address for the webhook's secret."""


class Format(StrEnum):
    """What is sent: our own JSON, or a line of text as a chat program takes it."""

    JSON = "json"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    SLACK = "slack"


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is not an address") from error
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.fragment or port == 0:
        raise ValueError(f"{url!r} is not an https:// address without user and fragment")
    if SECRET in parts.netloc:
        raise ValueError("the secret stands in the path or the query, not in the host")
    if not is_public_name(parts.hostname):
        raise ValueError(f"{parts.hostname!r} is not a host on the public internet")
    return url


def is_public_name(host: str) -> bool:
    """Whether a host may be on the public internet, as far as its name tells."""
    try:
        return is_public(host.strip("[]"))
    except ValueError:
        name = host.rstrip(".").lower()
        return "." in name and not name.endswith((".local", ".localhost", ".internal", ".lan", ".home.arpa"))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; raises ValueError where it is none at all."""
    ip = ipaddress.ip_address(address)
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or is_public(str(inner)))


class Webhook(Part):
    """One address. Its secret is a parameter of the AWS account, never part of the configuration."""

    id: Slug
    url: Annotated[str, AfterValidator(_address), Field(max_length=2000)]
    format: Format = Format.JSON
    language: Language | None = Field(default=None, description="Of the text, where it is not the desk's own.")


def webhooks_of(recipients: tuple[str, ...]) -> list[str]:
    """The ids of the webhooks among recipients."""
    return [one.removeprefix(WEBHOOK) for one in recipients if one.startswith(WEBHOOK)]
