"""What the watchdog needs to know."""

from functions.shared.settings import DeskSettings, TimerKeepingSettings


class TimerStreamSettings(TimerKeepingSettings):
    """For keeping one timer per ticket, from the table's stream."""

    desk_id: str


class TimerSettings(DeskSettings):
    """For what happens when a timer goes off."""

    timers_queue_url: str


class RenewalSettings(DeskSettings):
    """For what follows from an edit of policies or calendars."""

    renewals_queue_url: str


class SweepSettings(DeskSettings):
    """For the search for timers that were lost."""

    timers_queue_url: str
