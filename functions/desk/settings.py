"""What the agents' door needs to know."""

from functions.shared.settings import DeskSettings, SignInSettings


class DeskHttpSettings(DeskSettings, SignInSettings):
    """For the agents' API and the console's pages."""

    public_url: str
    """Base of the desk's own addresses, without a trailing slash."""
    token_key_parameter: str
    """Name of the SSM SecureString that signs customers' links and form tokens."""
    inbound_bucket: str
    """Where raw mail lies."""
    inbound_topic_arn: str
    """Hears of received mail; a mail let out of quarantine arrives by it again."""


class EraseSettings(DeskSettings):
    """For erasing what was said on deleted tickets."""

    inbound_bucket: str
    """Where raw mail lies."""
