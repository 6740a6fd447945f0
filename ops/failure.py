"""What an operator can do something about."""


class Failure(Exception):
    """One plain sentence for the person at the terminal; the command ends with status 1."""
