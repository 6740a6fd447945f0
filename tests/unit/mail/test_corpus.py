"""Every field of every mail of the corpus, and the corpus torn to pieces."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.intake.mime.message import parse_mail
from functions.shared.domain.mail_log import Fate
from tests.unit.mail.corpus import CHINESE, CORPUS, MACHINES, MALFORMED
from tests.unit.mail.corpus.source import Case
from tests.unit.mail.mutations import mutated, read_or_refuse, take_in
from tests.unit.mail.post_office import Post


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_a_mail_is_read_as_its_writer_meant_it(case: Case) -> None:
    assert json.loads(parse_mail(case.raw).model_dump_json(by_alias=True)) == case.expected


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CORPUS) >= 120
    assert (len(CHINESE) >= 40, len(MACHINES) >= 20, len(MALFORMED) >= 20) == (True, True, True)
    names = [case.name for case in CORPUS]
    assert len(names) == len(set(names))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_mutated_mail_is_read_or_refused_by_name(data: st.DataObject) -> None:
    read_or_refuse(mutated(data))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whoever_brings_a_mutated_mail_it_is_taken_in_or_set_aside(data: st.DataObject) -> None:
    take_in(mutated(data), data)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mail_is_lost_whatever_its_bytes_are(data: st.DataObject) -> None:
    post = Post()
    raws = [mutated(data), data.draw(st.binary(max_size=300)), data.draw(st.sampled_from(CORPUS)).raw]

    arrivals = [post.deliver(raw) for raw in raws]

    assert [line.fate for line in post.log.values()] == [arrival.fate for arrival in arrivals]
    for arrival, line in zip(arrivals, post.log.values(), strict=True):
        if arrival.fate is Fate.HELD:
            assert line.id in {mail.id for mail in post.held}
        else:
            assert line.ticket_id in post.store.heads
