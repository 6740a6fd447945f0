from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.shared.pages.languages import catalogue
from functions.shared.pages.times import ago, due_in, full, moment

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("left", "english", "chinese"),
    [
        (timedelta(hours=2, minutes=5, seconds=40), "due in 2 h 05 min", "还剩 2 小时 05 分"),
        (timedelta(minutes=12), "due in 12 min", "还剩 12 分钟"),
        (timedelta(seconds=20), "due in under a minute", "还剩 不到 1 分钟"),
        (timedelta(days=3, hours=4, minutes=50), "due in 3 d 4 h", "还剩 3 天 4 小时"),
        (timedelta(days=2), "due in 2 d", "还剩 2 天"),
        (-timedelta(minutes=12), "overdue by 12 min", "已超时 12 分钟"),
        (-timedelta(days=1, hours=1), "overdue by 1 d 1 h", "已超时 1 天 1 小时"),
    ],
)
def test_a_deadline_is_told_by_what_is_left(left, english, chinese):
    assert due_in(NOW + left, NOW, catalogue("en")) == english
    assert due_in(NOW + left, NOW, catalogue("zh")) == chinese


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        (NOW, "today 14:30", "今天 14:30"),
        (NOW + timedelta(hours=10), "tomorrow 00:30", "明天 00:30"),
        (NOW - timedelta(hours=15), "yesterday 23:30", "昨天 23:30"),
        (datetime(2026, 3, 1, 1, 5, tzinfo=UTC), "Mar 1, 09:05", "3月1日 09:05"),
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), "Jan 1, 07:00", "1月1日 07:00"),
        (datetime(2025, 12, 31, 3, 0, tzinfo=UTC), "Dec 31, 2025, 11:00", "2025年12月31日 11:00"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone(at, english, chinese):
    assert moment(at, NOW, SHANGHAI, catalogue("en")) == english
    assert moment(at, NOW, SHANGHAI, catalogue("zh")) == chinese


def test_the_full_time_names_weekday_and_zone():
    assert full(NOW, SHANGHAI, catalogue("en")) == "Sunday, Nov 22, 2026, 14:30:00 (Asia/Shanghai)"
    assert full(NOW, SHANGHAI, catalogue("zh")) == "2026年11月22日 星期日 14:30:00（Asia/Shanghai）"


def test_the_past_is_told_in_its_largest_unit():
    words = catalogue("en")
    told = [ago(NOW - passed, NOW, words) for passed in (timedelta(0), timedelta(hours=3), timedelta(days=5))]
    assert told == ["just now", "3 h ago", "5 days ago"]
