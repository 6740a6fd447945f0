"""What a customer sends in, read through the desk's form into the parts that every ticket has."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from functions.shared.contracts.words import Channel, Impact, Language, Slug, Urgency
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import ConfigMissing, FieldError, InvalidInput
from functions.shared.domain.form import Form
from functions.shared.domain.form_fields import TOPIC
from functions.shared.domain.form_schema import json_schema
from functions.shared.domain.languages import language_of

AttachmentId = Annotated[str, StringConstraints(pattern=r"^att_[0-9a-z]{32}$")]

_CONTACT: Final = {"name": "contact_name", "address": "contact_email", "phone": "contact_phone"}
"""The form's fields that the API's JSON keeps in the object `contact`."""

_PATHS: Final = {field: f"contact.{name}" for name, field in _CONTACT.items()}

MAX_UPLOAD_BYTES: Final = 25 * 1024 * 1024


class Report(BaseModel):
    """A problem whose fields the desk's form accepted; `fields` are those only this desk asks for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

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
    attachments: tuple[str, ...] = ()
    fields: dict[str, Any] = Field(default_factory=dict)


class FollowUp(BaseModel):
    """Something more about a ticket."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
    attachments: tuple[AttachmentId, ...] = Field(default=(), max_length=10)


class UploadRequest(BaseModel):
    """A file that is about to be uploaded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    content_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}$")]
    size: int = Field(ge=1, le=MAX_UPLOAD_BYTES, description="Bytes.")


def form_of(config: DeskConfig, channel: Channel, *, form_id: str | None = None, topic: str | None = None) -> Form:
    """The form that problems are reported with by `channel`: the one named, or the one for the topic.

    Raises:
        InvalidInput: no form of this name is used on the channel.
    """
    form = config.form_for(channel, form_id=form_id, topic=topic)
    if form is None and form_id is not None:
        known = ", ".join(one.id for one in config.forms_on(channel))
        raise InvalidInput.of("form", "unknown_form", f"There is no such form here; there is {known}.")
    if form is None:
        raise ConfigMissing(f"no form {config.desk.default_form}")
    return form


def served_schema(form: Form, config: DeskConfig, *, channel: Channel, language: Language) -> dict[str, Any]:
    """The schema of a report with `form`: of its answers, and of what a report may say beside them."""
    schema = json_schema(form, channel=channel, language=language)
    beside = {"form": {"const": form.id}, "language": {"enum": list(Language)}}
    return {**schema, "properties": {**schema["properties"], **beside}, "x-config-version": config.version}


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
    paths: Mapping[str, str] = _PATHS,
    excused: Collection[str] = (),
) -> Report:
    """The report that `answers` make; `paths` tells where a complaint must point to.

    `answers` may name their `form` and `language`. Fields in `excused` may be missing though the form requires them.

    Raises:
        InvalidInput: naming every field that is missing, unknown or unacceptable.
    """
    given = dict(answers)
    language = _language(given)
    module = given.get("module")
    if isinstance(module, str) and (named := config.module_named(module)):
        given["module"] = named.id
    form = form_of(config, channel, form_id=_name(given.pop("form", None)), topic=_name(given.get(TOPIC)))
    accepted, objections = form.check(given, channel=channel, excused=excused)
    if objections:
        speaks = language or config.desk.default_language
        raise InvalidInput(
            [
                FieldError(
                    paths.get(objection.field, objection.field), objection.code, objection.message.in_language(speaks)
                )
                for objection in objections
            ]
        )
    accepted["title"] = " ".join(accepted["title"].split())
    standard = {name: value for name, value in accepted.items() if name in Report.model_fields}
    return Report.model_validate(
        {
            **standard,
            "language": language
            or language_of(accepted["title"], accepted["description"], default=config.desk.default_language),
            "fields": {name: value for name, value in accepted.items() if name not in standard},
        }
    )


def _name(value: object) -> str | None:
    """A name as it was given; what cannot be one is the name of nothing."""
    return None if value is None else str(value)


def _language(answers: dict[str, Any]) -> Language | None:
    wanted = answers.pop("language", None)
    if wanted is None:
        return None
    try:
        return Language(wanted)
    except ValueError:
        known = ", ".join(Language)
        raise InvalidInput.of("language", "unknown_choice", f"The desk speaks {known}.") from None
