"""The ways of choosing a person for a ticket, as rules and teams write them down."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from functions.shared.domain.document import Part

Skill = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""What somebody can do, in the desk's own words; a module's id says that they know the module."""

By = Literal["round_robin", "least_loaded", "skill"]


class Way(Part):
    """How one of a team's people is chosen from those who are present and under their limit."""

    by: By = Field(
        default="round_robin",
        description="In turn; who has the fewest open tickets; or who has the skills, first those who speak the"
        " customer's language and of these who has the fewest.",
    )
    skills: tuple[Skill, ...] = Field(
        default=(), max_length=10, description="All of these are needed; by skill without any: the ticket's module."
    )
    sticky: bool = Field(default=False, description="Whoever had the company's last ticket goes first.")
