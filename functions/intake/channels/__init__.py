"""The channels that post to us. To add one (WeChat, WeCom): its module here, a line in `MODULES`, a `HookKind`, and a
sample payload in `events/channels/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from functions.intake.channels import generic
from functions.shared.domain.channel_hooks import ChannelHook, ChannelMessage, HookKind


class Verifier(Protocol):
    """Whether a request was made by somebody who has one of the channel's secrets, and was made just now."""

    def __call__(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], *, now: datetime) -> bool: ...


class Reader(Protocol):
    """The message in a payload; raises BadPayload."""

    def __call__(self, body: bytes, hook: ChannelHook) -> ChannelMessage: ...


@dataclass(frozen=True)
class ChannelModule:
    """How a kind of channel proves itself, and what it sends."""

    is_genuine: Verifier
    read: Reader


MODULES: Final[Mapping[HookKind, ChannelModule]] = {
    HookKind.GENERIC: ChannelModule(is_genuine=generic.is_genuine, read=generic.read),
}
