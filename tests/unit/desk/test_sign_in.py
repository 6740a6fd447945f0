"""The console's door: to Cognito and back, and everything that somebody might slip in between."""

import base64
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from hypothesis import given
from hypothesis import strategies as st

from functions.desk.sign_in import SignIn, add_sign_in_routes, safe_path
from functions.shared.domain.errors import NotAllowed, NotSignedIn
from functions.shared.http import build_resolver
from functions.shared.identity.console import console_pages, form_token, session_of
from functions.shared.identity.cookies import Cookies
from functions.shared.identity.csrf import FormTokens
from functions.shared.identity.jwt import Tokens
from functions.shared.identity.principal import Principal
from functions.shared.identity.sessions import Sessions
from tests.unit.identity.conftest import RingInMemory
from tests.unit.identity.pool import CLIENT, id_claims, pool_tokens, signed

DESK, COGNITO = "http://localhost:8080", "https://sign-in.example"


class PoolInMemory:
    """A pool in which Lin has just entered her password: it gives tokens for the code that it issued."""

    def __init__(self) -> None:
        self.challenge = self.nonce = self.redirect_uri = ""
        self.email = "lin@example.com"
        self.live: set[str] = set()

    def authorize(self, location: str) -> dict[str, str]:
        """What Cognito sends the browser back with."""
        query = dict(parse_qsl(urlsplit(location).query))
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["client_id"] == CLIENT
        self.challenge, self.nonce, self.redirect_uri = query["code_challenge"], query["nonce"], query["redirect_uri"]
        return {"code": "code-1", "state": query["state"]}

    def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> Tokens:
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if (code, challenge, redirect_uri) != ("code-1", self.challenge, self.redirect_uri):
            raise NotSignedIn
        self.live.add("refresh-1")
        return Tokens(id_token=self._id_token(), refresh_token="refresh-1")

    def refresh(self, refresh_token: str) -> Tokens:
        if refresh_token not in self.live:
            raise NotSignedIn
        return Tokens(id_token=self._id_token())

    def revoke(self, refresh_token: str) -> None:
        self.live.discard(refresh_token)

    def _id_token(self) -> str:
        now = datetime.now(UTC)
        times = {"iat": int(now.timestamp()), "exp": int((now + timedelta(hours=1)).timestamp())}
        return signed(id_claims(**times, email=self.email, nonce=self.nonce))


class Browser:
    """Keeps cookies, as a browser does, and follows nothing by itself."""

    def __init__(self, pool: PoolInMemory) -> None:
        self.jar: dict[str, str] = {}
        cookies, keys = Cookies(DESK), RingInMemory()
        forms = FormTokens(keys, cookies)
        sessions = Sessions("after-sales", pool_tokens(), pool, cookies)
        sign_in = SignIn(
            keys=keys,
            cookies=cookies,
            sessions=sessions,
            pool=pool,
            forms=forms,
            public_url=DESK,
            sign_in_url=COGNITO,
            client_id=CLIENT,
        )
        app = self.app = build_resolver(Logger(service="test"))
        add_sign_in_routes(app, lambda: sign_in, lambda href: Response(200, "text/html", f'<a href="{href}">'))
        signed_in = [console_pages(lambda: sessions, lambda: forms, known)]

        @app.get("/desk", middlewares=signed_in)
        def queue() -> dict[str, str]:
            session = session_of(app)
            now = datetime.now(UTC)
            return {"name": session.principal.name, "csrf_token": form_token(session, forms, now=now)}

        @app.post("/desk/tickets/<reference>/take", middlewares=signed_in)
        def take(reference: str) -> dict[str, str]:
            return {"taken": reference}

    def get(self, url: str, **headers: str) -> dict[str, Any]:
        return self._send("GET", url, "", headers)

    def post(self, url: str, form: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
        return self._send("POST", url, urlencode(form or {}), headers)

    def _send(self, method: str, url: str, body: str, headers: dict[str, str]) -> dict[str, Any]:
        parts = urlsplit(url)
        event = {
            "version": "2.0",
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "queryStringParameters": dict(parse_qsl(parts.query)),
            "cookies": [f"{name}={value}" for name, value in self.jar.items()],
            "headers": {"content-type": "application/x-www-form-urlencoded", **headers},
            "requestContext": {"requestId": "r", "stage": "$default", "http": {"method": method, "path": parts.path}},
            "body": base64.b64encode(body.encode()).decode(),
            "isBase64Encoded": True,
        }
        answer = self.app.resolve(event, LambdaContext())
        for line in answer.get("cookies", []):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.jar.pop(name, None)
                else:
                    self.jar[name] = morsel.value
        return answer

    def sign_in(self, pool: PoolInMemory, next_path: str = "/desk") -> dict[str, Any]:
        start = self.get(f"/desk/sign-in?{urlencode({'next': next_path})}")
        return self.get(f"/desk/callback?{urlencode(pool.authorize(start['headers']['Location']))}")


def known(principal: Principal) -> Principal:
    if principal.email != "lin@example.com":
        raise NotAllowed
    return principal.known_as("lin", "林悦", ["first-line"])


@pytest.fixture
def pool() -> PoolInMemory:
    return PoolInMemory()


@pytest.fixture
def browser(pool: PoolInMemory) -> Browser:
    return Browser(pool)


def test_an_agent_signs_in_and_lands_on_the_page_they_wanted(browser: Browser, pool: PoolInMemory) -> None:
    refused = browser.get("/desk?view=mine")
    assert refused["statusCode"] == 303
    start = browser.get(refused["headers"]["Location"])
    assert start["headers"]["Location"].startswith(f"{COGNITO}/oauth2/authorize?")
    back = browser.get(f"/desk/callback?{urlencode(pool.authorize(start['headers']['Location']))}")

    assert (back["statusCode"], back["headers"]["Location"]) == (303, "/desk?view=mine")
    assert json.loads(browser.get("/desk?view=mine")["body"])["name"] == "林悦"
    assert set(browser.jar) == {"aftercare_id", "aftercare_refresh", "aftercare_session"}


def test_without_a_wish_the_gate_is_shown(browser: Browser) -> None:
    answer = browser.get("/desk/sign-in")

    assert (answer["statusCode"], answer["body"]) == (200, '<a href="/desk/sign-in?next=%2Fdesk">')


def test_a_callback_that_this_browser_did_not_start_is_refused(browser: Browser, pool: PoolInMemory) -> None:
    other = Browser(pool)
    answer = pool.authorize(other.get("/desk/sign-in?next=/desk")["headers"]["Location"])

    assert browser.get(f"/desk/callback?{urlencode(answer)}")["statusCode"] == 401
    browser.get("/desk/sign-in?next=/desk")
    assert browser.get(f"/desk/callback?{urlencode(answer)}")["statusCode"] == 401
    assert "aftercare_id" not in browser.jar


@pytest.mark.parametrize(
    "change", [{"state": "x"}, {"state": ""}, {"code": "stolen"}, {"code": ""}, {"error": "access_denied", "code": ""}]
)
def test_a_changed_callback_is_refused(browser: Browser, pool: PoolInMemory, change: dict[str, str]) -> None:
    answer = pool.authorize(browser.get("/desk/sign-in?next=/desk")["headers"]["Location"])

    assert browser.get(f"/desk/callback?{urlencode({**answer, **change})}")["statusCode"] == 401


def test_a_token_for_another_sign_in_is_refused(browser: Browser, pool: PoolInMemory) -> None:
    answer = pool.authorize(browser.get("/desk/sign-in?next=/desk")["headers"]["Location"])
    pool.nonce = "replayed"

    assert browser.get(f"/desk/callback?{urlencode(answer)}")["statusCode"] == 401


def test_a_callback_is_good_once(browser: Browser, pool: PoolInMemory) -> None:
    answer = pool.authorize(browser.get("/desk/sign-in?next=/desk")["headers"]["Location"])
    browser.get(f"/desk/callback?{urlencode(answer)}")

    assert browser.get(f"/desk/callback?{urlencode(answer)}")["statusCode"] == 401


def test_a_tampered_sign_in_cookie_is_refused(browser: Browser, pool: PoolInMemory) -> None:
    answer = pool.authorize(browser.get("/desk/sign-in?next=/desk")["headers"]["Location"])
    browser.jar["aftercare_sign_in"] = browser.jar["aftercare_sign_in"][:-3] + "AAA"

    assert browser.get(f"/desk/callback?{urlencode(answer)}")["statusCode"] == 401


def test_somebody_the_configuration_does_not_know_is_not_let_in(browser: Browser, pool: PoolInMemory) -> None:
    pool.email = "stranger@example.com"
    browser.sign_in(pool)

    assert browser.get("/desk")["statusCode"] == 403


def test_an_expired_session_is_renewed_without_a_detour(browser: Browser, pool: PoolInMemory) -> None:
    browser.sign_in(pool)
    del browser.jar["aftercare_id"]

    assert browser.get("/desk")["statusCode"] == 200
    assert "aftercare_id" in browser.jar


def test_a_post_needs_the_token_of_its_page(browser: Browser, pool: PoolInMemory) -> None:
    browser.sign_in(pool)
    token = json.loads(browser.get("/desk")["body"])["csrf_token"]

    assert browser.post("/desk/tickets/AS-1/take")["statusCode"] == 403
    assert browser.post("/desk/tickets/AS-1/take", {"csrf_token": token})["statusCode"] == 200
    assert browser.post("/desk/tickets/AS-1/take", **{"X-CSRF-Token": token})["statusCode"] == 200


def test_a_token_of_before_the_sign_in_is_nothing_after_it(browser: Browser, pool: PoolInMemory) -> None:
    browser.sign_in(pool)
    token = json.loads(browser.get("/desk")["body"])["csrf_token"]
    browser.sign_in(pool)

    assert browser.post("/desk/tickets/AS-1/take", {"csrf_token": token})["statusCode"] == 403


def test_a_post_without_a_session_is_refused_where_it_stands(browser: Browser) -> None:
    assert browser.post("/desk/tickets/AS-1/take")["statusCode"] == 401


def test_a_request_of_the_pages_script_is_sent_to_sign_in_as_a_whole_page(browser: Browser) -> None:
    answer = browser.get("/desk", **{"HX-Request": "true", "HX-Current-URL": f"{DESK}/desk/tickets/AS-1?a=b"})

    assert answer["headers"]["HX-Redirect"] == "/desk/sign-in?next=%2Fdesk%2Ftickets%2FAS-1%3Fa%3Db"


def test_signing_out_ends_the_session_here_and_at_cognito(browser: Browser, pool: PoolInMemory) -> None:
    browser.sign_in(pool)
    token = json.loads(browser.get("/desk")["body"])["csrf_token"]

    answer = browser.post("/desk/sign-out", {"csrf_token": token})

    logout = urlsplit(answer["headers"]["Location"])
    assert (answer["statusCode"], logout.netloc, logout.path) == (303, "sign-in.example", "/logout")
    assert dict(parse_qsl(logout.query)) == {"client_id": CLIENT, "logout_uri": f"{DESK}/desk/sign-in"}
    assert browser.jar == {}
    assert pool.live == set()


def test_no_other_page_can_sign_an_agent_out(browser: Browser, pool: PoolInMemory) -> None:
    browser.sign_in(pool)

    assert browser.post("/desk/sign-out")["statusCode"] == 403
    assert browser.get("/desk/sign-out")["statusCode"] == 405
    assert pool.live == {"refresh-1"}


def test_signing_out_twice_is_no_error(browser: Browser) -> None:
    assert browser.post("/desk/sign-out")["statusCode"] == 303


@pytest.mark.parametrize("path", ["/desk", "/desk?view=mine", "/desk/tickets/AS-7F3K-92QD", "/desk/find?q=%E5%8F%91"])
def test_a_page_of_the_console_may_be_returned_to(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//evil.example",
        "https://evil.example/desk",
        "https:/desk",
        "javascript:alert(1)",
        "/\\evil.example",
        "/desk\\@evil.example",
        "/desk//evil.example",
        "/desk/..//evil.example",
        "/desktop",
        "/desk.evil.example",
        "/desk@evil.example",
        "/desk/\r\nSet-Cookie: a=b",
        "/desk/\t",
        "/desk/sign-in?next=/desk",
        "/desk/callback?code=x",
        "/desk/sign-out",
        " /desk",
    ],
)
def test_a_link_leads_nowhere_else(browser: Browser, pool: PoolInMemory, path: str) -> None:
    assert safe_path(path) == "/desk"
    if path:
        assert browser.sign_in(pool, path)["headers"]["Location"] == "/desk"


@given(st.text())
def test_a_safe_path_is_always_a_plain_path_of_the_console(text: str) -> None:
    for offered in (text, f"/desk{text}", f"/desk/{text}"):
        safe = safe_path(offered)
        assert safe.isascii()
        assert safe.isprintable()
        assert safe == "/desk" or safe.startswith(("/desk/", "/desk?"))
