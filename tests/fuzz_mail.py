"""Hypothesis at the mail reader for as long as it is told: `python -m tests.fuzz_mail --minutes 10`.

Every run begins elsewhere. The first mail that is neither read nor refused by name ends it, with the smallest example.
"""

import argparse
import time
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.mail.mutations import PIECES, mutated, read_or_refuse

_ROUND = 500


def fuzz(length: timedelta) -> int:
    """Read mutated and random mails for `length`; how many they were."""
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
            read_or_refuse(mutated(data))
        elif kind == "pieces":
            pieces = st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=80)
            read_or_refuse(b"Subject: x\r\n" + b"".join(data.draw(pieces)))
        else:
            read_or_refuse(data.draw(st.binary(max_size=4_000)))

    while time.monotonic() < until:
        attack()
    return count


def main() -> None:
    """Run, and say how many mails were read or refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    count = fuzz(timedelta(minutes=minutes))
    print(f"{count:,} mails in {minutes:g} minutes, each read or refused by name")  # noqa: T201  a command's answer


if __name__ == "__main__":
    main()
