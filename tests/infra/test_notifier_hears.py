"""The notifier's queue hears of every event that the notifier has something to say about."""

import json
from typing import get_args

import pytest
from pydantic import TypeAdapter

from functions.notifier.plan import plan
from functions.shared.contracts.events import AnyTicketEvent, TicketEvent
from infra.bundling import ROOT
from infra.constructs.notifier import TOLD_OF
from tests.factories import default_config, make_ticket

READ: TypeAdapter[TicketEvent] = TypeAdapter(AnyTicketEvent)
KINDS = get_args(get_args(AnyTicketEvent)[0])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_somebody_gets_mail_about_is_heard(kind: type[TicketEvent]) -> None:
    sample = ROOT / "events" / "bus" / f"{kind.__name__}.v{kind.schema_version}.json"
    event = READ.validate_python(json.loads(sample.read_text())["detail"])
    known = {"assignee": "li-na", "recipients": ("gao-yuan",), "notify": ("gao-yuan",), "is_machine": False}
    event = event.model_copy(update={name: value for name, value in known.items() if name in kind.model_fields})
    notices = plan(event, make_ticket(assignee="li-na"), default_config(), mailbox="support@aftercare.example")

    assert bool(notices) <= (kind in TOLD_OF)
