"""What the router needs to know."""

from functions.shared.settings import DeskSettings, TimerKeepingSettings


class RouterSettings(DeskSettings, TimerKeepingSettings):
    """For triage, which sets a new ticket's first timer as well."""


class StudySettings(DeskSettings):
    """For counting how often rules match, and learning from solved tickets."""


class OccasionSettings(DeskSettings):
    """For the rules of messages, updates and escalations."""
