"""What is wrong with what a channel sent."""


class BadPayload(ValueError):
    """The payload holds no message; the text says what is missing."""
