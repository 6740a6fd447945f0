"""What the watchdog's functions share, put together once per execution environment."""

import time
from datetime import UTC, datetime

import boto3

from functions.shared.domain.clock_rules import clock_rules
from functions.shared.gateways.timers import Schedules, TimerQueue
from functions.shared.wiring import DeskWiring
from functions.sla_watchdog.keeping import TimerKeeper
from functions.sla_watchdog.service import Sweep, Watchdog
from functions.sla_watchdog.settings import SweepSettings, TimerSettings, TimerStreamSettings


def watchdog(settings: TimerSettings, desk: DeskWiring) -> Watchdog:
    """Acts on the tickets of `desk`, by the configuration that was read last."""
    return Watchdog(
        desk.tickets,
        lambda: clock_rules(desk.config.last_read()),
        TimerQueue(boto3.client("sqs"), settings.timers_queue_url),
        now=lambda: datetime.now(UTC),
        sleep=time.sleep,
    )


def sweep(settings: SweepSettings) -> Sweep:
    """Searches the heads of the desk."""
    return Sweep(DeskWiring(settings).store, TimerQueue(boto3.client("sqs"), settings.timers_queue_url))


def timer_keeper(settings: TimerStreamSettings) -> TimerKeeper:
    """Sets tickets' timers."""
    schedules = Schedules(
        boto3.client("scheduler"),
        group=settings.schedule_group,
        queue_arn=settings.timers_queue_arn,
        role_arn=settings.schedule_role_arn,
        dead_letters_arn=settings.timers_dead_letters_arn,
    )
    return TimerKeeper(TimerQueue(boto3.client("sqs"), settings.timers_queue_url), schedules)
