"""What is wrong with a form by itself: questions that ask for what is not there, or for one another in a circle."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Final

from functions.shared.contracts.words import Channel, Impact, Urgency
from functions.shared.domain.conditions import Condition, Leaf, leaves
from functions.shared.domain.facts import RANKS
from functions.shared.domain.form import Form
from functions.shared.domain.form_conditions import CHANNEL, Place, asked, placed_leaves
from functions.shared.domain.form_fields import FieldKind, FormField
from functions.shared.domain.operators import Operator, members

_PRESENCE: Final = frozenset({Operator.EMPTY, Operator.NOT_EMPTY})
_EQUALITY: Final = frozenset({Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN})
_AMOUNTS: Final = frozenset({Operator.AT_LEAST, Operator.AT_MOST})
_MEMBERS: Final = frozenset({Operator.CONTAINS, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL})

_ASKABLE: Final[Mapping[FieldKind, frozenset[Operator]]] = {
    FieldKind.CHOICE: _PRESENCE | _EQUALITY,
    FieldKind.MULTI_CHOICE: _PRESENCE | _EQUALITY | _MEMBERS,
    FieldKind.NUMBER: _PRESENCE | _EQUALITY | _AMOUNTS,
    FieldKind.YES_NO: _PRESENCE | _EQUALITY,
}
"""What a form can ask of its own fields; of all other kinds only whether they are answered."""


def form_faults(form: Form) -> Iterator[tuple[Place, str]]:
    """Everything wrong with `form`, whose choices are filled in, each with its place in the form."""
    for number, field in enumerate(form.fields):
        place: Place = ("fields", number)
        for condition_place, condition in _conditions(field, place):
            for leaf_place, leaf in placed_leaves(condition, condition_place):
                yield from ((leaf_place, message) for message in _leaf_faults(form, field, leaf))
        for position, limit in enumerate(field.limit):
            for at, value in enumerate(limit.to):
                if value not in field.values:
                    yield (*place, "limit", position, "to", at), _no_choice(field, value)
    yield from _circles(form)


OF_EVERY_TICKET: Final[Mapping[str, tuple[FieldKind, ...]]] = {
    "title": (FieldKind.TEXT,),
    "description": (FieldKind.LONG_TEXT, FieldKind.TEXT),
    "company": (FieldKind.TEXT,),
    "contact_name": (FieldKind.TEXT,),
    "contact_email": (FieldKind.ADDRESS,),
    "contact_phone": (FieldKind.PHONE,),
    "module": (FieldKind.CHOICE,),
    "happened_at": (FieldKind.DATE_TIME,),
    "error_text": (FieldKind.LONG_TEXT, FieldKind.TEXT),
    "steps_to_reproduce": (FieldKind.LONG_TEXT, FieldKind.TEXT),
    "impact": (FieldKind.CHOICE,),
    "urgency": (FieldKind.CHOICE,),
    "attachments": (FieldKind.FILE,),
}
"""The fields that every ticket has, and what they must be where a form asks for them."""

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"impact": tuple(Impact), "urgency": tuple(Urgency)}
_REACHED_BY: Final = frozenset({"contact_email", "contact_phone"})


def standard_faults(form: Form) -> Iterator[tuple[Place, str]]:
    """What keeps `form` from making tickets: a part of every ticket that it lacks or takes for something else."""
    for name in ("title", "description"):
        field = form.field(name)
        if field is None or not field.required or field.shown_when:
            yield ("fields",), f'the form must require "{name}" always: every ticket has one'
    always = {field.id for field in form.fields if field.required and not field.shown_when}
    if always.isdisjoint(_REACHED_BY) and not any(_REACHED_BY.issuperset(group) for group in form.at_least_one):
        yield ("fields",), "nobody could be answered: require contact_email or contact_phone, or at_least_one of them"
    for number, field in enumerate(form.fields):
        kinds = OF_EVERY_TICKET.get(field.id, (field.kind,))
        if field.kind not in kinds:
            yield ("fields", number, "kind"), f'"{field.id}" is of kind {" or ".join(kinds)} on every ticket'
        for position, choice in enumerate(field.choices):
            if choice.value not in _WORDS.get(field.id, (choice.value,)):
                words = ", ".join(_WORDS[field.id])
                yield (
                    ("fields", number, "choices", position, "value"),
                    f'"{field.id}" is one of {words} on every ticket',
                )


def _conditions(field: FormField, place: Place) -> Iterator[tuple[Place, Condition]]:
    if field.required_when:
        yield (*place, "required_when"), field.required_when
    if field.shown_when:
        yield (*place, "shown_when"), field.shown_when
    for position, limit in enumerate(field.limit):
        yield (*place, "limit", position, "when"), limit.when


def _leaf_faults(form: Form, owner: FormField, leaf: Leaf) -> Iterator[str]:
    name = asked(leaf)
    if name == CHANNEL:
        yield from _channel_faults(leaf)
        return
    field = form.field(name)
    if field is None:
        near = difflib.get_close_matches(name, [one.id for one in form.fields], n=1)
        yield f'the form has no field "{name}"' + (f', did you mean "{near[0]}"?' if near else "")
    elif field is owner and leaf.op not in _PRESENCE:
        yield f'"{name}" asks for its own answer'
    elif leaf.op not in _askable(field, leaf):
        yield (
            f'"{leaf.op}" cannot be asked of "{name}", which is of kind {field.kind}: '
            f"a form can ask {', '.join(sorted(_askable(field, leaf)))}"
        )
    elif leaf.op not in _PRESENCE:
        yield from _value_faults(field, leaf)


def _askable(field: FormField, leaf: Leaf) -> frozenset[Operator]:
    found = _ASKABLE.get(field.kind, _PRESENCE)
    return found | _AMOUNTS if field.kind is FieldKind.CHOICE and leaf.field in RANKS else found


def _value_faults(field: FormField, leaf: Leaf) -> Iterator[str]:
    for value in members(leaf.value):
        match field.kind:
            case FieldKind.NUMBER:
                fits = isinstance(value, int | float) and not isinstance(value, bool)
                message = f'"{field.id}" is a number, and "{value}" is none'
            case FieldKind.YES_NO:
                fits = isinstance(value, bool)
                message = f'"{field.id}" is true or false, not "{value}"'
            case _:
                fits = value in field.values
                message = _no_choice(field, value)
        if not fits:
            yield message


def _channel_faults(leaf: Leaf) -> Iterator[str]:
    if leaf.op not in _EQUALITY:
        yield f'"{leaf.op}" cannot be asked of the channel'
    unknown = [str(value) for value in members(leaf.value) if value not in list(Channel)]
    if unknown and leaf.op in _EQUALITY:
        yield f"no channel {', '.join(unknown)}; there is {', '.join(Channel)}"


def _no_choice(field: FormField, value: object) -> str:
    near = difflib.get_close_matches(str(value), field.values, n=1)
    return f'"{field.id}" offers no choice "{value}"' + (f', did you mean "{near[0]}"?' if near else "")


def _circles(form: Form) -> Iterator[tuple[Place, str]]:
    """Fields that are shown only if they are shown already."""
    shown_by = {
        field.id: [asked(leaf) for leaf in leaves(field.shown_when)] if field.shown_when else []
        for field in form.fields
    }
    told: set[str] = set()
    for number, field in enumerate(form.fields):
        circle = _way_back(field.id, shown_by)
        if circle and told.isdisjoint(circle):
            told.update(circle)
            way = " → ".join((*circle, field.id))
            yield ("fields", number, "shown_when"), f"a circle: each of these is shown by the next ({way})"


def _way_back(start: str, shown_by: Mapping[str, list[str]]) -> list[str]:
    """A way from `start` along `shown_by` that comes back to it; empty where there is none."""
    ways, seen = [[start]], {start}
    for way in ways:
        for name in shown_by.get(way[-1], ()):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []
