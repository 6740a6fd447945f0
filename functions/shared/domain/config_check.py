"""Whether the parts of a configuration fit together: every name one part uses must be known to another."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from functions.shared.contracts.words import Role, Slug
from functions.shared.domain import mail_wording
from functions.shared.domain.actions import (
    RUNNING,
    Action,
    AddChecklist,
    Assign,
    LinkIncident,
    Notify,
    Reply,
    SetField,
    SetPolicy,
    SetTeam,
    StartProcedure,
)
from functions.shared.domain.assignment_check import assignment_faults
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.facts import OWN_FIELDS, WORKING_TIME, is_of_the_event
from functions.shared.domain.field_values import misfit
from functions.shared.domain.form_faults import OF_EVERY_TICKET, form_faults, standard_faults
from functions.shared.domain.impossible import impossible_times, names_unknown_instant, placed_leaves
from functions.shared.domain.instants import OUT_OF_YEARS, is_known
from functions.shared.domain.operators import Operator
from functions.shared.domain.passing import LONGEST, thresholds
from functions.shared.domain.references import parse_reference
from functions.shared.domain.rule_circles import circles
from functions.shared.domain.rules import Occasion, Rule, failed_examples
from functions.shared.domain.working_time import NoWorkingTime

RESERVED: Final = frozenset({"new", "draft", "versions"})
"""What no rule is called."""

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where in the document."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{spelled(self.place)}: {self.message}"


def spelled(place: Place) -> str:
    """`place` as people write it: rules[3].then[0].team."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def faults(config: DeskConfig, now: datetime) -> list[Fault]:
    """Everything in `config` that refers to something which is not there, contradicts itself, or cannot work `now`."""
    return [
        *_repeats(config),
        *_desk(config),
        *(Fault(place, message) for place, message in assignment_faults(config)),
        *_people(config),
        *_modules(config),
        *_forms(config),
        *(fault for number, rule in enumerate(config.rules) for fault in _rule(config, number, rule)),
        *_reserved(config.rules),
        *_times(config.rules),
        *_circles(config.rules),
        *(Fault(place, message) for place, message in config.sla.faults()),
        *_calendars(config, now),
        *_policies(config),
        *_procedures(config),
        *_replies(config),
        *(Fault(("templates", *place), message) for place, message in mail_wording.faults(config.templates)),
    ]


def broken_rules(config: DeskConfig) -> dict[Slug, str]:
    """The rules in use that would do something with what is not there, and what that is.

    Of several people to be told, those who have gone are passed over; that breaks no rule.
    """
    return {
        rule.id: str(fault)
        for number, rule in enumerate(config.rules)
        if rule.enabled
        for position, action in enumerate(rule.then)
        if not isinstance(action, Notify)
        for fault in _action_names(config, ("rules", number, "then", position), action)
    }


def rule_faults(rules: Sequence[Rule]) -> list[Fault]:
    """What is wrong with `rules` whatever desk they are for."""
    return [*_repeated("rules", rules), *_reserved(rules), *_times(rules), *_circles(rules)]


def _reserved(rules: Sequence[Rule]) -> Iterator[Fault]:
    """Ids under which the console has pages of its own, so that such a rule could not be opened."""
    for number, rule in enumerate(rules):
        if rule.id in RESERVED:
            yield Fault(("rules", number, "id"), f'"{rule.id}" is reserved: call the rule something else')


def _times(rules: Sequence[Rule]) -> Iterator[Fault]:
    for number, rule in enumerate(rules):
        if rule.when:
            yield from (Fault(*found) for found in impossible_times(rule.when, ("rules", number, "when")))
        for word, at in (("from", rule.since), ("until", rule.until)):
            if at and not is_known(at):
                yield Fault(("rules", number, word), OUT_OF_YEARS)


def _circles(rules: Sequence[Rule]) -> Iterator[Fault]:
    return (Fault(("rules", number), sentence) for number, sentence in circles(rules))


def _repeats(config: DeskConfig) -> Iterator[Fault]:
    lists: dict[str, Sequence[Any]] = {
        "teams": config.teams,
        "people": config.people,
        "modules": config.modules,
        "forms": config.forms,
        "rules": config.rules,
        "procedures": config.procedures,
        "checklists": config.checklists,
        "webhooks": config.webhooks,
        "channels": config.channels,
        "replies": config.replies,
    }
    for name, items in lists.items():
        yield from _repeated(name, items)
    emails: dict[str, int] = {}
    for number, person in enumerate(config.people):
        if emails.setdefault(person.email.casefold(), number) != number:
            yield Fault(("people", number, "email"), f'"{person.email}" belongs to somebody else already')


def _repeated(name: str, items: Sequence[Any]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, item in enumerate(items):
        if first.setdefault(item.id, number) != number:
            yield Fault((name, number, "id"), f'"{item.id}" is taken by {name}[{first[item.id]}]')


def _desk(config: DeskConfig) -> Iterator[Fault]:
    yield from _team_exists(config, ("desk", "default_team"), config.desk.default_team)
    yield from _person_exists(config, ("desk", "account_manager"), config.desk.account_manager)
    if config.form() is None:
        yield Fault(("desk", "default_form"), f'no form "{config.desk.default_form}"')
    if config.desk.default_language not in config.desk.languages:
        yield Fault(("desk", "default_language"), "is none of the desk's languages")
    for number, team in enumerate(config.teams):
        yield from _person_exists(config, ("teams", number, "lead"), team.lead)


def _people(config: DeskConfig) -> Iterator[Fault]:
    for number, person in enumerate(config.people):
        for position, team in enumerate(person.teams):
            yield from _team_exists(config, ("people", number, "teams", position), team)
        if person.quiet and person.quiet.calendar and person.quiet.calendar not in config.calendars:
            yield Fault(("people", number, "quiet", "calendar"), f'no calendar "{person.quiet.calendar}"')


def _modules(config: DeskConfig) -> Iterator[Fault]:
    for number, module in enumerate(config.modules):
        yield from _team_exists(config, ("modules", number, "team"), module.team)


def _forms(config: DeskConfig) -> Iterator[Fault]:
    for number, form in enumerate(config.forms):
        for position, field in enumerate(form.fields):
            if field.choices_from == "modules" and not config.modules:
                yield Fault(
                    ("forms", number, "fields", position, "choices_from"), "the desk has no modules to choose from"
                )
        filled = config.form(form.id) or form
        for place, message in (*standard_faults(filled), *form_faults(filled)):
            yield Fault(("forms", number, *place), message)


def _rule(config: DeskConfig, number: int, rule: Rule) -> Iterator[Fault]:
    place: Place = ("rules", number)
    if Occasion.TIMER in rule.on:
        yield from _waits(place, rule)
    if rule.when:
        for at, leaf in placed_leaves(rule.when, (*place, "when")):
            yield from _leaf_names(config, at, leaf.field, leaf.op, leaf.value)
    for position, action in enumerate(rule.then):
        yield from _action_names(config, (*place, "then", position), action)
        if isinstance(action, LinkIncident) and set(rule.on) != {Occasion.OPENED}:
            yield Fault(
                (*place, "then", position), "only new tickets are linked to incidents; the rule is on others too"
            )
    for position, sentence in failed_examples(rule):
        yield Fault((*place, "examples", position), sentence)


def _waits(place: Place, rule: Rule) -> Iterator[Fault]:
    waits = thresholds(rule)
    if not waits:
        yield Fault((*place, "on"), "a rule on a timer says when: age, idle or status_age at_least so many hours")
    for measure, hours in waits:
        if not 0 < hours <= LONGEST:
            yield Fault((*place, "when"), f"{measure} at_least is more than 0 and at most {LONGEST} hours")


def _calendars(config: DeskConfig, now: datetime) -> Iterator[Fault]:
    for name, working_time in config.sla.working_times.items():
        try:
            working_time.require_working_time(now)
        except NoWorkingTime as error:
            yield Fault(("calendars", name), str(error))


def _policies(config: DeskConfig) -> Iterator[Fault]:
    for number, policy in enumerate(config.policies):
        place: Place = ("policies", number)
        for at, leaf in placed_leaves(policy.when, (*place, "when")) if policy.when else ():
            if names_unknown_instant(leaf):
                yield Fault(at, OUT_OF_YEARS)
            if is_of_the_event(leaf.field):
                yield Fault(at, f"{leaf.field} tells of an event, so that only rules can ask for it")
            yield from _leaf_names(config, at, leaf.field, leaf.op, leaf.value)
        for metric, rule in policy.clocks.items():
            named = [*(warn.to for warn in rule.warn), rule.breach_to, *(level.to for level in rule.escalate)]
            for recipient in dict.fromkeys(one for some in named for one in some):
                yield from _recipient_exists(config, (*place, "clocks", metric.value), recipient)
            for position, level in enumerate(rule.escalate):
                at = (*place, "clocks", metric.value, "escalate", position, "assign")
                if level.assign and level.assign != "lead":
                    yield from _recipient_exists(config, at, level.assign)


def _procedures(config: DeskConfig) -> Iterator[Fault]:
    for number, procedure in enumerate(config.procedures):
        place: Place = ("procedures", number)
        named = {limit.calendar for step in procedure.planned for limit in step.limits.values()} | {procedure.calendar}
        for calendar in sorted(named - config.calendars.keys()):
            yield Fault((*place, "calendar"), f'no calendar "{calendar}"')
        for position, step in enumerate(procedure.steps):
            at: Place = (*place, "steps", position)
            yield from _recipient_exists(config, (*at, "owner"), step.owner)
            for name in step.exit.fields:
                yield from _own_field_exists(config, (*at, "exit", "fields"), name)
            for checklist in step.exit.checklists:
                yield from _checklist_exists(config, (*at, "exit", "checklists"), checklist)


def _replies(config: DeskConfig) -> Iterator[Fault]:
    for number, reply in enumerate(config.replies):
        for place, message in reply.faults():
            yield Fault(("replies", number, *place), message)


def _leaf_names(config: DeskConfig, place: Place, field: str, op: Operator, value: object) -> Iterator[Fault]:
    if field.startswith(WORKING_TIME) and field.removeprefix(WORKING_TIME) not in config.calendars:
        yield Fault(place, f'no calendar "{field.removeprefix(WORKING_TIME)}"')
    if field.startswith(OWN_FIELDS):
        name = field.removeprefix(OWN_FIELDS)
        if not any(form.field(name) for form in config.forms):
            yield Fault(place, f'no form has a field "{name}"')
    known = {
        "team": {team.id for team in config.teams},
        "module": {module.id for module in config.modules},
        "assignee": {person.id for person in config.people},
    }.get(field)
    if known is None or op not in (Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN):
        return
    for name in value if isinstance(value, tuple) else (value,):
        if name not in known:
            yield Fault(place, f'no {"person" if field == "assignee" else field} "{name}"')


def _action_names(config: DeskConfig, place: Place, action: Action) -> Iterator[Fault]:
    match action:
        case SetTeam():
            yield from _team_exists(config, (*place, "team"), action.team)
        case Assign():
            yield from _person_exists(config, (*place, "person"), action.person)
        case Notify():
            for position, recipient in enumerate(action.to):
                yield from _recipient_exists(config, (*place, "to", position), recipient)
        case SetPolicy():
            if config.sla.policy(action.policy) is None:
                yield Fault((*place, "policy"), f'no policy "{action.policy}"')
        case Reply():
            if config.reply(action.template) is None:
                yield Fault((*place, "template"), f'no reply "{action.template}"')
        case LinkIncident():
            if action.incident != RUNNING and parse_reference(action.incident, config.desk.prefix) is None:
                yield Fault((*place, "incident"), f'"{action.incident}" is neither "running" nor a reference')
        case StartProcedure():
            if config.procedure(action.procedure) is None:
                yield Fault((*place, "procedure"), f'no procedure "{action.procedure}"')
        case AddChecklist():
            yield from _checklist_exists(config, (*place, "checklist"), action.checklist)
        case SetField():
            yield from _field_exists(config, place, action)
        case _:
            return


def _field_exists(config: DeskConfig, place: Place, action: SetField) -> Iterator[Fault]:
    if action.field == "module" and config.module(str(action.value)) is None:
        yield Fault((*place, "value"), f'no module "{action.value}"')
    if action.field == "language" and action.value not in list(config.desk.languages):
        yield Fault((*place, "value"), f"language needs one of {', '.join(config.desk.languages)}")
    if action.field.startswith(OWN_FIELDS):
        yield from _own_field_exists(config, (*place, "field"), action.field)
        name, modules = action.field.removeprefix(OWN_FIELDS), tuple(module.id for module in config.modules)
        if name in OF_EVERY_TICKET:
            yield Fault((*place, "field"), f'"{name}" is a field of every ticket, none of the desk\'s own')
            return
        asked = [field for form in config.forms if (field := form.field(name))]
        found = [misfit(field, action.value, modules) for field in asked]
        if found and all(found):
            yield Fault((*place, "value"), str(found[0]))


def _own_field_exists(config: DeskConfig, place: Place, field: str) -> Iterator[Fault]:
    name = field.removeprefix(OWN_FIELDS)
    if field.startswith(OWN_FIELDS) and not any(form.field(name) for form in config.forms):
        yield Fault(place, f'no form has a field "{name}"')


def _checklist_exists(config: DeskConfig, place: Place, checklist: str) -> Iterator[Fault]:
    if config.checklist(checklist) is None:
        yield Fault(place, f'no checklist "{checklist}"')


def _recipient_exists(config: DeskConfig, place: Place, recipient: str) -> Iterable[Fault]:
    kind, _, name = recipient.partition(":")
    if kind == "team" and name:
        yield from _team_exists(config, place, name)
    elif kind == "person":
        yield from _person_exists(config, place, name)
    elif kind == "webhook" and name and config.webhook(name) is None:
        yield Fault(place, f'no webhook "{name}"')
    elif kind == "manager" and not config.people_with_role(Role.MANAGER):
        yield Fault(place, "nobody has the role manager")
    elif kind == "on_call" and not config.on_call:
        yield Fault(place, "the desk has no rota of who is on call")


def _team_exists(config: DeskConfig, place: Place, team: str | None) -> Iterator[Fault]:
    if team is not None and config.team(team) is None:
        yield Fault(place, f'no team "{team}"')


def _person_exists(config: DeskConfig, place: Place, person: str | None) -> Iterator[Fault]:
    if person is not None and config.person(person) is None:
        yield Fault(place, f'no person "{person}"')
