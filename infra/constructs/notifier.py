"""What leaves: mail."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.notifier.settings import NotifierSettings
from functions.shared.contracts import events
from infra.constructs.service_function import ServiceFunction
from infra.constructs.store import allow_objects
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform

TOLD_OF = (
    events.TicketOpened,
    events.TicketTriaged,
    events.TicketAssigned,
    events.MessageReceived,
    events.ReplySent,
    events.SlaWarned,
    events.SlaBreached,
    events.TicketEscalated,
    events.NoticeReleased,
    events.TicketResolved,
)
"""What somebody gets mail about."""


class Notifier(Construct):
    """Tells customers and staff, once each."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform) -> None:
        super().__init__(scope, id)
        self.work = WorkQueue(self, "Work", shape=platform.shape)
        self.work.hears(platform.bus, *TOLD_OF)
        sender = ServiceFunction(
            self,
            "Sender",
            platform=platform,
            handler="functions.notifier.events.handler",
            environment=NotifierSettings.to_env(
                **platform.desk,
                public_url=platform.public_url,
                support_address=platform.shape.support_address,
                token_key_parameter=platform.token_key_parameter,
            ),
        ).function
        platform.allow_config(sender)
        platform.allow_commits(sender)  # what was sent stands on the ticket
        platform.allow_token_key(sender)
        allow_objects(sender, platform.blobs, "GetObject", under=["attachments/", "bodies/"])
        # A raw message is authorised as SendRawEmail. The local cloud names no identity when it checks.
        identity = cdk.Stack.of(self).format_arn(
            service="ses", resource="identity", resource_name=platform.shape.sending_identity
        )
        iam.Grant.add_to_principal(
            grantee=sender,
            actions=["ses:SendEmail", "ses:SendRawEmail"],
            resource_arns=["*" if platform.shape.is_local else identity],
        )
        self.work.feeds(sender)
