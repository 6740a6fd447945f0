"""The agents' API of a customer's address: whether mail reaches it, and clearing it."""

from datetime import UTC, datetime

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict

from functions.desk.wiring import authenticate, ticket_mail
from functions.shared.domain.mail_standing import Undeliverable

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

_ADDRESS = "/api/v1/desk/tickets/<reference>/address"


class Reachability(BaseModel):
    """Whether the ticket's customer can be mailed; `undeliverable` says since when not, and why."""

    model_config = ConfigDict(frozen=True)

    undeliverable: Undeliverable | None


@router.get(_ADDRESS)
def read_address(reference: str) -> Reachability:
    """Whether mail reaches the ticket's customer."""
    return Reachability(undeliverable=ticket_mail().undeliverable(authenticate(router.current_event), reference))


@router.post(f"{_ADDRESS}/clear")
def clear_address(reference: str) -> Reachability:
    """The ticket's customer may be mailed again."""
    ticket_mail().clear(authenticate(router.current_event), reference, now=datetime.now(UTC))
    return Reachability(undeliverable=None)
