"""What cannot work is refused when it is saved, with the file, the line and the place in it."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops.configuration import ConfigRefused, load_config

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
CALENDAR = 'timezone: Asia/Shanghai\nweek:\n  mon: ["09:00-12:00"]\n  tue: ["13:30-18:00"]\n'
POLICY = """policies:
  - id: standard
    calendar: extra
    targets:
      P0: {first_response: 15m}
    clocks:
      resolution:
        pause: [waiting_customer]
        escalate:
          - {after: 1h, to: [lead]}
"""


def refused(tmp_path: Path, name: str, text: str) -> list[str]:
    """What is said of the default desk with one file written otherwise, without the folder's own name."""
    root = tmp_path / "config"
    shutil.copytree(CONFIG, root)
    (root / "calendars" / "extra.yaml").write_text(CALENDAR)
    (root / name).write_text(text)
    with pytest.raises(ConfigRefused) as error:
        load_config(root, now=NOW)
    return [fault.removeprefix(f"{root}/") for fault in error.value.faults]


@pytest.mark.parametrize(
    ("wrong", "instead", "told"),
    [
        (
            '  mon: ["09:00-12:00"]\n  tue: ["13:30-18:00"]\n',
            "  mon: []\n",
            r"calendars/extra.yaml:1: no working time in the 366",
        ),
        ("09:00-12:00", "12:00-12:00", r"calendars/extra.yaml:3: week.mon\[0\]: .*begins and ends at the same time"),
        ("09:00-12:00", "24:00-09:00", r"calendars/extra.yaml:3: week.mon\[0\]: .*is not an interval"),
        ("09:00-12:00", "9-12", r"calendars/extra.yaml:3: week.mon\[0\]: .*is not an interval"),
        ("Asia/Shanghai", "Asia/Peking", r"calendars/extra.yaml:1: timezone: .*is not a time zone"),
        ("  tue:", "  tuesday:", r"calendars/extra.yaml:4: "),
    ],
    ids=lambda value: value[:24],
)
def test_a_calendar_that_cannot_be_worked_by(tmp_path: Path, wrong: str, instead: str, told: str) -> None:
    assert wrong in CALENDAR
    (fault, *_) = refused(tmp_path, "calendars/extra.yaml", CALENDAR.replace(wrong, instead))
    assert re.match(told, fault), fault


@pytest.mark.parametrize(
    ("wrong", "instead", "told"),
    [
        (
            "calendar: extra",
            "calendar: none",
            r"policies/default.yaml:3: policies\[0\].calendar: there is no calendar 'none'",
        ),
        (
            "first_response: 15m",
            "first_response: {target: 15m, calendar: none}",
            r"policies/default.yaml:5: policies\[0\].targets.P0.first_response.calendar: there is no calendar 'none'",
        ),
        (
            "[waiting_customer]",
            "[sleeping]",
            r"policies/default.yaml:8: policies\[0\].clocks.resolution.pause\[0\]: "
            r"Input should be 'waiting_customer' or 'waiting_third_party'$",
        ),
        ("15m", "-15m", r"policies/default.yaml:5: policies\[0\].targets.P0.first_response: .*is not a target"),
        ("after: 1h", "after: -1h", r"policies/default.yaml:10: policies\[0\].clocks.resolution.escalate\[0\].after: "),
        ("to: [lead]", 'to: ["person:nobody"]', r"policies/default.yaml:7: policies\[0\].clocks.resolution: no person"),
        ("to: [lead]", 'to: ["webhook:none"]', r"policies/default.yaml:7: policies\[0\].clocks.resolution: no webhook"),
        ("P0:", "P9:", r"policies/default.yaml:5: "),
    ],
    ids=lambda value: value[:24],
)
def test_a_policy_that_cannot_be_kept(tmp_path: Path, wrong: str, instead: str, told: str) -> None:
    assert wrong in POLICY
    (fault,) = refused(tmp_path, "policies/default.yaml", POLICY.replace(wrong, instead))
    assert re.match(told, fault), fault
