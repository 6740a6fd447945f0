"""Proof of work: what holds, and what is made up."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.intake.proofs import LIFE, Proofs
from functions.shared.domain.errors import InvalidInput
from ops.desk_client import DeskClient
from tests.factories import DESK
from tests.unit.identity.conftest import RingInMemory

NOW = datetime.now(UTC)
PROOFS = Proofs(RingInMemory(), DESK)


def solved(challenge: dict[str, Any], **changes: Any) -> str:
    """What a browser sends back."""
    number = next(
        n
        for n in range(challenge["maxNumber"] + 1)
        if hashlib.sha256(f"{challenge['salt']}{n}".encode()).hexdigest() == challenge["challenge"]
    )
    parts = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps({**parts, "number": number, **changes}).encode()).decode()


def refusal(solution: str, proofs: Proofs = PROOFS) -> str:
    with pytest.raises(InvalidInput) as refused:
        proofs.check(solution)
    (error,) = refused.value.errors
    return error.code


def test_a_solution_is_known_by_what_it_solves_however_it_is_written() -> None:
    challenge = PROOFS.challenge(now=NOW)

    assert PROOFS.check(solved(challenge)) == PROOFS.check(solved(challenge, anything="else")) == challenge["challenge"]


def test_a_solution_to_nothing_of_ours_is_refused() -> None:
    challenge = PROOFS.challenge(now=NOW)
    other_desk = Proofs(RingInMemory(), "other")

    assert refusal("") == "proof_required"
    assert refusal("x") == "proof_refused"
    assert refusal(solved(challenge, number=-1)) == "proof_refused"
    assert refusal(solved(challenge, signature="0" * 64)) == "proof_refused"
    assert refusal(solved(challenge, salt=challenge["salt"].replace("key=", "key=x"))) == "proof_refused"
    assert refusal(solved(challenge, algorithm="SHA-1")) == "proof_refused"
    assert refusal(solved(other_desk.challenge(now=NOW))) == "proof_refused"
    assert refusal(solved(PROOFS.challenge(now=NOW - LIFE - timedelta(minutes=1)))) == "proof_refused"


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"salt":['])
def test_a_solution_that_is_nested_without_end_is_refused(opening: str) -> None:
    deep = base64.b64encode((opening * (1_400 // len(opening))).encode()).decode()

    assert refusal(deep) == "proof_refused"


@settings(max_examples=60)
@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: base64.b64encode(raw).decode()))
def test_nothing_made_up_breaks_the_check(solution: str) -> None:
    assert refusal(solution) in ("proof_required", "proof_refused")


def test_the_command_lines_client_solves_what_the_desk_asks() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/form":
            return httpx.Response(200, json={"x-proof-of-work": True})
        if request.url.path == "/api/v1/challenge":
            return httpx.Response(200, json=PROOFS.challenge(now=NOW))
        PROOFS.check(request.headers["X-Aftercare-Proof"])
        return httpx.Response(201, json={"reference": "AS-0000-0001"})

    client = DeskClient("http://desk.example")
    client._http = httpx.Client(base_url="http://desk.example", transport=httpx.MockTransport(answer))

    assert client.open_ticket({})["reference"] == "AS-0000-0001"
