"""The bill of a ticket is drawn up from the real handlers: it must not lose sight of them."""

import subprocess
import sys
from pathlib import Path


def test_the_bill_names_what_opens_triages_times_and_tells() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "benchmarks.bill"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    rows = [line.split() for line in printed.splitlines()]
    calls = {tuple(row[:3]): int(row[3]) for row in rows if len(row) == 4 and row[3].isdigit()}
    assert calls["intake", "dynamodb", "TransactWriteItems"] == 1
    assert calls["sla_watchdog", "scheduler", "CreateSchedule"] == 1
    assert calls["notifier", "sesv2", "SendEmail"] == 2
