"""The agents' door with real keys, table and configuration behind it, and who comes to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from functions.desk import wiring
from functions.desk.settings import DeskHttpSettings
from tests.integration.conftest import OF_THE_DESK, TOKEN_KEYS, live_desk
from tests.unit.identity.pool import CLIENT, ISSUER, id_claims, pool_tokens, signed


@contextmanager
def desk_door(dynamodb: Any, *modules: ModuleType, public_url: str = "https://desk.example") -> Iterator[None]:
    """A live desk that trusts the tests' user pool; what `modules` keep besides its wiring is made anew."""
    environment = DeskHttpSettings.to_env(
        **OF_THE_DESK,
        public_url=public_url,
        token_key_parameter=TOKEN_KEYS,
        inbound_bucket="inbound",
        inbound_topic_arn="arn:aws:sns:us-east-1:123456789012:inbound",
        user_pool_client_id=CLIENT,
        issuer=ISSUER,
        keys_url=f"{ISSUER}/.well-known/jwks.json",
        sign_in_url="https://sign-in.example",
    )
    with live_desk(dynamodb, environment, wiring, *modules), pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "pool_tokens", pool_tokens)
        yield


def fresh_token(email: str = "li.na@aftercare.example", *groups: str, **claims: Any) -> str:
    """A token that the pool signed just now, for somebody in `groups`, else an agent."""
    now = datetime.now(UTC)
    times = {"iat": int(now.timestamp()), "exp": int((now + timedelta(hours=1)).timestamp())}
    roles = {"cognito:groups": list(groups)} if groups else {}
    return signed(id_claims(**{**times, "email": email, **roles, **claims}))
