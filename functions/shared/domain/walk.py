"""How a deadline was found, in words: what counted, what was skipped and why, and the result."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from functions.shared.contracts.events import Reason
from functions.shared.domain.calendar import Closure, Opening, Target, WorkingDays
from functions.shared.domain.spans import OPEN_ENDED, Pause, instant_at, microseconds, pause_spans, without
from functions.shared.domain.working_time import WorkingTime

SHOWN: Final = 5
"""Of longer lists only the first and the last are told."""
LOOKED_AT_DAYS: Final = 400

_ZH_DAYS: Final = "一二三四五六日"
_EN_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

T = TypeVar("T")
Told = tuple[int, Reason]
"""A sentence, with the microsecond since 1970 by which it takes its place."""


def explain(
    working_time: WorkingTime, start: datetime, target: Target, pauses: Iterable[Pause] = ()
) -> tuple[datetime | None, tuple[Reason, ...]]:
    """When the target is due, and the few sentences that lead there in order of time."""
    pauses = tuple(pauses)
    due = working_time.due(start, target, pauses)
    return due, tuple(_Walk(working_time, start, pauses).sentences(target, due))


def spoken(instant: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """The instant on a zone's clock, in Chinese and English."""
    local = instant.astimezone(zone)
    zh, en = _day(local.date())
    return f"{local.year}年{zh}{_clock(local)}", f"{en} {local.year} {_clock(local)}"


class _Walk:
    def __init__(self, working_time: WorkingTime, start: datetime, pauses: tuple[Pause, ...]) -> None:
        self._working_time = working_time
        self._start = start
        self._paused = pause_spans(pauses)
        self._opened = _by_day(working_time.calendar.open)
        self._closed = _by_day(working_time.calendar.closed)

    def sentences(self, target: Target, due: datetime | None) -> Iterator[Reason]:
        zone = self._working_time.zone.key
        (zh, en), (start_zh, start_en) = _target(target), self._full(self._start)
        yield Reason(
            code="walk.start", zh=f"从{start_zh}起计{zh}（{zone}）。", en=f"Counting {en} from {start_en} ({zone})."
        )
        if due is None:
            yield from (reason for _, reason in self._pauses(OPEN_ENDED))
            yield Reason(
                code="walk.held", zh="计时仍在暂停，暂无到期时间。", en="It is still paused, so nothing is due."
            )
            return
        if due > self._start:
            told = [*self._skipped(due), *self._pauses(microseconds(due))]
            told += self._days(target) if isinstance(target, WorkingDays) else self._intervals(due)
            yield from (reason for _, reason in sorted(told, key=lambda one: one[0]))
        due_zh, due_en = self._full(due)
        yield Reason(code="walk.due", zh=f"到期：{due_zh}。", en=f"Due {due_en}.")

    def _intervals(self, due: datetime) -> Iterator[Told]:
        """The working time that counted."""
        spans = without(self._working_time.spans_between(self._start, due), self._paused)
        first, hidden, last = _ends(spans)
        for opens, closes in (*first, *last):
            (from_zh, from_en), (till_zh, till_en) = self._interval(opens, closes)
            zh, en = duration(closes - opens)
            yield (
                opens,
                Reason(
                    code="walk.counted",
                    zh=f"{from_zh}–{till_zh}计入{zh}。",
                    en=f"{from_en}–{till_en} counts {en}.",
                ),
            )
        if hidden:
            zh, en = duration(sum(closes - opens for opens, closes in hidden))
            reason = Reason(
                code="walk.more",
                zh=f"其后{len(hidden)}段工作时间共计入{zh}。",
                en=f"The next {len(hidden)} working intervals count {en}.",
            )
            yield hidden[0][0], reason

    def _days(self, target: WorkingDays) -> Iterator[Told]:
        """The working days that counted, and how the clock time found its place on the last."""
        counted_from = self._working_time.next_opening(self._start)
        if counted_from > self._start:
            zh, en = self._full(counted_from)
            reason = Reason(
                code="walk.opening",
                zh=f"起点不在工作时间内，从下一次开工{zh}算起。",
                en=f"That is outside working time, so it counts from the next opening, {en}.",
            )
            yield microseconds(self._start), reason
        days = self._working_time.working_days_after(counted_from, target.count)
        first, hidden, last = _ends(days)
        names = [_day(day) for day in (*first, *last)]
        more = ("…", f"… ({len(hidden)} more) …") if hidden else None
        named = [*names[: len(first)], *([more] if more else []), *names[len(first) :]]
        reason = Reason(
            code="walk.days",
            zh=f"第{target.count}个工作日：{'、'.join(zh for zh, _ in named)}。",
            en=f"Working day {target.count} of: {', '.join(en for _, en in named)}.",
        )
        yield self._midnight(days[-1]), reason
        unpaused = self._working_time.due(self._start, target)
        if unpaused is None or self._local(unpaused).time() == self._local(counted_from).time():
            return
        clock_zh, clock_en = self._full(unpaused)
        moved = Reason(
            code="walk.moved",
            zh=f"同一时刻不在当天工作时间内，调整为{clock_zh}。",
            en=f"The same clock time is not worked that day, so it moves to {clock_en}.",
        )
        yield microseconds(unpaused), moved

    def _skipped(self, due: datetime) -> Iterator[Told]:
        """Runs of days that did not work as the week says, or not at all."""
        first, last = self._local(self._start).date(), self._local(due).date()
        days = [first + timedelta(days=ahead) for ahead in range(min((last - first).days, LOOKED_AT_DAYS) + 1)]
        runs = [(kind, list(run)) for kind, run in groupby(days, key=self._kind)]
        unusual = [(kind, run) for kind, run in runs if kind is not None and kind[0] != "walk.rest"]
        rest = [(kind, run) for kind, run in runs if kind is not None and kind[0] == "walk.rest"]
        for kind, run in (*unusual[: SHOWN * 2], *(rest if len(rest) <= 2 else [])):
            assert kind is not None  # only runs with something to tell were kept
            code, name = kind
            zh, en = _day(run[0])
            if len(run) > 1:
                (last_zh, last_en) = _day(run[-1])
                zh, en = f"{zh}至{last_zh}", f"{en} to {last_en}"
            said_zh, said_en = _KINDS[code]
            reason = Reason(
                code=code,
                zh=f"{zh}{said_zh}{f'：{name}' if name else ''}。",
                en=f"{en}: {said_en}{f' ({name})' if name else ''}.",
            )
            yield max(self._midnight(run[0]), microseconds(self._start)), reason

    def _kind(self, day: date) -> tuple[str, str] | None:
        """What there is to tell about a day, and its name; None for one that worked as usual."""
        if day in self._opened:
            return "walk.extra", self._opened[day]
        if day in self._closed:
            is_whole = not self._working_time.works_on(day)
            return "walk.closed" if is_whole else "walk.short", self._closed[day]
        return None if self._working_time.works_on(day) else ("walk.rest", "")

    def _pauses(self, until: int) -> Iterator[Told]:
        began = microseconds(self._start)
        for begins, ends in [pause for pause in self._paused if pause[1] > began and pause[0] < until][: SHOWN * 2]:
            zh, en = self._full(instant_at(begins))
            till_zh, till_en = self._full(instant_at(ends)) if ends != OPEN_ENDED else ("现在", "now")
            reason = Reason(code="walk.paused", zh=f"暂停：{zh}至{till_zh}。", en=f"Paused from {en} until {till_en}.")
            yield max(begins, began), reason

    def _interval(self, opens: int, closes: int) -> tuple[tuple[str, str], tuple[str, str]]:
        begin, end = self._local(instant_at(opens)), self._local(instant_at(closes))
        zh, en = _day(begin.date())
        beginning = (f"{zh}{_clock(begin)}", f"{en} {_clock(begin)}")
        if begin.date() == end.date():
            return beginning, (_clock(end), _clock(end))
        zh, en = _day(end.date())
        return beginning, (f"{zh}{_clock(end)}", f"{en} {_clock(end)}")

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(self._working_time.zone)

    def _midnight(self, day: date) -> int:
        return microseconds(datetime.combine(day, datetime.min.time(), self._working_time.zone))

    def _full(self, instant: datetime) -> tuple[str, str]:
        return spoken(instant, self._working_time.zone)


_KINDS: Final = {
    "walk.extra": ("按特别安排上班", "worked by special arrangement"),
    "walk.closed": ("休息", "closed"),
    "walk.short": ("部分时间休息", "partly closed"),
    "walk.rest": ("不上班", "no working hours"),
}


def _ends(items: list[T]) -> tuple[list[T], list[T], list[T]]:
    """A list as its beginning, its middle and its last; the middle is empty when the list is short."""
    if len(items) <= SHOWN:
        return items, [], []
    return items[: SHOWN - 2], items[SHOWN - 2 : -1], items[-1:]


def _by_day(exceptions: Iterable[Closure | Opening]) -> dict[date, str]:
    """What the exceptions of each day are called."""
    names: dict[date, dict[str, None]] = {}
    for exception in exceptions:
        names.setdefault(exception.date, {}).update({exception.name: None} if exception.name else {})
    return {day: ", ".join(named) for day, named in names.items()}


def _day(day: date) -> tuple[str, str]:
    weekday = day.weekday()
    return (
        f"{day.month}月{day.day}日（周{_ZH_DAYS[weekday]}）",
        f"{_EN_DAYS[weekday]} {day.day} {_EN_MONTHS[day.month - 1]}",
    )


def _clock(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def duration(us: int) -> tuple[str, str]:
    hours, rest = divmod(round(us / 1_000_000), 3600)
    parts = [(hours, "小时", "h"), (rest // 60, "分钟", "min"), (rest % 60, "秒", "s")]
    told = [part for part in parts if part[0]] or parts[-1:]
    return "".join(f"{n}{zh}" for n, zh, _ in told), " ".join(f"{n} {en}" for n, _, en in told)


def _target(target: Target) -> tuple[str, str]:
    if isinstance(target, WorkingDays):
        return f"{target.count}个工作日", f"{target.count} working day{'' if target.count == 1 else 's'}"
    zh, en = duration(target // timedelta(microseconds=1))
    return f"{zh}工作时间", f"{en} of working time"
