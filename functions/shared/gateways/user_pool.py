"""The Cognito user pool as a client sees it: its public keys, and the tokens it gives for a code or a refresh token."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic import ValidationError

from functions.shared.domain.errors import NotSignedIn, SignInUnavailable
from functions.shared.identity.jwt import Tokens

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

KEYS_FRESH_S = 3600.0
RETRY_AFTER_S = 60.0
_TIMEOUT_S = 5.0
_MAX_ANSWER_BYTES = 64 * 1024

Fetch = Callable[[urllib.request.Request], bytes]


def fetch(request: urllib.request.Request) -> bytes:
    """The body of the answer; raises OSError when there is none, or an error status."""
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
        body: bytes = answer.read(_MAX_ANSWER_BYTES)
        return body


class PoolKeys:
    """The pool's public keys, fetched once and kept.

    A key id that is not among them may be new: then, and every hour, they are fetched again, but at most once a minute,
    so that made-up key ids cost nothing. While the pool cannot be reached, the keys at hand stay in use.
    """

    def __init__(self, url: str, *, fetch: Fetch = fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str, RSAKey] = {}
        self._tried_at: float | None = None

    def find(self, key_id: str) -> RSAKey | None:
        """The key called `key_id`, or None when the pool has no such key.

        Raises:
            SignInUnavailable: the keys were never fetched, and cannot be.
        """
        age = float("inf") if self._tried_at is None else self._clock() - self._tried_at
        if age >= (KEYS_FRESH_S if key_id in self._keys else RETRY_AFTER_S):
            self._refresh()
        if not self._keys:
            raise SignInUnavailable
        return self._keys.get(key_id)

    def _refresh(self) -> None:
        self._tried_at = self._clock()
        try:
            published = json.loads(self._fetch(urllib.request.Request(self._url)))["keys"]
            self._keys = {key["kid"]: RSAKey.import_key(key) for key in published if _signs(key)}
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            if not self._keys:
                raise SignInUnavailable from error


def _signs(key: Mapping[str, Any]) -> bool:
    return key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and key.get("alg", "RS256") == "RS256"


def anonymous_client() -> "CognitoIdentityProviderClient":
    """A client for the pool's public operations, which take no signature and need no permission."""
    config = Config(
        signature_version=UNSIGNED,
        connect_timeout=_TIMEOUT_S,
        read_timeout=_TIMEOUT_S,
        retries={"total_max_attempts": 2},
    )
    return boto3.client("cognito-idp", config=config)


class UserPool:
    """The pool's sign-in, for a public client (PKCE, no secret)."""

    def __init__(
        self,
        *,
        client_id: str,
        sign_in_url: str,
        fetch: Fetch = fetch,
        connect: Callable[[], "CognitoIdentityProviderClient"] = anonymous_client,
    ) -> None:
        self._client_id = client_id
        self._token_url = f"{sign_in_url}/oauth2/token"
        self._fetch = fetch
        self._connect = connect

    @cached_property
    def _cognito(self) -> "CognitoIdentityProviderClient":
        return self._connect()  # only renewing and revoking need it

    def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> Tokens:
        """The tokens for an authorization code.

        Raises:
            NotSignedIn: the code is not good, or was used before.
            SignInUnavailable: the pool does not answer.
        """
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        try:
            return Tokens.model_validate_json(
                self._fetch(urllib.request.Request(self._token_url, data=urlencode(form).encode(), method="POST"))
            )
        except urllib.error.HTTPError as error:
            raise (NotSignedIn if error.code < 500 else SignInUnavailable) from error
        except (OSError, ValidationError) as error:
            raise SignInUnavailable from error

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for the same person, with the groups they have now.

        Raises:
            NotSignedIn: the session is over or was revoked.
            SignInUnavailable: the pool does not answer.
        """
        # The token endpoint would do as well, but the local cloud's forgets the groups there.
        try:
            answer = self._cognito.initiate_auth(
                AuthFlow="REFRESH_TOKEN_AUTH",
                ClientId=self._client_id,
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        except (
            self._cognito.exceptions.NotAuthorizedException,
            self._cognito.exceptions.UserNotFoundException,
        ) as error:
            raise NotSignedIn from error
        except (BotoCoreError, self._cognito.exceptions.TooManyRequestsException) as error:
            raise SignInUnavailable from error
        result = answer["AuthenticationResult"]
        return Tokens(id_token=result["IdToken"], refresh_token=result.get("RefreshToken"))

    def revoke(self, refresh_token: str) -> None:
        """End the session of `refresh_token`; one that is over already stays over."""
        try:
            self._cognito.revoke_token(Token=refresh_token, ClientId=self._client_id)
        except (
            self._cognito.exceptions.InvalidParameterException,
            self._cognito.exceptions.UnsupportedTokenTypeException,
        ):
            return
