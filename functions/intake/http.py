"""The customer's door on the web: the public API and the portal."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.intake import api, channel_api
from functions.intake.pages import routes
from functions.intake.wiring import gate, wiring
from functions.shared.domain.errors import TicketGone
from functions.shared.gateways.config import RECENT
from functions.shared.http import build_resolver
from functions.shared.pages.deletions import for_customers

logger = Logger(service="intake")
app = build_resolver(
    logger,
    problem_page=routes.problem_page,
    desk_language=lambda: wiring().language(),
    before=lambda: _let_in(),
)
app.include_router(api.router)
app.include_router(channel_api.router)
app.include_router(routes.router)


@app.exception_handler(TicketGone)
def on_deleted_ticket(gone: TicketGone) -> Response[Any]:
    return app.refuse(for_customers(gone))


def _let_in() -> None:
    """What was published counts within seconds; so do the limits."""
    wiring().config.live(within=RECENT)
    gate().admit(app.current_event, now=datetime.now(UTC))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)
