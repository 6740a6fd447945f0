"""Mail that leaves, through SES."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class MailRefused(Exception):
    """SES will never send this mail; the message says why."""


class Mailer:
    """Sends whole messages."""

    def __init__(self, client: "SESV2Client") -> None:
        self._client = client

    def send(self, raw: bytes, *, sender: str, recipient: str) -> str:
        """Send `raw`; returns the Message-ID under which it travels, since SES writes its own.

        Raises:
            MailRefused: the message or its recipient is not acceptable; trying again would not help.
        """
        try:
            answer = self._client.send_email(
                FromEmailAddress=sender, Destination={"ToAddresses": [recipient]}, Content={"Raw": {"Data": raw}}
            )
        except (self._client.exceptions.MessageRejected, self._client.exceptions.BadRequestException) as error:
            raise MailRefused(error.response["Error"].get("Message", str(error))) from error
        return _wire_id(answer["MessageId"], self._client.meta.region_name)


def _wire_id(message_id: str, region: str) -> str:
    host = "email" if region == "us-east-1" else region
    return f"<{message_id}>" if "@" in message_id else f"<{message_id}@{host}.amazonses.com>"
