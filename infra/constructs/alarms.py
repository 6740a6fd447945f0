"""What wakes the operators: work that failed for good, events that lag, doors that answer with errors."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs.public_api import PublicApi
from infra.constructs.work_queue import DeadLetters
from infra.shape import Shape

EVENTS_LATE_MS = 60_000


class Alarms(Construct):
    """Ten alarms, as many as cost nothing, all told to one topic."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        shape: Shape,
        dead_letters: Mapping[str, DeadLetters],
        outbox: lambda_.IFunction,
        api: PublicApi,
        lost_timers: cloudwatch.IMetric,
    ) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=shape.tls_only)
        self.topic.add_to_resource_policy(  # any policy of its own replaces the one by which alarms may publish
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            )
        )
        if shape.alarm_address:
            self.topic.add_subscription(subscriptions.EmailSubscription(shape.alarm_address))
        for name, letters in dead_letters.items():
            self._alarm(f"{name}DeadLetters", letters.waiting(), above=0, says="Work failed for good and waits.")
        lag = outbox.metric("IteratorAge", statistic=cloudwatch.Stats.MAXIMUM, period=cdk.Duration.minutes(1))
        self._alarm("EventsLate", lag, above=EVENTS_LATE_MS, says="Events reach the bus too late.")
        self._alarm("LostTimers", lost_timers, above=0, says="Timers did not go off; the sweep caught them, late.")
        self._alarm("ServerErrors", api.server_errors(), above=5, says="The public address answers with errors.")

    def _alarm(self, id: str, metric: cloudwatch.IMetric, *, above: float, says: str) -> None:
        alarm = cloudwatch.Alarm(
            self,
            id,
            metric=metric,
            threshold=above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=says,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
