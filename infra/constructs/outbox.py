"""The table's stream becomes events on the bus."""

from constructs import Construct

from functions.outbox.settings import OutboxSettings
from infra.constructs.service_function import ServiceFunction
from infra.constructs.work_queue import DeadLetters, follow_stream
from infra.platform import Platform

_TOLD = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "COMMIT#"}, {"prefix": "V#"}]}}}}
"""The commits, and the versions of the configuration."""


class Outbox(Construct):
    """Publishes each stored commit, of tickets and of articles, and each new configuration."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform) -> None:
        super().__init__(scope, id)
        self.dead_letters = DeadLetters(self, "DeadLetters", shape=platform.shape)
        self.publisher = ServiceFunction(
            self,
            "Publisher",
            platform=platform,
            handler="functions.outbox.stream.handler",
            environment=OutboxSettings.to_env(bus_name=platform.bus.event_bus_name),
        ).function
        platform.bus.grant_put_events_to(self.publisher)
        self.follows = follow_stream(
            self.publisher, stream_arn=platform.stream_arn, dead_letters=self.dead_letters, patterns=[_TOLD]
        )
