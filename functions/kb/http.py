"""The knowledge base on the web: the articles' API, the help centre, and the console's article pages."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.kb import api
from functions.kb.pages import console, help_centre
from functions.kb.search_index import require_fts5
from functions.kb.wiring import desk_config, wiring
from functions.shared.domain.errors import TicketGone
from functions.shared.gateways.config import RECENT
from functions.shared.http import build_resolver
from functions.shared.pages.deletions import for_staff

logger = Logger(service="kb")
require_fts5()
app = build_resolver(
    logger,
    problem_page=help_centre.problem_page,
    desk_language=lambda: wiring().language(),
    before=lambda: wiring().config.live(within=RECENT),  # what was published counts within seconds
)
app.include_router(api.router)
app.include_router(help_centre.router)
app.include_router(console.router)


@app.exception_handler(TicketGone)
def on_deleted_ticket(gone: TicketGone) -> Response[Any]:
    """Only people of the desk come by a ticket here."""
    return app.refuse(for_staff(gone, desk_config().desk.zone))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)
