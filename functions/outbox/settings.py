"""What the outbox needs to know."""

from functions.shared.settings import Settings


class OutboxSettings(Settings):
    """For publishing stored events."""

    bus_name: str
