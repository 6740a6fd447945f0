"""What the notifier needs to know."""

from functions.shared.settings import DeskSettings


class WebhookSettings(DeskSettings):
    """For what webhooks are told."""

    public_url: str
    """Base of every link, without a trailing slash."""
    webhook_secrets: str
    """Path of the SSM SecureStrings with the webhooks' secrets."""
    tries: int
    """How often the queue hands on an event that fails."""
    sink: str = ""
    """In the local cloud, the one address that all webhooks go to."""


class NotifierSettings(DeskSettings):
    """For mail that leaves."""

    public_url: str
    """Base of every link in a mail, without a trailing slash."""
    support_address: str
    """The sender, and the address that replies come back to."""
    token_key_parameter: str
    """Name of the SSM SecureString that signs customers' links and reply addresses."""
