"""Work that waits: queues with their dead letters, and how the bus and the table's stream feed functions."""

import json
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.shared.contracts.events import SOURCE, Event
from infra.review import accept
from infra.shape import Shape

TRIES = 5


class DeadLetters(Construct):
    """Where work waits for a person after it failed for good; `docs/operations.md` says how to replay it."""

    def __init__(self, scope: Construct, id: str, *, shape: Shape) -> None:
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=shape.tls_only,
            retention_period=cdk.Duration.days(14),
        )
        accept(self.queue, "AwsSolutions-SQS3", reason="It is the dead-letter queue of a stream, a rule or a function.")

    def waiting(self) -> cloudwatch.IMetric:
        """How many there are."""
        return self.queue.metric_approximate_number_of_messages_visible(
            period=cdk.Duration.minutes(1), statistic=cloudwatch.Stats.MAXIMUM
        )


class WorkQueue(Construct):
    """A queue for one function; what fails `TRIES` times becomes a dead letter."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        shape: Shape,
        dead_letters: DeadLetters | None = None,
        delay: cdk.Duration | None = None,
    ) -> None:
        """`dead_letters` are those of a kindred queue: a replay puts each letter back where it came from.

        With `delay`, work is done no earlier than so long after it came.
        """
        super().__init__(scope, id)
        self._shape = shape
        self.dead_letters = dead_letters or DeadLetters(self, "DeadLetters", shape=shape)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=shape.tls_only,
            visibility_timeout=shape.visibility,
            delivery_delay=delay,
            retention_period=cdk.Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters.queue, max_receive_count=TRIES),
        )

    def feeds(self, function: lambda_.IFunction) -> None:
        """Hand the messages to `function` in batches, of which it names those that failed."""
        function.add_event_source(
            sources.SqsEventSource(
                self.queue,
                batch_size=10,
                max_concurrency=self._shape.worker_concurrency,
                report_batch_item_failures=True,
            )
        )

    def hears(
        self,
        bus: events.IEventBus,
        *heard: type[Event],
        only: Mapping[str, object] | None = None,
        id: str = "Heard",
    ) -> None:
        """Receive these events from the bus: all of them, or `only` those whose fields match."""
        events.Rule(
            self,
            id,
            event_bus=bus,
            event_pattern=events.EventPattern(
                source=[SOURCE], detail_type=[event.model_fields["type"].default for event in heard], detail=only
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters.queue)],
        )


def follow_stream(
    function: lambda_.Function, *, stream_arn: str, dead_letters: DeadLetters, patterns: Sequence[Mapping[str, object]]
) -> lambda_.CfnEventSourceMapping:
    """Hand the table's changes that match one of `patterns` to `function`, in the order of their key.

    A batch that fails is halved until the record that fails is alone; that one is left to the dead letters.
    """
    reading = [f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")]
    for actions, resource in ((reading, stream_arn), (["sqs:SendMessage"], dead_letters.queue.queue_arn)):
        iam.Grant.add_to_principal(grantee=function, actions=actions, resource_arns=[resource])
    mapping = lambda_.CfnEventSourceMapping(
        function,
        "Stream",
        function_name=function.function_name,
        event_source_arn=stream_arn,
        starting_position="TRIM_HORIZON",
        batch_size=100,
        bisect_batch_on_function_error=True,
        function_response_types=["ReportBatchItemFailures"],
        maximum_retry_attempts=20,
        maximum_record_age_in_seconds=6 * 3600,
        destination_config={"onFailure": {"destination": dead_letters.queue.queue_arn}},
        filter_criteria={"filters": [{"pattern": json.dumps(pattern)} for pattern in patterns]},
    )
    if function.role:  # Lambda checks that the role may read the stream when the mapping is made
        mapping.node.add_dependency(function.role)
    return mapping
