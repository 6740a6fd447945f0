"""Customers' links: good for what they name, for their time, until revoked."""

from datetime import timedelta

import pytest

from functions.shared.domain.errors import LinkExpired, NotSignedIn
from functions.shared.identity.customer_tokens import LINK_LIFE, CustomerTokens
from functions.shared.identity.keys import Purpose
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.identity.seals import Seal
from tests.unit.identity.conftest import NOW, GenerationsInMemory, RingInMemory

TICKET, OTHER_TICKET, CONTACT = "tkt_7f3k92qd", "tkt_00000000", "con_7f3k92qd"


@pytest.fixture
def tokens(keys: RingInMemory, generations: GenerationsInMemory) -> CustomerTokens:
    return CustomerTokens(keys, generations, "after-sales")


def test_a_ticket_token_names_that_ticket_and_no_more(tokens: CustomerTokens) -> None:
    token = tokens.for_ticket(TICKET, now=NOW)

    assert tokens.verify(token, now=NOW) == Principal(
        kind=PrincipalKind.CUSTOMER, id=TICKET, name="", desk="after-sales", ticket_id=TICKET
    )
    assert len(token) < 200  # it stands in mails


def test_a_contact_token_names_no_ticket(tokens: CustomerTokens) -> None:
    customer = tokens.verify(tokens.for_contact(CONTACT, now=NOW), now=NOW)

    assert (customer.ticket_id, customer.contact_id) == (None, CONTACT)


def test_a_link_ends_with_its_time(tokens: CustomerTokens) -> None:
    token = tokens.for_ticket(TICKET, now=NOW)

    tokens.verify(token, now=NOW + LINK_LIFE - timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        tokens.verify(token, now=NOW + LINK_LIFE)


def test_revoking_ends_every_earlier_link_of_that_subject_and_no_other(
    tokens: CustomerTokens, generations: GenerationsInMemory
) -> None:
    earlier = [tokens.for_ticket(TICKET, now=NOW, is_new=True), tokens.for_ticket(TICKET, now=NOW)]
    of_others = [tokens.for_contact(CONTACT, now=NOW), tokens.for_ticket(OTHER_TICKET, now=NOW)]

    generations.revoke(TICKET)

    for token in earlier:
        with pytest.raises(LinkExpired):
            tokens.verify(token, now=NOW)
    for token in of_others:
        tokens.verify(token, now=NOW)
    tokens.verify(tokens.for_ticket(TICKET, now=NOW), now=NOW)


def test_a_link_of_another_desk_is_not_genuine_here(
    tokens: CustomerTokens, keys: RingInMemory, generations: GenerationsInMemory
) -> None:
    token = CustomerTokens(keys, generations, "it").for_ticket(TICKET, now=NOW)

    with pytest.raises(NotSignedIn):
        tokens.verify(token, now=NOW)


def test_a_link_survives_the_rotation_of_keys(tokens: CustomerTokens, keys: RingInMemory) -> None:
    token = tokens.for_ticket(TICKET, now=NOW)
    keys.rotate("k0002")

    assert tokens.verify(token, now=NOW).ticket_id == TICKET


def test_a_note_sealed_for_something_else_is_no_link(tokens: CustomerTokens, keys: RingInMemory) -> None:
    note = Seal(keys, Purpose.FORM, "after-sales").close({"t": TICKET, "g": 0}, expires_at=NOW + timedelta(days=1))

    with pytest.raises(NotSignedIn):
        tokens.verify(f"ac_{note}", now=NOW)


@pytest.mark.parametrize(
    "token", ["", "ac_", "ac_k0001", "ac_k0001.e30.AAAA", "ac_k9999.e30.AAAA", "eyJhbGciOiJub25lIn0.e30."]
)
def test_nonsense_is_not_signed_in(tokens: CustomerTokens, token: str) -> None:
    with pytest.raises(NotSignedIn):
        tokens.verify(token, now=NOW)
