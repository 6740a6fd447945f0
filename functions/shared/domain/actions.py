"""What a rule may do to a ticket. Actions are data; applied to a `Verdict` they give the next one.

To add an action: write its class here with an example, and list it in `Action`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from functions.shared.contracts.words import Impact, Language, Priority, Slug, Urgency
from functions.shared.domain.document import Part
from functions.shared.domain.facts import OWN_FIELDS
from functions.shared.domain.field_values import STANDARD, Written, standard_value
from functions.shared.domain.operators import comparable, require_bounded
from functions.shared.domain.ways import By, Skill, Way

Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]


def tag_key(tag: str) -> object:
    """What one tag has in common however it is written: VIP is vip, as conditions compare them."""
    return comparable(tag, exact=False)


Recipient = Annotated[
    str,
    StringConstraints(
        pattern=r"^(account_manager|assignee|lead|manager|on_call|team|(person|team|webhook):[a-z0-9][a-z0-9_-]{0,62}|[^@\s:]+@[^@\s]+)$"
    ),
]
"""Who is told: by the part they have in the ticket, or `person:ID`, `team:ID`, `webhook:ID`, or a mail address."""


@dataclass(frozen=True)
class Verdict:
    """What is decided about a ticket so far; None where nothing is."""

    priority: Priority | None = None
    team: Slug | None = None
    person: Slug | None = None
    way: Way | None = None
    module: Slug | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    language: Language | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    notify: tuple[str, ...] = ()
    procedure: Slug | None = None
    policy: Slug | None = None
    replies: tuple[Slug, ...] = ()
    incident: str | None = None
    checklists: tuple[Slug, ...] = ()

    def but(self, **changes: Any) -> Self:
        """The same with `changes`; faster than `dataclasses.replace`, for a back-test applies millions."""
        verdict = object.__new__(type(self))
        verdict.__dict__.update(self.__dict__, **changes)
        return verdict

    def differences(self, other: "Verdict") -> frozenset[str]:
        """The names of what `other` decides differently."""
        return frozenset(name for name in vars(self) if getattr(self, name) != getattr(other, name))


class _Action(Part):
    example: ClassVar[Mapping[str, Any]]
    decides: ClassVar[str]
    """The field of the verdict that this action is about."""

    def apply(self, verdict: Verdict) -> Verdict:
        """`verdict` after this action."""
        raise NotImplementedError


class SetPriority(_Action):
    """The ticket has this priority, whatever was decided before."""

    example: ClassVar[Mapping[str, Any]] = {"do": "set_priority", "priority": "P0"}
    decides: ClassVar[str] = "priority"

    do: Literal["set_priority"]
    priority: Priority

    def apply(self, verdict: Verdict) -> Verdict:
        return verdict.but(priority=self.priority)


class RaisePriority(_Action):
    """The ticket has at least this priority."""

    example: ClassVar[Mapping[str, Any]] = {"do": "raise_priority", "priority": "P1"}
    decides: ClassVar[str] = "priority"

    do: Literal["raise_priority"]
    priority: Priority

    def apply(self, verdict: Verdict) -> Verdict:
        raised = verdict.priority.at_least(self.priority) if verdict.priority else self.priority
        return verdict if raised == verdict.priority else verdict.but(priority=raised)


class SetTeam(_Action):
    """The ticket goes to this team; a person chosen for another team is let go."""

    example: ClassVar[Mapping[str, Any]] = {"do": "set_team", "team": "finance"}
    decides: ClassVar[str] = "team"

    do: Literal["set_team"]
    team: Slug

    def apply(self, verdict: Verdict) -> Verdict:
        return verdict if verdict.team == self.team else verdict.but(team=self.team, person=None)


class Assign(_Action):
    """The ticket goes to this person, or to one of its team chosen in this way.

    Somebody who is not at work, or at their limit, is passed over.
    """

    example: ClassVar[Mapping[str, Any]] = {"do": "assign", "person": "li-na"}
    decides: ClassVar[str] = "person"

    do: Literal["assign"]
    person: Slug | None = None
    by: By | None = None
    skills: tuple[Skill, ...] = Field(
        default=(), max_length=10, description="All of these are needed; by skill without any: the ticket's module."
    )
    sticky: bool = Field(default=False, description="Whoever had the company's last ticket goes first.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.person is None) == (self.by is None):
            raise ValueError("assign names either a person or a way to choose one (by: round_robin)")
        if self.person and (self.skills or self.sticky):
            raise ValueError("skills and sticky say how one of a team is chosen, so they go with by")
        return self

    def apply(self, verdict: Verdict) -> Verdict:
        if self.by is None:
            return verdict.but(person=self.person)
        return verdict.but(person=None, way=Way(by=self.by, skills=self.skills, sticky=self.sticky))


class AddTags(_Action):
    """The ticket has these tags too; one that it has in other letters (VIP, vip) stays as it is written."""

    example: ClassVar[Mapping[str, Any]] = {"do": "add_tags", "tags": ["billing"]}
    decides: ClassVar[str] = "tags"

    do: Literal["add_tags"]
    tags: tuple[Tag, ...] = Field(min_length=1, max_length=20)

    def apply(self, verdict: Verdict) -> Verdict:
        tags: dict[object, str] = {}
        for tag in (*verdict.tags, *self.tags):
            tags.setdefault(tag_key(tag), tag)
        return verdict.but(tags=tuple(tags.values()))


class RemoveTags(_Action):
    example: ClassVar[Mapping[str, Any]] = {"do": "remove_tags", "tags": ["spam"]}
    decides: ClassVar[str] = "tags"

    do: Literal["remove_tags"]
    tags: tuple[Tag, ...] = Field(min_length=1, max_length=20)

    def apply(self, verdict: Verdict) -> Verdict:
        removed = set(map(tag_key, self.tags))
        return verdict.but(tags=tuple(tag for tag in verdict.tags if tag_key(tag) not in removed))


class SetField(_Action):
    """The ticket's module, impact, urgency or language, or one of a form's own fields, has this value."""

    example: ClassVar[Mapping[str, Any]] = {"do": "set_field", "field": "fields.contract_no", "value": "C-2026-001"}
    decides: ClassVar[str] = "fields"

    do: Literal["set_field"]
    field: str = Field(pattern=r"^(module|impact|urgency|language|fields\.[a-z][a-z0-9_]{0,62})$")
    value: Written = Field(description="A list for a field of several choices.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        require_bounded(self.value)
        if self.field in STANDARD:
            standard_value(self.field, self.value)
        return self

    def apply(self, verdict: Verdict) -> Verdict:
        if self.field in STANDARD:
            return verdict.but(**{self.field: standard_value(self.field, self.value)})
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return verdict.but(fields={**verdict.fields, self.field.removeprefix(OWN_FIELDS): value})


class Notify(_Action):
    """These people are told at once."""

    example: ClassVar[Mapping[str, Any]] = {"do": "notify", "to": ["account_manager"]}
    decides: ClassVar[str] = "notify"

    do: Literal["notify"]
    to: tuple[Recipient, ...] = Field(min_length=1, max_length=20)

    def apply(self, verdict: Verdict) -> Verdict:
        return verdict.but(notify=tuple(dict.fromkeys((*verdict.notify, *self.to))))


class StartProcedure(_Action):
    """The ticket is handled by this procedure."""

    example: ClassVar[Mapping[str, Any]] = {"do": "start_procedure", "procedure": "outage"}
    decides: ClassVar[str] = "procedure"

    do: Literal["start_procedure"]
    procedure: Slug

    def apply(self, verdict: Verdict) -> Verdict:
        return verdict.but(procedure=self.procedure)


class SetPolicy(_Action):
    """This policy says what the customer is promised."""

    example: ClassVar[Mapping[str, Any]] = {"do": "set_policy", "policy": "vip"}
    decides: ClassVar[str] = "policy"

    do: Literal["set_policy"]
    policy: Slug

    def apply(self, verdict: Verdict) -> Verdict:
        return verdict.but(policy=self.policy)


class Reply(_Action):
    """The customer is answered from this template."""

    example: ClassVar[Mapping[str, Any]] = {"do": "reply", "template": "invoice-received"}
    decides: ClassVar[str] = "replies"

    do: Literal["reply"]
    template: Slug

    def apply(self, verdict: Verdict) -> Verdict:
        return verdict.but(replies=tuple(dict.fromkeys((*verdict.replies, self.template))))


class LinkIncident(_Action):
    """The new ticket reports a running incident: the one that it looks like (`running`), or the one named."""

    example: ClassVar[Mapping[str, Any]] = {"do": "link_incident", "incident": "running"}
    decides: ClassVar[str] = "incident"

    do: Literal["link_incident"]
    incident: Tag

    def apply(self, verdict: Verdict) -> Verdict:
        return verdict.but(incident=self.incident)


class AddChecklist(_Action):
    """The ticket gets this checklist."""

    example: ClassVar[Mapping[str, Any]] = {"do": "add_checklist", "checklist": "refund"}
    decides: ClassVar[str] = "checklists"

    do: Literal["add_checklist"]
    checklist: Slug

    def apply(self, verdict: Verdict) -> Verdict:
        return verdict.but(checklists=tuple(dict.fromkeys((*verdict.checklists, self.checklist))))


Action = Annotated[
    SetPriority
    | RaisePriority
    | SetTeam
    | Assign
    | AddTags
    | RemoveTags
    | SetField
    | Notify
    | StartProcedure
    | SetPolicy
    | Reply
    | LinkIncident
    | AddChecklist,
    Field(discriminator="do"),
]

RUNNING: Final = "running"
"""What `link_incident` calls the incident that a new ticket looks like."""
