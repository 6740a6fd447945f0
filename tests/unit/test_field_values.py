"""What rules may write into fields, and what is refused with its place and in both languages."""

from typing import Any

import pytest

from functions.desk.fault_words import known_fault
from functions.shared.domain.config_check import faults, spelled
from functions.shared.domain.form_fields import FormField
from functions.shared.domain.rules import Rule
from tests.factories import NOON, default_config

CHOICES = [{"value": one, "label": {"zh": one, "en": one}} for one in ("phone", "tablet")]
OWN = [
    {"id": "seats", "kind": "number", "minimum": 1},
    {"id": "devices", "kind": "multi_choice", "choices": CHOICES},
    {"id": "device", "kind": "choice", "choices": CHOICES},
    {"id": "paid", "kind": "yes_no"},
    {"id": "bill", "kind": "file"},
    {"id": "copy_to", "kind": "address"},
    {"id": "site", "kind": "text", "max_length": 5},
]


def found(field: str, value: Any) -> list[tuple[str, str]]:
    """What the check says of a rule that writes `value` into `field`."""
    config = default_config()
    form = config.forms[0]
    own = tuple(FormField.model_validate({**one, "label": {"zh": one["id"], "en": one["id"]}}) for one in OWN)
    rule = Rule.model_validate(
        {
            "id": "r",
            "name": {"zh": "规则", "en": "R"},
            "then": [{"do": "set_field", "field": field, "value": value}],
        }
    )
    told = {"forms": (form.model_copy(update={"fields": (*form.fields, *own)}), *config.forms[1:]), "rules": (rule,)}
    return [(spelled(fault.place), fault.message) for fault in faults(config.model_copy(update=told), NOON)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("module", "api"),
        ("impact", "company"),
        ("urgency", "critical"),
        ("language", "en"),
        ("fields.invoice_number", "C-1"),
        ("fields.seats", 3.5),
        ("fields.devices", ["tablet", "phone"]),
        ("fields.device", "phone"),
        ("fields.paid", False),
        ("fields.copy_to", "a@b.example"),
    ],
)
def test_a_rule_may_write_what_the_field_takes(field: str, value: Any) -> None:
    assert found(field, value) == []


@pytest.mark.parametrize(
    ("field", "value", "part", "reason"),
    [
        ("module", "ghost", "value", 'no module "ghost"'),
        ("fields.ghost", "x", "field", 'no form has a field "ghost"'),
        ("fields.title", "x", "field", '"title" is a field of every ticket, none of the desk\'s own'),
        ("fields.seats", "three", "value", "seats needs a number"),
        ("fields.seats", 0, "value", "seats needs a number from 1 to inf"),
        ("fields.devices", "phone", "value", "devices needs a list of values"),
        ("fields.devices", ["phone", "watch"], "value", "devices needs one of phone, tablet"),
        ("fields.device", ["phone"], "value", "device needs one value"),
        ("fields.paid", "yes", "value", "paid is either true or false"),
        ("fields.bill", "bill.pdf", "value", "bill holds files, which rules cannot set"),
        ("fields.copy_to", "nobody", "value", "copy_to needs what a field of kind address holds"),
        ("fields.site", "too long", "value", "site needs a text of at most 5 characters"),
    ],
)
def test_what_the_field_does_not_take_is_refused(field: str, value: Any, part: str, reason: str) -> None:
    assert found(field, value) == [(f"rules[0].then[0].{part}", reason)]
    assert known_fault(reason)
