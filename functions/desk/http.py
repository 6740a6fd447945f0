"""The agents' door on the web: their API and the console."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.desk import (
    api,
    customers_api,
    deleting_api,
    handling_api,
    incidents_api,
    mail_api,
    merging_api,
    opening_api,
    past_api,
    quarantine_api,
    rules_api,
    staffing_api,
)
from functions.desk.pages import (
    customers,
    delete_routes,
    details_routes,
    handling_routes,
    incident_routes,
    mail_routes,
    merge_routes,
    opening_routes,
    people,
    quarantine_routes,
    routes,
    rule_pages,
    why_routes,
)
from functions.desk.sign_in import add_sign_in_routes
from functions.desk.wiring import desk_config, sign_in, wiring
from functions.shared.domain.errors import TicketGone
from functions.shared.http import build_resolver
from functions.shared.pages.deletions import for_staff

logger = Logger(service="desk")
app = build_resolver(
    logger,
    problem_page=routes.problem_page,
    desk_language=lambda: wiring().language(),
    before=lambda: wiring().config.live(),  # what was published counts from the next request on
)
app.include_router(opening_api.router)
app.include_router(api.router)
app.include_router(past_api.router)
app.include_router(quarantine_api.router)
app.include_router(customers_api.router)
app.include_router(customers.router)
app.include_router(handling_api.router)
app.include_router(rules_api.router)
app.include_router(opening_routes.router)
app.include_router(incidents_api.router)
app.include_router(details_routes.router)
app.include_router(routes.router)
app.include_router(handling_routes.router)
app.include_router(why_routes.router)
app.include_router(mail_api.router)
app.include_router(mail_routes.router)
app.include_router(incident_routes.router)
app.include_router(merging_api.router)
app.include_router(merge_routes.router)
app.include_router(deleting_api.router)
app.include_router(delete_routes.router)
app.include_router(staffing_api.router)
app.include_router(people.router)
app.include_router(rule_pages.router)
app.include_router(quarantine_routes.router)
add_sign_in_routes(app, sign_in, routes.gate)


@app.exception_handler(TicketGone)
def on_deleted_ticket(gone: TicketGone) -> Response[Any]:
    """Whatever was asked of the ticket: a browser gets the page that stands for it, others the same in a sentence."""
    if app.is_asked_for_a_page():
        return delete_routes.show_gone(gone)
    return app.refuse(for_staff(gone, desk_config().desk.zone))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)
