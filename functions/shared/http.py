"""The HTTP edge all slices share: one resolver, and every failure as problem JSON (RFC 9457)."""

import base64
import binascii
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
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
from aws_lambda_powertools.shared.json_encoder import Encoder
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict

from functions.shared.domain.errors import (
    AftercareError,
    AlreadySeen,
    ArticleNotFound,
    AttachmentNotFound,
    BelongsToAnother,
    CannotMerge,
    ChecklistNotFound,
    CompanyNotFound,
    ConfigMissing,
    ContactNotFound,
    EventNotFound,
    FieldError,
    FileBeingChecked,
    ForgedForm,
    HeldMailNotFound,
    IllegalTransition,
    InvalidInput,
    ItemNotFound,
    KeyReused,
    LinkExpired,
    MalformedRequest,
    MergeRefused,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PersonNotFound,
    ProcedureNotFound,
    RuleNotFound,
    RulesDiverged,
    SignInUnavailable,
    StaleArticle,
    StaleConfig,
    StaleCustomer,
    StaleDraft,
    StalePresence,
    StaleTicket,
    StepNotFound,
    StepUnfinished,
    SuggestionNotFound,
    TicketExists,
    TicketGone,
    TicketNotFound,
    TooLarge,
    TooManyRequests,
    UnsafeFile,
    WorkOpen,
)

PROBLEM_JSON = "application/problem+json"
MAX_BODY_BYTES = 1024 * 1024

STATUS: Mapping[type[AftercareError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    MalformedRequest: HTTPStatus.BAD_REQUEST,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    LinkExpired: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    ForgedForm: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    TicketNotFound: HTTPStatus.NOT_FOUND,
    TicketGone: HTTPStatus.GONE,
    ContactNotFound: HTTPStatus.NOT_FOUND,
    CompanyNotFound: HTTPStatus.NOT_FOUND,
    ArticleNotFound: HTTPStatus.NOT_FOUND,
    EventNotFound: HTTPStatus.NOT_FOUND,
    RuleNotFound: HTTPStatus.NOT_FOUND,
    PersonNotFound: HTTPStatus.NOT_FOUND,
    SuggestionNotFound: HTTPStatus.NOT_FOUND,
    HeldMailNotFound: HTTPStatus.NOT_FOUND,
    AttachmentNotFound: HTTPStatus.NOT_FOUND,
    ProcedureNotFound: HTTPStatus.NOT_FOUND,
    StepNotFound: HTTPStatus.NOT_FOUND,
    ChecklistNotFound: HTTPStatus.NOT_FOUND,
    ItemNotFound: HTTPStatus.NOT_FOUND,
    TicketExists: HTTPStatus.CONFLICT,
    StaleTicket: HTTPStatus.CONFLICT,
    StaleArticle: HTTPStatus.CONFLICT,
    StaleConfig: HTTPStatus.CONFLICT,
    StaleDraft: HTTPStatus.CONFLICT,
    RulesDiverged: HTTPStatus.CONFLICT,
    CannotMerge: HTTPStatus.CONFLICT,
    BelongsToAnother: HTTPStatus.CONFLICT,
    StaleCustomer: HTTPStatus.CONFLICT,
    FileBeingChecked: HTTPStatus.CONFLICT,
    UnsafeFile: HTTPStatus.FORBIDDEN,
    StalePresence: HTTPStatus.CONFLICT,
    AlreadySeen: HTTPStatus.CONFLICT,
    IllegalTransition: HTTPStatus.CONFLICT,
    StepUnfinished: HTTPStatus.CONFLICT,
    WorkOpen: HTTPStatus.CONFLICT,
    MergeRefused: HTTPStatus.CONFLICT,
    SignInUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ConfigMissing: HTTPStatus.SERVICE_UNAVAILABLE,
}

# What every answer carries unless its route says otherwise: answers hold people's data, and URLs may hold tokens.
DEFAULT_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Problem(BaseModel):
    """What went wrong, as RFC 9457 problem details with the desk's `code` and `errors`."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: tuple[FieldError, ...] = ()

    @classmethod
    def of(
        cls, status: HTTPStatus, code: str, detail: str, *, request_id: str, errors: Sequence[FieldError] = ()
    ) -> "Problem":
        """The problem `code`; `request_id` lets support find the request in the logs."""
        return cls(
            type=f"urn:aftercare:problem:{code}",
            title=code.replace("_", " ").capitalize(),
            status=status,
            detail=detail,
            code=code,
            instance=request_id,
            errors=tuple(errors),
        )

    def to_response(self) -> Response[str]:
        """The problem as the JSON answer of an API."""
        document = self.model_dump(exclude={"errors"})
        if self.errors:
            document["errors"] = [asdict(error) for error in self.errors]
        return Response(self.status, PROBLEM_JSON, _dump_json(document))


ProblemPage = Callable[[Problem], Response[Any]]


class HttpResolver(APIGatewayHttpResolver):
    """Powertools' HTTP API resolver that refuses bodies it cannot read and answers every failure as a problem."""

    def __init__(self, logger: Logger, *, problem_page: ProblemPage | None, max_body_bytes: int) -> None:
        super().__init__(
            enable_validation=True,
            response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
            serializer=_dump_json,
            json_body_deserializer=_load_json,
        )
        self._logger = logger
        self._problem_page = problem_page
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
        status = STATUS[type(error)]
        detail = error.sentence
        if status < HTTPStatus.INTERNAL_SERVER_ERROR and str(error):
            detail = f"{detail} ({error})"
        errors = error.errors if isinstance(error, InvalidInput) else ()
        answer = self.problem(status, error.code, detail, errors=errors, request=request)
        if isinstance(error, TooManyRequests):
            answer.headers["Retry-After"] = str(math.ceil(error.after.total_seconds()))
        return answer

    def problem(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        request: APIGatewayProxyEventV2 | None = None,
    ) -> Response[Any]:
        """The answer for the failure `code`: problem JSON, or the slice's page when a person in a browser is asking."""
        request = request or self.current_event
        request_id = str(request.raw_event.get("requestContext", {}).get("requestId", ""))
        self._logger.info("request refused", status=int(status), code=code, reason=detail, request_id=request_id)
        problem = Problem.of(status, code, detail, request_id=request_id, errors=errors)
        if self._problem_page and "text/html" in request.headers.get("accept", "") and not _is_api(request.path):
            return self._problem_page(problem)
        return problem.to_response()


def build_resolver(
    logger: Logger,
    *,
    problem_page: ProblemPage | None = None,
    before: Callable[[], object] | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> HttpResolver:
    """A resolver for one entry point.

    Args:
        logger: The entry point's logger.
        problem_page: Renders a problem for a browser; without it, and always under `/api/`, problems are JSON.
        before: Done before each request that has a route; what it raises is answered as if the route had.
        max_body_bytes: A longer body is refused with `too_large`, unread.
    """
    app = HttpResolver(logger, problem_page=problem_page, max_body_bytes=max_body_bytes)
    if before:
        app.use([_after(before)])

    @app.exception_handler(AftercareError)
    def on_domain_error(error: AftercareError) -> Response[Any]:
        return app.refuse(error)

    @app.exception_handler(RequestValidationError)
    def on_invalid_request(error: RequestValidationError) -> Response[Any]:
        if any(finding["type"] == "json_invalid" for finding in error.errors()):
            return app.refuse(MalformedRequest("not valid JSON"))
        return app.refuse(InvalidInput([_field_error(finding) for finding in error.errors()]))

    @app.exception_handler(RequestUnsupportedContentType)
    def on_unsupported_content_type(_: RequestUnsupportedContentType) -> Response[Any]:
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        return app.problem(status, "unsupported_content_type", "This content type is not understood here.")

    @app.exception_handler(NotFoundError)
    def on_no_route(_: NotFoundError) -> Response[Any]:
        path = app.current_event.path
        if not (methods := app.methods_of(path)):
            plain = f"/{path.strip('/')}"
            if app.current_event.http_method == "GET" and app.methods_of(plain):
                query = f"?{app.current_event.raw_query_string}" if app.current_event.raw_query_string else ""
                return Response(HTTPStatus.PERMANENT_REDIRECT, headers={"Location": plain + query})
            return app.problem(HTTPStatus.NOT_FOUND, "route_not_found", "There is nothing at this address.")
        response = app.problem(
            HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", f"This address understands {', '.join(methods)}."
        )
        response.headers["Allow"] = ", ".join(methods)
        return response

    @app.exception_handler(ServiceError)
    def on_http_error(error: ServiceError) -> Response[Any]:
        status = HTTPStatus(error.status_code)
        return app.problem(status, status.name.lower(), str(error.msg))

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
    detail = "Something went wrong on our side. Please try again; if it stays, tell us the instance."
    return app.problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)


def _is_api(path: str) -> bool:
    return path.startswith("/api/")


def _field_error(finding: Mapping[str, Any]) -> FieldError:
    place, *path = finding["loc"]
    steps = path if place == "body" and path else [place, *path]
    return FieldError(".".join(map(str, steps)), finding["type"], finding["msg"])


def _check_body(event: Mapping[str, Any], max_body_bytes: int) -> None:
    """Raise TooLarge or MalformedRequest when the body of `event` is no use to any route."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        try:
            size = len(raw := base64.b64decode(body, validate=True))
            if not _is_binary(event):
                raw.decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise MalformedRequest("the body is not valid UTF-8") from error
    else:
        size = len(body.encode(errors="surrogatepass"))
    if size > max_body_bytes:
        raise TooLarge(f"at most {max_body_bytes} bytes")


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


_dump_json: Callable[[Any], str] = partial(json.dumps, separators=(",", ":"), ensure_ascii=False, cls=Encoder)
