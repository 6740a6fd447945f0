"""What the customers' door needs to know."""

from functions.shared.settings import DeskSettings


class IntakeHttpSettings(DeskSettings):
    """For the public API and the portal's pages."""

    public_url: str
    """Base of every link the desk hands out, without a trailing slash."""
    token_key_parameter: str
    """Name of the SSM SecureString that signs customers' links."""
    support_address: str
    inbound_bucket: str
    """Where what cannot be read is kept as it came."""
    channel_secrets_parameter: str
    """Name of the SSM SecureString with the channels' secrets."""


class IntakeMailSettings(DeskSettings):
    """For received mail."""

    inbound_bucket: str
    support_address: str
    token_key_parameter: str
