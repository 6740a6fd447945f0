"""What the desk's own past makes likely."""

from typing import Literal

from pydantic import Field

from functions.shared.contracts.base import Value


class Suggestion(Value):
    """What is likely for a field that no rule decided, and because of which words."""

    field: Literal["team", "module", "priority"]
    value: str
    probability: float = Field(ge=0, le=1)
    evidence: tuple[str, ...] = ()
    learned: str = Field(description="The version of what was learned.")
    has_acted: bool = Field(default=False, description="It was done; otherwise it waits for somebody to accept it.")
