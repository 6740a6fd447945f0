"""Cognito's tokens: verified here, in the function, against the pool's published keys."""

from datetime import datetime, timedelta
from typing import Literal, Protocol

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import RSAKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from functions.shared.contracts.words import DeskId, Role
from functions.shared.domain.errors import NotSignedIn
from functions.shared.identity.principal import Principal, PrincipalKind

LEEWAY = timedelta(seconds=30)
"""How far our clock and Cognito's may be apart."""

_MAX_LENGTH = 8192


class InvalidToken(Exception):
    """The token does not hold. Its message is for the log, not for the caller."""


class ExpiredToken(InvalidToken):
    """The token held once; its time is over."""


class PublishedKeys(Protocol):
    """The pool's public keys."""

    def find(self, key_id: str) -> RSAKey | None: ...


class TokenHeader(BaseModel):
    """The only header a token of the pool has. Extensions, and keys that a token brings itself, are refused unread."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    alg: Literal["RS256"]
    kid: str
    typ: str | None = None


class Tokens(BaseModel):
    """What the pool gives. A refresh brings no new refresh token unless the pool rotates them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id_token: str
    refresh_token: str | None = None


class PoolClaims(BaseModel):
    """What a verified token of the pool says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: str
    token_use: Literal["id", "access"]
    exp: int
    groups: tuple[str, ...] = Field(default=(), alias="cognito:groups")
    email: str | None = None
    email_verified: bool = False
    name: str | None = None
    username: str | None = None
    nonce: str | None = None


class PoolTokens:
    """Verifies the tokens of one user pool for one of its clients."""

    def __init__(self, keys: PublishedKeys, *, issuer: str, client_id: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._client_id = client_id

    def verify(self, token: str, *, now: datetime) -> PoolClaims:
        """What `token` says, once its signature, issuer, client and time are found right.

        Raises:
            ExpiredToken: only its time is over.
            InvalidToken: anything else is wrong with it.
        """
        if len(token) > _MAX_LENGTH:
            raise InvalidToken("too long")
        try:
            header = TokenHeader.model_validate(jws.extract_compact(token.encode()).headers())
            if not (key := self._keys.find(header.kid)):
                raise InvalidToken("no such key")
            verified = jwt.decode(token, key, algorithms=[header.alg])
            claims = PoolClaims.model_validate(verified.claims)
            # An id token says for whom it is in `aud`, an access token in `client_id`.
            for_whom = "aud" if claims.token_use == "id" else "client_id"
            expected: dict[str, jwt.ClaimsOption] = {
                "iss": {"essential": True, "value": self._issuer},
                "exp": {"essential": True},
                for_whom: {"essential": True, "value": self._client_id},
            }
            leeway = int(LEEWAY.total_seconds())
            jwt.JWTClaimsRegistry(int(now.timestamp()), leeway, **expected).validate(verified.claims)
        except ExpiredTokenError as error:
            raise ExpiredToken from error
        except (JoseError, ValidationError, ValueError, RecursionError) as error:
            raise InvalidToken(str(error)) from error
        return claims

    def person(self, token: str, desk: DeskId, *, now: datetime) -> Principal:
        """The person `token` names; raises NotSignedIn when it does not hold, or names nobody."""
        try:
            return person_of(self.verify(token, now=now), desk)
        except InvalidToken as error:
            raise NotSignedIn from error


def person_of(claims: PoolClaims, desk: DeskId) -> Principal:
    """The person a token names.

    People are known by their e-mail address. An id token brings it, and it counts only when Cognito verified it: people
    may change their own attributes. An access token brings the user name, which is the address only in pools without
    e-mail sign-in.

    Raises:
        InvalidToken: it names nobody.
    """
    match claims.token_use:
        case "id":
            address = claims.email if claims.email_verified else None
        case "access":
            address = claims.username
    if not address or "@" not in address:
        raise InvalidToken("names no verified address; use the id token")
    return Principal(
        kind=PrincipalKind.PERSON,
        id=address.lower(),
        name=claims.name or address,
        email=address.lower(),
        desk=desk,
        roles=frozenset(role for role in Role if role in claims.groups),
    )
