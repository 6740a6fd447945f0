"""What is wrong with what a channel sent."""

from functions.shared.domain.saying import Saying
from functions.shared.pages.kept import in_english


class BadPayload(ValueError):
    """The payload holds no message; `about` says what is missing, and the text the same as it is kept."""

    def __init__(self, about: Saying) -> None:
        super().__init__(in_english(about))
        self.about = about
