"""Long texts lie in blobs; the one that was just stored is not fetched back."""

from functions.shared.bodies import MAX_INLINE_BYTES, Bodies
from tests.factories import DESK
from tests.fakes import InMemoryBlobs

LONG = "长" * MAX_INLINE_BYTES


class Watched(InMemoryBlobs):
    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def get(self, key: str) -> bytes:
        self.fetched.append(key)
        return super().get(key)


def test_a_text_is_read_as_it_was_said_wherever_it_lies() -> None:
    blobs = Watched()
    bodies = Bodies(blobs, DESK)
    short, first, second = bodies.message("短"), bodies.message(LONG), bodies.message(f"{LONG}!")

    assert short.body_key is None
    assert [bodies.text(one) for one in (short, first, second)] == ["短", LONG, f"{LONG}!"]
    assert blobs.fetched == [first.body_key]
    assert Bodies(blobs, DESK).text(second) == f"{LONG}!"
