"""Hypothesis at the mailroom for as long as it is told: `python -m tests.fuzz_mail --minutes 10`.

Every run begins elsewhere. The first mail that is neither taken in nor set aside with a reason ends it, with the
smallest example.
"""

import argparse
import time
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.mail.mutations import PIECES, mutated, take_in

_ROUND = 500


def fuzz(length: timedelta) -> int:
    """Take in mutated and random mails for `length`; how many they were."""
    count, until = 0, time.monotonic() + length.total_seconds()

    @settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        nonlocal count
        count += 1
        kind = data.draw(st.sampled_from(["mutated", "mutated", "pieces", "bytes"]))
        if kind == "mutated":
            take_in(mutated(data), data)
        elif kind == "pieces":
            pieces = st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=80)
            take_in(b"Subject: x\r\n" + b"".join(data.draw(pieces)), data)
        else:
            take_in(data.draw(st.binary(max_size=4_000)), data)

    while time.monotonic() < until:
        attack()
    return count


def main() -> None:
    """Run, and say how many mails were taken in or set aside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    count = fuzz(timedelta(minutes=minutes))
    print(f"{count:,} mails in {minutes:g} minutes, each taken in or set aside with its reason")  # noqa: T201  a command's answer


if __name__ == "__main__":
    main()
