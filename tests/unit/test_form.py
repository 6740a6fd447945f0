"""Forms: what is accepted, what is said about the rest, and the JSON Schema that says the same."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from functions.shared.contracts.words import Channel
from functions.shared.domain.form import Form
from functions.shared.domain.form_fields import FieldKind
from functions.shared.domain.form_schema import json_schema
from functions.shared.pages.languages import catalogue
from ops.configuration import load_config
from tests.factories import default_config

FORM = load_config(Path(__file__).parents[2] / "config").form()
ANSWERS = {
    "company": "华星集团",
    "contact_name": "王芳",
    "contact_email": "wang@acme.example",
    "title": "报表打不开",
    "description": "点击后一直转圈",
    "happened_at": "2026-03-02T10:20:00+08:00",
    "module": "data-reports",
    "impact": "department",
    "urgency": "high",
    "attachments": ["after-sales/attachments/abc"],
}

EVERY_KIND = Form.model_validate(
    {
        "id": "all",
        "name": {"zh": "全部", "en": "All"},
        "fields": [
            {"id": kind.value, "kind": kind, "label": {"zh": "某", "en": "Some"}, **more}
            for kind, more in {
                FieldKind.TEXT: {"required": True, "max_length": 10},
                FieldKind.LONG_TEXT: {"max_length": 30},
                FieldKind.CHOICE: {"choices": [{"value": v, "label": {"zh": v, "en": v}} for v in ("a", "b")]},
                FieldKind.MULTI_CHOICE: {
                    "choices": [{"value": v, "label": {"zh": v, "en": v}} for v in ("a", "b", "c")],
                    "max_items": 2,
                },
                FieldKind.NUMBER: {"minimum": 0, "maximum": 10},
                FieldKind.DATE_TIME: {},
                FieldKind.ADDRESS: {},
                FieldKind.PHONE: {},
                FieldKind.FILE: {"max_items": 2},
                FieldKind.YES_NO: {"required": True},
            }.items()
        ],
        "at_least_one": [["address", "phone"]],
    }
)


def objections(form: Form = FORM, **changes: Any) -> list[tuple[str, str]]:
    _, found = form.check({**ANSWERS, **changes}, channel=Channel.API)
    return [(objection.field, objection.code) for objection in found]


def test_a_complete_report_is_accepted_as_it_is():
    assert FORM.check(ANSWERS, channel=Channel.API) == (ANSWERS, [])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"title": "  "}, [("title", "required")]),
        ({"title": None, "impact": ""}, [("title", "required"), ("impact", "required")]),
        ({"contact_email": None}, [("contact_email", "required")]),
        ({"contact_email": None, "contact_phone": "400-800-8820转801"}, []),
        ({"contact_email": "wang at acme"}, [("contact_email", "malformed")]),
        ({"contact_phone": "call me"}, [("contact_phone", "malformed")]),
        ({"contact_phone": "(-----"}, [("contact_phone", "malformed")]),
        ({"contact_phone": "00 - 1 2"}, [("contact_phone", "malformed")]),
        ({"contact_phone": "00 - 1 23"}, []),
        ({"contact_phone": "(0)1-2 0"}, []),
        ({"module": "teleporter"}, [("module", "unknown_choice")]),
        ({"impact": ["person"]}, [("impact", "unknown_choice")]),
        ({"description": "字" * 20_001}, [("description", "too_long")]),
        ({"title": 42}, [("title", "wrong_type")]),
        ({"happened_at": "2026-02-30"}, [("happened_at", "malformed")]),
        ({"happened_at": "yesterday"}, [("happened_at", "malformed")]),
        ({"attachments": ["a"] * 11}, [("attachments", "too_many")]),
        ({"attachments": ["a", "a"]}, [("attachments", "repeated")]),
        ({"attachments": "a"}, [("attachments", "wrong_type")]),
        ({"priority": "P0"}, [("priority", "unknown_field")]),
    ],
)
def test_an_objection_names_its_field_and_a_stable_code(changes, found):
    assert objections(**changes) == found


def test_an_objection_speaks_both_languages():
    _, [objection] = FORM.check({**ANSWERS, "description": "x" * 20_001}, channel=Channel.API)

    assert (objection.field, objection.code) == ("description", "too_long")
    assert catalogue("en").say(objection.message) == "At most 20000 characters; this has 20001."
    assert catalogue("zh").say(objection.message) == "最多 20000 个字，现在有 20001 个。"


def test_a_channel_that_cannot_ask_leaves_gaps_that_are_named():
    mailed = {"title": "报表打不开", "contact_email": "wang@acme.example"}

    assert FORM.check(mailed, complete=False) == (mailed, [])
    assert FORM.missing(mailed, Channel.EMAIL) == (
        "topic", "company", "contact_name", "description", "impact", "urgency",
    )  # fmt: skip
    assert FORM.missing({**mailed, "topic": "fault"}, Channel.EMAIL) == (
        "company", "contact_name", "description", "module", "steps_to_reproduce", "impact", "urgency", "attachments",
    )  # fmt: skip


@pytest.mark.parametrize(
    "field",
    [
        {"kind": "choice"},
        {"kind": "text", "choices": [{"value": "a", "label": {"zh": "甲", "en": "A"}}]},
        {"kind": "number", "max_length": 3},
        {"kind": "choice", "choices": [{"value": "a", "label": {"zh": "甲", "en": "A"}}] * 2},
    ],
)
def test_a_field_that_makes_no_sense_is_refused(field):
    with pytest.raises(ValidationError):
        Form.model_validate(
            {
                "id": "f",
                "name": {"zh": "表", "en": "F"},
                "fields": [{"id": "x", "label": {"zh": "某", "en": "X"}, **field}],
            }
        )


@pytest.mark.parametrize("form", [FORM, EVERY_KIND], ids=["default", "every kind"])
def test_a_form_compiles_to_sound_json_schema(form):
    Draft202012Validator.check_schema(json_schema(form))


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 20) | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
likely = {
    "text": st.sampled_from(["好", "x" * 10, "x" * 11]),
    "long_text": st.sampled_from(["a\nb", "x" * 31]),
    "choice": st.sampled_from(["a", "b", "c"]),
    "multi_choice": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3),
    "number": st.integers(-1, 11) | st.floats(-1, 11),
    "date_time": st.datetimes().map(lambda at: at.isoformat()) | st.just("soon"),
    "address": st.sampled_from(["a@b.example", "a@b", "a b@c.de"]),
    "phone": st.sampled_from(["+86 21 6888 8888", "(021) 6888-8888", "12", "(-----", "00-12-", "00-123"]),
    "file": st.lists(st.sampled_from(["k1", "k2", "k3"]), max_size=3),
    "yes_no": st.booleans(),
}


@given(st.fixed_dictionaries({}, optional=likely))
def test_the_server_and_the_schema_accept_the_same(answers):
    is_valid = Draft202012Validator(json_schema(EVERY_KIND)).is_valid(answers)

    assert (EVERY_KIND.check(answers)[1] == []) is is_valid


@given(st.dictionaries(st.sampled_from([*likely, "other"]) | st.text(max_size=5), anything, max_size=8))
def test_whatever_is_sent_is_accepted_or_objected_to(answers):
    accepted, found = EVERY_KIND.check(answers)

    given_fields = {name for name in answers if EVERY_KIND.field(name)}
    assert set(accepted) <= given_fields
    assert {objection.field for objection in found}.isdisjoint(accepted)
    assert EVERY_KIND.check(accepted, complete=False) == (accepted, [])


@pytest.mark.parametrize("title", ["\u200b\u200b", "\x00", "\ufeff ", "\u2028"])
def test_a_text_that_leaves_no_mark_counts_as_not_given(title: str) -> None:
    form = default_config().form()
    assert form is not None
    _, objections = form.check({"title": title})

    assert ("title", "required") in {(objection.field, objection.code) for objection in objections}


def test_control_characters_are_taken_out_of_a_text() -> None:
    form = default_config().form()
    assert form is not None
    accepted, _ = form.check({"title": "A\x1b[31mB\x00", "description": "one\r\n\ttwo"})

    assert accepted == {"title": "A[31mB", "description": "one\r\n\ttwo"}
