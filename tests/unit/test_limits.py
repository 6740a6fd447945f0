"""How much strangers may send."""

from datetime import timedelta

import pytest

from functions.intake.limits import Gate
from functions.shared.domain.errors import TooManyRequests
from functions.shared.domain.limits import Limits, source_of
from functions.shared.domain.mail_rules import Brake
from functions.shared.domain.ticket import opened
from tests.factories import NOON, make_contact, make_opened
from tests.fakes import InMemoryTickets


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", ""),
    ],
)
def test_requests_are_counted_under_whoever_holds_the_address(address: str, source: str) -> None:
    assert source_of(address) == source


def test_a_contact_may_report_again_once_the_oldest_of_the_last_few_is_old_enough() -> None:
    store = InMemoryTickets()
    gate = Gate(lambda: Limits(contact=Brake(at_most=2, within="1h")), None, store)  # type: ignore[arg-type]  # unused
    contact = make_contact()
    for number, minutes in ((1, 0), (2, 20)):
        gate.admit_report(contact.id, now=NOON + timedelta(minutes=minutes))
        event = make_opened(number, now=NOON + timedelta(minutes=minutes))
        store.append(opened(event), [event])

    with pytest.raises(TooManyRequests) as refusal:
        gate.admit_report(contact.id, now=NOON + timedelta(minutes=30))
    assert refusal.value.after == timedelta(minutes=30)
    gate.admit_report(contact.id, now=NOON + timedelta(minutes=61))
    gate.admit_report("con_00000002", now=NOON + timedelta(minutes=30))
