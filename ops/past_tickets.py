"""Tickets in a file, one JSON object a line: to try rules on."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import ValidationError

from functions.shared.domain.config_check import spelled
from functions.shared.domain.past_tickets import BadLine, PastTicket
from functions.shared.domain.schema_faults import sentence
from ops.failure import Failure

LONGEST_LINE: Final = 5_000_000
"""Characters. What is longer is no ticket."""


def read_tickets(lines: Iterable[str]) -> Iterator[PastTicket | BadLine]:
    """The ticket of each line that is not blank, in order, one at a time.

    Raises:
        Failure: the lines are not UTF-8.
    """
    number = 0
    try:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _ticket(number, line)
    except UnicodeDecodeError as error:
        raise Failure(f"The tickets are not UTF-8 (line {number + 1} or below).") from error


def _ticket(number: int, line: str) -> PastTicket | BadLine:
    if len(line) > LONGEST_LINE:
        return BadLine(number, f"the line has more than {LONGEST_LINE:,} characters")
    try:
        written = json.loads(line)
    except (ValueError, RecursionError) as error:
        return BadLine(number, f"this is no JSON: {error}")
    if not isinstance(written, dict):
        return BadLine(number, "this is no JSON object")
    if not _is_sayable(written):
        named = written.get("id")
        return BadLine(number, "it holds half a character (a lone surrogate)", named if _is_sayable(named) else None)
    try:
        return PastTicket.model_validate(written)
    except ValidationError as error:
        faults = (f"{spelled(details['loc'])}: {sentence(details)}" for details in error.errors())
        return BadLine(number, "; ".join(faults), written.get("id"))


def _is_sayable(written: object) -> bool:
    """Whether all of it can be written down again: half a surrogate pair is no character."""
    try:
        json.dumps(written, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
