"""The mailbox: every mail that left the desk, whole, and the customer's answer to it.

The pages belong to the local cloud only. They show strangers' HTML, so it is framed without scripts, forms or network,
and they act on the machine's own name only, so no other site can make a browser answer mail here.
"""

import asyncio
from email.message import EmailMessage
from email.utils import formataddr, formatdate, getaddresses, make_msgid
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from botocore.exceptions import BotoCoreError, ClientError
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from functions.shared.pages.languages import catalogue
from functions.shared.pages.sizes import file_size
from ops.local.mail_bridge import MailRoom, NotReady
from ops.local.receipt import Received
from ops.local.sent_mail import SentMail, SentMailFolder

_HERE = Path(__file__).parent
_PAGE_CSP = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
_FRAME_CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
_SAFE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_SHOWN = 200


class Mailbox:
    """Pages and JSON over a folder of sent mail."""

    def __init__(self, folder: SentMailFolder, room: MailRoom) -> None:
        self._folder = folder
        self._room = room
        self._pages = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._pages.globals["file_size"] = partial(file_size, words=catalogue("en"))

    def routes(self) -> list[Route]:
        one = "/messages/{mail_id}"
        return [
            Route("/", self.index),
            Route("/mailbox.css", self.stylesheet),
            Route(one, self.show),
            Route(f"{one}/html", self.html),
            Route(f"{one}/raw", self.raw),
            Route(f"{one}/attachments/{{number:int}}", self.attachment),
            Route(f"{one}/reply", self.reply, methods=["POST"]),
            Route("/api/messages", self.list_json),
            Route(f"/api{one}", self.show_json),
            Route(f"/api{one}/reply", self.reply_json, methods=["POST"]),
        ]

    async def index(self, request: Request) -> Response:
        mails = await self._newest(request)
        return self._page("index.html", mails=mails, recipient=request.query_params.get("to", ""))

    async def stylesheet(self, _request: Request) -> Response:
        return FileResponse(_HERE / "templates" / "mailbox.css", media_type="text/css")

    async def show(self, request: Request) -> Response:
        return self._page("mail.html", mail=self._mail(request), answered="answered" in request.query_params)

    async def html(self, request: Request) -> Response:
        page = self._mail(request).body("html") or ""
        return HTMLResponse(page, headers={"Content-Security-Policy": _FRAME_CSP})

    async def raw(self, request: Request) -> Response:
        return Response(self._mail(request).content, media_type="text/plain; charset=utf-8", headers=_SAFE)

    async def attachment(self, request: Request) -> Response:
        attachments = self._mail(request).attachments()
        number = request.path_params["number"]
        if number >= len(attachments):
            raise HTTPException(404)
        chosen = attachments[number]
        disposition = f"attachment; filename*=utf-8''{quote(chosen.name)}"
        headers = {**_SAFE, "Content-Disposition": disposition}
        return Response(chosen.content, media_type="application/octet-stream", headers=headers)

    async def reply(self, request: Request) -> Response:
        """Answer as the customer would, from the page's form."""
        self._require_same_origin(request)
        mail = self._mail(request)
        fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        text = fields.get("text", "").strip()
        if text:
            await self._answer(mail, text)
        address = f"{request.scope['root_path']}/messages/{mail.id}"
        return RedirectResponse(f"{address}?answered" if text else address, status_code=303)

    async def list_json(self, request: Request) -> Response:
        return JSONResponse({"messages": [_summary(mail) for mail in await self._newest(request)]})

    async def show_json(self, request: Request) -> Response:
        return JSONResponse(_whole(self._mail(request)))

    async def reply_json(self, request: Request) -> Response:
        """Answer as the customer would: the body is `{"text": "…"}`."""
        self._require_same_origin(request)
        try:
            text = str((await request.json())["text"])
        except (ValueError, KeyError, TypeError):
            raise HTTPException(400, 'The body must be {"text": "…"}.') from None
        answer = await self._answer(self._mail(request), text)
        return JSONResponse({"message_id": answer["Message-ID"]}, status_code=202)

    async def _answer(self, mail: SentMail, text: str) -> EmailMessage:
        answer = compose_answer(mail, text)
        recipients = tuple(address for _, address in getaddresses(answer.get_all("To", [])))
        received = Received.now(sender_of(mail), recipients, answer.as_bytes())
        try:
            if not all([await asyncio.to_thread(self._room.accepts, recipient) for recipient in recipients]):
                raise HTTPException(409, f"The desk takes no mail for {', '.join(recipients)}.")
            await asyncio.to_thread(self._room.receive, received)
        except (BotoCoreError, ClientError, NotReady) as error:
            raise HTTPException(503, "The desk cannot take mail now. Is the local cloud running?") from error
        return answer

    async def _newest(self, request: Request) -> list[SentMail]:
        recipient = request.query_params.get("to", "").strip().lower()
        wanted = (m for m in self._folder.newest() if not recipient or recipient in map(str.lower, m.recipients))
        return await asyncio.to_thread(lambda: [*islice(wanted, _SHOWN)])

    def _mail(self, request: Request) -> SentMail:
        mail = self._folder.get(request.path_params["mail_id"])
        if mail is None:
            raise HTTPException(404, "There is no such mail.")
        return mail

    def _page(self, template: str, **values: object) -> Response:
        page = self._pages.get_template(template).render(**values)
        return HTMLResponse(page, headers={**_SAFE, "Content-Security-Policy": _PAGE_CSP})

    @staticmethod
    def _require_same_origin(request: Request) -> None:
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
            raise HTTPException(403, "Answers are taken from this page only.")


def sender_of(mail: SentMail) -> str:
    """The customer: the first of those the mail went to."""
    return mail.recipients[0]


def compose_answer(mail: SentMail, text: str) -> EmailMessage:
    """The customer's answer, addressed and threaded as any mail program would."""
    original = mail.message
    answer = EmailMessage()
    answer["From"] = formataddr(next(iter(getaddresses([original.get("To", "")])), ("", sender_of(mail))))
    answer["To"] = original.get("Reply-To") or original.get("From")
    subject = original.get("Subject", "")
    answer["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    answer["Date"] = formatdate(localtime=True)
    answer["Message-ID"] = make_msgid(domain="customer.example")
    if message_id := original.get("Message-ID"):
        answer["In-Reply-To"] = message_id
        answer["References"] = " ".join([*original.get("References", "").split(), message_id])
    quoted = "\n".join(f"> {line}" for line in (mail.body("plain") or "").splitlines())
    written = f"On {original.get('Date', '')}, {original.get('From', '')} wrote:"
    answer.set_content(f"{text}\n\n{written}\n{quoted}\n")
    return answer


def _summary(mail: SentMail) -> dict[str, Any]:
    message = mail.message
    return {
        "id": mail.id,
        "sent_at": mail.sent_at.isoformat(),
        "message_id": message.get("Message-ID"),
        "from": message.get("From"),
        "to": message.get("To"),
        "reply_to": message.get("Reply-To"),
        "subject": message.get("Subject"),
        "recipients": list(mail.recipients),
        "text": mail.body("plain"),
    }


def _whole(mail: SentMail) -> dict[str, Any]:
    return {
        **_summary(mail),
        "headers": [[name, str(value)] for name, value in mail.message.items()],
        "html": mail.body("html"),
        "attachments": [
            {"name": file.name, "content_type": file.content_type, "size": len(file.content)}
            for file in mail.attachments()
        ],
        "raw": mail.content.decode("utf-8", "replace"),
    }


async def plain_error(_request: Request, error: Exception) -> Response:
    """One sentence instead of a page."""
    assert isinstance(error, HTTPException)
    return PlainTextResponse(f"{error.detail}\n", error.status_code)
