"""Reading a mail with its long bodies taken out is reading it whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.intake.mime import bulk, message
from functions.intake.mime.bulk import Bulk
from functions.intake.mime.message import ReceivedMail, UnreadableMail, parse_mail
from tests.unit.mail.corpus import CORPUS
from tests.unit.mail.corpus.source import Case, file, mail, multi, text
from tests.unit.mail.mutations import mutated

LONG_TEXT = "今天上午十点开始打不开。\n-- \n" * 60
LONG = [
    mail(text(LONG_TEXT)),
    mail(text(LONG_TEXT, "gb18030", "8bit")),
    mail(text(LONG_TEXT, "utf-8", "quoted-printable")),
    mail(multi("mixed", text(LONG_TEXT), file("application/zip", bytes(range(256)) * 20))),
    mail(multi("mixed", text("hi"), b"Content-Type: message/rfc822\n\n" + mail(text(LONG_TEXT), end="\n"))),
    mail(multi("digest", mail(text(LONG_TEXT), end="\n"))),
    mail(multi("mixed", text(LONG_TEXT), edge="--")),
    mail(LONG_TEXT.encode()),
    mail(b"bulk-0-\n" * 300),
    mail(text(LONG_TEXT)).replace(b"\r\n", b"\r"),
]


def _whole(raw: bytes) -> ReceivedMail | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message.Bulk, "taken_out", classmethod(lambda cls, raw: cls(raw)))
        return _read(raw)


def _read(raw: bytes) -> ReceivedMail | str:
    try:
        return parse_mail(raw)
    except UnreadableMail as error:
        return str(error)


@pytest.mark.parametrize("raw", LONG, ids=range(len(LONG)))
def test_a_long_mail_is_read_as_if_nothing_had_been_taken_out(raw: bytes) -> None:
    assert _read(raw) == _whole(raw)


def test_long_bodies_are_taken_out() -> None:
    assert len(Bulk.taken_out(LONG[3]).raw) < 1_000 < len(LONG[3])


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_so_is_every_mail_of_the_corpus(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LONG", 8)
    assert _read(case.raw) == _whole(case.raw)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_and_every_mutated_one(data: st.DataObject) -> None:
    raw = mutated(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "LONG", 8)
        assert _read(raw) == _whole(raw)
