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
from tests.fakes import InMemoryCounts
from tests.unit.identity.conftest import RingInMemory

NOW = datetime.now(UTC)
PROOFS = Proofs(RingInMemory(), InMemoryCounts(), DESK)


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
        proofs.check(solution, now=NOW)
    (error,) = refused.value.errors
    return error.code


def test_a_solution_is_good_once() -> None:
    solution = solved(PROOFS.challenge(now=NOW))

    PROOFS.check(solution, now=NOW)
    assert refusal(solution) == "proof_refused"


def test_the_same_solution_written_otherwise_is_the_same() -> None:
    challenge = PROOFS.challenge(now=NOW)
    PROOFS.check(solved(challenge), now=NOW)

    assert refusal(solved(challenge, anything="else")) == "proof_refused"


def test_a_solution_to_nothing_of_ours_is_refused() -> None:
    challenge = PROOFS.challenge(now=NOW)
    other_desk = Proofs(RingInMemory(), InMemoryCounts(), "other")

    assert refusal("") == "proof_required"
    assert refusal("x") == "proof_refused"
    assert refusal(solved(challenge, number=-1)) == "proof_refused"
    assert refusal(solved(challenge, signature="0" * 64)) == "proof_refused"
    assert refusal(solved(challenge, salt=challenge["salt"].replace("key=", "key=x"))) == "proof_refused"
    assert refusal(solved(challenge, algorithm="SHA-1")) == "proof_refused"
    assert refusal(solved(other_desk.challenge(now=NOW))) == "proof_refused"
    assert refusal(solved(PROOFS.challenge(now=NOW - LIFE - timedelta(minutes=1)))) == "proof_refused"


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
        PROOFS.check(request.headers["X-Aftercare-Proof"], now=NOW)
        return httpx.Response(201, json={"reference": "AS-0000-0001"})

    client = DeskClient("http://desk.example")
    client._http = httpx.Client(base_url="http://desk.example", transport=httpx.MockTransport(answer))

    assert client.open_ticket({})["reference"] == "AS-0000-0001"
