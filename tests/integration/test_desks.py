"""Desks that are nothing but configuration take and triage tickets through the real code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.intake import http as intake
from functions.intake import wiring as intake_wiring
from functions.intake.settings import IntakeHttpSettings
from functions.shared.settings import DeskSettings
from functions.shared.wiring import DeskWiring
from ops.configuration import load_config
from ops.demo import samples
from tests.integration.conftest import BLOBS, TABLE, TOKEN_KEYS, live_desk
from tests.lambdas import CONTEXT, http_event

ROOT = Path(__file__).parents[2]
DESKS = sorted((ROOT / "config" / "desks").iterdir())
GOES_TO = {
    "printer": ("field-support", "repair", ()),
    "access": ("identity", "access", ("approval-needed",)),
    "seal": ("seals", "seal", ()),
    "room": ("front-office", "meeting-room", ()),
}
"""Each sample's team, procedure and automatic reply."""


@pytest.fixture(params=DESKS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest, dynamodb: Any) -> Iterator[Path]:
    """The configuration folder of a desk that runs."""
    config = load_config(request.param)
    of_the_desk = {"desk_id": config.desk.id, "table_name": TABLE, "blobs_bucket": BLOBS}
    environment = IntakeHttpSettings.to_env(
        **of_the_desk,
        public_url="https://desk.example",
        token_key_parameter=TOKEN_KEYS,
        support_address=config.desk.support_address,
        inbound_bucket="aftercare-inbound",
        channel_secrets_parameter="/aftercare/channel-secrets",
    )
    with live_desk(dynamodb, environment, intake_wiring, config=config):
        yield request.param


def test_every_sample_of_a_desk_is_taken_and_led_to_its_team_and_procedure(folder: Path) -> None:
    desk = DeskWiring(DeskSettings.from_env())
    for sample in samples(folder):
        body = json.loads(sample.path.read_text())
        answer = intake.handler(http_event("POST", "/api/v1/tickets", body, {}), CONTEXT)
        assert answer["statusCode"] == 201, answer["body"]
        assert json.loads(answer["body"])["reference"].startswith(load_config(folder).desk.prefix)

        ticket = desk.store.get("tkt_" + json.loads(answer["body"])["reference"][3:].replace("-", "").lower())
        assert ticket.missing == ()
        assert ticket.procedure
        assert (ticket.team, ticket.procedure.id, ticket.answered_with) == GOES_TO[sample.path.stem]
        assert ticket.assignee
        assert ticket.clocks
