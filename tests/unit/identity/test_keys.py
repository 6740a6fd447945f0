"""The ring of signing keys, and what is sealed with it."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.shared.gateways.secrets import REFRESH_AFTER
from functions.shared.identity.keys import SETTLING, KeyRing, Purpose
from functions.shared.identity.seals import BrokenSeal, ExpiredSeal, Seal
from tests.unit.identity.conftest import NOW, RingInMemory, signing_key

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def test_each_purpose_and_context_has_a_key_of_its_own() -> None:
    key = signing_key("k0001")
    derived = {key.derive(purpose, context) for purpose in Purpose for context in ("", "after-sales", "it")}

    assert len(derived) == len(Purpose) * 3
    assert {len(secret) for secret in derived} == {32}


def test_a_ring_survives_its_document() -> None:
    ring = KeyRing(keys=(signing_key("k0001"), signing_key("k0002")))

    assert KeyRing.model_validate_json(ring.model_dump_json()) == ring


def test_a_ring_does_not_show_its_secrets() -> None:
    assert "k0001..." not in repr(KeyRing(keys=(signing_key("k0001"),)))


def test_a_ring_is_never_empty_nor_ambiguous_nor_weak() -> None:
    too_short = base64.urlsafe_b64encode(b"x" * 31).decode()
    weak = {"keys": [{"id": "k0001", "secret": too_short, "created_at": NOW.isoformat()}]}
    wrongs: list[dict[str, Any]] = [{"keys": []}, {"keys": [signing_key("k0001"), signing_key("k0001")]}, weak]
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            KeyRing.model_validate(wrong)


def test_a_rotation_keeps_what_may_still_be_in_use_and_drops_the_rest() -> None:
    ring = KeyRing(keys=(signing_key("k0001", NOW - timedelta(days=400)),))
    ring = ring.rotated(signing_key("k0002", NOW - timedelta(days=200)), overlap=timedelta(days=180))
    ring = ring.rotated(signing_key("k0003", NOW), overlap=timedelta(days=180))

    assert [key.id for key in ring.keys] == ["k0002", "k0003"]  # k0001 signed nothing for the last 200 days


def test_a_new_key_signs_once_every_reader_knows_it() -> None:
    ring = KeyRing(keys=(signing_key("k0001", NOW),))
    assert ring.signer(now=NOW).id == "k0001"

    ring = ring.rotated(signing_key("k0002", NOW), overlap=HOUR)

    assert SETTLING > REFRESH_AFTER
    assert ring.signer(now=NOW + SETTLING - SECOND).id == "k0001"
    assert ring.signer(now=NOW + SETTLING).id == "k0002"


def test_a_key_is_kept_while_what_it_signed_last_is_good() -> None:
    ring = KeyRing(keys=(signing_key("k0001", NOW),)).rotated(signing_key("k0002", NOW + HOUR), overlap=HOUR)
    last_signed = NOW + HOUR + SETTLING

    for later, kept in [(last_signed + HOUR, True), (last_signed + HOUR + SECOND, False)]:
        rotated = ring.rotated(signing_key("k0003", later), overlap=HOUR)
        assert (rotated.find("k0001") is not None) == kept


def test_a_sealed_note_comes_back_as_it_was(keys: RingInMemory) -> None:
    seal = Seal(keys, Purpose.FORM)

    assert seal.open(seal.close({"a": "中文", "b": 1}, expires_at=NOW + HOUR), now=NOW) == {"a": "中文", "b": 1}


def test_a_note_sealed_before_a_rotation_opens_until_its_key_is_dropped(keys: RingInMemory) -> None:
    seal = Seal(keys, Purpose.FORM)
    note = seal.close({"a": 1}, expires_at=NOW + timedelta(days=900))

    keys.rotate("k0002")
    assert seal.open(note, now=NOW) == {"a": 1}
    assert seal.close({}, expires_at=NOW + HOUR).startswith("k0002.")

    keys.rotate("k0003", at=NOW + timedelta(days=2))
    with pytest.raises(BrokenSeal):
        seal.open(note, now=NOW)


def test_a_note_opens_until_its_last_second(keys: RingInMemory) -> None:
    seal = Seal(keys, Purpose.FORM)
    note = seal.close({}, expires_at=NOW + HOUR)

    assert seal.open(note, now=NOW + HOUR - timedelta(seconds=1)) == {}
    with pytest.raises(ExpiredSeal):
        seal.open(note, now=NOW + HOUR)


@pytest.mark.parametrize("other", [(Purpose.LINK, ""), (Purpose.FORM, "it")])
def test_a_note_for_one_purpose_or_desk_is_nothing_for_another(keys: RingInMemory, other: tuple[Purpose, str]) -> None:
    note = Seal(keys, Purpose.FORM).close({}, expires_at=NOW + HOUR)

    with pytest.raises(BrokenSeal):
        Seal(keys, *other).open(note, now=NOW)


def test_a_note_of_another_ring_is_broken(keys: RingInMemory) -> None:
    theirs = RingInMemory(signing_key("k0001").model_copy(update={"secret": b"x" * 32}))
    note = Seal(theirs, Purpose.FORM).close({}, expires_at=NOW + HOUR)

    with pytest.raises(BrokenSeal):
        Seal(keys, Purpose.FORM).open(note, now=NOW)


@given(position=st.integers(0, 10_000), replacement=st.characters())
def test_a_note_changed_anywhere_is_broken(position: int, replacement: str) -> None:
    seal = Seal(RingInMemory(), Purpose.FORM)
    note = seal.close({"ticket": "tkt_7f3k92qd"}, expires_at=NOW + HOUR)
    position %= len(note) - 1  # the last character of base64 has spare bits
    changed = note[:position] + replacement + note[position + 1 :]

    if changed != note:
        with pytest.raises(BrokenSeal):
            seal.open(changed, now=NOW)


@given(st.text(max_size=200) | st.text(max_size=50).map("k0001.{}".format))
def test_whatever_is_offered_as_a_note_is_broken_and_nothing_worse(text: str) -> None:
    with pytest.raises(BrokenSeal):
        Seal(RingInMemory(), Purpose.FORM).open(text, now=NOW)


def test_a_note_that_no_text_can_hold_is_broken(keys: RingInMemory) -> None:
    with pytest.raises(BrokenSeal):
        Seal(keys, Purpose.FORM).open("k0001.\ud800", now=NOW)


def test_an_endless_note_is_not_even_looked_at(keys: RingInMemory) -> None:
    with pytest.raises(BrokenSeal):
        Seal(keys, Purpose.FORM).open("k0001." + "a" * 1_000_000, now=NOW)
