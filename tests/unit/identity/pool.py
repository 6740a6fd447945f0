"""A user pool that signs what a test asks for."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from functions.shared.identity.jwt import PoolTokens
from tests.unit.identity.conftest import NOW

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool"
CLIENT = "console-client"


@cache
def rsa_key(key_id: str) -> RSAKey:
    """A key pair; making one is slow, so tests share them."""
    return RSAKey.generate_key(2048, {"kid": key_id, "use": "sig", "alg": "RS256"})


class KeysInMemory:
    """Behaves like `PoolKeys`."""

    def __init__(self, *key_ids: str) -> None:
        self.key_ids = set(key_ids or ("pool-1",))

    def find(self, key_id: str) -> RSAKey | None:
        return RSAKey.import_key(rsa_key(key_id).as_dict(private=False)) if key_id in self.key_ids else None


def pool_tokens(*key_ids: str) -> PoolTokens:
    return PoolTokens(KeysInMemory(*key_ids), issuer=ISSUER, client_id=CLIENT)


def id_claims(**changes: Any) -> dict[str, Any]:
    """What an id token of Lin, an agent, says; a change to None leaves the claim out."""
    claims = {
        "sub": "8a1f",
        "iss": ISSUER,
        "aud": CLIENT,
        "token_use": "id",
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(hours=1)).timestamp()),
        "cognito:username": "8a1f",
        "cognito:groups": ["agent"],
        "email": "Lin@example.com",
        "email_verified": True,
        "name": "Lin Yue",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def access_claims(**changes: Any) -> dict[str, Any]:
    """What an access token says in a pool whose user names are addresses."""
    of_id_tokens: dict[str, Any] = {"aud": None, "email": None, "email_verified": None, "name": None}
    return id_claims(
        **{**of_id_tokens, "token_use": "access", "client_id": CLIENT, "username": "lin@example.com", **changes}
    )


def signed(claims: Mapping[str, Any], *, key_id: str = "pool-1", **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": key_id, **header}, dict(claims), rsa_key(key_id))


def signed_with_the_public_key(claims: Mapping[str, Any]) -> str:
    """The classic forgery: HMAC under what everybody can fetch. Made by hand, for the library refuses to."""
    parts = [{"alg": "HS256", "kid": "pool-1"}, dict(claims)]
    content = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    mac = hmac.digest(rsa_key("pool-1").as_pem(private=False), content, "sha256")
    return (content + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()
