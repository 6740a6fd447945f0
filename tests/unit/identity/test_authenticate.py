"""From a request to a Principal: which credential counts where."""

import subprocess
import sys
from typing import Any

import pytest

from functions.shared.contracts.words import Role
from functions.shared.domain.errors import LinkExpired, NotSignedIn
from functions.shared.identity.authenticate import Authenticator
from functions.shared.identity.cookies import Cookies
from functions.shared.identity.customer_tokens import LINK_LIFE, CustomerTokens
from functions.shared.identity.principal import PrincipalKind
from tests.unit.identity.conftest import NOW, GenerationsInMemory, RingInMemory
from tests.unit.identity.pool import id_claims, pool_tokens, signed, signed_with_the_public_key

TICKET = "tkt_7f3k92qd"


@pytest.fixture
def customers(keys: RingInMemory, generations: GenerationsInMemory) -> CustomerTokens:
    return CustomerTokens(keys, generations, "after-sales")


@pytest.fixture
def authenticate(customers: CustomerTokens) -> Authenticator:
    return Authenticator("after-sales", Cookies("http://localhost"), staff=pool_tokens(), customers=customers)


def request(path: str = "/desk", *, authorization: str | None = None, **cookies: str) -> dict[str, Any]:
    return {
        "rawPath": path,
        "headers": {"Authorization": authorization} if authorization else {},
        "cookies": [f"aftercare_{name}={value}" for name, value in cookies.items()],
    }


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_staff_are_known_by_their_bearer_token(authenticate: Authenticator, scheme: str) -> None:
    person = authenticate(request("/api/v1/desk/queue", authorization=f"{scheme} {signed(id_claims())}"), now=NOW)

    assert (person.kind, person.id, person.role) == (PrincipalKind.PERSON, "lin@example.com", Role.AGENT)


def test_customers_are_known_by_theirs(authenticate: Authenticator, customers: CustomerTokens) -> None:
    token = customers.for_ticket(TICKET, now=NOW)

    customer = authenticate(request("/api/v1/tickets/x", authorization=f"Bearer {token}"), now=NOW)

    assert (customer.kind, customer.ticket_id) == (PrincipalKind.CUSTOMER, TICKET)


def test_pages_know_both_by_cookie(authenticate: Authenticator, customers: CustomerTokens) -> None:
    assert authenticate(request("/help", id=signed(id_claims())), now=NOW).is_staff
    assert authenticate(request("/track/x", link=customers.for_ticket(TICKET, now=NOW)), now=NOW).ticket_id == TICKET


def test_the_api_does_not_look_at_cookies(authenticate: Authenticator) -> None:
    with pytest.raises(NotSignedIn):
        authenticate(request("/api/v1/desk/queue", id=signed(id_claims())), now=NOW)


def test_a_bad_bearer_token_is_not_made_good_by_a_cookie(authenticate: Authenticator) -> None:
    with pytest.raises(NotSignedIn):
        authenticate(request(authorization="Bearer nonsense", id=signed(id_claims())), now=NOW)


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer ", "bearer ac_", "Bearer a b c"])
def test_other_authorization_is_refused(authenticate: Authenticator, authorization: str) -> None:
    with pytest.raises(NotSignedIn):
        authenticate(request(authorization=authorization), now=NOW)


def test_nobody_is_not_signed_in(authenticate: Authenticator) -> None:
    with pytest.raises(NotSignedIn):
        authenticate({}, now=NOW)


def test_a_forged_token_is_refused(authenticate: Authenticator) -> None:
    with pytest.raises(NotSignedIn):
        authenticate(request(authorization=f"Bearer {signed_with_the_public_key(id_claims())}"), now=NOW)


def test_an_expired_link_says_so(authenticate: Authenticator, customers: CustomerTokens) -> None:
    token = customers.for_ticket(TICKET, now=NOW)

    with pytest.raises(LinkExpired):
        authenticate(request("/track/x", link=token), now=NOW + LINK_LIFE)


def test_a_door_for_customers_lets_no_staff_token_in_and_the_reverse(customers: CustomerTokens) -> None:
    cookies = Cookies("http://localhost")
    for_customers = Authenticator("after-sales", cookies, customers=customers)
    for_staff = Authenticator("after-sales", cookies, staff=pool_tokens())

    for door, token in [(for_customers, signed(id_claims())), (for_staff, customers.for_ticket(TICKET, now=NOW))]:
        with pytest.raises(NotSignedIn):
            door(request(authorization=f"Bearer {token}"), now=NOW)
        with pytest.raises(NotSignedIn):
            door(request(id=token, link=token), now=NOW)


def test_a_door_for_customers_does_not_load_what_only_staff_need() -> None:
    code = "import sys, functions.shared.identity.authenticate; sys.exit('joserfc' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
