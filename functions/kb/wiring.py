"""The knowledge base's door, put together once per execution environment."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from functions.kb.search import Search, public_index_key, staff_index_key
from functions.kb.service import Articles
from functions.kb.settings import KbHttpSettings
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways.articles import ArticleTable
from functions.shared.gateways.links import LinkGenerations
from functions.shared.gateways.objects import Objects
from functions.shared.gateways.secrets import KeyParameter
from functions.shared.gateways.user_pool import PoolKeys, UserPool
from functions.shared.identity.authenticate import Authenticator
from functions.shared.identity.cookies import Cookies
from functions.shared.identity.csrf import FormTokens
from functions.shared.identity.customer_tokens import CustomerTokens
from functions.shared.identity.jwt import PoolTokens
from functions.shared.identity.people import as_configured
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.identity.sessions import Sessions
from functions.shared.wiring import DeskWiring


@cache
def settings() -> KbHttpSettings:
    return KbHttpSettings.from_env()


@cache
def wiring() -> DeskWiring:
    return DeskWiring(settings())


@cache
def articles() -> Articles:
    """What agents do with articles."""
    parts = wiring()
    store = ArticleTable(parts.dynamodb, settings().table_name, parts.desk_id)
    return Articles(parts.desk_id, store, parts.store, draw_seed=lambda: secrets.token_hex(16))


@cache
def public_search() -> Search:
    """What everybody may find; it cannot show an internal article, for its index has none."""
    return Search(Objects(wiring().s3, settings().blobs_bucket), public_index_key(settings().desk_id))


@cache
def staff_search() -> Search:
    """What agents find besides."""
    return Search(Objects(wiring().s3, settings().blobs_bucket), staff_index_key(settings().desk_id))


@cache
def site() -> Objects:
    """The finished pages."""
    return Objects(wiring().s3, settings().site_bucket)


def desk_config() -> DeskConfig:
    """The configuration this request goes by."""
    return wiring().config.last_read()


def principal_of(event: Mapping[str, Any]) -> Principal | None:
    """Who asks the API, None without a credential; raises NotSignedIn where it does not hold."""
    headers = {name.lower() for name in event.get("headers") or {}}
    if "authorization" not in headers:
        return None
    principal = _authenticator()(event, now=datetime.now(UTC))
    return principal if principal.kind is PrincipalKind.CUSTOMER else known(principal)


def known(principal: Principal) -> Principal:
    """The person as the configuration knows them; raises NotAllowed."""
    return as_configured(principal, desk_config())


@cache
def sessions() -> Sessions:
    """The console's sessions."""
    known = settings()
    pool = UserPool(client_id=known.user_pool_client_id, sign_in_url=known.sign_in_url)
    return Sessions(known.desk_id, _pool_tokens(), pool, cookies())


@cache
def forms() -> FormTokens:
    return FormTokens(_keys(), cookies())


@cache
def cookies() -> Cookies:
    return Cookies(settings().public_url)


@cache
def _authenticator() -> Authenticator:
    known = settings()
    generations = LinkGenerations(wiring().dynamodb, known.table_name, known.desk_id)
    customers = CustomerTokens(_keys(), generations, known.desk_id)
    return Authenticator(known.desk_id, cookies(), staff=_pool_tokens(), customers=customers)


@cache
def _pool_tokens() -> PoolTokens:
    known = settings()
    return PoolTokens(PoolKeys(known.keys_url), issuer=known.issuer, client_id=known.user_pool_client_id)


@cache
def _keys() -> KeyParameter:
    return KeyParameter(boto3.client("ssm"), settings().token_key_parameter)
