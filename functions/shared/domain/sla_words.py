"""Why a clock moved or a deadline was told of, in Chinese and English."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from functions.shared.contracts.events import HeldNotice, Reason
from functions.shared.contracts.words import Metric, Priority, Status
from functions.shared.domain.clocks import Clock
from functions.shared.domain.walk import duration, spoken

METRICS: Final = {
    Metric.FIRST_RESPONSE: ("首次响应", "first response"),
    Metric.NEXT_RESPONSE: ("后续响应", "next response"),
    Metric.RESOLUTION: ("解决", "resolution"),
}
STATUSES: Final = {
    Status.WAITING_CUSTOMER: ("等待客户", "waiting for the customer"),
    Status.WAITING_THIRD_PARTY: ("等待第三方", "waiting for a third party"),
}


def promised(policy: str, priority: Priority, metric: Metric, target: str | None) -> Reason:
    zh, en = METRICS[metric]
    return Reason(
        code="sla.promised",
        rule=policy,
        zh=f"策略 {policy} 对 {priority} 的{zh}目标：{target or '无'}。",
        en=f"Policy {policy} promises {priority} a {en} within {target}."
        if target
        else f"Policy {policy} promises {priority} no {en} by a certain time.",
    )


def chosen(policy: str) -> Reason:
    return Reason(
        code="sla.policy_by_rule",
        zh=f"策略 {policy} 由分诊规则指定。",
        en=f"A triage rule chose policy {policy}.",
    )


def paused(metric: Metric, status: Status) -> Reason:
    (zh, en), (status_zh, status_en) = METRICS[metric], STATUSES[status]
    return Reason(
        code="sla.paused",
        zh=f"{status_zh}，{zh}时钟暂停。",
        en=f"The {en} clock stands still while {status_en}.",
    )


def retargeted(clock: Clock, priority: Priority, target: str | None, policy: str) -> Reason:
    zh, en = METRICS[clock.metric]
    old = clock.target
    return Reason(
        code="sla.retargeted",
        rule=policy,
        zh=f"优先级为 {priority}，{zh}目标由{old or '无'}改为{target or '无'}（策略 {policy}），起点不变。",
        en=f"At {priority} the {en} target is {target or 'none'} instead of {old or 'none'} (policy {policy}); "
        "the start stays.",
    )


def promised_anew(clock: Clock, priority: Priority, target: str | None, policy: str, version: int | None) -> Reason:
    """The desk's policies were edited."""
    zh, en = METRICS[clock.metric]
    old, (version_zh, version_en) = clock.target, _version(version)
    return Reason(
        code="sla.policy_changed",
        rule=policy,
        zh=f"SLA 策略已更新{version_zh}：{priority} 的{zh}目标由{old or '无'}改为{target or '无'}（策略 {policy}），"
        "起点不变。",
        en=f"The policies were changed{version_en}: at {priority} the {en} target is {target or 'none'} instead of "
        f"{old or 'none'} (policy {policy}); the start stays.",
    )


def recalculated(clock: Clock, version: int | None) -> Reason:
    """The hours of the calendar were edited."""
    (zh, en), (version_zh, version_en) = METRICS[clock.metric], _version(version)
    return Reason(
        code="sla.calendar_changed",
        rule=clock.policy,
        zh=f"工作日历 {clock.calendar} 已更新{version_zh}，{zh}目标仍为{clock.target}，到期时间重新计算。",
        en=f"Calendar {clock.calendar} was changed{version_en}: the {en} target is still {clock.target}, and its "
        "deadline is worked out anew.",
    )


def unpromised(clock: Clock) -> Reason:
    zh, en = METRICS[clock.metric]
    return Reason(
        code="sla.unpromised",
        zh=f"没有策略再适用于本工单，{zh}不再有目标（原为{clock.target or '无'}）。",
        en=f"No policy is for this ticket any more, so the {en} has no target (it was {clock.target or 'none'}).",
    )


def _version(version: int | None) -> tuple[str, str]:
    return (f"（配置版本 {version}）", f" (configuration {version})") if version else ("", "")


def warned(clock: Clock, threshold: str, due_at: datetime, zone: ZoneInfo) -> Reason:
    (zh, en), (due_zh, due_en) = METRICS[clock.metric], spoken(due_at, zone)
    if threshold.endswith("%"):
        near_zh, near_en = f"已用去{threshold}", f"{threshold} of the time for the {en} is used"
    else:
        near_zh, near_en = f"距到期不足{threshold[1:]}", f"Less than {threshold[1:]} is left for the {en}"
    return Reason(
        code="sla.warned",
        zh=f"{zh}目标{clock.target}{near_zh}，将于{due_zh}到期。",
        en=f"{near_en}; it is due {due_en}.",
    )


def breached(clock: Clock, due_at: datetime, zone: ZoneInfo) -> Reason:
    (zh, en), (due_zh, due_en) = METRICS[clock.metric], spoken(due_at, zone)
    if clock.armed_at and due_at < clock.armed_at:
        return Reason(
            code="sla.breached_on_change",
            zh=f"目标{clock.target}生效时，{zh}的到期时间{due_zh}已过。",
            en=f"When the target of {clock.target} came into force, the {en} had been due {due_en} already.",
        )
    return Reason(
        code="sla.breached",
        zh=f"{zh}应在{due_zh}前完成（目标{clock.target}），已超时。",
        en=f"The {en} was due {due_en} (target {clock.target}) and is late.",
    )


def escalated(clock: Clock, level: int, after: str, due_at: datetime, zone: ZoneInfo) -> Reason:
    (zh, en), (due_zh, due_en) = METRICS[clock.metric], spoken(due_at, zone)
    return Reason(
        code="sla.escalated",
        zh=f"{zh}自{due_zh}起超时已满{after}，升级至第{level}级。",
        en=f"The {en}, due {due_en}, is {after} late: escalation level {level}.",
    )


def held(notices: Sequence[HeldNotice], zone: ZoneInfo) -> Reason:
    told = [(notice.recipient, *spoken(notice.until, zone)) for notice in notices]
    return Reason(
        code="sla.held",
        zh="免打扰时段，稍后通知：" + "；".join(f"{who}（{zh}）" for who, zh, _ in told) + "。",
        en="Quiet hours, told later: " + "; ".join(f"{who} ({en})" for who, _, en in told) + ".",
    )


def released(until: datetime, zone: ZoneInfo) -> Reason:
    zh, en = spoken(until, zone)
    return Reason(code="sla.released", zh=f"免打扰时段已于{zh}结束。", en=f"Quiet hours ended {en}.")


def acted(clock: Clock, level: int) -> Reason:
    zh, en = METRICS[clock.metric]
    return Reason(
        code="sla.level_acted",
        rule=clock.policy,
        zh=f"{zh}超时升级至第{level}级，策略 {clock.policy} 规定如此处理。",
        en=f"Policy {clock.policy} says so for escalation level {level} of the {en}.",
    )


def stopped(clock: Clock, result: str, elapsed: timedelta) -> Reason:
    zh, en = METRICS[clock.metric]
    told_zh, told_en = {
        "met": ("按时完成", "was in time"),
        "breached": ("超时完成", "was late"),
        "cancelled": ("取消计时", "no longer counts"),
    }[result]
    elapsed_zh, elapsed_en = duration(elapsed // timedelta(microseconds=1))
    return Reason(
        code=f"sla.{result}",
        zh=f"{zh}{told_zh}，用时{elapsed_zh}（目标{clock.target or '无'}）。",
        en=f"The {en} {told_en}: {elapsed_en} counted (target {clock.target or 'none'}).",
    )


def no_calendar(calendar: str | None) -> Reason:
    return Reason(
        code="sla.no_calendar",
        zh=f"没有名为 {calendar} 的日历，无法计算到期时间。",
        en=f"There is no calendar {calendar}, so no deadline can be told.",
    )


def never_reached(calendar: str | None) -> Reason:
    return Reason(
        code="sla.never_reached",
        zh=f"日历 {calendar} 剩余的工作时间不足以达到目标。",
        en=f"Calendar {calendar} has too little working time left for the target ever to be due.",
    )
