"""The HTTP edge all slices share: one resolver, and every failure as problem JSON (RFC 9457)."""

import base64
import binascii
import json
import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, ResponseBuilder
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.shared.domain.errors import AftercareError, InvalidInput, MalformedRequest, TooLarge, TooManyRequests
from functions.shared.domain.findings import field_error
from functions.shared.domain.saying import Saying
from functions.shared.pages.languages import DEFAULT_LANGUAGE, negotiate
from functions.shared.problems import Problem, dump_json

MAX_BODY_BYTES = 1024 * 1024

# What every answer carries unless its route says otherwise: answers hold people's data, and URLs may hold tokens.
DEFAULT_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


ProblemPage = Callable[[Problem], Response[Any]]


class HttpResolver(APIGatewayHttpResolver):
    """Powertools' HTTP API resolver that refuses bodies it cannot read and answers every failure as a problem."""

    def __init__(
        self,
        logger: Logger,
        *,
        problem_page: ProblemPage | None,
        desk_language: Callable[[], str],
        max_body_bytes: int,
    ) -> None:
        super().__init__(
            enable_validation=True,
            response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
            serializer=dump_json,
            json_body_deserializer=_load_json,
        )
        self._logger = logger
        self._problem_page = problem_page
        self._desk_language = desk_language
        self._max_body_bytes = max_body_bytes

    def resolve(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """The answer to `event`, with the default headers where its route set no others."""
        try:
            _check_body(event, self._max_body_bytes)
        except (MalformedRequest, TooLarge) as error:
            request = APIGatewayProxyEventV2(dict(event))
            BaseRouter.current_event = request  # for the page that tells of it; routing would have set it
            answer = ResponseBuilder[APIGatewayProxyEventV2](self.refuse(error, request)).build(request)
        else:
            answer = super().resolve(event, context)
        answer["body"] = answer.get("body") or ""  # a redirect has none, which the local cloud's API cannot send
        headers = answer.setdefault("headers", {})
        present = {name.lower() for name in headers}
        headers.update({name: value for name, value in DEFAULT_HEADERS.items() if name.lower() not in present})
        # The route, never the path: that may name a ticket.
        self._logger.info("answered", route=event.get("routeKey"), status=answer["statusCode"])
        return answer

    def methods_of(self, path: str) -> list[str]:
        """The methods for which `path` has a route."""
        routes = self._static_routes + self._dynamic_routes
        return sorted({route.method for route in routes if route.rule.match(path)})

    def refuse(self, error: AftercareError, request: APIGatewayProxyEventV2 | None = None) -> Response[Any]:
        """The answer for a failure the domain knows by name."""
        request = request or self.current_event
        language = self._language(request)
        problem = Problem.of_error(error, language, request_id=_request_id(request))
        answer = self._tell(problem, language, request, reason=str(error))
        if isinstance(error, TooManyRequests):
            answer.headers["Retry-After"] = str(math.ceil(error.after.total_seconds()))
        return answer

    def problem(self, status: HTTPStatus, code: str, *, reason: str = "") -> Response[Any]:
        """The answer for the failure `code`; the logs are told the `reason`."""
        request = self.current_event
        language = self._language(request)
        problem = Problem.of(status, code, language, request_id=_request_id(request))
        return self._tell(problem, language, request, reason=reason)

    def is_asked_for_a_page(self, request: APIGatewayProxyEventV2 | None = None) -> bool:
        """Whether a person in a browser is asking."""
        request = request or self.current_event
        return "text/html" in request.headers.get("accept", "") and not _is_api(request.path)

    def _tell(self, problem: Problem, language: str, request: APIGatewayProxyEventV2, *, reason: str) -> Response[Any]:
        """Problem JSON, or the slice's page when a person in a browser is asking."""
        self._logger.info(
            "request refused", status=problem.status, code=problem.code, reason=reason, request_id=problem.instance
        )
        if self._problem_page and self.is_asked_for_a_page(request):
            return self._problem_page(problem)
        return problem.to_response(language)

    def _language(self, request: APIGatewayProxyEventV2) -> str:
        """The language that the request prefers of those that we speak, else the desk's."""
        return negotiate((), request.headers.get("accept-language"), self._desk_language())


def build_resolver(
    logger: Logger,
    *,
    problem_page: ProblemPage | None = None,
    desk_language: Callable[[], str] = lambda: DEFAULT_LANGUAGE,
    before: Callable[[], object] | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> HttpResolver:
    """A resolver for one entry point.

    Args:
        logger: The entry point's logger.
        problem_page: Renders a problem for a browser; without it, and always under `/api/`, problems are JSON.
        desk_language: The language of problems for whoever asks for none that we speak; it is told without fail.
        before: Done before each request that has a route; what it raises is answered as if the route had.
        max_body_bytes: A longer body is refused with `too_large`, unread.
    """
    app = HttpResolver(logger, problem_page=problem_page, desk_language=desk_language, max_body_bytes=max_body_bytes)
    if before:
        app.use([_after(before)])

    @app.exception_handler(AftercareError)
    def on_domain_error(error: AftercareError) -> Response[Any]:
        return app.refuse(error)

    @app.exception_handler(RequestValidationError)
    def on_invalid_request(error: RequestValidationError) -> Response[Any]:
        if any(finding["type"] == "json_invalid" for finding in error.errors()):
            return app.refuse(MalformedRequest(Saying.of("reason.not_json")))
        return app.refuse(InvalidInput([field_error(_path(*finding["loc"]), finding) for finding in error.errors()]))

    @app.exception_handler(RequestUnsupportedContentType)
    def on_unsupported_content_type(_: RequestUnsupportedContentType) -> Response[Any]:
        return app.problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_content_type")

    @app.exception_handler(NotFoundError)
    def on_no_route(_: NotFoundError) -> Response[Any]:
        path = app.current_event.path
        if not (methods := app.methods_of(path)):
            plain = f"/{path.strip('/')}"
            if app.current_event.http_method == "GET" and app.methods_of(plain):
                query = f"?{app.current_event.raw_query_string}" if app.current_event.raw_query_string else ""
                return Response(HTTPStatus.PERMANENT_REDIRECT, headers={"Location": plain + query})
            return app.problem(HTTPStatus.NOT_FOUND, "route_not_found")
        response = app.problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed")
        response.headers["Allow"] = ", ".join(methods)
        return response

    @app.exception_handler(ServiceError)
    def on_http_error(error: ServiceError) -> Response[Any]:
        status = HTTPStatus(error.status_code)
        return app.problem(status, status.name.lower(), reason=str(error.msg))

    @app.exception_handler(ResponseValidationError)
    def on_invalid_response(error: ResponseValidationError) -> Response[Any]:
        findings = [{"loc": finding["loc"], "type": finding["type"]} for finding in error.errors()]
        logger.error("the answer breaks its own contract", findings=findings)
        return _internal_error(app)

    @app.exception_handler(Exception)
    def on_unexpected_error(error: Exception) -> Response[Any]:
        logger.exception("unexpected error", exc_info=error)
        return _internal_error(app)

    return app


def _after(step: Callable[[], object]) -> Callable[[HttpResolver, NextMiddleware], Response[Any]]:
    """A middleware that lets the route follow `step`."""

    def follow(app: HttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
        step()
        return next_middleware(app)

    return follow


def _internal_error(app: HttpResolver) -> Response[Any]:
    return app.problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error")


def _request_id(request: APIGatewayProxyEventV2) -> str:
    return str(request.raw_event.get("requestContext", {}).get("requestId", ""))


def _is_api(path: str) -> bool:
    return path.startswith("/api/")


def _path(place: str, *path: str | int) -> str:
    """Where a field stands in the request: `query.limit`, or the mere path in the body."""
    return ".".join(map(str, path if place == "body" and path else (place, *path)))


def _check_body(event: Mapping[str, Any], max_body_bytes: int) -> None:
    """Raise TooLarge or MalformedRequest when the body of `event` is no use to any route."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        try:
            size = len(raw := base64.b64decode(body, validate=True))
            if not _is_binary(event):
                raw.decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise MalformedRequest(Saying.of("reason.not_utf8")) from error
    else:
        size = len(body.encode(errors="surrogatepass"))
    if size > max_body_bytes:
        raise TooLarge(Saying.of("reason.at_most_bytes", most=max_body_bytes))


def _is_binary(event: Mapping[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return not headers.get("content-type", "application/json").startswith(
        ("application/json", "application/x-www-form")
    )


def _load_json(text: str) -> Any:
    """Parse `text`; whatever is wrong with it, hostile depth and endless numbers included, is a JSONDecodeError."""
    try:
        parsed = json.loads(text, parse_constant=_refuse_constant)
        json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair is no character
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError(str(error), "", 0) from error
    return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
