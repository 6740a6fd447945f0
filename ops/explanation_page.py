"""An explanation of a ticket's clocks as operators see it, in Chinese or English."""

from datetime import datetime, timedelta
from typing import Final

from rich.console import Console, Group
from rich.text import Text
from rich.tree import Tree

from functions.shared.contracts.events import Reason
from functions.shared.contracts.words import Language
from functions.shared.domain.sla_words import METRICS, STATUSES
from functions.shared.domain.walk import duration
from ops.explanation import ActLine, CycleLine, DeadlineLine, Explanation, PauseLine, Pending

WIDE: Final = 200
"""Columns where the reader is a program."""

_STATES: Final = {
    "running": ("计时中", "running", "cyan"),
    "paused": ("暂停", "paused", "yellow"),
    "met": ("按时完成", "met", "green"),
    "breached": ("超时", "breached", "red"),
    "cancelled": ("取消计时", "cancelled", "dim"),
}
_BECAUSE: Final = {
    "started": ("开始计时", "when it started"),
    "resumed": ("恢复计时后", "after a pause"),
    "retargeted": ("目标改变后", "after the target changed"),
}


def print_explanation(told: Explanation, language: Language, now: datetime) -> None:
    """Each clock with its cycles, and what is due next."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(Page(language, now).all_of(told))


class Page:
    """The parts of the page, in one language, as things stand at `now`."""

    def __init__(self, language: Language, now: datetime) -> None:
        self._is_zh = language is Language.ZH
        self._now = now

    def all_of(self, told: Explanation) -> Group:
        heading = Text.assemble((told.reference, "bold"), f"  {told.title}  ", (told.priority or "–", "bold"))
        if not told.clocks:
            return Group(heading, self._say("尚未分诊，没有时钟。", "Not triaged yet: there are no clocks."))
        trees = []
        for clock in told.clocks:
            tree = Tree(Text(self._say(*METRICS[clock.metric]), "bold"))
            for cycle in clock.cycles:
                self._add_cycle(tree, cycle)
            trees.append(tree)
        zone = self._now.astimezone().strftime("%z")
        note = self._say(
            f"时间为本机时区（UTC{zone}）；计算过程按各日历的时区。",
            f"Times on this machine's clock (UTC{zone}); each walk on that of its calendar.",
        )
        return Group(heading, Text(note, "dim"), *trees, self._timer(told.timer))

    def _add_cycle(self, tree: Tree, cycle: CycleLine) -> None:
        zh, en, colour = _STATES[cycle.state]
        name = self._say(f"第{cycle.cycle}周期", f"cycle {cycle.cycle}")
        branch = tree.add(Text.assemble(f"{name}  ", (self._say(zh, en), colour), f"  {self._facts(cycle)}"))
        branch.add(Text(self._times(cycle), "red" if cycle.is_late else ""))
        for reason in cycle.result:
            branch.add(Text(self._reason(reason)))
        for pause in cycle.pauses:
            branch.add(Text(self._pause(pause), "yellow"))
        for number, deadline in enumerate(cycle.deadlines, 1):
            self._add_deadline(branch, deadline, is_last=number == len(cycle.deadlines))
        for act in cycle.acts:
            self._add_act(branch, act)

    def _facts(self, cycle: CycleLine) -> str:
        target = cycle.target or self._say("无", "none")
        calendar = cycle.calendar or "–"
        return self._say(
            f"目标{target}，策略 {cycle.policy}，日历 {calendar}",
            f"target {target}, policy {cycle.policy}, calendar {calendar}",
        )

    def _times(self, cycle: CycleLine) -> str:
        times = [self._say("起点 ", "from ") + _clock(cycle.started_at)]
        if cycle.due_at:
            times.append(self._say("到期 ", "due ") + _clock(cycle.due_at))
        if cycle.stopped_at:
            times.append(self._say("停止 ", "stopped ") + _clock(cycle.stopped_at))
        elif cycle.due_at and cycle.state == "running":
            times.append(self._distance(cycle.due_at))
        return self._say("，", ", ").join(times)

    def _pause(self, pause: PauseLine) -> str:
        zh, en = STATUSES[pause.status]
        until = _clock(pause.until) if pause.until else self._say("现在", "now")
        return self._say(f"暂停：{_clock(pause.since)}–{until}（{zh}）", f"paused {_clock(pause.since)}–{until}, {en}")

    def _add_deadline(self, branch: Tree, deadline: DeadlineLine, *, is_last: bool) -> None:
        due = _clock(deadline.due_at) if deadline.due_at else self._say("无", "none")
        because = self._say(*_BECAUSE[deadline.because])
        title = self._say(f"到期时间：{due}（{because}）", f"deadline {due}, {because}")
        walk = branch.add(Text(title, "" if is_last else "dim"))
        for reason in deadline.reasons:
            walk.add(Text(self._reason(reason), "dim"))
        for reason in deadline.walk if is_last else ():
            walk.add(Text(self._reason(reason)))

    def _add_act(self, branch: Tree, act: ActLine) -> None:
        named = {
            "warned": self._say(f"预警 {act.threshold}", f"warned at {act.threshold}"),
            "breached": self._say("超时", "breached"),
            "escalated": self._say(f"升级至第{act.level}级", f"escalated to level {act.level}"),
            "released": self._say("免打扰结束", "quiet hours ended"),
            "acknowledged": self._say(f"{act.by} 已确认", f"acknowledged by {act.by}"),
        }[act.kind]
        nobody = self._say("无人", "nobody")
        told = self._say("，通知 ", ", told ") + (", ".join(act.recipients) or nobody)
        to = "" if act.kind == "acknowledged" else told
        colour = {"warned": "yellow", "acknowledged": "green"}.get(act.kind, "red")
        line = branch.add(Text.assemble(f"{_clock(act.at)}  ", (named, colour), to))
        for reason in act.reasons:
            line.add(Text(self._reason(reason), "dim"))

    def _timer(self, timer: Pending | None) -> Text:
        if timer is None:
            return Text(self._say("没有待触发的定时器。", "No timer is pending."))
        what_zh, what_en = "下一次预警或升级", "for the next warning or escalation"
        if timer.breach_of:
            zh, en = METRICS[timer.breach_of]
            what_zh, what_en = f"{zh}到期", f"when the {en} is due"
        at, distance = _clock(timer.at), self._distance(timer.at)
        return Text(
            self._say(
                f"定时器：{at}（{distance}），{what_zh}，第{timer.generation}代。",
                f"Timer: {at} ({distance}), {what_en}; generation {timer.generation}.",
            ),
            "bold",
        )

    def _distance(self, instant: datetime) -> str:
        ahead = instant - self._now
        zh, en = duration(abs(ahead) // timedelta(microseconds=1))
        if ahead < timedelta(0):
            return self._say(f"已过{zh}", f"{en} ago")
        return self._say(f"还有{zh}", f"in {en}")

    def _reason(self, reason: Reason) -> str:
        return self._say(reason.zh, reason.en)

    def _say(self, zh: str, en: str) -> str:
        return zh if self._is_zh else en


def _clock(instant: datetime) -> str:
    return instant.astimezone().strftime("%Y-%m-%d %H:%M:%S")
