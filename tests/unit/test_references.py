import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.domain.references import parse_reference, reference, ticket_id

numbers = st.integers(min_value=0, max_value=32**8 - 1)


@given(numbers)
def test_what_is_told_to_people_leads_back_to_the_ticket(number: int) -> None:
    assert parse_reference(reference(ticket_id(number), "AS"), "AS") == ticket_id(number)


@given(numbers, numbers)
def test_different_numbers_are_different_tickets(one: int, other: int) -> None:
    assert (ticket_id(one) == ticket_id(other)) == (one == other)


@given(st.text(max_size=40))
def test_any_text_names_a_ticket_or_none(text: str) -> None:
    found = parse_reference(text)
    assert found is None or len(found) == len("tkt_") + 8


@pytest.mark.parametrize("spelling", ["AS-7F3K-92QD", "as-7f3k-92qd", " AS 7F3K 92QD ", "AS7F3K92QD", "As-7f3k92qd"])
def test_a_reference_may_be_spelled_carelessly(spelling: str) -> None:
    assert parse_reference(spelling, "AS") == "tkt_7f3k92qd"


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert parse_reference("AS-OIL0-1111") == "tkt_01101111"


@pytest.mark.parametrize("text", ["", "AS-7F3K", "AS-7F3K-92QU", "IT-7F3K-92QD", "AS-7F3K-92QD-X", "发票"])
def test_what_is_no_reference_of_this_desk_names_nothing(text: str) -> None:
    assert parse_reference(text, "AS") is None
