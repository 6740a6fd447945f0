"""What rules did, as the terminal says it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.shared.contracts.words import Language

Json = dict[str, Any]

_FATES: Final[Mapping[str, str]] = {
    "matched": "matched",
    "not_matched": "did not match",
    "not_reached": "was not reached",
    "disabled": "is disabled",
    "other_occasion": "is for other occasions",
    "already_acted": "led to this itself, and does not act on what follows from its own act",
    "chain_ended": "was not tried: too many runs of rules led to this one after the other",
    "not_in_force": "was not in force",
}


def told(reason: Json, language: Language) -> str:
    """Why a rule acted or not: one sentence, and its condition leaf by leaf."""
    fate = _FATES[reason["fate"]]
    if reason["stopped_by"]:
        fate = f"{fate}: {reason['stopped_by']} stopped the run"
    if reason["fate"] not in ("matched", "not_matched"):
        fate = f"{fate}; its condition {'holds' if reason['holds'] else 'does not hold'}"
    head = f"{reason['rule']} (“{reason['name'][language]}”, version {reason['version']}) {fate}."
    lines = _condition(reason["when"], 1) if reason["when"] else ["  ✓ it has no condition"]
    lines = [*lines, *(f"  → {placed[language]}" for placed in reason.get("placing", ()))]
    return "\n".join([f"{reason['reference']}, event {reason['event']} ({reason['event_type']}): {head}", *lines])


def _condition(outcome: Json, depth: int) -> Iterator[str]:
    mark = "✓" if outcome["holds"] else "✗"
    indent = "  " * depth
    if outcome["kind"] != "leaf":
        yield f"{indent}{mark} {outcome['kind']}"
        for part in outcome["parts"]:
            yield from _condition(part, depth + 1)
        return
    value = outcome.get("value")
    wanted = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    asked = f"{outcome['field']} {outcome['op']} {wanted}".rstrip()
    seen = outcome.get("seen")
    shown = "nothing" if seen is None else f"“{' '.join(seen.split())}”"
    found = f", found {', '.join(outcome['found'])}" if outcome.get("found") else ""
    yield f"{indent}{mark} {asked}: saw {shown}{found}"
