"""What a customer sends in, read through the desk's form into the parts that every ticket has."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from functions.shared.contracts.events import Attachment, Message, Problem
from functions.shared.contracts.words import Channel, Impact, Language, Slug, Urgency
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import ConfigMissing, FieldError, InvalidInput
from functions.shared.domain.form import Form
from functions.shared.domain.form_answers import REQUIRED
from functions.shared.domain.form_fields import TOPIC, FieldKind
from functions.shared.domain.form_schema import json_schema
from functions.shared.domain.languages import language_of
from functions.shared.domain.saying import Saying
from functions.shared.ticketing import NaturalKey

_CONTACT: Final = {"name": "contact_name", "address": "contact_email", "phone": "contact_phone"}
"""The form's fields that the API's JSON keeps in the object `contact`."""

PATHS: Final = {field: f"contact.{name}" for name, field in _CONTACT.items()}
"""Where a complaint about a field of the form must point to in the API's JSON."""

ATTACHMENTS: Final = "attachments"

KEYS_KEPT: Final = timedelta(days=30)
"""How long a repeated request is recognised."""


class Report(BaseModel):
    """A problem whose fields the desk's form accepted; `fields` are those only this desk asks for.

    `files` are the uploads by the field that asked for them, `missing` the required fields that nobody could answer.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    form: Slug
    language: Language
    title: str
    description: str
    contact_name: str = ""
    contact_email: str | None = None
    contact_phone: str | None = None
    company: str | None = None
    happened_at: str | None = None
    module: Slug | None = None
    error_text: str | None = None
    steps_to_reproduce: str | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    files: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def problem(self, description: Message, names: Mapping[str, tuple[str, ...]]) -> Problem:
        """What the ticket's first event keeps of the report; `names` are those of the files, by field."""
        own = {field: list(files) for field, files in names.items() if field != ATTACHMENTS and files}
        return Problem(
            title=self.title,
            description=description,
            happened_at=self.happened_at,
            module=self.module,
            error_text=self.error_text,
            steps_to_reproduce=self.steps_to_reproduce,
            impact=self.impact,
            urgency=self.urgency,
            fields={**self.fields, **own},
        )


def form_of(config: DeskConfig, channel: Channel, *, form_id: str | None = None, topic: str | None = None) -> Form:
    """The form that problems are reported with by `channel`: the one named, or the one for the topic.

    Raises:
        InvalidInput: no form of this name is used on the channel.
    """
    form = config.form_for(channel, form_id=form_id, topic=topic)
    if form is None and form_id is not None:
        known = [one.id for one in config.forms_on(channel)]
        raise InvalidInput.of("form", "unknown_form", Saying.of("objection.one_of", bound=known))
    if form is None:
        raise ConfigMissing(f"no form {config.desk.default_form}")
    return form


def served_schema(form: Form, config: DeskConfig, *, channel: Channel, language: Language) -> dict[str, Any]:
    """The schema of a report with `form`: of its answers, and of what a report may say beside them."""
    schema = json_schema(form, channel=channel, language=language)
    beside = {"form": {"const": form.id}, "language": {"enum": list(Language)}}
    asks = {"x-proof-of-work": True} if form.proof_of_work else {}
    return {**schema, "properties": {**schema["properties"], **beside}, "x-config-version": config.version, **asks}


def answers_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """The form's answers in the API's JSON, where contact and company may be objects."""
    answers = dict(body)
    contact = answers.pop("contact", None)
    if isinstance(contact, Mapping):
        answers |= {_CONTACT.get(name, f"contact.{name}"): value for name, value in contact.items()}
    elif contact is not None:
        answers["contact_name"] = contact
    company = answers.get("company")
    if isinstance(company, Mapping) and "name" in company:
        answers["company"] = company["name"]
    return answers


def read_report(
    answers: Mapping[str, Any],
    config: DeskConfig,
    *,
    channel: Channel,
    paths: Mapping[str, str] = PATHS,
    excused: Collection[str] = (),
    complete: bool = True,
) -> Report:
    """The report that `answers` make; `paths` tells where a complaint must point to.

    `answers` may name their `form` and `language`.

    Args:
        excused: Fields that may be missing though the form requires them.
        complete: Whether what the form requires must be there. A title must always be.

    Raises:
        InvalidInput: naming every field that is missing, unknown or unacceptable.
    """
    given = dict(answers)
    language = language_in(given)
    form = form_of(config, channel, form_id=_name(given.pop("form", None)), topic=_name(given.get(TOPIC)))
    accepted, objections = form.check(with_module(given, config), channel=channel, excused=excused, complete=complete)
    if not objections and "title" not in accepted:
        objections = [FieldError("title", "required", REQUIRED)]
    if objections:
        raise refusal(objections, paths)
    missing = form.missing(accepted, channel)
    title = " ".join(accepted["title"].split())
    description = accepted.get("description", title)
    files = {field.id: tuple(accepted.pop(field.id, ())) for field in form.fields if field.kind is FieldKind.FILE}
    standard = {name: value for name, value in accepted.items() if name in Report.model_fields}
    return Report.model_validate(
        {
            **standard,
            "title": title,
            "description": description,
            "form": form.id,
            "language": language or language_of(title, description, default=config.desk.default_language),
            "fields": {name: value for name, value in accepted.items() if name not in standard},
            "files": files,
            "missing": missing,
        }
    )


def with_module(answers: Mapping[str, Any], config: DeskConfig) -> dict[str, Any]:
    """`answers` with the module by its id, whichever of its names was given."""
    module = answers.get("module")
    named = config.module_named(module) if isinstance(module, str) else None
    return {**answers, "module": named.id} if named else dict(answers)


def refusal(objections: Iterable[FieldError], paths: Mapping[str, str]) -> InvalidInput:
    """The error that tells of `objections`, each where `paths` says that its field stands."""
    return InvalidInput([replace(one, field=paths.get(one.field, one.field)) for one in objections])


def _name(value: object) -> str | None:
    """A name as it was given; what cannot be one is the name of nothing."""
    return None if value is None else str(value)


def language_in(answers: dict[str, Any]) -> Language | None:
    """The language that `answers` ask for, taken out of them; raises InvalidInput."""
    wanted = answers.pop("language", None)
    if wanted is None:
        return None
    try:
        return Language(wanted)
    except ValueError:
        spoken = Saying.of("objection.one_of", bound=list(Language))
        raise InvalidInput.of("language", "unknown_choice", spoken) from None


def names_of(files: Mapping[str, Sequence[Attachment]]) -> dict[str, tuple[str, ...]]:
    """What the files are called, by the field that asked for them."""
    return {field: tuple(file.name for file in some) for field, some in files.items()}


def natural_keys(
    kind: str, scope: str, idempotency_key: str | None, request: BaseModel, now: datetime
) -> list[NaturalKey]:
    """What makes the request the same as an earlier one.

    The key is the caller's own: nobody learns of a ticket by guessing another's key.
    """
    if not idempotency_key:
        return []
    return [NaturalKey(f"{kind}:{scope}:{idempotency_key}", fingerprint(request), now + KEYS_KEPT)]


def fingerprint(request: BaseModel) -> str:
    """What tells the request from one that says something else."""
    said = request.model_dump_json(exclude={"form", "missing"})  # what the desk made of it is not what was said
    return hashlib.sha256(said.encode()).hexdigest()
