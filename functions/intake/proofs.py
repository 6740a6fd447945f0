"""Proof of work: whoever reports lets their machine calculate for a moment, which is nothing once and much a million
times. The protocol is ALTCHA's, with challenges that we sign: nobody else is asked about anybody.
"""

import base64
import json
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from altcha import v1

from functions.shared.contracts.words import DeskId
from functions.shared.domain.errors import InvalidInput
from functions.shared.domain.mail_rules import Brake
from functions.shared.domain.saying import Saying
from functions.shared.identity.keys import Keys, Purpose, SigningKey

LIFE: Final = timedelta(minutes=20)
HARDEST: Final = 100_000
"""A browser tries half as many on average: a fraction of a second on a computer, a second or two on an old phone."""

_KEY: Final = "key"
_ONCE: Final = Brake(at_most=1, within="24h")
_LONGEST: Final = 2_000


class Counts(Protocol):
    def admit(self, counted: str, brake: Brake, *, now: datetime) -> bool: ...


class Proofs:
    """The challenges of one desk; each is good for one report."""

    def __init__(self, keys: Keys, counts: Counts, desk: DeskId) -> None:
        self._keys = keys
        self._counts = counts
        self._desk = desk

    def challenge(self, *, now: datetime) -> dict[str, Any]:
        """Something to calculate, as ALTCHA's clients expect it."""
        key = self._keys.current()
        options = v1.ChallengeOptions(
            max_number=HARDEST, hmac_key=self._secret(key), expires=now + LIFE, params={_KEY: key.id}
        )
        made: dict[str, Any] = v1.create_challenge(options).to_dict()
        return made

    def check(self, solution: str, *, now: datetime) -> None:
        """Take the solution in; it is good once.

        Raises:
            InvalidInput: it is missing, wrong, too old, or was used before.
        """
        if not solution:
            raise InvalidInput.of("proof", "proof_required", Saying.of("objection.proof_required"))
        challenge = self._solved(solution)
        if challenge is None or not self._counts.admit(f"proof#{challenge}", _ONCE, now=now):
            raise InvalidInput.of("proof", "proof_refused", Saying.of("objection.proof_refused"))

    def _solved(self, solution: str) -> str | None:
        """The challenge of ours that it solves, if any."""
        if len(solution) > _LONGEST:
            return None
        try:
            payload: Any = _payload(solution)
            key = self._keys.find(v1.extract_params(payload).get(_KEY, [""])[0])
            holds = key is not None and v1.verify_solution(payload, self._secret(key))[0]
        except (ValueError, TypeError, AttributeError, KeyError):
            return None  # made up by somebody
        return str(payload["challenge"]) if holds else None

    def _secret(self, key: SigningKey) -> str:
        return key.derive(Purpose.PROOF_OF_WORK, self._desk).hex()


def _payload(solution: str) -> dict[str, Any]:
    """The parts of the solution that are signed or calculated, and no others.

    Raises:
        ValueError: it is none.
    """
    read = json.loads(base64.b64decode(solution, validate=True))
    if not isinstance(read, dict):
        raise ValueError("no object")
    if read.get("algorithm") != "SHA-256" or not isinstance(read.get("number"), int):
        raise ValueError("another algorithm")
    return {name: read[name] for name in ("algorithm", "challenge", "number", "salt", "signature")}
