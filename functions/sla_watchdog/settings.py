"""What the watchdog needs to know."""

from functions.shared.settings import DeskSettings, Settings


class TimerStreamSettings(Settings):
    """For keeping one timer per ticket, from the table's stream."""

    desk_id: str
    timers_queue_url: str
    timers_queue_arn: str
    timers_dead_letters_arn: str
    """Where the scheduler leaves a timer that it could not deliver."""
    schedule_group: str
    schedule_role_arn: str
    """The role that the scheduler takes to put a timer into the queue."""


class TimerSettings(DeskSettings):
    """For what happens when a timer goes off."""

    timers_queue_url: str


class RenewalSettings(DeskSettings):
    """For what follows from an edit of policies or calendars."""

    renewals_queue_url: str


class SweepSettings(DeskSettings):
    """For the search for timers that were lost."""

    timers_queue_url: str
