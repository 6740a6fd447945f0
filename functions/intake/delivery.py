"""What SES says of a mail it received: the envelope, the verdicts, and where the raw message lies."""

import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

VERDICTS = ("spf", "dkim", "dmarc", "spam", "virus")


class NotADelivery(ValueError):
    """The queue's message is no notification of a received mail."""


class Delivery(BaseModel):
    """One received mail. `id` is SES's own; `verdicts` are PASS, FAIL, GRAY or PROCESSING_FAILED by name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    received_at: AwareDatetime
    envelope_sender: str
    recipients: tuple[str, ...]
    bucket: str
    key: str = Field(min_length=1)
    verdicts: dict[str, str] = Field(default_factory=dict)
    dmarc_policy: str | None = Field(default=None, description="What the sender's domain asks for when DMARC fails.")
    released_by: str | None = Field(default=None, description="Who let it out of quarantine.")
    channel: str | None = Field(default=None, description="The channel that posted it, where it is no mail.")

    @classmethod
    def parse(cls, body: str) -> Self:
        """Read a queue message: SES's notification itself, or wrapped by SNS.

        Raises:
            NotADelivery: it is something else.
        """
        try:
            notification = json.loads(body)
            if isinstance(notification.get("Message"), str):
                notification = json.loads(notification["Message"])
            mail, receipt = notification["mail"], notification["receipt"]
            action = receipt["action"]
            return cls(
                id=mail["messageId"],
                received_at=mail["timestamp"],
                envelope_sender=(mail.get("source") or "").strip("<> "),
                recipients=tuple(receipt["recipients"]),
                bucket=action["bucketName"],
                key=action["objectKey"],
                verdicts=_verdicts(receipt),
                dmarc_policy=_lower(receipt.get("dmarcPolicy")),
                released_by=notification.get("aftercare", {}).get("releasedBy"),
                channel=notification.get("aftercare", {}).get("channel"),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotADelivery(f"{type(error).__name__}: {str(error)[:200]}") from error

    def failed(self, verdict: str) -> bool:
        return self.verdicts.get(verdict) == "FAIL"


def _lower(value: object) -> str | None:
    return value.lower() if isinstance(value, str) else None


def _verdicts(receipt: Mapping[str, Any]) -> dict[str, str]:
    found = {name: receipt.get(f"{name}Verdict", {}).get("status") for name in VERDICTS}
    return {name: status for name, status in found.items() if isinstance(status, str)}
