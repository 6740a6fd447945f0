"""What the notifier needs to know."""

from functions.shared.settings import DeskSettings


class NotifierSettings(DeskSettings):
    """For mail that leaves."""

    public_url: str
    """Base of every link in a mail, without a trailing slash."""
    support_address: str
    """The sender, and the address that replies come back to."""
    token_key_parameter: str
    """Name of the SSM SecureString that signs customers' links and reply addresses."""
