"""What an operator can do something about."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.shared.domain.errors import AftercareError


class Failure(Exception):
    """One plain sentence for the person at the terminal; the command ends with status 1."""


def refusal(error: "AftercareError") -> str:
    """What the desk has against something, as the terminal speaks."""
    from functions.shared.pages.languages import catalogue
    from functions.shared.problems import explained

    return explained(error, catalogue("en"))


def sentence(error: Exception) -> str | None:
    """What to tell the person at the terminal; None for a fault of our own, which deserves its traceback."""
    if isinstance(error, Failure):
        return str(error)
    import httpx
    from botocore.exceptions import BotoCoreError, ClientError

    told = " ".join(str(error).split()).rstrip(".")
    match error:
        case ClientError():
            return f"AWS refused: {told}."
        case BotoCoreError():
            return f"AWS could not be asked: {told}. Of the local desk, `desk status` tells more."
        case httpx.HTTPError():
            return f"The desk does not answer: {told or type(error).__name__}. `desk status` tells more."
    return None
