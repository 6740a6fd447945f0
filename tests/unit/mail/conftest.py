import pytest

from tests.unit.mail.post_office import Post


@pytest.fixture
def post() -> Post:
    return Post()
