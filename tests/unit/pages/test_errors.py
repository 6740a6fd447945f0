from collections.abc import Iterator

import pytest

from functions.shared.domain.errors import AftercareError
from functions.shared.http import STATUS
from functions.shared.pages.languages import LANGUAGES, catalogue


def every_error(base: type[AftercareError] = AftercareError) -> Iterator[type[AftercareError]]:
    for error in base.__subclasses__():
        yield error
        yield from every_error(error)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_has_a_plain_sentence(language: str) -> None:
    spoken = {error.code for error in every_error() if error in STATUS}
    spoken |= {"route_not_found", "method_not_allowed", "unsupported_content_type", "internal_error"}

    assert not {code for code in spoken if f"error.{code}" not in catalogue(language)}
