"""Mail on the ticket's page: the HTML of a message in a frame that can do nothing, and an address cleared."""

from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit, done
from functions.desk.wiring import ticket_mail

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_FRAME: Final = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}
"""The markup was cleaned when it arrived; here it runs, loads and submits nothing even if the cleaning failed."""

_PAGE: Final = (
    '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light"><title>Mail</title>'
    "<style>body{{font:15px/1.6 sans-serif;margin:12px;background:#fff;overflow-wrap:break-word}}"
    "img,table{{max-width:100%}}</style>{html}"
)


@router.get(f"{TICKET}/messages/<sequence>/html", middlewares=SIGNED_IN)
def show_html(ticket: str, sequence: int) -> Response[Any]:
    """A mail as its sender laid it out."""
    html = ticket_mail().html(Visit(router).principal, ticket, sequence)
    # Inside an attribute this stays text, since it brings no quotation mark.
    page = _PAGE.format(html=html.replace("<a ", "<a target=_blank "))
    return Response(HTTPStatus.OK, "text/html; charset=utf-8", page, headers={**_FRAME})


@router.post(f"{TICKET}/address/clear", middlewares=SIGNED_IN)
def clear_address(ticket: str) -> Response[Any]:
    """The customer may be mailed again."""
    visit = Visit(router)
    ticket_mail().clear(visit.principal, ticket, now=visit.now)
    return done(ticket, "clear_address")
