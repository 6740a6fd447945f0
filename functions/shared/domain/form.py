"""Forms: which fields a problem is reported with. A form is data; it checks answers, and compiles to JSON Schema."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field, model_validator

from functions.shared.contracts.words import Channel, Slug
from functions.shared.domain.conditions import Condition, Leaf, leaves
from functions.shared.domain.document import Bilingual, Part
from functions.shared.domain.errors import FieldError
from functions.shared.domain.facts import Facts
from functions.shared.domain.form_answers import (
    NOT_ASKED,
    NOT_OFFERED,
    REQUIRED,
    UNKNOWN_FIELD,
    objection_to,
    tidied,
)
from functions.shared.domain.form_conditions import ALWAYS, CHANNEL, NEVER, Test, asked, every, facts_of, test_of
from functions.shared.domain.form_fields import TOPIC, Choice, FormField

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class FieldTests:
    """When a field is shown and required, and which choices are left, as clients can ask it of the other answers."""

    shown: Test
    required: Test
    limits: tuple[tuple[Test, tuple[str, ...]], ...]


class Form(Part):
    """The questions a problem is reported with."""

    id: Slug
    name: Bilingual
    channels: tuple[Channel, ...] = Field(default=tuple(Channel), description="Where the form is used.")
    fields: tuple[FormField, ...] = Field(min_length=1)
    proof_of_work: bool = Field(
        default=False, description="Whether the sender's machine has to calculate for a moment, which stops programs."
    )
    at_least_one: tuple[tuple[str, ...], ...] = Field(
        default=(), description="Groups of fields of which at least one must be answered."
    )

    @model_validator(mode="after")
    def _names_its_fields(self) -> Self:
        ids = [field.id for field in self.fields]
        if twice := sorted({id for id in ids if ids.count(id) > 1}):
            raise ValueError(f"the field {', '.join(twice)} is there twice")
        if unknown := sorted({name for group in self.at_least_one for name in group} - set(ids)):
            raise ValueError(f"at_least_one names no field of the form: {', '.join(unknown)}")
        return self

    def field(self, field_id: str) -> FormField | None:
        return next((field for field in self.fields if field.id == field_id), None)

    @property
    def topics(self) -> tuple[str, ...]:
        """What the form can be about; none where it does not ask."""
        topic = self.field(TOPIC)
        return topic.values if topic else ()

    def with_choices(self, source: str, choices: Iterable[Choice]) -> "Form":
        """The form whose fields with `choices_from: source` offer `choices`."""
        offered = tuple(choices)
        fields = tuple(
            field.model_copy(update={"choices": offered}) if field.choices_from == source else field
            for field in self.fields
        )
        return self.model_copy(update={"fields": fields})

    def shown(self, answers: Mapping[str, Any], channel: Channel | None = None) -> frozenset[str]:
        """The fields that are asked when the others are answered with `answers`.

        What was not asked does not count: a field that is shown by a hidden one is hidden too.
        """
        found: dict[str, bool] = {}

        def is_shown(field: FormField) -> bool:
            if field.id not in found:
                found[field.id] = False  # a circle shows nothing; the configuration's check refuses it
                found[field.id] = field.shown_when is None or field.shown_when.holds(seen_by(field.shown_when))
            return found[field.id]

        def seen_by(condition: Condition) -> Facts:
            named = {asked(leaf) for leaf in leaves(condition)}
            fields = (field for name in named if (field := self.field(name)))
            return facts_of({one.id: answers[one.id] for one in fields if one.id in answers and is_shown(one)}, channel)

        return frozenset(field.id for field in self.fields if is_shown(field))

    def check(
        self,
        answers: Mapping[str, Any],
        *,
        channel: Channel | None = None,
        complete: bool = True,
        excused: Collection[str] = (),
    ) -> tuple[dict[str, Any], list[FieldError]]:
        """The answers that can be accepted, tidied, and what is wrong with the others.

        Blank and null answers count as not given. With `complete` false, what is missing is no objection: the
        ticket of a channel that cannot ask is taken as it is (see `missing`). Fields in `excused` may be missing too.
        """
        objections = [
            FieldError(str(name)[:100], "unknown_field", UNKNOWN_FIELD)
            for name in answers
            if self.field(str(name)) is None
        ]
        accepted: dict[str, Any] = {}
        for field in self.fields:
            answer = tidied(answers.get(field.id))
            if answer is None:
                continue
            if objection := objection_to(field, answer):
                objections.append(objection)
            else:
                accepted[field.id] = answer
        while found := self._contradictions(accepted, channel):
            objections += found
            accepted = {name: answer for name, answer in accepted.items() if name not in {one.field for one in found}}
        if complete:
            forgiven = {objection.field for objection in objections} | set(excused)
            missing = self.missing(accepted, channel)
            objections += [FieldError(name, "required", REQUIRED) for name in missing if name not in forgiven]
        return accepted, objections

    def without_hidden(self, answers: Mapping[str, Any], channel: Channel | None = None) -> dict[str, Any]:
        """`answers` without those to fields that the others hide: what a browser without scripts sends along."""
        accepted, _ = self.check(answers, channel=channel, complete=False)
        shown = self.shown(accepted, channel)
        return {name: answer for name, answer in answers.items() if name in shown or self.field(name) is None}

    def missing(self, answers: Mapping[str, Any], channel: Channel | None = None) -> tuple[str, ...]:
        """The required fields without an answer, as far as they are asked; of a group of alternatives the first."""
        given = {name: answer for name, answer in answers.items() if tidied(answer) is not None}
        shown = self.shown(given, channel)
        facts = _visible(given, shown, channel)
        alone = [
            field.id
            for field in self.fields
            if field.id in shown
            and field.id not in given
            and (field.required or (field.required_when is not None and field.required_when.holds(facts)))
        ]
        groups = [[name for name in group if name in shown] for group in self.at_least_one]
        grouped = [group[0] for group in groups if group and given.keys().isdisjoint(group)]
        return tuple(dict.fromkeys((*alone, *grouped)))

    def tests(
        self,
        field: FormField,
        *,
        channel: Channel | None = None,
        known: Mapping[str, Any] = NOTHING,
        open_fields: Collection[str] | None = None,
    ) -> FieldTests:
        """When `field` is shown and required, for clients that ask `open_fields` (all, unless some are named); of the
        others, the answers in `known` are what they are.
        """
        facts = facts_of(known, channel)

        def outcome(leaf: Leaf) -> bool | None:
            is_open = asked(leaf) != CHANNEL and (open_fields is None or asked(leaf) in open_fields)
            return None if is_open else leaf.holds(facts)

        shown = test_of(field.shown_when, outcome) if field.shown_when else ALWAYS
        needed = ALWAYS if field.required else NEVER
        if field.required_when:
            needed = test_of(field.required_when, outcome)
        limits = ((test_of(limit.when, outcome), limit.to) for limit in field.limit)
        return FieldTests(shown, every(shown, needed), tuple((test, to) for test, to in limits if test != NEVER))

    def _contradictions(self, answers: Mapping[str, Any], channel: Channel | None) -> list[FieldError]:
        """Answers that the others do not allow: to what is hidden, or beyond a limit that holds."""
        shown = self.shown(answers, channel)
        facts = _visible(answers, shown, channel)
        found = [FieldError(name, "not_asked", NOT_ASKED) for name in answers if name not in shown]
        for field in self.fields:
            if field.id in answers and field.id in shown and not _is_offered(field, answers[field.id], facts):
                found.append(FieldError(field.id, "not_offered", NOT_OFFERED))
        return found


def _visible(answers: Mapping[str, Any], shown: Collection[str], channel: Channel | None) -> Facts:
    return facts_of({name: answer for name, answer in answers.items() if name in shown}, channel)


def _is_offered(field: FormField, answer: Any, facts: Facts) -> bool:
    chosen = answer if field.kind.is_list else [answer]
    return all(set(chosen) <= set(limit.to) for limit in field.limit if limit.when.holds(facts))
