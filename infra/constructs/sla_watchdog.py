"""One timer per ticket, what happens when it goes off, the search for lost ones, and new deadlines after an edit."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from functions.shared.contracts.config_events import ConfigPublished
from functions.sla_watchdog.settings import RenewalSettings, SweepSettings, TimerSettings, TimerStreamSettings
from infra.constructs.service_function import ServiceFunction
from infra.constructs.store import allow_table
from infra.constructs.work_queue import DeadLetters, WorkQueue, follow_stream
from infra.platform import Platform
from infra.review import accept

SWEEP_EVERY = cdk.Duration.minutes(15)


class SlaWatchdog(Construct):
    """Acts at the thresholds of every clock, within seconds of their instant."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform) -> None:
        super().__init__(scope, id)
        self._platform = platform
        self.timers = WorkQueue(self, "Timers", shape=platform.shape)
        self.lost_work = DeadLetters(self, "LostWork", shape=platform.shape)
        self.renewals = WorkQueue(self, "Renewals", shape=platform.shape, dead_letters=self.timers.dead_letters)
        self.group = scheduler.ScheduleGroup(self, "Schedules", removal_policy=platform.shape.removal)
        self._delivery = self._scheduler_role("Delivery")
        queues = [self.timers.queue.queue_arn, self.timers.dead_letters.queue.queue_arn]
        iam.Grant.add_to_principal(grantee=self._delivery, actions=["sqs:SendMessage"], resource_arns=queues)
        self._timer_keeper()
        self._timer_reader()
        self._sweeper()
        self._renewer()

    def lost_timers(self) -> cloudwatch.IMetric:
        """How many timers a sweep found that should have gone off."""
        return cloudwatch.Metric(
            namespace="Aftercare",
            metric_name="LostTimers",
            dimensions_map={"service": "sla_watchdog"},
            statistic=cloudwatch.Stats.SUM,
            period=SWEEP_EVERY,
        )

    def _may_set_timers(self, function: lambda_.Function) -> None:
        """Let `function` have the tickets' schedules, and put near timers into the queue."""
        # The local cloud looks for every schedule in the group `default`, whichever it is in.
        group = "default" if self._platform.shape.is_local else self.group.schedule_group_name
        schedules = cdk.Stack.of(self).format_arn(service="scheduler", resource="schedule", resource_name=f"{group}/*")
        accept(
            function.role or function,
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/{group}/*]",
            reason="Every ticket has a schedule of its own; they are alone in the group.",
        )
        iam.Grant.add_to_principal(
            grantee=function,
            actions=[f"scheduler:{action}Schedule" for action in ("Create", "Update", "Delete")],
            resource_arns=[schedules],
        )
        self._delivery.grant_pass_role(function.grant_principal)
        self._may_send_timers(function)

    def _timer_keeper(self) -> None:
        """Follows ticket heads and keeps each ticket's one schedule, or hands a near one to the queue at once."""
        platform = self._platform
        keeper = ServiceFunction(
            self,
            "Keeper",
            platform=platform,
            handler="functions.sla_watchdog.stream.handler",
            environment=TimerStreamSettings.to_env(
                desk_id=platform.shape.desk_id,
                timers_queue_url=self.timers.queue.queue_url,
                timers_queue_arn=self.timers.queue.queue_arn,
                timers_dead_letters_arn=self.timers.dead_letters.queue.queue_arn,
                schedule_group=self.group.schedule_group_name,
                schedule_role_arn=self._delivery.role_arn,
            ),
        ).function
        self._may_set_timers(keeper)
        # A head that has and had no timer is nobody's business here.
        head = {"pk": {"S": [{"prefix": f"{platform.shape.desk_id}#TKT#"}]}, "sk": {"S": ["HEAD"]}}
        timed = {"timer_sk": {"S": [{"exists": True}]}}
        patterns = [
            {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": head, image: timed}}
            for image in ("NewImage", "OldImage")
        ]
        self.follows = follow_stream(
            keeper, stream_arn=platform.stream_arn, dead_letters=self.lost_work, patterns=patterns
        )

    def _timer_reader(self) -> None:
        """Acts when a timer goes off, or waits the rest of its time in the queue."""
        platform = self._platform
        reader = ServiceFunction(
            self,
            "Timer",
            platform=platform,
            handler="functions.sla_watchdog.timer.handler",
            environment=TimerSettings.to_env(**platform.desk, timers_queue_url=self.timers.queue.queue_url),
        ).function
        platform.allow_config(reader)
        platform.allow_commits(reader)
        self._may_send_timers(reader)
        self.timers.feeds(reader)

    def _sweeper(self) -> None:
        """Looks for timers whose time has passed, and counts what it finds."""
        platform = self._platform
        sweeper = ServiceFunction(
            self,
            "Sweep",
            platform=platform,
            handler="functions.sla_watchdog.sweep.handler",
            environment=SweepSettings.to_env(**platform.desk, timers_queue_url=self.timers.queue.queue_url),
        ).function
        allow_table(sweeper, platform.table, "Query", indexes=["by_timer"])
        allow_table(sweeper, platform.table, "GetItem")
        self._may_send_timers(sweeper)
        self.calls(sweeper, "SweepOften", scheduler.ScheduleExpression.rate(SWEEP_EVERY).expression_string)

    def calls(self, function: lambda_.Function, id: str, when: str) -> None:
        """Call `function` by a schedule; a call that fails for good is kept as lost work."""
        function.configure_async_invoke(on_failure=destinations.SqsDestination(self.lost_work.queue))
        caller = self._scheduler_role(f"{id}Caller")
        lost = self.lost_work.queue.queue_arn
        for action, resource in (("lambda:InvokeFunction", function.function_arn), ("sqs:SendMessage", lost)):
            iam.Grant.add_to_principal(grantee=caller, actions=[action], resource_arns=[resource])
        scheduler.CfnSchedule(  # the L2 would let its role invoke every version as well
            self,
            id,
            schedule_expression=when,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function.function_arn,
                role_arn=caller.role_arn,
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=lost),
            ),
        )

    def _renewer(self) -> None:
        """Gives open tickets the deadlines of a new configuration, a few at a time."""
        platform = self._platform
        self.renewals.hears(platform.bus, ConfigPublished)
        renewer = ServiceFunction(
            self,
            "Renewal",
            platform=platform,
            handler="functions.sla_watchdog.renewal.handler",
            environment=RenewalSettings.to_env(**platform.desk, renewals_queue_url=self.renewals.queue.queue_url),
        ).function
        platform.allow_config(renewer)
        platform.allow_commits(renewer)
        allow_table(renewer, platform.table, "Query", indexes=["by_queue"])
        iam.Grant.add_to_principal(
            grantee=renewer, actions=["sqs:SendMessage"], resource_arns=[self.renewals.queue.queue_arn]
        )
        self.renewals.feeds(renewer)

    def _scheduler_role(self, id: str) -> iam.Role:
        """A role that the scheduler takes on behalf of this account only."""
        own = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
        return iam.Role(self, id, assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=own))

    def _may_send_timers(self, function: lambda_.Function) -> None:
        iam.Grant.add_to_principal(
            grantee=function, actions=["sqs:SendMessage"], resource_arns=[self.timers.queue.queue_arn]
        )
