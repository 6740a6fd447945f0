"""The customers' door: public API and pages, and received mail."""

from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from functions.intake.settings import IntakeHttpSettings, IntakeMailSettings
from infra.constructs.public_api import EVERY_OTHER_PATH, PublicApi
from infra.constructs.service_function import DOOR_TIMEOUT, ServiceFunction
from infra.constructs.store import UPLOADS, allow_objects, allow_table
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform

_SAID = ("attachments/", "bodies/")
"""What customers send along and what is too long for an item."""


class Intake(Construct):
    """Turns every request and every mail into a ticket or a message of one."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform, api: PublicApi) -> None:
        super().__init__(scope, id)
        http = ServiceFunction(
            self,
            "Http",
            platform=platform,
            handler="functions.intake.http.handler",
            environment=IntakeHttpSettings.to_env(
                **platform.desk,
                public_url=platform.public_url,
                token_key_parameter=platform.token_key_parameter,
                support_address=platform.shape.support_address,
                inbound_bucket=platform.inbound.bucket_name,
                channel_secrets_parameter=platform.channel_secrets_parameter,
            ),
            timeout=DOOR_TIMEOUT,
            memory_mib=1024,
        ).function
        platform.allow_commits(http)
        platform.allow_directory(http)
        platform.allow_triage(http)
        platform.allow_token_key(http)
        platform.allow_channel_secrets(http)
        allow_objects(http, platform.inbound, "PutObject", under=["channels/"])
        allow_objects(http, platform.blobs, "GetObject", "PutObject", under=[UPLOADS])
        allow_objects(http, platform.blobs, "PutObject", under=_SAID)
        platform.allow_downloads(http)
        api.leads_to(http, "Intake", EVERY_OTHER_PATH)

        self.inbound = sns.Topic(self, "InboundMail", enforce_ssl=platform.shape.tls_only)
        self.mail = WorkQueue(self, "Mail", shape=platform.shape)
        self.inbound.add_subscription(
            subscriptions.SqsSubscription(
                self.mail.queue, raw_message_delivery=True, dead_letter_queue=self.mail.dead_letters.queue
            )
        )
        mail = ServiceFunction(
            self,
            "MailReader",
            platform=platform,
            handler="functions.intake.mail.handler",
            environment=IntakeMailSettings.to_env(
                **platform.desk,
                inbound_bucket=platform.inbound.bucket_name,
                support_address=platform.shape.support_address,
                token_key_parameter=platform.token_key_parameter,
            ),
            memory_mib=1024,  # a mail of 40 MB is read whole
        ).function
        platform.allow_commits(mail)
        platform.allow_directory(mail)
        platform.allow_triage(mail)
        allow_table(mail, platform.table, "UpdateItem")  # the volume brakes count
        platform.allow_token_key(mail)
        allow_objects(mail, platform.inbound, "GetObject", "DeleteObject")  # copies of what was deleted since
        allow_objects(mail, platform.blobs, "PutObject", under=_SAID)
        self.mail.feeds(mail)
