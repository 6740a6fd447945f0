"""Proof of work: whoever reports lets their machine calculate for a moment, which is nothing once and much a million
times. The protocol is ALTCHA's, with challenges that we sign: nobody else is asked about anybody.
"""

import base64
import json
from datetime import datetime, timedelta
from typing import Any, Final

from altcha import v1

from functions.shared.contracts.words import DeskId
from functions.shared.domain.errors import InvalidInput
from functions.shared.domain.saying import Saying
from functions.shared.identity.keys import Keys, Purpose, SigningKey

LIFE: Final = timedelta(minutes=20)
HARDEST: Final = 100_000
"""A browser tries half as many on average: a fraction of a second on a computer, a second or two on an old phone."""

_KEY: Final = "key"
_LONGEST: Final = 2_000


class Proofs:
    """The challenges of one desk."""

    def __init__(self, keys: Keys, desk: DeskId) -> None:
        self._keys = keys
        self._desk = desk

    def challenge(self, *, now: datetime) -> dict[str, Any]:
        """Something to calculate, as ALTCHA's clients expect it."""
        key = self._keys.current()
        options = v1.ChallengeOptions(
            max_number=HARDEST, hmac_key=self._secret(key), expires=now + LIFE, params={_KEY: key.id}
        )
        made: dict[str, Any] = v1.create_challenge(options).to_dict()
        return made

    def check(self, solution: str) -> str:
        """The challenge that is solved, however the solution is written: what one report may be opened by.

        Raises:
            InvalidInput: the solution is missing, wrong or too old.
        """
        if not solution:
            raise InvalidInput.of("proof", "proof_required", Saying.of("objection.proof_required"))
        challenge = self._solved(solution)
        if challenge is None:
            raise proof_refused()
        return challenge

    def _solved(self, solution: str) -> str | None:
        """The challenge of ours that it solves, if any."""
        if len(solution) > _LONGEST:
            return None
        try:
            payload: Any = _payload(solution)
            key = self._keys.find(v1.extract_params(payload).get(_KEY, [""])[0])
            holds = key is not None and v1.verify_solution(payload, self._secret(key))[0]
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return None  # made up by somebody
        return str(payload["challenge"]) if holds else None

    def _secret(self, key: SigningKey) -> str:
        return key.derive(Purpose.PROOF_OF_WORK, self._desk).hex()


def proof_refused() -> InvalidInput:
    """The solution is none, or another report was opened by it."""
    return InvalidInput.of("proof", "proof_refused", Saying.of("objection.proof_refused"))


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
