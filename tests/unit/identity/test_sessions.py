"""The console's sessions in cookies: begun, resumed, renewed, ended."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest

from functions.shared.contracts.words import Role
from functions.shared.domain.errors import NotSignedIn
from functions.shared.identity.cookies import Cookies
from functions.shared.identity.jwt import Tokens
from functions.shared.identity.sessions import Session, Sessions
from tests.unit.identity.conftest import NOW
from tests.unit.identity.pool import access_claims, id_claims, pool_tokens, signed

LATER = NOW + timedelta(hours=2)


class PoolInMemory:
    """Behaves like `UserPool` for one person."""

    def __init__(self) -> None:
        self.live = {"refresh-1"}
        self.claims = id_claims(
            iat=int(LATER.timestamp()),
            exp=int((LATER + timedelta(hours=1)).timestamp()),
            **{"cognito:groups": ["lead"]},
        )

    def refresh(self, refresh_token: str) -> Tokens:
        if refresh_token not in self.live:
            raise NotSignedIn
        return Tokens(id_token=signed(self.claims))

    def revoke(self, refresh_token: str) -> None:
        self.live.discard(refresh_token)


@pytest.fixture
def pool() -> PoolInMemory:
    return PoolInMemory()


@pytest.fixture
def sessions(pool: PoolInMemory) -> Sessions:
    return Sessions("after-sales", pool_tokens(), pool, Cookies("http://localhost"))


def begun(sessions: Sessions) -> Session:
    return sessions.begin(
        Tokens(id_token=signed(id_claims(nonce="n-1")), refresh_token="refresh-1"), nonce="n-1", now=NOW
    )


def next_request(*sessions: Session, without: str = "") -> dict[str, Any]:
    """What the browser sends after the answers that carried the sessions' cookies."""
    jar = {cookie.name: cookie.value for session in sessions for cookie in session.cookies}
    return {"cookies": [f"{name}={value}" for name, value in jar.items() if name != without]}


def test_a_session_is_resumed_from_its_cookies(sessions: Sessions) -> None:
    first = begun(sessions)

    resumed = sessions.resume(next_request(first), now=NOW)

    assert (resumed.principal, resumed.browser, resumed.cookies) == (first.principal, first.browser, ())


def test_every_sign_in_names_the_browser_anew(sessions: Sessions) -> None:
    assert begun(sessions).browser != begun(sessions).browser


@pytest.mark.parametrize(
    "claims", [id_claims(nonce="another"), id_claims(), access_claims(nonce="n-1"), id_claims(nonce="n-1", email=None)]
)
def test_a_token_that_does_not_answer_our_sign_in_begins_nothing(sessions: Sessions, claims: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        sessions.begin(Tokens(id_token=signed(claims), refresh_token="refresh-1"), nonce="n-1", now=NOW)


@pytest.mark.parametrize("without", ["", "aftercare_id"])
def test_a_session_is_renewed_with_the_roles_of_today(sessions: Sessions, without: str) -> None:
    first = begun(sessions)

    renewed = sessions.resume(next_request(first, without=without), now=LATER)

    assert renewed.principal.roles == {Role.LEAD}
    assert [cookie.name for cookie in renewed.cookies] == ["aftercare_id"]
    assert sessions.resume(next_request(first, renewed), now=LATER).cookies == ()


def test_a_session_revoked_meanwhile_is_over(sessions: Sessions, pool: PoolInMemory) -> None:
    first = begun(sessions)
    pool.revoke("refresh-1")

    with pytest.raises(NotSignedIn):
        sessions.resume(next_request(first), now=LATER)


@pytest.mark.parametrize("without", ["aftercare_refresh", "aftercare_session"])
def test_without_its_cookies_a_session_is_not_resumed(sessions: Sessions, without: str) -> None:
    with pytest.raises(NotSignedIn):
        sessions.resume(next_request(begun(sessions), without=without), now=LATER)


def test_a_forged_id_cookie_is_not_covered_up_by_a_refresh(sessions: Sessions) -> None:
    request = next_request(begun(sessions), without="aftercare_id")
    request["cookies"].append(f"aftercare_id={signed(id_claims(), key_id='evil', kid='pool-1')}")

    with pytest.raises(NotSignedIn):
        sessions.resume(request, now=NOW)


def test_ending_revokes_the_session_and_clears_every_cookie(sessions: Sessions, pool: PoolInMemory) -> None:
    cleared = sessions.end(next_request(begun(sessions)))

    assert pool.live == set()
    assert {cookie.name for cookie in cleared} == {
        "aftercare_id",
        "aftercare_refresh",
        "aftercare_session",
        "aftercare_sign_in",
    }
    assert all(SimpleCookie(str(cookie))[cookie.name]["max-age"] == "0" for cookie in cleared)
