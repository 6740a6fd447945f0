"""What the knowledge base needs to know."""

from functions.shared.settings import DeskSettings, SignInSettings


class KbHttpSettings(DeskSettings, SignInSettings):
    """For the help centre, article search and the console's article pages."""

    site_bucket: str
    public_url: str
    token_key_parameter: str
    """Name of the SSM SecureString that signs form tokens."""


class KbPublishSettings(DeskSettings):
    """For turning published articles into pages and into the search index."""

    site_bucket: str
    public_url: str
