"""Everything that runs."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.desk import Desk
from infra.constructs.eraser import Eraser
from infra.constructs.intake import Intake
from infra.constructs.kb import KnowledgeBase
from infra.constructs.notifier import Notifier
from infra.constructs.outbox import Outbox
from infra.constructs.public_api import PublicApi
from infra.constructs.router import Router
from infra.constructs.sla_watchdog import SlaWatchdog
from infra.constructs.staff import SignIn
from infra.platform import Platform
from infra.shape import Shape
from infra.stacks.data import DataStack


class AppStack(cdk.Stack):
    """Functions, API, bus, timers and alarms; it holds no data and may be replaced at will."""

    def __init__(self, scope: Construct, id: str, *, shape: Shape, data: DataStack, code: lambda_.Code) -> None:
        super().__init__(scope, id, synthesizer=shape.synthesizer())
        api = PublicApi(self, "Api", shape=shape)
        public_url = shape.public_url or api.url
        sign_in = SignIn(self, "SignIn", shape=shape, pool=data.staff.pool, public_url=public_url)
        bus = events.EventBus(self, "Bus")
        platform = Platform(
            shape=shape,
            code=code,
            table=data.store.table,
            inbound=data.store.inbound,
            blobs=data.store.blobs,
            site=data.store.site,
            bus=bus,
            public_url=public_url,
            sign_in=sign_in.settings,
        )
        self.intake = Intake(self, "Intake", platform=platform, api=api)
        watchdog = SlaWatchdog(self, "SlaWatchdog", platform=platform)
        outbox = Outbox(self, "Outbox", platform=platform)
        # The local cloud serves the stream's readers one after the other, in the order in which they were made.
        outbox.follows.add_dependency(watchdog.follows)
        router = Router(self, "Router", platform=platform, timers=watchdog)
        Eraser(self, "Eraser", platform=platform, dead_letters=router.work.dead_letters)
        Desk(self, "Desk", platform=platform, api=api, inbound=self.intake.inbound)
        notifier = Notifier(self, "Notifier", platform=platform)
        kb = KnowledgeBase(self, "KnowledgeBase", platform=platform, api=api)
        alarms = Alarms(
            self,
            "Alarms",
            shape=shape,
            dead_letters={
                "Mail": self.intake.mail.dead_letters,
                "Outbox": outbox.dead_letters,
                "Router": router.work.dead_letters,
                "Timers": watchdog.timers.dead_letters,
                "TimerWork": watchdog.lost_work,
                "Notifier": notifier.work.dead_letters,
                "KnowledgeBase": kb.work.dead_letters,
            },
            outbox=outbox.publisher,
            api=api,
            lost_timers=watchdog.lost_timers(),
        )
        for name, value in {
            "ApiUrl": api.url,
            "PublicUrl": public_url,
            "DeskId": shape.desk_id,
            "SupportAddress": shape.support_address,
            "BusName": bus.event_bus_name,
            "UserPoolClientId": sign_in.client.user_pool_client_id,
            "SignInUrl": sign_in.settings["sign_in_url"],
            "InboundTopicArn": self.intake.inbound.topic_arn,
            "TokenKeyParameter": platform.token_key_parameter,
            "WebhookSecrets": platform.webhook_secrets,
            "ChannelSecretsParameter": platform.channel_secrets_parameter,
            "AlarmsTopicArn": alarms.topic.topic_arn,
        }.items():
            cdk.CfnOutput(self, name, value=value)
