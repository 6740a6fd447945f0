"""A rule as a form: lines of conditions in groups, lines of actions, examples; and back again.

What the form cannot show (conditions nested deeper, actions with settings of their own) stands in it as JSON, so that
nothing is lost on the way.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from functions.desk.pages.rule_conditions import Group, Json, Line, condition_of, groups_of, several, shown, typed
from functions.shared.domain.facts import Kind
from functions.shared.domain.form_fields import FieldKind
from functions.shared.domain.instants import on_the_clock
from functions.shared.domain.rules import Occasion
from functions.shared.pages.forms import Form

NAMED_BY: Final[Mapping[str, str]] = {
    "set_priority": "priority",
    "raise_priority": "priority",
    "set_team": "team",
    "assign": "person",
    "add_tags": "tags",
    "remove_tags": "tags",
    "set_field": "value",
    "notify": "to",
    "start_procedure": "procedure",
    "set_policy": "policy",
    "reply": "template",
    "link_incident": "incident",
    "add_checklist": "checklist",
}
"""What each action names, by the setting that holds it."""

LISTS: Final = ("tags", "to")
BY: Final = "by:"
"""Begins the choice of a way to choose a person, instead of one."""

_LONGEST_NAME: Final = 62


@dataclass
class ActionLine:
    """One action: what it does, and to or with what. `raw` is the action itself, where no line can show it."""

    do: str = ""
    value: str = ""
    field: str = ""
    raw: str = ""


@dataclass
class ExampleLine:
    """A ticket that the rule must match, or must not; `rest` is what else is known of the ticket, as JSON."""

    title: str = ""
    description: str = ""
    matches: bool = True
    rest: str = ""


@dataclass
class RuleForm:
    """All that a rule's form holds."""

    id: str = ""
    name_zh: str = ""
    name_en: str = ""
    on: list[str] = field(default_factory=lambda: [Occasion.OPENED.value])
    join: str = "all"
    groups: list[Group] = field(default_factory=list)
    raw_when: str = ""
    actions: list[ActionLine] = field(default_factory=list)
    stop: bool = False
    enabled: bool = True
    since: str = ""
    until: str = ""
    examples: list[ExampleLine] = field(default_factory=list)


def form_of(rule: Mapping[str, Json], zone: ZoneInfo) -> RuleForm:
    """The form that shows `rule`, as documents hold it."""
    when = rule.get("when")
    grouped = groups_of(when)
    join, groups = grouped or ("all", [])
    name = rule.get("name") or {}
    return RuleForm(
        id=rule.get("id", ""),
        name_zh=name.get("zh", ""),
        name_en=name.get("en", ""),
        on=list(rule.get("on") or [Occasion.OPENED.value]),
        join=join,
        groups=groups,
        raw_when=json.dumps(when, ensure_ascii=False, indent=2) if when and grouped is None else "",
        actions=[_action_line(action) for action in rule.get("then") or ()],
        stop=bool(rule.get("stop")),
        enabled=rule.get("enabled", True),
        since=_local(rule.get("from"), zone),
        until=_local(rule.get("until"), zone),
        examples=[_example_line(example) for example in rule.get("examples") or ()],
    )


def posted(form: Form) -> RuleForm:
    """The form as a browser sent it."""
    groups = [
        Group(
            form.text(f"g{g}.mode") or "all",
            [
                Line(
                    form.text(f"g{g}.l{n}.field"),
                    form.text(f"g{g}.l{n}.op") or "is",
                    form.text(f"g{g}.l{n}.value"),
                    form.text(f"g{g}.l{n}.exact") == "yes",
                )
                for n in _numbers(form, rf"g{g}\.l(\d+)\.field")
            ],
        )
        for g in _numbers(form, r"g(\d+)\.mode")
    ]
    return RuleForm(
        id=form.text("id"),
        name_zh=form.text("name_zh"),
        name_en=form.text("name_en"),
        on=form.all("on"),
        join=form.text("join") or "all",
        groups=groups,
        raw_when=form.text("when"),
        actions=[
            ActionLine(
                form.text(f"a{n}.do"), form.text(f"a{n}.value"), form.text(f"a{n}.field"), form.text(f"a{n}.raw")
            )
            for n in _numbers(form, r"a(\d+)\.do")
        ],
        stop=form.text("stop") == "yes",
        enabled=form.text("enabled") == "yes",
        since=form.text("from"),
        until=form.text("until"),
        examples=[
            ExampleLine(
                form.text(f"e{n}.title"),
                form.text(f"e{n}.description"),
                form.text(f"e{n}.matches") != "no",
                form.text(f"e{n}.rest"),
            )
            for n in _numbers(form, r"e(\d+)\.title")
        ],
    )


def rearranged(form: RuleForm, wish: str) -> RuleForm:
    """The form with a line more or less, as its buttons ask: `add-line-0`, `drop-action-2`, …"""
    act, _, rest = wish.partition("-")
    kind, *numbers = rest.split("-")
    places = [int(number) for number in numbers if number.isdecimal() and len(number) < 5]
    match act, kind, places:
        case "add", "group", []:
            form.groups.append(Group("any" if form.join == "all" else "all", [Line()]))
        case "add", "line", [g] if g < len(form.groups):
            form.groups[g].lines.append(Line())
        case "drop", "line", [g, n] if g < len(form.groups) and n < len(form.groups[g].lines):
            form.groups[g].lines.pop(n)
            form.groups = [group for group in form.groups if group.lines]
        case "add", "action", []:
            form.actions.append(ActionLine())
        case "drop", "action", [n] if n < len(form.actions):
            form.actions.pop(n)
        case "add", "example", []:
            form.examples.append(ExampleLine())
        case "drop", "example", [n] if n < len(form.examples):
            form.examples.pop(n)
    return form


def settled(
    form: RuleForm,
    choices: Mapping[str, Sequence[tuple[str, str]]],
    field_choices: Mapping[str, Sequence[tuple[str, str]]],
) -> RuleForm:
    """The form without values that the action or field of their line does not know: it was another one just now."""
    for line in form.actions:
        known = field_choices.get(line.field) if line.do == "set_field" else choices.get(line.do)
        if known is not None and line.value not in {value for value, _ in known}:
            line.value = ""
    return form


def rule_of(form: RuleForm, zone: ZoneInfo, kinds: Mapping[str, FieldKind] | None = None) -> dict[str, Json]:
    """The rule that the form describes, as documents hold it; whether it is one is for its model to say.

    Args:
        kinds: What the forms' own fields hold.
    """
    kinds = kinds or {}
    numbers = [name for name, kind in kinds.items() if kind is FieldKind.NUMBER]
    rule: dict[str, Json] = {
        "id": form.id or _slug(form.name_en),
        "name": {"zh": form.name_zh, "en": form.name_en},
        "on": form.on or [Occasion.OPENED.value],
        "then": [action for line in form.actions if (action := _action(line, kinds))],
        "stop": form.stop,
        "enabled": form.enabled,
    }
    when = _json(form.raw_when) if form.raw_when else condition_of(form.join, form.groups, numbers)
    optional = {
        "when": when,
        "from": _instant(form.since, zone),
        "until": _instant(form.until, zone),
        "examples": [_example(line) for line in form.examples if line.title or line.description or line.rest],
    }
    return rule | {name: value for name, value in optional.items() if value}


def _numbers(form: Form, pattern: str) -> list[int]:
    found = (re.fullmatch(pattern, name) for name in form.values)
    return sorted({int(match[1]) for match in found if match})


def _action_line(action: Mapping[str, Json]) -> ActionLine:
    do, setting = action["do"], NAMED_BY.get(action["do"], "")
    known = {"do", setting, *(["field"] if do == "set_field" else [])}
    if do == "assign" and action.get("by") and not action.get("skills") and not action.get("sticky"):
        return ActionLine(do, f"{BY}{action['by']}")
    if any(value not in (None, [], {}, False) for name, value in action.items() if name not in known):
        return ActionLine(do, raw=json.dumps(action, ensure_ascii=False))
    return ActionLine(do, shown(action.get(setting)), action.get("field", ""))


def _action(line: ActionLine, kinds: Mapping[str, FieldKind]) -> Json:
    if line.raw:
        return _json(line.raw)
    if not line.do:
        return None
    setting = NAMED_BY.get(line.do, "value")
    if line.do == "set_field":
        asked = kinds.get(line.field)
        if asked is FieldKind.MULTI_CHOICE:
            return {"do": line.do, "field": line.field, "value": several(line.value)}
        kind = {FieldKind.NUMBER: Kind.NUMBER, FieldKind.YES_NO: Kind.FLAG}.get(asked) if asked else None
        return {"do": line.do, "field": line.field, "value": typed(line.value, kind)}
    if line.do == "assign" and line.value.startswith(BY):
        return {"do": line.do, "by": line.value.removeprefix(BY)}
    return {"do": line.do, setting: several(line.value) if setting in LISTS else line.value}


def _example_line(example: Mapping[str, Json]) -> ExampleLine:
    ticket = _said(example.get("ticket") or {})
    title, description = ticket.pop("title", ""), ticket.pop("description", "")
    rest = json.dumps(ticket, ensure_ascii=False) if ticket else ""
    return ExampleLine(title, description, bool(example.get("matches")), rest)


def _said(written: Mapping[str, Json]) -> dict[str, Json]:
    """What a ticket says, without what it leaves open."""
    told = {name: _said(value) if isinstance(value, Mapping) else value for name, value in written.items()}
    return {name: value for name, value in told.items() if value not in (None, "", [], {}, ())}


def _example(line: ExampleLine) -> Json:
    rest = _json(line.rest) if line.rest else {}
    told = {name: text for name, text in (("title", line.title), ("description", line.description)) if text}
    return {"ticket": {**told, **rest} if isinstance(rest, dict) else rest, "matches": line.matches}


def _json(text: str) -> Json:
    """What `text` says; what is no JSON stays the text it is, for the rule's model to refuse."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _local(written: Json, zone: ZoneInfo) -> str:
    """An instant as a field of date and time holds it."""
    if not written:
        return ""
    return on_the_clock(datetime.fromisoformat(str(written)), zone).strftime("%Y-%m-%dT%H:%M")


def _instant(text: str, zone: ZoneInfo) -> str | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    except ValueError:
        return text


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_NAME]
