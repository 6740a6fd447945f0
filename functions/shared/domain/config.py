"""The configuration of one desk: one immutable document, published as a whole under a version number."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from functions.shared.contracts.events import Company
from functions.shared.contracts.words import Channel, DeskId, Language, Role, Slug
from functions.shared.domain.calendar import Calendar
from functions.shared.domain.channel_hooks import ChannelHook
from functions.shared.domain.document import Bilingual, EmailAddress, Line, Part
from functions.shared.domain.folding import fold
from functions.shared.domain.form import Form
from functions.shared.domain.form_fields import Choice
from functions.shared.domain.instants import on_the_clock
from functions.shared.domain.limits import Limits
from functions.shared.domain.mail_rules import MailRules
from functions.shared.domain.matrix import PriorityMatrix
from functions.shared.domain.on_call import Rota, rota_of
from functions.shared.domain.policies import Sla, SlaPolicy
from functions.shared.domain.procedures import Checklist, Procedure
from functions.shared.domain.quiet import Quiet
from functions.shared.domain.replies import ReplyTemplate
from functions.shared.domain.rules import Rule
from functions.shared.domain.ways import Skill, Way
from functions.shared.domain.webhooks import Webhook


class Learning(Part):
    """What the desk makes of what it learned from its own solved tickets."""

    suggest: bool = Field(
        default=False, description="Where no rule decided team, module or priority, say what is likely, and why."
    )
    act_above: float | None = Field(
        default=None, ge=0.5, lt=1, description="From this probability on it is done; without it, only suggested."
    )

    @model_validator(mode="after")
    def _acts_only_where_it_suggests(self) -> Self:
        if self.act_above is not None and not self.suggest:
            raise ValueError("act_above asks for suggest: true")
        return self


class Desk(Part):
    """The service itself."""

    id: DeskId
    name: Bilingual
    prefix: str = Field(pattern=r"^[A-Z]{1,6}$", description="What ticket references begin with: AS-7F3K-92QD.")
    timezone: str = Field(description="IANA name; the zone in which the desk speaks of times.")
    languages: tuple[Language, ...] = Field(default=tuple(Language), min_length=1)
    default_language: Language = Language.ZH
    support_address: EmailAddress
    default_team: Slug = Field(description="Who looks at a ticket when nothing else decides.")
    default_form: Slug
    account_manager: Slug | None = Field(
        default=None, description="The person told of customers who have no account manager of their own."
    )
    learning: Learning = Field(default=Learning(), description="Suggestions from the desk's own past.")
    texts: dict[Slug, Bilingual] = Field(
        default_factory=dict, description="What the public pages say in the desk's own words."
    )
    mail: MailRules = MailRules()
    limits: Limits = Limits()

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f'no time zone "{name}"') from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the desk speaks of times."""
        return ZoneInfo(self.timezone)

    def local(self, at: datetime) -> datetime:
        """The same instant on the desk's clock."""
        return on_the_clock(at, self.zone)


class Team(Part):
    """People who share a queue. Who belongs to it is said with the people."""

    id: Slug
    name: Bilingual
    lead: Slug | None = Field(default=None, description="The person escalations go to first.")
    calendar: Slug | None = Field(default=None, description="The team's shifts; without any it works around the clock.")
    load_limit: int | None = Field(
        default=None, ge=1, description="Open tickets with which one of its people gets no more."
    )
    assign: Way = Field(default=Way(), description="How somebody is chosen where no rule says how.")


class Person(Part):
    """Somebody who works at the desk; signs in with `email`."""

    id: Slug
    name: Line
    email: EmailAddress
    role: Role = Role.AGENT
    teams: tuple[Slug, ...] = ()
    language: Language = Language.ZH
    quiet: Quiet | None = Field(
        default=None, description="When they are not told of deadlines, except of P0; they hear when it ends."
    )
    takes_tickets: bool = Field(default=True, description="Is given tickets in turn with the others of the team.")
    calendar: Slug | None = Field(default=None, description="The person's own shifts, in place of the team's.")
    load_limit: int | None = Field(default=None, ge=1, description="In place of the team's.")
    skills: tuple[Skill, ...] = Field(default=(), description="What rules may ask for, such as the id of a module.")
    languages: tuple[Language, ...] = Field(
        default=(), description="In which customers can be answered; without any, the person's own."
    )

    @property
    def speaks(self) -> tuple[Language, ...]:
        """The languages in which the person answers customers."""
        return self.languages or (self.language,)


class Module(Part):
    """A part of the product."""

    id: Slug
    name: Bilingual
    team: Slug = Field(description="The team that knows the module.")
    aliases: tuple[Line, ...] = Field(default=(), description="Other names by which customers call it.")


class MailTemplate(Part):
    """The desk's own wording of one kind of mail, in place of the built-in one (Jinja2)."""

    subject: Bilingual
    body: Bilingual


class DeskConfig(Part):
    """Everything that can be configured. `version` is 0 until it is published."""

    version: int = Field(default=0, ge=0)
    desk: Desk
    teams: tuple[Team, ...] = Field(min_length=1)
    people: tuple[Person, ...] = ()
    modules: tuple[Module, ...] = ()
    forms: tuple[Form, ...] = Field(min_length=1)
    matrix: PriorityMatrix
    rules: tuple[Rule, ...] = ()
    policies: tuple[SlaPolicy, ...] = ()
    calendars: dict[Slug, Calendar] = Field(default_factory=dict)
    procedures: tuple[Procedure, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    replies: tuple[ReplyTemplate, ...] = ()
    on_call: tuple[Rota, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    templates: dict[Slug, MailTemplate] = Field(default_factory=dict)
    channels: tuple[ChannelHook, ...] = ()

    @cached_property
    def sla(self) -> Sla:
        """What the desk promises, with the calendars ready to answer."""
        return Sla(policies=self.policies, calendars=self.calendars)

    def channel_hook(self, name: str) -> ChannelHook | None:
        """The channel that posts to /api/v1/channels/NAME."""
        return next((hook for hook in self.channels if hook.id == name), None)

    def team(self, team_id: str | None) -> Team | None:
        return next((team for team in self.teams if team.id == team_id), None)

    def person(self, person_id: str | None) -> Person | None:
        return next((person for person in self.people if person.id == person_id), None)

    def person_with_email(self, email: str) -> Person | None:
        """The person who signs in with `email`, whatever its case."""
        wanted = email.strip().casefold()
        return next((person for person in self.people if person.email.casefold() == wanted), None)

    def webhook(self, webhook_id: str) -> Webhook | None:
        return next((webhook for webhook in self.webhooks if webhook.id == webhook_id), None)

    def members(self, team_id: str) -> tuple[Person, ...]:
        """The people of a team, in file order."""
        return tuple(person for person in self.people if team_id in person.teams)

    def lead(self, team_id: str | None) -> Person | None:
        """The lead of a team."""
        team = self.team(team_id)
        return self.person(team.lead) if team else None

    def people_with_role(self, role: Role) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.role is role)

    def recipients(
        self, wanted: Iterable[str], *, team: str | None, assignee: str | None, company: Company | None, at: datetime
    ) -> tuple[str, ...]:
        """Whom the words of rules and policies mean for a ticket: ids of people and mail addresses, each once."""
        meant = (self._meant(recipient, team, assignee, company, at) for recipient in wanted)
        return tuple(dict.fromkeys(one for some in meant for one in some))

    def _meant(
        self, recipient: str, team: str | None, assignee: str | None, company: Company | None, at: datetime
    ) -> list[str]:
        kind, _, name = recipient.partition(":")
        people: Iterable[Person | None]
        match kind:
            case "assignee":
                people = [self.person(assignee)]
            case "lead":
                people = [self.lead(team)]
            case "manager":
                people = self.people_with_role(Role.MANAGER)
            case "account_manager":
                people = [self.account_manager(company)]
            case "on_call":
                people = [self.person_on_call(team, at) or self.lead(team)]
            case "team":
                people = self.members(name or team or "")
            case "person":
                people = [self.person(name)]
            case "webhook":
                return [recipient] if self.webhook(name) else []
            case _:
                return [recipient] if "@" in recipient else []
        return [person.id for person in people if person]

    def person_on_call(self, team: str | None, at: datetime) -> Person | None:
        """Who is on call for a team at an instant."""
        rota = rota_of(self.on_call, team)
        return self.person(rota.person_at(at)) if rota else None

    def account_manager(self, company: Company | None) -> Person | None:
        """Who looks after a customer: the company's own account manager, or the desk's stand-in."""
        named = company.account_manager if company else None
        own = (self.person(named) or self.person_with_email(named)) if named else None
        return own or self.person(self.desk.account_manager)

    def module(self, module_id: str | None) -> Module | None:
        return next((module for module in self.modules if module.id == module_id), None)

    def module_named(self, text: str) -> Module | None:
        """The module that customers mean by `text`: its id, one of its names or aliases, whatever case or width."""
        wanted = fold(text)
        return next((module for module in self.modules if wanted in _names(module)), None)

    def procedure(self, procedure_id: str | None) -> Procedure | None:
        return next((procedure for procedure in self.procedures if procedure.id == procedure_id), None)

    def checklist(self, checklist_id: str | None) -> Checklist | None:
        return next((checklist for checklist in self.checklists if checklist.id == checklist_id), None)

    def reply(self, template: str | None) -> ReplyTemplate | None:
        return next((reply for reply in self.replies if reply.id == template), None)

    def form(self, form_id: str | None = None) -> Form | None:
        """The form, with its choices filled in; the desk's default form without an id."""
        wanted = form_id or self.desk.default_form
        form = next((form for form in self.forms if form.id == wanted), None)
        if form is None:
            return None
        return form.with_choices("modules", (Choice(value=module.id, label=module.name) for module in self.modules))

    def forms_on(self, channel: Channel) -> tuple[Form, ...]:
        """The forms that are used on `channel`, the desk's default form first."""
        used = [form for form in self.forms if channel in form.channels]
        used.sort(key=lambda form: form.id != self.desk.default_form)
        return tuple(filled for form in used if (filled := self.form(form.id)))

    def form_for(self, channel: Channel, *, form_id: str | None = None, topic: str | None = None) -> Form | None:
        """The form for a report that comes by `channel`: the one named, else the first that knows `topic`, else the
        default one. None where the named one is not used there.
        """
        used = self.forms_on(channel)
        if form_id is not None:
            return next((form for form in used if form.id == form_id), None)
        about = [form for form in used if topic in form.topics]
        return next(iter((*about, *used)), None) or self.form()

    def text(self, name: str, language: Language) -> str:
        """One of the desk's own public texts; empty where it has none."""
        found = self.desk.texts.get(name)
        return found.in_language(language) if found else ""

    def content(self) -> dict[str, Any]:
        """The document without its version: two configurations with the same content are the same."""
        return self.model_dump(mode="json", by_alias=True, exclude={"version"})


def _names(module: Module) -> Iterable[str]:
    return {fold(name) for name in (module.id, module.name.zh, module.name.en, *module.aliases)}
