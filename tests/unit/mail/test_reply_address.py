import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.domain.references import ticket_id
from functions.shared.domain.reply_address import reply_address, tag_of, ticket_of

MAILBOX = "support@aftercare.example"
KEYS = {"k0001": b"1" * 32, "k0002": b"2" * 32}
TICKET = "tkt_7f3k92qd"


def _address(key_id: str = "k0001", ticket: str = TICKET) -> str:
    return reply_address(MAILBOX, ticket, "AS", key_id=key_id, key=KEYS[key_id])


@given(st.integers(0, 32**8 - 1))
def test_a_signed_address_leads_back_to_its_ticket(number: int) -> None:
    address = _address(ticket=ticket_id(number))

    assert ticket_of(address, MAILBOX, "AS", KEYS.get) == ticket_id(number)
    assert ticket_of(address.upper(), MAILBOX, "AS", KEYS.get) == ticket_id(number)
    assert len(address.split("@")[0]) <= 64


def test_an_older_key_still_verifies_and_a_retired_one_does_not() -> None:
    assert ticket_of(_address("k0002"), MAILBOX, "AS", KEYS.get) == TICKET
    assert ticket_of(_address("k0002"), MAILBOX, "AS", {"k0001": KEYS["k0001"]}.get) is None


@pytest.mark.parametrize(
    "address",
    [
        MAILBOX,
        "support+as-7f3k-92qd@aftercare.example",
        "support+as-7f3k-92qd.k0001.aaaaaaaaaaaaaaaa@aftercare.example",
        _address().replace("92qd", "92qe"),
        _address().replace("k0001", "k0002"),
        _address().replace("as-", "it-"),
        _address().replace("@aftercare.example", "@evil.example"),
        _address().replace("support+", "sales+"),
        "",
        "@",
    ],
)
def test_guessed_and_foreign_addresses_lead_nowhere(address: str) -> None:
    assert ticket_of(address, MAILBOX, "AS", KEYS.get) is None


def test_the_tag_tells_the_mailbox_from_others() -> None:
    assert tag_of("Support@Aftercare.example", MAILBOX) == ""
    assert tag_of("support+x@aftercare.example", MAILBOX) == "x"
    assert tag_of("sales@aftercare.example", MAILBOX) is None
