"""Replies written beforehand: what they may say, and that nothing they are given breaks them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.contracts.words import Language
from functions.shared.domain.document import Bilingual
from functions.shared.domain.replies import LONGEST_BODY, LONGEST_SUBJECT, NAMES, ReplyTemplate
from functions.shared.domain.reply_values import reply_values
from tests.factories import default_config, make_company, make_contact, make_ticket

EMPTY = dict.fromkeys(NAMES, "")


def template(body: str, subject: str = "Subject") -> ReplyTemplate:
    name, subjects = Bilingual(zh="名称", en="Name"), Bilingual(zh="主题", en=subject)
    return ReplyTemplate(id="any", name=name, subject=subjects, body=Bilingual(zh="正文", en=body))


@pytest.mark.parametrize(
    ("body", "values", "said"),
    [
        ("Dear {{ name }}", {"name": "Ann"}, "Dear Ann"),
        ("{{ name | default('customer', true) | upper }}", {}, "CUSTOMER"),
        ("{% if company == 'Acme' and not title %}A{% else %}B{% endif %}", {"company": "Acme"}, "A"),
        ("{{ name if name else 'you' }}!", {}, "you!"),
        ("{{ title }}", {"title": "{{ name }}<b>"}, "{{ name }}<b>"),
    ],
)
def test_a_reply_says_its_names_and_chooses_between_texts(body, values, said):
    assert template(body).written(Language.EN, {**EMPTY, **values})[1] == said


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("{{ nmae }}", 'line 1: no name "nmae"'),
        ("\n{{ name.__class__ }}", "line 2: a reply has no getattr"),
        ("{{ name() }}", "a reply has no call"),
        ("{% for i in name %}x{% endfor %}", "a reply has no for"),
        ("{{ 'a' * 999999999 }}", "a reply has no mul"),
        ("{% include '/etc/passwd' %}", "a reply has no include"),
        ("{% set name = 1 %}", "a reply has no assign"),
        ("{{ name | map }}", 'no filter "map"'),
        ("{{ name | trim(1) }}", "trim cannot be told this"),
        ("{{ name | default(title) }}", "default cannot be told this"),
        ("{{ 1 < name }}", "compares with == and != only"),
        ("{{ name", "unexpected end of template"),
        ("(" * 10 + "{{ " + "(" * 3900 + " }}", "nested too deeply"),
        ("{% if name %}Hello{% endif %}", "says nothing where every name is unknown"),
    ],
    ids=lambda text: text[:30],
)
def test_what_a_reply_cannot_say_is_refused_when_it_is_saved(body, fault):
    assert fault in " / ".join(message for place, message in template(body).faults() if place == ("body", "en"))


def test_a_subject_is_one_line():
    assert (("subject", "en"), "a subject is one line") in list(template("x", "a\nb").faults())


@settings(deadline=None)
@given(
    values=st.fixed_dictionaries({name: st.text() for name in NAMES}), reply=st.sampled_from(default_config().replies)
)
def test_whatever_a_ticket_says_a_subject_stays_one_line_and_nothing_grows_without_end(values, reply):
    for language in Language:
        subject, body = reply.written(language, values)

        assert len(subject.splitlines()) <= 1
        assert len(subject) <= LONGEST_SUBJECT
        assert len(body) <= LONGEST_BODY


def test_every_name_has_a_value_on_one_line_for_every_ticket():
    full = make_ticket(
        title="a\r\nBcc: x",
        contact=make_contact(name="王\n芳"),
        company=make_company(),
        team="first-line",
        assignee="li-na",
        module="login",
        priority="P1",
    )
    bare = make_ticket(company=None)

    for ticket in (full, bare):
        values = reply_values(ticket, default_config(), Language.EN)
        assert values.keys() == NAMES.keys()
        assert all(len(value.splitlines()) <= 1 for value in values.values())
    assert reply_values(full, default_config(), Language.EN)["title"] == "a Bcc: x"


def test_a_reply_names_only_what_was_said_on_the_ticket_and_on_old_ones_what_was_shown_then():
    def called(**contact):
        company = make_company(said=contact.pop("company", None))
        values = reply_values(
            make_ticket(contact=make_contact(**contact), company=company), default_config(), Language.EN
        )
        return values["name"], values["company"]

    address = {"address": "wang@acme.example"}
    assert called(said={**address, "name": "Fang"}, company="ACME Ltd") == ("Fang", "ACME Ltd")
    assert called(said=address) == ("", "")
    assert called() == ("王芳", "Acme")
