"""Cookies as browsers get and send them, and the tokens that tie forms to them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.shared.domain.errors import ForgedForm
from functions.shared.identity.cookies import CookieName, Cookies
from functions.shared.identity.csrf import FORM_LIFE, FormTokens, new_session
from functions.shared.identity.keys import Purpose
from functions.shared.identity.seals import Seal
from tests.unit.identity.conftest import NOW, RingInMemory

HTTPS, LOCAL = Cookies("https://desk.example"), Cookies("http://localhost:8080")


def test_every_cookie_is_out_of_scripts_reach_and_of_other_sites_posts() -> None:
    for cookies in (HTTPS, LOCAL):
        for name in CookieName:
            written = str(cookies.set(name, "value", life=None))
            assert "; HttpOnly" in written
            assert "; SameSite=Lax" in written
            assert "; Path=/" in written
            assert "Domain" not in written


def test_over_https_cookies_are_secure_and_bound_to_the_host() -> None:
    assert str(HTTPS.set(CookieName.ID, "x", life=timedelta(hours=1))) == (
        "__Host-aftercare_id=x; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax"
    )
    assert str(HTTPS.set(CookieName.LINK, "x", life=None, path="/track/AS-7F3K-92QD")) == (
        "__Secure-aftercare_link=x; Path=/track/AS-7F3K-92QD; HttpOnly; Secure; SameSite=Lax"
    )


def test_on_localhost_cookies_work_without_https() -> None:
    assert str(LOCAL.set(CookieName.ID, "x", life=None)) == "aftercare_id=x; Path=/; HttpOnly; SameSite=Lax"


def test_clearing_ends_a_cookie_at_once() -> None:
    assert str(LOCAL.clear(CookieName.ID)).startswith("aftercare_id=; Path=/; Max-Age=0")


@pytest.mark.parametrize(
    "event",
    [
        {"cookies": ["other=1", "aftercare_id=x.y=z"]},
        {"headers": {"cookie": "other=1; aftercare_id=x.y=z"}},
        {"headers": {"Cookie": "aftercare_id=x.y=z;other=1"}},
        {"cookies": ["other=1"], "headers": {"cookie": "aftercare_id=x.y=z"}},
        {"cookies": ["aftercare_id=x.y=z", "aftercare_id=planted"]},
    ],
)
def test_a_cookie_is_read_from_the_list_and_from_the_header(event: dict[str, Any]) -> None:
    assert LOCAL.read(event, CookieName.ID) == "x.y=z"


@pytest.mark.parametrize(
    "event",
    [{}, {"cookies": None, "headers": None}, {"cookies": ["aftercare_id="]}, {"cookies": ["aftercare_id_2=x"]}],
)
def test_a_cookie_that_is_not_there_is_none(event: dict[str, Any]) -> None:
    assert LOCAL.read(event, CookieName.ID) is None


def test_over_https_a_cookie_without_the_prefix_is_not_ours() -> None:
    assert HTTPS.read({"cookies": ["aftercare_id=planted"]}, CookieName.ID) is None


@pytest.fixture
def forms(keys: RingInMemory) -> FormTokens:
    return FormTokens(keys, LOCAL)


def post(session: str | None, **headers: str) -> dict[str, Any]:
    cookies = [f"aftercare_session={session}"] if session else []
    return {"cookies": cookies, "headers": {"sec-fetch-site": "same-origin", **headers}}


def test_a_form_of_our_page_passes(forms: FormTokens) -> None:
    session = new_session()
    token = forms.issue(session, now=NOW, person="lin@example.com")

    forms.check(post(session), urlencode({"text": "hi", "csrf_token": token}), now=NOW, person="lin@example.com")
    forms.check(post(session, **{"X-CSRF-Token": token}), "", now=NOW, person="lin@example.com")


def test_a_form_posted_by_another_browser_or_person_or_without_token_is_forged(forms: FormTokens) -> None:
    session = new_session()
    body = urlencode({"csrf_token": forms.issue(session, now=NOW, person="lin@example.com")})
    anonymous = urlencode({"csrf_token": forms.issue(session, now=NOW)})

    for event, sent, person in [
        (post(new_session()), body, "lin@example.com"),
        (post(session), body, "wang@example.com"),
        (post(session), body, ""),
        (post(session), anonymous, "lin@example.com"),
        (post(None), body, "lin@example.com"),
        (post(session), "", "lin@example.com"),
        (post(session), "csrf_token=", "lin@example.com"),
        (post(session), "csrf_token=k0001.e30.AAAA", "lin@example.com"),
        (post(session, **{"sec-fetch-site": "cross-site"}), body, "lin@example.com"),
    ]:
        with pytest.raises(ForgedForm):
            forms.check(event, sent, now=NOW, person=person)


def test_a_form_left_open_too_long_is_refused(forms: FormTokens) -> None:
    session = new_session()
    body = urlencode({"csrf_token": forms.issue(session, now=NOW)})

    forms.check(post(session), body, now=NOW + FORM_LIFE - timedelta(seconds=1))
    with pytest.raises(ForgedForm):
        forms.check(post(session), body, now=NOW + FORM_LIFE)


def test_a_note_sealed_for_something_else_is_no_form_token(forms: FormTokens, keys: RingInMemory) -> None:
    session = new_session()
    content = Seal(keys, Purpose.FORM).open(forms.issue(session, now=NOW), now=NOW)
    note = Seal(keys, Purpose.LINK).close(content, expires_at=NOW + FORM_LIFE)

    with pytest.raises(ForgedForm):
        forms.check(post(session), urlencode({"csrf_token": note}), now=NOW)
