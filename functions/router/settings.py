"""What the router needs to know."""

from functions.shared.settings import DeskSettings


class RouterSettings(DeskSettings):
    """For triage."""
