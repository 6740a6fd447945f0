"""What the rules decide about a ticket that is triaged already becomes events, whatever made the desk look again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import AwareDatetime

from functions.shared.contracts.events import (
    Actor,
    AttentionCalled,
    AutomaticReplySent,
    Message,
    PriorityChanged,
    Reason,
    TicketAssigned,
    TicketEvent,
    TicketUpdated,
)
from functions.shared.contracts.handling_events import ChecklistAdded, ProcedureStarted
from functions.shared.contracts.incident_events import TicketLinked
from functions.shared.contracts.words import Priority, Slug
from functions.shared.domain.actions import RUNNING, Verdict
from functions.shared.domain.assignment import Choose, Wanted
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.facts import OWN_FIELDS
from functions.shared.domain.field_values import STANDARD
from functions.shared.domain.handling import adding, starting
from functions.shared.domain.incidents import RunningIncident
from functions.shared.domain.references import parse_reference
from functions.shared.domain.reply_values import reply_values
from functions.shared.domain.rules import Run
from functions.shared.domain.ticket import Ticket, evolve
from functions.shared.domain.ways import Way

ROUTER: Final = Actor(kind="system", id="router")


def standing(ticket: Ticket) -> Verdict:
    """What is decided about `ticket` so far: where rules begin that look at it again."""
    return Verdict(
        priority=ticket.priority,
        team=ticket.team,
        person=ticket.assignee,
        module=ticket.module,
        impact=ticket.impact,
        urgency=ticket.urgency,
        language=ticket.language,
        tags=ticket.tags,
        policy=ticket.policy,
    )


def enact(
    ticket: Ticket, tried: Run, config: DeskConfig, *, choose: Choose, now: AwareDatetime, actor: Actor = ROUTER
) -> list[TicketEvent]:
    """The events that carry out what the rules decided beginning with `standing(ticket)`; only changes are told."""
    acts = Acts(ticket, config, tried, now, actor)
    verdict = tried.verdict
    _update(acts, verdict)
    if verdict.priority and ticket.priority and verdict.priority is not ticket.priority:
        acts.add(PriorityChanged, decided=("priority",), old=ticket.priority, new=verdict.priority)
    _move(acts, tried, choose)
    after = acts.ticket
    told = config.recipients(verdict.notify, team=after.team, assignee=after.assignee, company=after.company, at=now)
    if told:
        acts.add(AttentionCalled, decided=("notify",), recipients=told)
    carry_on(acts, verdict)
    return acts.events


def carry_on(acts: "Acts", verdict: Verdict) -> None:
    """What rules decide besides where a ticket belongs: the same for a new ticket and for one triaged before."""
    if procedure := acts.config.procedure(verdict.procedure):
        started = starting(acts.ticket, procedure, acts.config.sla, acts.now)
        acts.add_if(ProcedureStarted, started, decided=("procedure",))
    for name in verdict.checklists:
        if checklist := acts.config.checklist(name):
            acts.add_if(ChecklistAdded, adding(acts.ticket, checklist), decided=("checklists",))
    for template in verdict.replies:
        _answer(acts, template)


def link_to(
    acts: "Acts", verdict: Verdict, reported: RunningIncident | None, running: Sequence[RunningIncident]
) -> None:
    """Link a new ticket to the incident that a rule chose, as long as that one runs."""
    named = parse_reference(verdict.incident or "", acts.config.desk.prefix)
    chosen = reported if verdict.incident == RUNNING else next((one for one in running if one.id == named), None)
    if chosen and chosen.id != acts.ticket.id:
        acts.add(TicketLinked, decided=("incident",), incident=chosen.id, title=chosen.title)


class Acts:
    """The events of one run of the rules, each following on the one before and saying which rules it comes from."""

    def __init__(
        self, ticket: Ticket, config: DeskConfig, tried: Run, now: AwareDatetime, actor: Actor = ROUTER
    ) -> None:
        self.ticket = ticket
        self.config = config
        self.now = now
        self.events: list[TicketEvent] = []
        self._tried = tried
        self._actor = actor

    def add(
        self, kind: type[TicketEvent], *, decided: Sequence[str], why: Sequence[Reason] = (), **fields: Any
    ) -> None:
        """One more event, by the rules that decided on the fields `decided` of the verdict."""
        rules = dict.fromkeys(rule for name in decided if (rule := self._tried.decided_by.get(name)))
        event = self.ticket.happening(
            kind,
            actor=self._actor,
            now=self.now,
            reasons=(*rule_reasons(self._tried, self.config, rules), *why),
            config_version=self.config.version,
            **fields,
        )
        self.ticket = evolve(self.ticket, event)
        self.events.append(event)

    def add_if(self, kind: type[TicketEvent], fields: dict[str, Any] | None, *, decided: Sequence[str]) -> None:
        """One more event, where there is something to say."""
        if fields is not None:
            self.add(kind, decided=decided, **fields)


def rule_reasons(tried: Run, config: DeskConfig, rules: Sequence[Slug] | Mapping[Slug, None]) -> Iterator[Reason]:
    """That each of `rules` matched, with what it matched by."""
    names = {rule.id: rule.name for rule in config.rules}
    for rule in rules:
        evidence = tried.evidence(rule)
        zh = f"（{'、'.join(evidence)}）" if evidence else ""
        en = f" ({', '.join(evidence)})" if evidence else ""
        yield Reason(
            code="rule_matched",
            rule=rule,
            zh=f"命中规则“{names[rule].zh}”{zh}",
            en=f"Rule “{names[rule].en}” matched{en}",
        )


def _answer(acts: Acts, template: Slug) -> None:
    """Answer the customer once from each template, unless a machine wrote to us or there is nobody to reach."""
    ticket, reply = acts.ticket, acts.config.reply(template)
    if reply is None or template in ticket.answered_with or ticket.is_machine or not ticket.contact.address:
        return
    subject, body = reply.written(ticket.language, reply_values(ticket, acts.config, ticket.language))
    acts.add(AutomaticReplySent, decided=("replies",), template=template, subject=subject, message=Message(text=body))


def _update(acts: Acts, verdict: Verdict) -> None:
    ticket = acts.ticket
    wanted = {name: getattr(verdict, name) for name in (*STANDARD, "tags", "policy")}
    changed = {name: value for name, value in wanted.items() if value is not None and value != getattr(ticket, name)}
    fields = {name: value for name, value in verdict.fields.items() if ticket.fields.get(name) != value}
    if not changed and not fields:
        return
    old = {name: getattr(ticket, name) for name in changed}
    old |= {f"{OWN_FIELDS}{name}": ticket.fields.get(name) for name in fields}
    decided = (*changed, *(["fields"] if fields else []))
    acts.add(TicketUpdated, decided=decided, **changed, fields=fields, old=old)


def _move(acts: Acts, tried: Run, choose: Choose) -> None:
    """To another team or person, where a rule said so; the rules leave no ticket without a team."""
    ticket, verdict = acts.ticket, tried.verdict
    moved = tried.decided_by.keys() & {"team", "person", "way"}
    team, why = _team(ticket, tried, acts.config)
    if not moved or team is None or ticket.priority is None:
        return
    choice = choose(wanted(ticket, team, verdict.priority or ticket.priority, tried, acts.config))
    person = choice.person.id if choice.person else None
    if (team, person) == (ticket.team, ticket.assignee):
        return
    acts.add(
        TicketAssigned,
        decided=("team", "person", "way"),
        why=(*why, *choice.reasons),
        team=team,
        assignee=person,
        old_team=ticket.team,
        old_assignee=ticket.assignee,
    )


def _team(ticket: Ticket, tried: Run, config: DeskConfig) -> tuple[Slug | None, tuple[Reason, ...]]:
    """The team that the rules chose; else, of a person whom a rule chose from elsewhere, the first of their own."""
    team = tried.verdict.team or ticket.team
    person = config.person(tried.verdict.person) if "person" in tried.decided_by else None
    if person is None or "team" in tried.decided_by or team in person.teams or not person.teams:
        return team, ()
    return person.teams[0], (team_of_person(person.teams[0], tried, config),)


def team_of_person(team: Slug, tried: Run, config: DeskConfig) -> Reason:
    """That a ticket goes to the team of the person whom a rule chose."""
    known = config.team(team)
    zh, en = (known.name.zh, known.name.en) if known else (team, team)
    return Reason(
        code="team_by_person",
        rule=tried.decided_by.get("person"),
        zh=f"随负责人转给{zh}",
        en=f"To {en}, the team of the person chosen",
    )


def wanted(ticket: Ticket, team: Slug, priority: Priority, tried: Run, config: DeskConfig) -> Wanted:
    """Whom the rules, or else the team, want for a ticket."""
    known, verdict = config.team(team), tried.verdict
    named = config.person(verdict.person)
    return Wanted(
        ticket_id=ticket.id,
        team=team,
        priority=priority,
        language=verdict.language or ticket.language,
        way=verdict.way or (known.assign if known else Way()),
        module=verdict.module,
        company_id=ticket.company.id if ticket.company else None,
        person=named.id if named else None,
        rule=tried.decided_by.get("person" if named else "way"),
    )
