"""What leaves: mail, and what webhooks are told."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.notifier.settings import NotifierSettings, WebhookSettings
from functions.shared.contracts import events
from functions.shared.contracts.words import WEBHOOK
from infra.constructs.service_function import ServiceFunction
from infra.constructs.store import allow_objects
from infra.constructs.work_queue import TRIES, WorkQueue
from infra.platform import Platform
from infra.review import accept

TOLD_OF = (
    events.TicketOpened,
    events.TicketTriaged,
    events.TicketAssigned,
    events.MessageReceived,
    events.DetailsProvided,
    events.ReplySent,
    events.AutomaticReplySent,
    events.AttentionCalled,
    events.SlaWarned,
    events.SlaBreached,
    events.TicketEscalated,
    events.NoticeReleased,
    events.TicketResolved,
)
"""What somebody gets mail about."""


NAME_RECIPIENTS = (events.SlaWarned, events.SlaBreached, events.TicketEscalated, events.AttentionCalled)
"""Events whose `recipients` may name webhooks; those of triage stand in `notify`."""


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
        self._webhooks(platform)

    def _webhooks(self, platform: Platform) -> None:
        """Hears only of events that name a webhook."""
        work = WorkQueue(self, "Webhooks", shape=platform.shape, dead_letters=self.work.dead_letters)
        named = [{"prefix": WEBHOOK}]
        work.hears(platform.bus, *NAME_RECIPIENTS, only={"recipients": named})
        work.hears(platform.bus, events.TicketTriaged, only={"notify": named}, id="HeardInTriage")
        teller = ServiceFunction(
            self,
            "WebhookTeller",
            platform=platform,
            handler="functions.notifier.webhooks.handler",
            environment=WebhookSettings.to_env(
                **platform.desk,
                public_url=platform.public_url,
                webhook_secrets=platform.webhook_secrets,
                tries=str(TRIES),
                sink=f"{platform.public_url}/webhooks/sink" if platform.shape.is_local else "",
            ),
        ).function
        platform.allow_config(teller)
        platform.allow_commits(teller)
        path = platform.webhook_secrets.removeprefix("/")
        secrets = cdk.Stack.of(self).format_arn(service="ssm", resource="parameter", resource_name=f"{path}/*")
        iam.Grant.add_to_principal(grantee=teller, actions=["ssm:GetParameter"], resource_arns=[secrets])
        accept(
            teller.role or teller,
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/{path}/*]",
            reason="Webhooks are configured while the desk runs; below the path there is nothing but their secrets.",
        )
        work.feeds(teller)
