"""What the router needs to know."""

from functions.shared.settings import DeskSettings


class RouterSettings(DeskSettings):
    """For triage."""


class StudySettings(DeskSettings):
    """For counting how often rules match, and learning from solved tickets."""


class OccasionSettings(DeskSettings):
    """For the rules of messages, updates and escalations."""
