"""Forms that ask by what was answered: shown, required and limited by other fields, the same for server and schema."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from functions.shared.contracts.words import Channel
from functions.shared.domain.form import Form
from functions.shared.domain.form_answers import tidied
from functions.shared.domain.form_conditions import Test
from functions.shared.domain.form_faults import form_faults, standard_faults
from functions.shared.domain.form_schema import json_schema


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def field(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    if "choices" in more:
        more["choices"] = [{"value": value, "label": words(value)} for value in more["choices"]]
    return {"id": name, "kind": kind, "label": words(name), **more}


def form(*fields: dict[str, Any], **more: Any) -> Form:
    return Form.model_validate({"id": "some", "name": words("Some"), "fields": fields, **more})


def leaf(name: str, op: str = "is", value: Any = None) -> dict[str, Any]:
    return {"field": name, "op": op, **({} if value is None else {"value": value})}


TOPIC = field("topic", "choice", choices=["fault", "question", "billing"], required=True)
SERVICE = form(
    TOPIC,
    field("module", "choice", choices=["shop", "pay", "ledger"], limit=[
        {"when": leaf("topic", "is", "billing"), "to": ["pay", "ledger"]},
    ]),
    field("steps", "long_text", required_when=leaf("topic", "is", "fault")),
    field("invoice", shown_when=leaf("topic", "is", "billing"), required=True),
    field("copy", "yes_no", shown_when=leaf("invoice", "not_empty")),
    field("screenshot", "file", required_when={"all": [
        leaf("topic", "is", "fault"), {"not": leaf("channel", "in", ["email", "phone"])},
    ]}),
)  # fmt: skip


def found(answers: dict[str, Any], channel: Channel = Channel.FORM) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in SERVICE.check(answers, channel=channel)[1]]


@pytest.mark.parametrize(
    ("answers", "objections"),
    [
        ({"topic": "question"}, []),
        ({"topic": "fault"}, [("steps", "required"), ("screenshot", "required")]),
        ({"topic": "fault", "steps": "1. open", "screenshot": ["a"]}, []),
        ({"topic": "billing"}, [("invoice", "required")]),
        ({"topic": "billing", "invoice": "4711", "copy": True}, []),
        ({"topic": "question", "invoice": "4711"}, [("invoice", "not_asked")]),
        ({"topic": "question", "invoice": "4711", "copy": True}, [("invoice", "not_asked"), ("copy", "not_asked")]),
        ({"topic": "billing", "invoice": "4711", "module": "shop"}, [("module", "not_offered")]),
        ({"topic": "question", "module": "shop"}, []),
        ({}, [("topic", "required")]),
    ],
)
def test_what_is_asked_follows_from_the_other_answers(answers, objections):
    assert found(answers) == objections


def test_what_is_required_depends_on_the_channel():
    assert found({"topic": "fault", "steps": "1."}, Channel.PHONE) == []
    assert SERVICE.missing({"topic": "fault"}, Channel.EMAIL) == ("steps",)
    assert SERVICE.missing({}, Channel.EMAIL) == ("topic",)


def test_what_was_not_asked_counts_for_nothing():
    answers = {"topic": "question", "invoice": "4711", "copy": True}

    assert SERVICE.shown(answers) == {"topic", "module", "steps", "screenshot"}
    assert SERVICE.without_hidden(answers) == {"topic": "question"}


def test_what_is_needed_may_be_excused():
    _, objections = SERVICE.check(
        {"topic": "fault", "steps": "1."}, channel=Channel.FORM, excused=["screenshot"]
    )  # a browser without scripts cannot send files

    assert objections == []


def test_clients_get_tests_in_which_everything_known_is_settled():
    screenshot = SERVICE.field("screenshot")
    assert screenshot is not None

    assert SERVICE.tests(screenshot, channel=Channel.FORM).required == {"field": "topic", "in": ["fault"]}
    assert SERVICE.tests(screenshot, channel=Channel.PHONE).required == {"any": []}
    assert SERVICE.tests(
        screenshot, channel=Channel.FORM, known={"topic": "fault"}, open_fields=["screenshot"]
    ).required == {"all": []}


def test_the_schema_leaves_out_what_the_channel_never_asks():
    asked = form(field("title"), field("phoned_at", shown_when=leaf("channel", "is", "phone")))

    assert "phoned_at" not in json_schema(asked, channel=Channel.API)["properties"]
    assert "phoned_at" in json_schema(asked, channel=Channel.PHONE)["properties"]


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        (
            [TOPIC, field("a", required_when={"any": [leaf("topic", "is", "fault"), leaf("topc", "empty")]})],
            ("fields", 1, "required_when", "any", 1),
            'the form has no field "topc", did you mean "topic"?',
        ),
        (
            [TOPIC, field("a", shown_when={"not": leaf("topic", "in", ["fault", "quest"])})],
            ("fields", 1, "shown_when", "not"),
            '"topic" offers no choice "quest", did you mean "question"?',
        ),
        (
            [TOPIC, field("a", "choice", choices=["x"], limit=[{"when": leaf("topic", "empty"), "to": ["x", "y"]}])],
            ("fields", 1, "limit", 0, "to", 1),
            '"a" offers no choice "y"',
        ),
        (
            [
                field("a", shown_when=leaf("c", "not_empty")),
                field("b", shown_when=leaf("a", "not_empty")),
                field("c", shown_when={"all": [leaf("b", "empty")]}),
            ],
            ("fields", 0, "shown_when"),
            "a circle: each of these is shown by the next (a → c → b → a)",
        ),
        (
            [field("a"), field("b", required_when=leaf("a", "contains", "refund"))],
            ("fields", 1, "required_when"),
            '"contains" cannot be asked of "a", which is of kind text: a form can ask empty, not_empty',
        ),
        (
            [field("n", "number"), field("b", required_when=leaf("n", "is", "many"))],
            ("fields", 1, "required_when"),
            '"n" is a number, and "many" is none',
        ),
        (
            [field("y", "yes_no"), field("b", required_when=leaf("y", "is", "yes"))],
            ("fields", 1, "required_when"),
            '"y" is true or false, not "yes"',
        ),
        (
            [field("a", shown_when=leaf("channel", "is", "fax"))],
            ("fields", 0, "shown_when"),
            "no channel fax; there is form, email, phone, chat, wechat, wecom, manager, api",
        ),
        (
            [field("a", "choice", choices=["x"], required_when=leaf("a", "is", "x"))],
            ("fields", 0, "required_when"),
            '"a" asks for its own answer',
        ),
        (
            [field("a"), field("b", shown_when=leaf("company.tier", "is", "vip"))],
            ("fields", 1, "shown_when"),
            'the form has no field "company.tier"',
        ),
    ],
)  # fmt: skip
def test_a_form_that_cannot_work_is_refused_with_the_place(fields, place, message):
    assert list(form_faults(form(*fields))) == [(place, message)]


TITLE, DESCRIPTION = field("title", required=True), field("description", "long_text", required=True)
EMAIL, PHONE = field("contact_email", "address"), field("contact_phone", "phone")


@pytest.mark.parametrize(
    ("asked", "place", "message"),
    [
        (form(DESCRIPTION, {**EMAIL, "required": True}), ("fields",), 'the form must require "title" always'),
        (form(TITLE, DESCRIPTION, EMAIL, PHONE), ("fields",), "nobody could be answered"),
        (
            form(TITLE, DESCRIPTION, {**EMAIL, "required": True}, field("attachments")),
            ("fields", 3, "kind"),
            '"attachments" is of kind file on every ticket',
        ),
        (
            form(TITLE, DESCRIPTION, {**EMAIL, "required": True}, field("impact", "choice", choices=["me", "company"])),
            ("fields", 3, "choices", 0, "value"),
            '"impact" is one of person, department, company on every ticket',
        ),
    ],
)
def test_a_form_that_makes_no_tickets_is_refused(asked, place, message):
    [(found, sentence)] = standard_faults(asked)

    assert found == place
    assert sentence.startswith(message)


def test_a_form_may_leave_the_way_to_answer_to_its_customers():
    assert (
        list(standard_faults(form(TITLE, DESCRIPTION, EMAIL, PHONE, at_least_one=[["contact_email", "contact_phone"]])))
        == []
    )


@pytest.mark.parametrize(
    "wrong",
    [
        field("topic"),
        field("language"),
        field("a", limit=[{"when": leaf("b", "empty"), "to": ["x"]}]),
        field("a", required=True, required_when=leaf("b", "empty")),
        field("a", minimum=3),
        field("a", shown_when=leaf("b", "about", "x")),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        form(field("b"), wrong)


# Random forms: every field may ask for earlier ones, in random trees, so no form is a circle.

NAMES = "abcdef"
CHOICES = ["x", "y", "z"]
KINDS = ["text", "choice", "multi_choice", "number", "yes_no", "file", "date_time"]


def a_leaf(name: str, kind: str) -> st.SearchStrategy[dict[str, Any]]:
    presence = st.sampled_from([leaf(name, "empty"), leaf(name, "not_empty")])
    one = st.sampled_from(CHOICES)
    some = st.lists(one, min_size=1, max_size=3, unique=True)
    match kind:
        case "choice" | "multi_choice":
            equal = st.tuples(st.sampled_from(["is", "is_not"]), one) | st.tuples(
                st.sampled_from(["in", "not_in"]), some
            )
            if kind == "multi_choice":
                lists = st.tuples(st.sampled_from(["contains_any", "contains_all"]), some)
                equal = equal | lists | st.tuples(st.just("contains"), one)
        case "number":
            equal = st.tuples(
                st.sampled_from(["is", "is_not", "at_least", "at_most"]), st.integers(0, 4) | st.just(1.5)
            )
        case "yes_no":
            equal = st.tuples(st.sampled_from(["is", "is_not"]), st.booleans())
        case _:
            return presence
    return presence | equal.map(lambda question: leaf(name, *question))


@st.composite
def random_forms(draw: st.DrawFn) -> Form:
    fields: list[dict[str, Any]] = []
    for name in NAMES[: draw(st.integers(2, len(NAMES)))]:
        kind = draw(st.sampled_from(KINDS))
        more: dict[str, Any] = {"choices": CHOICES} if "choice" in kind else {}
        channel = st.sampled_from(["form", "email"]).map(lambda value: leaf("channel", "is", value))
        leaves = st.one_of(channel, *(a_leaf(one["id"], one["kind"]) for one in fields))
        condition = st.recursive(
            leaves,
            lambda inner: st.builds(lambda word, parts: {word: parts}, st.sampled_from(["all", "any"]),
                                    st.lists(inner, min_size=1, max_size=3))
            | st.builds(lambda part: {"not": part}, inner),
            max_leaves=4,
        )  # fmt: skip
        if draw(st.booleans()):
            more["shown_when"] = draw(condition)
        match draw(st.sampled_from(["required", "required_when", ""])):
            case "required":
                more["required"] = True
            case "required_when":
                more["required_when"] = draw(condition)
        if "choices" in more and draw(st.booleans()):
            to = st.lists(st.sampled_from(CHOICES), min_size=1, max_size=2, unique=True)
            more["limit"] = draw(st.lists(st.fixed_dictionaries({"when": condition, "to": to}), min_size=1, max_size=2))
        fields.append(field(name, kind, **more))
    names = [one["id"] for one in fields]
    groups = st.lists(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True), max_size=1)
    return form(*fields, at_least_one=draw(groups))


LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["好", "  ", "", "x" * 201]),
    "choice": st.sampled_from([*CHOICES, *CHOICES, "other", "", None]),
    "multi_choice": st.lists(st.sampled_from(CHOICES), max_size=3, unique=True) | st.just(["other"]),
    "number": st.integers(0, 4) | st.sampled_from([1.5, 2.0, "many"]),
    "yes_no": st.booleans() | st.just("yes"),
    "file": st.lists(st.sampled_from(["k1", "k2"]), max_size=2, unique=True),
    "date_time": st.sampled_from(["2026-03-02", "2026-03-02T10:20:00+08:00", "soon"]),
}


@settings(max_examples=100)
@given(st.data())
def test_server_and_schema_accept_the_same_answers_to_any_form(data: st.DataObject):
    asked = data.draw(random_forms())
    assert list(form_faults(asked)) == []
    answers = data.draw(st.fixed_dictionaries({}, optional={one.id: LIKELY[one.kind] for one in asked.fields}))
    channel = data.draw(st.sampled_from([Channel.FORM, Channel.EMAIL, Channel.API]))
    schema = json_schema(asked, channel=channel)

    accepted, objections = asked.check(answers, channel=channel)

    given_answers = {name: tidied(answer) for name, answer in answers.items() if tidied(answer) is not None}
    assert Draft202012Validator(schema).is_valid(given_answers) is (objections == [])
    assert asked.check(accepted, channel=channel, complete=False) == (accepted, [])
    assert set(accepted) <= asked.shown(accepted, channel)


@settings(max_examples=20)
@given(random_forms())
def test_any_form_compiles_to_sound_json_schema(asked: Form):
    Draft202012Validator.check_schema(json_schema(asked, channel=Channel.FORM))


def holds(test: Test, answers: dict[str, Any]) -> bool:
    """What the browser's script does, in Python."""
    match test:
        case {"all": parts}:
            return all(holds(part, answers) for part in parts)
        case {"any": parts}:
            return any(holds(part, answers) for part in parts)
        case {"not": part}:
            return not holds(part, answers)
    answer = answers.get(test["field"])
    given_ = [] if answer is None else answer if isinstance(answer, list) else [answer]
    match test:
        case {"in": values}:
            return any(
                (type(one) is bool) == (type(value) is bool) and one == value for one in given_ for value in values
            )
        case {"min": least}:
            return bool(given_) and given_[0] >= least
        case {"max": most}:
            return bool(given_) and given_[0] <= most
        case _:
            return bool(given_)


@settings(max_examples=60)
@given(st.data())
def test_a_client_that_asks_the_tests_comes_to_what_the_server_says(data: st.DataObject):
    asked = data.draw(random_forms())
    answers = data.draw(st.fixed_dictionaries({}, optional={one.id: LIKELY[one.kind] for one in asked.fields}))
    accepted, _ = asked.check(answers, channel=Channel.FORM, complete=False)
    missing = asked.missing(accepted, Channel.FORM)
    grouped = {name for group in asked.at_least_one for name in group}

    for one in asked.fields:
        tests = asked.tests(one, channel=Channel.FORM)
        assert holds(tests.shown, accepted) is (one.id in asked.shown(accepted, Channel.FORM))
        if one.id not in accepted and one.id not in grouped:
            assert holds(tests.required, accepted) is (one.id in missing)
