"""Triage: which priority a new ticket has, which team and person it goes to, who is told, and why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import AwareDatetime

from functions.shared.contracts.events import Message, Reason, TicketEvent, TicketOpened, TicketTriaged
from functions.shared.contracts.words import Impact, Priority, Slug, Urgency
from functions.shared.domain.actions import Verdict
from functions.shared.domain.assignment import Choose
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.document import Bilingual
from functions.shared.domain.enactment import (
    ROUTER,
    Acts,
    carry_on,
    link_to,
    rule_reasons,
    standing,
    team_of_person,
    wanted,
)
from functions.shared.domain.field_values import WORDS
from functions.shared.domain.hints import hinted
from functions.shared.domain.incidents import RunningIncident, reported_by
from functions.shared.domain.learning import Lessons
from functions.shared.domain.learning import told as told_of
from functions.shared.domain.matrix import Weighing
from functions.shared.domain.occasions import Moment, chained
from functions.shared.domain.references import reference
from functions.shared.domain.rule_book import book_of
from functions.shared.domain.rules import Occasion, Run, carried_out
from functions.shared.domain.ticket import Ticket, evolve
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.domain.ticket_facts import whole

_IMPACTS = {
    Impact.PERSON: Bilingual(zh="个人", en="one person"),
    Impact.DEPARTMENT: Bilingual(zh="部门", en="a department"),
    Impact.COMPANY: Bilingual(zh="全公司", en="the whole company"),
}
_URGENCIES = {
    Urgency.LOW: Bilingual(zh="不急", en="low"),
    Urgency.NORMAL: Bilingual(zh="一般", en="normal"),
    Urgency.HIGH: Bilingual(zh="紧急", en="high"),
    Urgency.CRITICAL: Bilingual(zh="业务停摆", en="critical"),
}


@dataclass(frozen=True)
class _Place:
    """Where the ticket goes, and why."""

    team: Slug
    assignee: Slug | None
    reasons: tuple[Reason, ...]


def in_full(opened: TicketOpened, text: Callable[[Message], str]) -> TicketOpened:
    """`opened` with all of a long description as far as rules read it; the event brings the beginning only."""
    description = opened.problem.description
    if description.body_key is None:
        return opened
    told = whole(description, text(description))
    return opened.model_copy(update={"problem": opened.problem.model_copy(update={"description": told})})


def weigh(opened: TicketOpened, config: DeskConfig) -> Weighing:
    """What impact, urgency and tier give a new ticket."""
    tier = opened.company.tier if opened.company else "standard"
    return config.matrix.weigh(opened.problem.impact, opened.problem.urgency, tier)


def opening(opened: TicketOpened, config: DeskConfig) -> Moment:
    """The moment of which a ticket's first rules judge: with the priority that impact, urgency and tier gave it."""
    after = ticket_of(opened).with_changes(priority=weigh(opened, config).priority)
    return Moment(opened, opened, None, after)


def try_rules(opened: TicketOpened, config: DeskConfig, begin: Verdict, counts: Mapping[str, int | str]) -> Run:
    """The rules of `config` on the ticket that `opened` began."""
    book = book_of(config.rules)
    facts = opening(opened, config).facts(config, book.fields(Occasion.OPENED), counts)
    return book.on(Occasion.OPENED).run(facts, begin, at=opened.occurred_at)


def triage(
    opened: TicketOpened,
    ticket: Ticket,
    config: DeskConfig,
    *,
    choose: Choose,
    now: AwareDatetime,
    counts: Mapping[str, int] | None = None,
    lessons: Lessons | None = None,
    incidents: Sequence[RunningIncident] = (),
) -> list[TicketEvent]:
    """Decide on the ticket that `opened` began; nothing follows where this was done before.

    What a person of the desk decided meanwhile, by taking or assigning the ticket, stands. `counts` are those that the
    rules ask for, `lessons` what the desk learned from its past, where it wants to hear of it, `incidents` those that
    run.
    """
    if ticket.priority is not None:
        return []
    weighing = weigh(opened, config)
    begin = replace(standing(ticket), priority=weighing.priority)
    reported = reported_by(opened, incidents)
    incident = reference(reported.id, config.desk.prefix) if reported else None
    tried = try_rules(opened, config, begin, {**(counts or {}), **({"incident": incident} if incident else {})})
    tried, weighing = _weighed_again(tried, begin, opened, config, weighing)
    tried, hints = hinted(tried, opened, config, lessons, is_assumed=weighing.is_assumed)
    verdict = tried.verdict
    priority = verdict.priority or weighing.priority
    place = _kept(ticket) or _placed(ticket, priority, tried, config, choose)
    told = config.recipients(verdict.notify, team=place.team, assignee=place.assignee, company=opened.company, at=now)
    told = tuple(person for person in told if person != place.assignee)  # who learns of the ticket anyway
    suggestions = hints.beyond(priority=priority, team=place.team, module=verdict.module)
    reasons = (
        _by_matrix(weighing),
        *rule_reasons(tried, config, tried.effective),
        *_by_rule_priority(tried, weighing.priority, priority),
        *place.reasons,
        *_by_rule_policy(tried),
        *(told_of(one, config, has_acted=one.has_acted) for one in suggestions),
        *_telling(told, tried, config),
    )
    triaged = ticket.happening(
        TicketTriaged,
        actor=ROUTER,
        now=now,
        reasons=reasons,
        config_version=config.version,
        priority=priority,
        team=place.team,
        assignee=place.assignee,
        module=verdict.module,
        **{name: getattr(verdict, name) for name in WORDS if name in tried.decided_by},
        tags=verdict.tags,
        fields=dict(verdict.fields),
        policy=verdict.policy,
        notify=told,
        matched_rules=tried.matched,
        incident=incident,
        counts=dict(counts) if counts else None,
        suggestions=suggestions,
    )
    acts = Acts(evolve(ticket, triaged), config, tried, now)
    carry_on(acts, verdict)
    link_to(acts, verdict, reported, incidents)
    return [triaged, *(chained(acts.events, tried.matched) if acts.events else ())]


def _weighed_again(
    tried: Run, begin: Verdict, opened: TicketOpened, config: DeskConfig, weighing: Weighing
) -> tuple[Run, Weighing]:
    """What follows where rules set impact or urgency: they weigh like what the customer said, before any rule acted."""
    if tried.decided_by.keys().isdisjoint(("impact", "urgency")):
        return tried, weighing
    tier = opened.company.tier if opened.company else "standard"
    again = config.matrix.weigh(tried.verdict.impact, tried.verdict.urgency, tier)
    matched = set(tried.matched)
    rules = [rule for rule in config.rules if rule.id in matched]
    return carried_out(rules, replace(begin, priority=again.priority), tried.trace), again


def _by_matrix(weighing: Weighing) -> Reason:
    impact, urgency = _IMPACTS[weighing.impact], _URGENCIES[weighing.urgency]
    zh = f"影响范围：{impact.zh}；紧急程度：{urgency.zh}"
    en = f"Impact {impact.en}, urgency {urgency.en}"
    if weighing.is_assumed:
        zh, en = f"{zh}（客户未全部说明，按默认估计）", f"{en} (partly assumed, the customer did not say)"
    zh, en = f"{zh} → {weighing.by_table}", f"{en}: {weighing.by_table}"
    if weighing.priority is not weighing.by_table:
        zh = f"{zh}；{weighing.tier} 客户提升为 {weighing.priority}"
        en = f"{en}; raised to {weighing.priority} for a {weighing.tier} customer"
    return Reason(code="priority_by_matrix", zh=zh, en=en)


def _by_rule_priority(tried: Run, before: Priority, after: Priority) -> Iterator[Reason]:
    if rule := tried.decided_by.get("priority"):
        yield Reason(
            code="priority_by_rule",
            rule=rule,
            zh=f"优先级由 {before} 改为 {after}",
            en=f"Priority {before} became {after}",
        )


def _by_rule_policy(tried: Run) -> Iterator[Reason]:
    if policy := tried.verdict.policy:
        yield Reason(
            code="policy_by_rule",
            rule=tried.decided_by.get("policy"),
            zh=f"按规则采用 SLA 策略 {policy}",
            en=f"SLA policy {policy} applies, by rule",
        )


def _kept(ticket: Ticket) -> _Place | None:
    """Where somebody put the ticket before it was triaged."""
    if ticket.team is None:
        return None
    reason = Reason(code="place_kept", zh="已有人接手，保持不变", en="Somebody took the ticket already; that stays")
    return _Place(ticket.team, ticket.assignee, (reason,))


def _placed(ticket: Ticket, priority: Priority, tried: Run, config: DeskConfig, choose: Choose) -> _Place:
    team, why = _team(tried, config)
    choice = choose(wanted(ticket, team, priority, tried, config))
    return _Place(team, choice.person.id if choice.person else None, (why, *choice.reasons))


def team_for(verdict: Verdict, config: DeskConfig) -> tuple[Slug, str]:
    """The team of a ticket about which the rules decided `verdict`, and the code of the reason."""
    chosen = config.person(verdict.person)
    module = config.module(verdict.module)
    if verdict.team is not None:
        return verdict.team, "team_by_rule"
    if chosen and chosen.teams:
        return chosen.teams[0], "team_by_person"
    if module:
        return module.team, "team_by_module"
    return config.desk.default_team, "team_by_default"


def _team(tried: Run, config: DeskConfig) -> tuple[Slug, Reason]:
    team, code = team_for(tried.verdict, config)
    if code == "team_by_person":
        return team, team_of_person(team, tried, config)
    module = config.module(tried.verdict.module)
    rule = tried.decided_by.get("team") if code == "team_by_rule" else None
    known = config.team(team)
    name = known.name if known else Bilingual(zh=team, en=team)
    zh, en = {
        "team_by_rule": (f"按规则转给{name.zh}", f"To {name.en}, by rule"),
        "team_by_module": (
            f"模块“{module.name.zh if module else ''}”由{name.zh}负责",
            f"{name.en} looks after {module.name.en if module else ''}",
        ),
        "team_by_default": (f"没有规则指定团队，先由{name.zh}受理", f"No rule named a team, so {name.en} begins"),
    }[code]
    return team, Reason(code=code, zh=zh, en=en, rule=rule)


def _telling(told: tuple[str, ...], tried: Run, config: DeskConfig) -> Iterator[Reason]:
    if told:
        people = (config.person(one) for one in told)
        names = [person.name if person else one for person, one in zip(people, told, strict=True)]
        yield Reason(
            code="told",
            rule=tried.decided_by.get("notify"),
            zh=f"立即告知{'、'.join(names)}",
            en=f"Told at once: {', '.join(names)}",
        )
