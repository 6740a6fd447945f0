"""The pool's keys and tokens as fetched over HTTP."""

import io
import json
import urllib.error
import urllib.request
from email.message import Message
from urllib.parse import parse_qs

import pytest

from functions.shared.domain.errors import NotSignedIn, SignInUnavailable
from functions.shared.gateways.user_pool import PoolKeys, UserPool
from functions.shared.identity.jwt import Tokens
from tests.unit.identity.pool import rsa_key

URL = "https://pool.example/jwks.json"


class Published:
    """A pool's key document, with a count of how often it was asked for."""

    def __init__(self, *key_ids: str) -> None:
        self.key_ids = key_ids
        self.asked = 0
        self.is_down = False
        self.body: bytes | None = None

    def __call__(self, request: urllib.request.Request) -> bytes:
        assert request.full_url == URL
        self.asked += 1
        if self.is_down:
            raise TimeoutError
        keys = [rsa_key(key_id).as_dict(private=False) for key_id in self.key_ids]
        return self.body or json.dumps({"keys": keys}).encode()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def published() -> Published:
    return Published("pool-1")


@pytest.fixture
def keys(published: Published, clock: Clock) -> PoolKeys:
    return PoolKeys(URL, fetch=published, clock=clock)


def test_keys_are_fetched_once(keys: PoolKeys, published: Published, clock: Clock) -> None:
    for _ in range(3):
        found = keys.find("pool-1")
        assert found
        assert found.kid == "pool-1"
        clock.now += 100

    assert published.asked == 1


def test_a_new_key_is_found_after_a_rotation(keys: PoolKeys, published: Published, clock: Clock) -> None:
    keys.find("pool-1")
    published.key_ids = ("pool-1", "pool-2")
    clock.now += 60

    assert keys.find("pool-2")
    assert keys.find("pool-1")
    assert published.asked == 2


def test_made_up_key_ids_cause_one_fetch_a_minute(keys: PoolKeys, published: Published, clock: Clock) -> None:
    for second in range(120):
        clock.now = 1000.0 + second
        assert keys.find(f"made-up-{second}") is None

    assert published.asked == 2


def test_a_withdrawn_key_is_forgotten_within_the_hour(keys: PoolKeys, published: Published, clock: Clock) -> None:
    keys.find("pool-1")
    published.key_ids = ("pool-2",)

    clock.now += 3599
    assert keys.find("pool-1")
    clock.now += 1
    assert keys.find("pool-1") is None


def test_known_keys_stay_in_use_while_the_pool_is_down(keys: PoolKeys, published: Published, clock: Clock) -> None:
    keys.find("pool-1")
    published.is_down = True
    clock.now += 7200

    assert keys.find("pool-1")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"keys": [{"kty": "RSA", "kid": "a"}]}', b'{"keys": [{}]}']
)
def test_a_pool_that_answers_nonsense_is_unavailable(keys: PoolKeys, published: Published, body: bytes) -> None:
    published.body = body or b" "

    with pytest.raises(SignInUnavailable):
        keys.find("pool-1")


def test_a_pool_that_never_answered_is_unavailable_and_is_asked_again_later(
    keys: PoolKeys, published: Published, clock: Clock
) -> None:
    published.is_down = True
    for _ in range(2):
        with pytest.raises(SignInUnavailable):
            keys.find("pool-1")
    assert published.asked == 1

    published.is_down = False
    clock.now += 60
    assert keys.find("pool-1")


def test_keys_that_do_not_sign_are_not_used(keys: PoolKeys, published: Published) -> None:
    public = rsa_key("pool-1").as_dict(private=False)
    published.body = json.dumps(
        {"keys": [public, {**public, "kid": "enc", "use": "enc"}, {"kty": "oct", "kid": "hmac", "k": "AAAA"}]}
    ).encode()

    assert keys.find("pool-1")
    assert keys.find("enc") is None
    assert keys.find("hmac") is None


def user_pool(answer: bytes | OSError) -> tuple[UserPool, list[urllib.request.Request]]:
    requests: list[urllib.request.Request] = []

    def answering(request: urllib.request.Request) -> bytes:
        requests.append(request)
        if isinstance(answer, OSError):
            raise answer
        return answer

    return UserPool(client_id="console", sign_in_url="https://sign-in.example", fetch=answering), requests


def test_a_code_is_exchanged_with_its_verifier() -> None:
    pool, requests = user_pool(b'{"id_token": "i", "access_token": "a", "refresh_token": "r", "expires_in": 3600}')

    tokens = pool.exchange("code-1", verifier="v" * 43, redirect_uri="https://desk.example/desk/callback")

    assert tokens == Tokens(id_token="i", refresh_token="r")
    (request,) = requests
    assert (request.full_url, request.method) == ("https://sign-in.example/oauth2/token", "POST")
    assert isinstance(request.data, bytes)
    assert parse_qs(request.data.decode()) == {
        "grant_type": ["authorization_code"],
        "client_id": ["console"],
        "code": ["code-1"],
        "code_verifier": ["v" * 43],
        "redirect_uri": ["https://desk.example/desk/callback"],
    }


def http_error(status: int) -> urllib.error.HTTPError:
    return urllib.error.HTTPError("https://sign-in.example", status, "", Message(), io.BytesIO())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http_error(400), NotSignedIn),
        (http_error(503), SignInUnavailable),
        (TimeoutError(), SignInUnavailable),
        (b"<html>", SignInUnavailable),
        (b'{"access_token": "a"}', SignInUnavailable),
    ],
)
def test_a_refused_code_is_told_from_a_pool_that_does_not_answer(
    answer: bytes | OSError, error: type[Exception]
) -> None:
    pool, _ = user_pool(answer)

    with pytest.raises(error):
        pool.exchange("code-1", verifier="v", redirect_uri="https://desk.example/desk/callback")
