"""The agents' door, put together once per execution environment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from functions.desk.customers import Customers
from functions.desk.deleting import Deleting
from functions.desk.details import Details, no_files
from functions.desk.handling import Handling
from functions.desk.incidents import IncidentDesk
from functions.desk.mail import TicketMail
from functions.desk.merging import MergeDesk
from functions.desk.opening import Opening
from functions.desk.past import Past
from functions.desk.quarantine import QuarantineDoor
from functions.desk.rule_editing import RuleEditing
from functions.desk.rule_reasons import RuleReasons
from functions.desk.service import Desk
from functions.desk.settings import DeskHttpSettings
from functions.desk.sign_in import SignIn
from functions.desk.staffing import Staffing
from functions.desk.suggestions import Suggestions
from functions.shared.completing import Completing
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways.arrivals import Arrivals
from functions.shared.gateways.articles import ArticleTable
from functions.shared.gateways.blobs import Blobs
from functions.shared.gateways.directory_search import DirectorySearch
from functions.shared.gateways.drafts import RuleDrafts
from functions.shared.gateways.opened_tickets import OpenedTickets
from functions.shared.gateways.quarantine import Quarantine
from functions.shared.gateways.rule_use import RuleUses
from functions.shared.gateways.secrets import KeyParameter
from functions.shared.gateways.user_pool import PoolKeys, UserPool
from functions.shared.held_mail import HeldMails
from functions.shared.identity.authenticate import Authenticator
from functions.shared.identity.cookies import Cookies
from functions.shared.identity.csrf import FormTokens
from functions.shared.identity.jwt import PoolTokens
from functions.shared.identity.people import as_configured
from functions.shared.identity.principal import Principal
from functions.shared.identity.sessions import Sessions
from functions.shared.placing import Placer
from functions.shared.wiring import DeskWiring


@cache
def settings() -> DeskHttpSettings:
    return DeskHttpSettings.from_env()


@cache
def wiring() -> DeskWiring:
    return DeskWiring(settings())


@cache
def desk() -> Desk:
    """The use cases of the agents' door."""
    parts = wiring()
    return Desk(
        config=parts.config.last_read,
        tickets=parts.tickets,
        reader=parts.store,
        bodies=parts.bodies,
        files=parts.blobs,
    )


@cache
def staffing() -> Staffing:
    """Who is at work."""
    parts = wiring()
    return Staffing(
        config=parts.config.last_read,
        rosters=parts.rosters,
        reader=parts.store,
        tickets=parts.tickets,
        placers=lambda config, now: Placer(config, parts.rosters, parts.store, now=now),
    )


@cache
def suggestions() -> Suggestions:
    """What the desk's past suggests for a ticket."""
    parts = wiring()
    return Suggestions(
        config=parts.config.last_read,
        tickets=parts.tickets,
        placers=lambda config, now: Placer(config, parts.rosters, parts.store, now=now),
    )


@cache
def past() -> Past:
    """The desk's tickets by the time they were opened."""
    parts = wiring()
    opened = OpenedTickets(parts.dynamodb, settings().table_name, parts.desk_id)
    return Past(parts.config.last_read, opened)


@cache
def customers() -> Customers:
    """The use cases about the desk's customers."""
    parts = wiring()
    lists = DirectorySearch(parts.dynamodb, settings().table_name, parts.desk_id, parts.directory)
    return Customers(config=parts.config.last_read, records=parts.directory, lists=lists, tickets=parts.store)


@cache
def details() -> Details:
    """How people of the desk complete tickets."""
    parts = wiring()
    completing = Completing(
        config=parts.config.last_read,
        tickets=parts.tickets,
        timelines=parts.store,
        customers=parts.directory,
        bodies=parts.bodies,
        attachments=no_files,
        believe=opening().vouched_for,
    )
    return Details(config=parts.config.last_read, reader=parts.store, completing=completing)


@cache
def opening() -> Opening:
    """How people of the desk open tickets."""
    parts = wiring()
    return Opening(
        config=parts.config.last_read, tickets=parts.new_tickets, customers=parts.directory, bodies=parts.bodies
    )


@cache
def incidents() -> IncidentDesk:
    """Running incidents and what is linked to them."""
    parts = wiring()
    return IncidentDesk(config=parts.config.last_read, tickets=parts.tickets, reader=parts.store, links=parts.incidents)


@cache
def merging() -> MergeDesk:
    """Merging tickets about one thing."""
    parts = wiring()
    return MergeDesk(config=parts.config.last_read, tickets=parts.tickets, reader=parts.store, people=parts.directory)


@cache
def deleting() -> Deleting:
    """Deleting tickets."""
    parts = wiring()
    articles = ArticleTable(parts.dynamodb, settings().table_name, parts.desk_id)
    return Deleting(config=parts.config.last_read, tickets=parts.tickets, reader=parts.store, articles=articles)


@cache
def handling() -> Handling:
    """The agents' work by procedure and checklist."""
    parts = wiring()
    return Handling(parts.config.last_read, parts.tickets)


@cache
def rule_editing() -> RuleEditing:
    """The rules' way from draft to live."""
    parts, known = wiring(), settings()
    drafts = RuleDrafts(parts.dynamodb, parts.s3, table=known.table_name, bucket=known.blobs_bucket, desk=parts.desk_id)
    uses = RuleUses(parts.dynamodb, parts.s3, table=known.table_name, bucket=known.blobs_bucket, desk=parts.desk_id)
    return RuleEditing(parts.config, drafts, past(), uses)


@cache
def rule_reasons() -> RuleReasons:
    """What answers why a rule acted or did not."""
    parts = wiring()
    return RuleReasons(parts.config, parts.store, parts.bodies)


@cache
def quarantine() -> QuarantineDoor:
    """The mail that was set aside."""
    parts, known = wiring(), settings()
    return QuarantineDoor(
        HeldMails(
            quarantine=Quarantine(parts.dynamodb, known.table_name, parts.desk_id),
            arrivals=Arrivals(boto3.client("sns"), known.inbound_topic_arn, known.inbound_bucket),
            raw=Blobs(parts.s3, known.inbound_bucket),
        )
    )


@cache
def ticket_mail() -> TicketMail:
    """The mail of tickets."""
    parts = wiring()
    return TicketMail(config=parts.config.last_read, reader=parts.store, blobs=parts.blobs, standings=parts.standings)


@cache
def cookies() -> Cookies:
    return Cookies(settings().public_url)


@cache
def pool_tokens() -> PoolTokens:
    """What verifies the user pool's tokens."""
    known = settings()
    return PoolTokens(PoolKeys(known.keys_url), issuer=known.issuer, client_id=known.user_pool_client_id)


@cache
def keys() -> KeyParameter:
    """The desk's signing keys."""
    return KeyParameter(boto3.client("ssm"), settings().token_key_parameter)


@cache
def forms() -> FormTokens:
    """What ties the forms of the console's pages to their readers."""
    return FormTokens(keys(), cookies())


@cache
def user_pool() -> UserPool:
    known = settings()
    return UserPool(client_id=known.user_pool_client_id, sign_in_url=known.sign_in_url)


@cache
def sessions() -> Sessions:
    """The console's sessions."""
    return Sessions(wiring().desk_id, pool_tokens(), user_pool(), cookies())


@cache
def sign_in() -> SignIn:
    """The way into the console and out of it."""
    known = settings()
    return SignIn(
        keys=keys(),
        cookies=cookies(),
        sessions=sessions(),
        pool=user_pool(),
        forms=forms(),
        public_url=known.public_url,
        sign_in_url=known.sign_in_url,
        client_id=known.user_pool_client_id,
    )


@cache
def _authenticator() -> Authenticator:
    return Authenticator(wiring().desk_id, cookies(), staff=pool_tokens())


def authenticate(event: Mapping[str, Any]) -> Principal:
    """The person who asks, as the configuration knows them; raises NotSignedIn or NotAllowed."""
    return known(_authenticator()(event, now=datetime.now(UTC)))


def known(principal: Principal) -> Principal:
    """The person as the configuration knows them; raises NotAllowed."""
    return as_configured(principal, desk_config())


def desk_config() -> DeskConfig:
    """The configuration this request goes by."""
    return wiring().config.last_read()
