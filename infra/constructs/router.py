"""Triage: priority, team and person for every new ticket."""

from constructs import Construct

from functions.router.settings import RouterSettings
from functions.shared.contracts.events import TicketOpened
from infra.constructs.service_function import ServiceFunction
from infra.constructs.sla_watchdog import SlaWatchdog
from infra.constructs.store import allow_objects
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform


class Router(Construct):
    """Hears of new tickets and decides about them."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform, timers: SlaWatchdog) -> None:
        super().__init__(scope, id)
        self.work = WorkQueue(self, "Work", shape=platform.shape)
        self.work.hears(platform.bus, TicketOpened)
        triage = ServiceFunction(
            self,
            "Triage",
            platform=platform,
            handler="functions.router.triage.handler",
            environment=RouterSettings.to_env(**platform.desk, **timers.settings),
        ).function
        platform.allow_config(triage)
        platform.allow_commits(triage)
        platform.allow_rosters(triage)
        platform.allow_queries(triage, indexes=["by_company"])  # who had the company's last ticket
        allow_objects(triage, platform.blobs, "GetObject", under=["bodies/"])  # long descriptions
        timers.may_set_schedules(triage, "CreateSchedule")  # the first one; the timers' keeper moves it
        self.work.feeds(triage)
