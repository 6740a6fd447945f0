"""Why a ticket went to whom it went, and why not to others, in both languages."""

from collections.abc import Sequence
from typing import Final

from functions.shared.contracts.events import Reason
from functions.shared.contracts.words import Language, Priority
from functions.shared.domain.candidates import Candidate
from functions.shared.domain.config import DeskConfig, Person
from functions.shared.domain.presence import Absence

MOST_NAMED: Final = 12
"""People of whom a timeline says one by one why the ticket is or is not theirs."""

_LANGUAGES: Final = {Language.ZH: ("中文", "Chinese"), Language.EN: ("英文", "English")}


def named(person: Person, rule: str | None) -> Reason:
    return Reason(
        code="person_by_rule", rule=rule, zh=f"按规则指派给{person.name}", en=f"Assigned to {person.name}, by rule"
    )


def named_not_free(one: Candidate, config: DeskConfig, rule: str | None) -> Reason:
    zh, en = _standing(one, config)
    return Reason(
        code="person_not_free",
        rule=rule,
        zh=f"规则指定的{one.person.name}现在不能接单（{zh}），改由团队成员处理",
        en=f"{one.person.name}, whom the rule names, cannot have it now ({en}), so it goes to the team",
    )


def by_turn(person: Person, free: int, turn: int, rule: str | None) -> Reason:
    if free == 1:
        zh, en = f"只有{person.name}可接单", f"Only {person.name} is free"
    else:
        zh = f"{free} 人轮流接单，第 {turn} 单轮到{person.name}"
        en = f"{free} people take turns; ticket {turn} is {person.name}'s"
    return Reason(code="person_by_turn", rule=rule, zh=zh, en=en)


def by_load(one: Candidate, rule: str | None) -> Reason:
    return Reason(
        code="person_by_load",
        rule=rule,
        zh=f"{one.person.name}手上未完成的工单最少（{one.load} 单）",
        en=f"{one.person.name} has the fewest open tickets ({one.load})",
    )


def by_skill(one: Candidate, skills: Sequence[str], language: Language, rule: str | None) -> Reason:
    zh, en = _LANGUAGES[language]
    speaks = language in one.person.speaks
    skills_zh = f"具备技能 {'、'.join(skills)}，" if skills else ""
    skills_en = f"has the skill {', '.join(skills)} and " if skills else ""
    return Reason(
        code="person_by_skill",
        rule=rule,
        zh=f"{one.person.name}{skills_zh}{'会' if speaks else '不会'}{zh}，手上 {one.load} 单",
        en=f"{one.person.name} {skills_en}{'speaks' if speaks else 'does not speak'} {en}; {one.load} open tickets",
    )


def known_to_customer(person: Person, rule: str | None) -> Reason:
    return Reason(
        code="person_sticky",
        rule=rule,
        zh=f"该客户上一张工单由{person.name}处理，继续由其负责",
        en=f"{person.name} had this company's last ticket",
    )


def on_call(person: Person, priority: Priority) -> Reason:
    return Reason(
        code="person_on_call",
        zh=f"团队里目前没有人能接单；{priority} 不能等，交给值班人{person.name}并立即告知",
        en=f"Nobody of the team is free and {priority} cannot wait: {person.name} is on call and told at once",
    )


def nobody(*, has_people: bool) -> Reason:
    if not has_people:
        zh, en = (
            "团队里目前没有人接单，留在团队队列中",
            "Nobody of the team takes tickets, so it waits in the team's queue",
        )
    else:
        zh, en = "团队里目前没有人能接单，留在团队队列中", "Nobody of the team is free, so it waits in the team's queue"
    return Reason(code="person_none", zh=zh, en=en)


def considered(team: Sequence[Candidate], config: DeskConfig) -> tuple[Reason, ...]:
    """Everybody who came into question, who comes first at the front, each with how they stand."""
    if not team:
        return ()
    told = [(one.person.name, *_standing(one, config)) for one in team[:MOST_NAMED]]
    zh = "，".join(f"{name}（{standing}）" for name, standing, _ in told)
    en = ", ".join(f"{name} ({standing})" for name, _, standing in told)
    if more := len(team) - MOST_NAMED:
        zh, en = (f"{zh}，另有 {more} 人", f"{en}, and {more} more") if more > 0 else (zh, en)
    return (Reason(code="person_ranking", zh=f"候选顺序：{zh}", en=f"In this order: {en}"),)


def _standing(one: Candidate, config: DeskConfig) -> tuple[str, str]:
    """What keeps the person from the ticket, or how many they have."""
    match one.absence:
        case Absence.AWAY:
            back = one.presence.away_until
            shown = f"{config.desk.local(back):%m-%d %H:%M}" if back else ""
            return (f"外出至 {shown}" if back else "外出"), (f"out until {shown}" if back else "out of office")
        case Absence.PAUSED:
            return "暂停接单", "paused"
        case Absence.OFF_SHIFT:
            return "不在班", "off shift"
        case None:
            pass
    if one.lacks:
        return f"缺少技能 {'、'.join(one.lacks)}", f"lacks {', '.join(one.lacks)}"
    if one.limit is None:
        return f"{one.load} 单", f"{one.load} open"
    load = f"{one.load}/{one.limit}"
    return (f"已满 {load}", f"at the limit {load}") if one.is_full else (f"{load} 单", f"{load} open")
