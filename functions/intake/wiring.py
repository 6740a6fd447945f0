"""The customer's door, put together once per execution environment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from functions.intake.channels.door import ChannelDoor
from functions.intake.limits import Gate
from functions.intake.proofs import Proofs
from functions.intake.service import Intake
from functions.intake.settings import IntakeHttpSettings
from functions.intake.uploads import Uploads
from functions.shared.completing import Completing
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways.blobs import Blobs
from functions.shared.gateways.channel_secrets import ChannelSecretsParameter
from functions.shared.gateways.links import LinkGenerations
from functions.shared.gateways.quarantine import Quarantine
from functions.shared.gateways.secrets import KeyParameter
from functions.shared.gateways.window_counts import WindowCounts
from functions.shared.identity.authenticate import Authenticator
from functions.shared.identity.cookies import Cookies
from functions.shared.identity.csrf import FormTokens
from functions.shared.identity.customer_tokens import CustomerTokens
from functions.shared.identity.principal import Principal
from functions.shared.wiring import DeskWiring


@cache
def settings() -> IntakeHttpSettings:
    return IntakeHttpSettings.from_env()


@cache
def wiring() -> DeskWiring:
    return DeskWiring(settings())


@cache
def intake() -> Intake:
    """The use cases of the customer's door."""
    parts = wiring()
    return Intake(
        config=parts.config.last_read,
        tickets=parts.new_tickets,
        reader=parts.store,
        customers=parts.directory,
        bodies=parts.bodies,
        files=parts.blobs,
        uploads=Uploads(parts.blobs, parts.desk_id),
        gate=gate(),
        proofs=proofs(),
        ahead=parts.triage.ahead,
    )


@cache
def completing() -> Completing:
    """What fills in what a report lacks."""
    parts = wiring()
    return Completing(
        config=parts.config.last_read,
        tickets=parts.tickets,
        timelines=parts.store,
        customers=parts.directory,
        bodies=parts.bodies,
        attachments=intake().attachments,
    )


@cache
def counts() -> WindowCounts:
    return WindowCounts(wiring().dynamodb, settings().table_name, wiring().desk_id)


@cache
def proofs() -> Proofs:
    """What lets strangers' machines calculate."""
    return Proofs(keys(), wiring().desk_id)


@cache
def gate() -> Gate:
    """What keeps strangers from sending too much."""
    parts = wiring()
    return Gate(lambda: parts.config.last_read().desk.limits, counts())


@cache
def channels() -> ChannelDoor:
    """The channels' door."""
    parts, known = wiring(), settings()
    return ChannelDoor(
        config=parts.config.last_read,
        secrets=ChannelSecretsParameter(boto3.client("ssm"), known.channel_secrets_parameter),
        tickets=parts.new_tickets,
        past=parts.store,
        customers=parts.directory,
        bodies=parts.bodies,
        blobs=parts.blobs,
        quarantine=Quarantine(parts.dynamodb, known.table_name, known.desk_id),
        payloads=Blobs(parts.s3, known.inbound_bucket),
    )


@cache
def keys() -> KeyParameter:
    """The desk's signing keys."""
    return KeyParameter(boto3.client("ssm"), settings().token_key_parameter)


@cache
def cookies() -> Cookies:
    return Cookies(settings().public_url)


@cache
def tokens() -> CustomerTokens:
    """What signs customers' links."""
    parts = wiring()
    generations = LinkGenerations(parts.dynamodb, settings().table_name, parts.desk_id)
    return CustomerTokens(keys(), generations, parts.desk_id)


@cache
def forms() -> FormTokens:
    """What proves that a form post comes from a page of the portal."""
    return FormTokens(keys(), cookies())


@cache
def _authenticator() -> Authenticator:
    return Authenticator(wiring().desk_id, cookies(), customers=tokens())


def authenticate(event: Mapping[str, Any]) -> Principal:
    """The customer who asks; raises NotSignedIn."""
    return _authenticator()(event, now=datetime.now(UTC))


def desk_config() -> DeskConfig:
    """The configuration this request goes by."""
    return wiring().config.last_read()
