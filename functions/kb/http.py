"""The knowledge base on the web: the articles' API, the help centre, and the console's article pages."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.kb import api, console, help_centre
from functions.kb.browser import problem_page
from functions.kb.search_index import require_fts5
from functions.shared.http import Problem, build_resolver

logger = Logger(service="kb")
require_fts5()


def show_problem(problem: Problem) -> Response[Any]:
    """A problem as a page."""
    return problem_page(app.current_event, problem)


app = build_resolver(logger, problem_page=show_problem)
app.include_router(api.router)
app.include_router(help_centre.router)
app.include_router(console.router)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)
