"""Cognito's tokens: what passes, and everything that must not."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.contracts.words import Role
from functions.shared.identity.jwt import LEEWAY, ExpiredToken, InvalidToken, person_of
from tests.unit.identity.conftest import NOW
from tests.unit.identity.pool import (
    access_claims,
    id_claims,
    pool_tokens,
    signed,
    signed_with_the_public_key,
)

SECOND = timedelta(seconds=1)
END = NOW + timedelta(hours=1)


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    return ".".join(
        [
            *(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)),
            signature,
        ]
    )


def test_an_id_token_names_a_person_by_their_verified_address() -> None:
    person = person_of(pool_tokens().verify(signed(id_claims()), now=NOW), "after-sales")

    assert (person.id, person.email, person.name, person.roles) == (
        "lin@example.com",
        "lin@example.com",
        "Lin Yue",
        frozenset({Role.AGENT}),
    )


def test_an_access_token_names_a_person_where_user_names_are_addresses() -> None:
    claims = pool_tokens().verify(signed(access_claims()), now=NOW)

    assert person_of(claims, "after-sales").id == "lin@example.com"


@pytest.mark.parametrize(
    "claims",
    [
        id_claims(email=None),
        id_claims(email_verified=False),
        id_claims(email_verified=None),
        access_claims(username="8a1f"),
        access_claims(username=None),
        access_claims(username="8a1f", email="admin@example.com"),
    ],
)
def test_a_token_without_a_verified_address_names_nobody(claims: dict[str, Any]) -> None:
    verified = pool_tokens().verify(signed(claims), now=NOW)

    with pytest.raises(InvalidToken):
        person_of(verified, "after-sales")


def test_groups_that_are_no_roles_give_none() -> None:
    claims = pool_tokens().verify(signed(id_claims(**{"cognito:groups": ["eu-west-1_Google", "manager"]})), now=NOW)

    assert person_of(claims, "after-sales").roles == {Role.MANAGER}


@pytest.mark.parametrize(
    "claims",
    [
        id_claims(iss="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"),
        id_claims(iss=None),
        id_claims(aud="another-client"),
        id_claims(aud=None),
        id_claims(aud=None, client_id="console-client"),
        id_claims(aud=["another-client"]),
        access_claims(client_id="another-client"),
        access_claims(client_id=None),
        access_claims(client_id=None, aud="console-client"),
        id_claims(token_use="refresh"),
        id_claims(token_use=None),
        id_claims(exp=None),
        id_claims(exp="tomorrow"),
        id_claims(sub=None),
        id_claims(nbf=int((NOW + LEEWAY + SECOND).timestamp())),
        id_claims(iat=int((NOW + LEEWAY + SECOND).timestamp())),
        id_claims(**{"cognito:groups": "admin"}),
    ],
)
def test_a_genuine_token_for_another_place_or_time_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        pool_tokens().verify(signed(claims), now=NOW)


def test_a_token_ends_with_its_time_and_a_small_leeway() -> None:
    token = signed(id_claims())

    pool_tokens().verify(token, now=END + LEEWAY - SECOND)
    with pytest.raises(ExpiredToken):
        pool_tokens().verify(token, now=END + LEEWAY)


def test_an_expired_token_with_another_fault_is_not_merely_expired() -> None:
    with pytest.raises(InvalidToken) as caught:
        pool_tokens().verify(signed(id_claims(iss="https://evil.example")), now=END + timedelta(days=1))

    assert not isinstance(caught.value, ExpiredToken)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256", "RS256", "RS512", "ES256", "PS256", ""])
def test_a_token_without_signature_is_refused_whatever_it_claims(algorithm: str) -> None:
    for signature in ("", "AAAA"):
        with pytest.raises(InvalidToken):
            pool_tokens().verify(unsigned({"alg": algorithm, "kid": "pool-1"}, id_claims(), signature), now=NOW)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused() -> None:
    with pytest.raises(InvalidToken):
        pool_tokens().verify(signed_with_the_public_key(id_claims()), now=NOW)


def test_a_token_signed_by_another_pool_under_our_key_id_is_refused() -> None:
    with pytest.raises(InvalidToken):
        pool_tokens().verify(signed(id_claims(), key_id="evil", kid="pool-1"), now=NOW)


@pytest.mark.parametrize(
    "header",
    [{"jwk": {"kty": "oct", "k": "AA"}}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/x"}],
)
def test_a_key_that_the_token_brings_itself_is_not_used(header: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        pool_tokens().verify(signed(id_claims(), key_id="evil", **header), now=NOW)


def test_an_extension_that_must_be_understood_is_refused() -> None:
    token = unsigned({"alg": "RS256", "kid": "pool-1", "crit": ["exp"], "exp": 1}, id_claims(), "AAAA")

    with pytest.raises(InvalidToken):
        pool_tokens().verify(token, now=NOW)


@pytest.mark.parametrize("key_id", ["retired", None, 7, ["pool-1"], {"a": 1}])
def test_a_token_under_an_unknown_key_is_refused(key_id: object) -> None:
    with pytest.raises(InvalidToken):
        pool_tokens().verify(unsigned({"alg": "RS256", "kid": key_id}, id_claims(), "AAAA"), now=NOW)


def test_after_a_rotation_tokens_of_both_keys_pass() -> None:
    tokens = pool_tokens("pool-1", "pool-2")

    for key_id in ("pool-1", "pool-2"):
        tokens.verify(signed(id_claims(), key_id=key_id), now=NOW)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_changed_in_any_part_is_refused(part: int) -> None:
    parts = signed(id_claims()).split(".")
    parts[part] = ("A" if parts[part][5] != "A" else "B").join([parts[part][:5], parts[part][6:]])

    with pytest.raises(InvalidToken):
        pool_tokens().verify(".".join(parts), now=NOW)


def test_raised_groups_under_the_old_signature_are_refused() -> None:
    header, _, signature = signed(id_claims()).split(".")
    _, raised, _ = signed(id_claims(**{"cognito:groups": ["admin"]})).split(".")

    with pytest.raises(InvalidToken):
        pool_tokens().verify(f"{header}.{raised}.{signature}", now=NOW)


@given(
    st.text(max_size=300)
    | st.lists(
        st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()), min_size=3, max_size=5
    ).map(".".join)
)
def test_whatever_is_offered_as_a_token_is_refused_and_nothing_worse(text: str) -> None:
    with pytest.raises(InvalidToken):
        pool_tokens().verify(text, now=NOW)


@given(
    st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]),
        st.none() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=3)),
    )
)
def test_whatever_the_header_holds_is_refused_and_nothing_worse(header: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        pool_tokens().verify(unsigned(header, id_claims(), "AAAA"), now=NOW)


@pytest.mark.parametrize("hostile", [b"[" * 5000, b'{"a":' * 1000, b'{"alg":' + b"9" * 5000 + b"}"])
def test_a_hostile_header_is_refused(hostile: bytes) -> None:
    with pytest.raises(InvalidToken):
        pool_tokens().verify(base64.urlsafe_b64encode(hostile).decode().rstrip("=") + ".e30.AAAA", now=NOW)
