"""Who gets in on the local cloud: agents by managed login, customers by their links, and nobody else."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from ops.local.endpoints import Endpoints
from ops.local.settings import LocalSettings
from tests.e2e.local_cloud import run_desk
from tests.e2e.running_desk import RunningDesk, events_of
from tests.e2e.test_main_job import problem

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


class Form(HTMLParser):
    """The form of a page that is sent to `action`; the first one without a wish."""

    def __init__(self, page: httpx.Response, action: str = "") -> None:
        super().__init__()
        self._wanted, self._is_inside = action, False
        self.url, self.fields = "", dict[str, str]()
        self._page = str(page.url)
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = not self.url and self._wanted in ("", values.get("action"))
            if self._is_inside:
                self.url = urljoin(self._page, values.get("action"))
        if tag == "input" and self._is_inside and "name" in values:
            self.fields[values["name"]] = values.get("value", "")


class Browser:
    """Follows redirects and keeps cookies, each browser its own."""

    def __init__(self, cloud: LocalSettings) -> None:
        self.url = cloud.url
        self.http = httpx.Client(follow_redirects=True, timeout=60, trust_env=False)
        self._user = Endpoints.read(cloud.endpoints_file).users[0]

    def close(self) -> None:
        self.http.close()

    def get(self, path: str) -> httpx.Response:
        return self.http.get(f"{self.url}{path}", headers={"Accept": "text/html"})

    def send(self, form: Form, **fields: str) -> httpx.Response:
        return self.http.post(form.url, data={**form.fields, **fields}, headers={"Accept": "text/html"})

    def sign_in(self, path: str = "/desk", *, password: str | None = None) -> httpx.Response:
        """The page at the end of signing in."""
        form = Form(self.get(path))
        return self.send(form, username=self._user.email, password=password or self._user.password)

    @property
    def cookies(self) -> set[str]:
        return {cookie.name for cookie in self.http.cookies.jar}


@pytest.fixture
def browser(cloud: LocalSettings) -> Iterator[Browser]:
    with closing(Browser(cloud)) as one:
        yield one


@pytest.fixture
def another_browser(cloud: LocalSettings) -> Iterator[Browser]:
    with closing(Browser(cloud)) as one:
        yield one


def is_console(page: httpx.Response) -> bool:
    return page.status_code == 200 and urlsplit(str(page.url)).path == "/desk"


def test_an_agent_signs_in_with_managed_login_and_out_again(browser: Browser) -> None:
    refused = browser.sign_in(password="Wrong-password-1")
    assert not is_console(refused)

    page = browser.sign_in("/desk?view=mine")
    assert is_console(page)
    assert page.url.query == b"view=mine"

    gate = browser.send(Form(page, "/desk/sign-out"))
    assert urlsplit(str(gate.url)).path == "/desk/sign-in"
    assert not browser.cookies & {"aftercare_id", "aftercare_refresh", "aftercare_session"}
    assert not is_console(browser.get("/desk"))


def test_a_session_is_its_browsers_alone(browser: Browser, another_browser: Browser) -> None:
    assert is_console(browser.sign_in())

    assert not is_console(another_browser.get("/desk"))


def test_a_session_is_renewed_when_its_token_is_over(browser: Browser) -> None:
    browser.sign_in()
    browser.http.cookies.delete("aftercare_id")

    assert is_console(browser.get("/desk"))
    assert "aftercare_id" in browser.cookies


def test_a_post_without_the_token_of_its_page_changes_nothing(browser: Browser, desk: RunningDesk) -> None:
    browser.sign_in()
    reference = desk.report(problem()).json()["reference"]

    answer = browser.http.post(f"{browser.url}/desk/tickets/{reference}/note", data={"note": "forged"})

    assert answer.status_code == 403
    assert not events_of(desk.ticket(reference), "NoteAdded")


def test_a_link_opens_its_own_ticket_until_it_is_revoked(
    cloud: LocalSettings, desk: RunningDesk, browser: Browser, another_browser: Browser
) -> None:
    address = f"li-{uuid.uuid4().hex[:8]}@acme.example"
    mine = desk.report(problem(contact={"name": "李四", "address": address})).json()
    other = desk.report(problem()).json()

    page = browser.http.get(mine["tracking_url"])
    assert page.status_code == 200
    assert page.url.query == b""  # the token has left the address
    assert browser.get(f"/track/{other['reference']}").status_code == 401
    assert another_browser.get(f"/track/{mine['reference']}").status_code == 401
    assert desk.call("GET", f"/api/v1/tickets/{other['reference']}", token=mine["token"]).status_code == 404
    assert desk.call("GET", "/api/v1/desk/queue", token=mine["token"]).status_code == 401

    of_contact = run_desk(cloud, "token", "--contact", address).strip()
    assert desk.call("GET", f"/api/v1/tickets/{mine['reference']}", token=of_contact).status_code == 200

    run_desk(cloud, "keys", "revoke", mine["id"])
    assert (
        desk.call("GET", f"/api/v1/tickets/{mine['reference']}", token=mine["token"]).json()["code"] == "link_expired"
    )
    assert desk.call("GET", f"/api/v1/tickets/{mine['reference']}", token=of_contact).status_code == 200
