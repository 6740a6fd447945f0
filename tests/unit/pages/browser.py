"""A browser of sorts: keeps cookies by path, follows redirections, sends forms with what the page put in them."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.utilities.typing import LambdaContext

from tests.lambdas import CONTEXT, http_event

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


class Browser:
    """Visits the pages of one handler; `path`, `html` and `headers` are of the page that shows."""

    def __init__(self, handler: Handler, language: str = "zh-CN,zh;q=0.9") -> None:
        self._handler = handler
        self.language = language
        self.cookies: dict[tuple[str, str], str] = {}
        self.path = self.html = ""
        self.headers: dict[str, str] = {}

    def get(self, path: str) -> int:
        return self._send("GET", path)

    def post(self, path: str, **fields: str | list[str]) -> int:
        """Send the form of the page with action `path`, filled in."""
        form = re.search(rf'<form[^>]* action="{re.escape(path)}" method="post".*?</form>', self.html, re.DOTALL)
        hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', form[0]) if form else []
        return self._send(
            "POST", path, urlencode({**{name: unescape(it) for name, it in hidden}, **fields}, doseq=True)
        )

    def fetch(self, path: str, **headers: str) -> dict[str, Any]:
        """The bare answer."""
        return self._handler(http_event("GET", path, headers=headers), CONTEXT)

    def _send(self, method: str, path: str, body: str | None = None) -> int:
        path = path.partition("#")[0]
        plain = path.partition("?")[0]
        sent = [f"{name}={value}" for (name, below), value in self.cookies.items() if plain.startswith(below) and value]
        headers = {
            "accept": "text/html",
            "accept-language": self.language,
            "content-type": "application/x-www-form-urlencoded",
            "cookie": "; ".join(reversed(sent)),
        }
        answer = self._handler(http_event(method, path, body, headers), CONTEXT)
        for cookie in answer.get("cookies", []):
            pair, *attributes = cookie.split("; ")
            name, _, value = pair.partition("=")
            below = next((it.partition("=")[2] for it in attributes if it.startswith("Path=")), "/")
            self.cookies[name, below] = value
        self.path, self.html, self.headers = path, answer.get("body") or "", answer["headers"]
        if answer["statusCode"] == 303 and answer["headers"]["Location"].startswith("/"):
            return self._send("GET", answer["headers"]["Location"])
        return int(answer["statusCode"])
