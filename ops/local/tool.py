"""The local tool: one background process with the front door, the mail bridge and the mailbox."""

import contextlib
import logging
from collections.abc import AsyncIterator

import uvicorn
from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from ops.local import mail_bridge
from ops.local.aws import LocalAws
from ops.local.deploy import outputs
from ops.local.front_door import FrontDoor, new_client
from ops.local.mail_bridge import InboundMail, MailBridge, MailRoom, NotReady, Reception
from ops.local.mailbox import Mailbox, plain_error
from ops.local.outgoing_mail import OutgoingMail
from ops.local.sent_mail import SentMailFolder
from ops.local.settings import LocalSettings
from ops.local.webhooks import WebhookSink

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def application(settings: LocalSettings, room: MailRoom) -> Starlette:
    """Everything that the front door's port serves."""
    client = new_client()
    folder = SentMailFolder(settings.mail)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        bridge = await mail_bridge.listen(MailBridge(room), settings.smtp_port)
        async with client, bridge:
            yield

    return Starlette(
        routes=[
            Route("/mailbox", lambda _: RedirectResponse("/mailbox/")),
            Mount("/mailbox", routes=Mailbox(folder, room).routes()),
            Route("/webhooks", lambda _: RedirectResponse("/webhooks/")),
            Mount("/webhooks", routes=WebhookSink().routes()),
            Route("/v2/email/{rest:path}", OutgoingMail(settings, client, folder).hand_on, methods=_METHODS),
            Route("/{rest:path}", FrontDoor(settings, client).hand_on, methods=_METHODS),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "[::1]"])],
        exception_handlers={HTTPException: plain_error},
        lifespan=lifespan,
    )


class DeployedReception:
    """The receipt rule of the deployed desk: looked up until the desk is deployed, then remembered."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws
        self._found: Reception | None = None

    def __call__(self) -> Reception:
        """The rule.

        Raises:
            NotReady: nothing is deployed yet, or the emulated AWS does not answer.
        """
        if self._found is None:
            try:
                stack = outputs(self._aws)
                self._found = Reception(
                    addresses=(stack["SupportAddress"],),
                    bucket=stack["InboundBucket"],
                    topic_arn=stack["InboundTopicArn"],
                )
            except (BotoCoreError, ClientError, KeyError) as error:
                raise NotReady from error
        return self._found


def main() -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every line of every conversation
    settings = LocalSettings.from_env()
    aws = LocalAws(settings)
    room = InboundMail(aws.s3, aws.sns, DeployedReception(aws))
    uvicorn.run(
        application(settings, room),
        host="127.0.0.1",
        port=settings.front_door_port,
        log_level="info",
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
