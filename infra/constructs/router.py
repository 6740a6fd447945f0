"""The rules: for new tickets that no door could triage, for what happens to tickets later, and how they fare."""

import aws_cdk as cdk
from constructs import Construct

from functions.router.settings import OccasionSettings, RouterSettings, StudySettings
from functions.shared.contracts import events
from infra.constructs.service_function import ServiceFunction
from infra.constructs.sla_watchdog import SlaWatchdog
from infra.constructs.store import allow_objects, allow_table
from infra.constructs.work_queue import WorkQueue
from infra.platform import LESSONS, RULE_USE, Platform

OCCASIONS = (
    events.MessageReceived,
    events.TicketUpdated,
    events.DetailsProvided,
    events.PriorityChanged,
    events.TicketAssigned,
    events.TicketWaiting,
    events.TicketResumed,
    events.TicketResolved,
    events.TicketReopened,
    events.TicketEscalated,
    events.TimePassed,
)
"""On what rules are tried after a ticket's triage."""


STUDY_AT = "cron(0 19 * * ? *)"
"""Once a day, at three in the morning in China."""


class Router(Construct):
    """Hears of new tickets and decides about them; and of what happens to tickets, where rules may have a say."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform, timers: SlaWatchdog) -> None:
        super().__init__(scope, id)
        self._triage(platform)
        self._rules(platform)
        self._study(platform, timers)

    def _triage(self, platform: Platform) -> None:
        """For tickets that no door could triage."""
        self.work = WorkQueue(self, "Work", shape=platform.shape)
        # One that came before doors said so was not triaged by them.
        self.work.hears(platform.bus, events.TicketOpened, only={"is_triaged": [False, {"exists": False}]})
        triage = ServiceFunction(
            self,
            "Triage",
            platform=platform,
            handler="functions.router.triage.handler",
            environment=RouterSettings.to_env(**platform.desk),
        ).function
        platform.allow_commits(triage)
        platform.allow_triage(triage)
        self.work.feeds(triage)

    def _rules(self, platform: Platform) -> None:
        """A queue and a function of their own, so that a new ticket waits for no old one."""
        self.occasions = WorkQueue(self, "Occasions", shape=platform.shape, dead_letters=self.work.dead_letters)
        self.occasions.hears(platform.bus, *OCCASIONS)
        rules = ServiceFunction(
            self,
            "Rules",
            platform=platform,
            handler="functions.router.occasions.handler",
            environment=OccasionSettings.to_env(**platform.desk),
        ).function
        platform.allow_config(rules)
        platform.allow_commits(rules)
        platform.allow_queries(rules)
        platform.allow_customers_tickets(rules)
        platform.allow_rosters(rules)
        allow_objects(rules, platform.blobs, "GetObject", under=["bodies/"])  # long messages
        self.occasions.feeds(rules)

    def _study(self, platform: Platform, timers: SlaWatchdog) -> None:
        """Counts once a day how often rules matched, and learns from solved tickets."""
        student = ServiceFunction(
            self,
            "Study",
            platform=platform,
            handler="functions.router.study.handler",
            environment=StudySettings.to_env(**platform.desk),
            timeout=cdk.Duration.minutes(10),
            memory_mib=1024,
        ).function
        platform.allow_config(student)
        platform.allow_queries(student)
        allow_table(student, platform.table, "BatchGetItem", "PutItem")  # past tickets; pointers to what was found
        allow_objects(student, platform.blobs, "PutObject", under=[LESSONS, RULE_USE])
        timers.calls(student, "StudyDaily", STUDY_AT)
