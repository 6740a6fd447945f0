"""A Chromium, and the desk it visits."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from functions.shared.contracts.words import Role
from ops.local.endpoints import Endpoints
from ops.local.settings import LocalSettings
from ops.local.tokens import for_role
from tests.e2e.running_desk import RunningDesk

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_MS: Final = 30_000

Visitor = Callable[..., Page]

expect.set_options(timeout=_PATIENCE_MS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, or the one that Playwright fetched.

    Not for the whole session: while Playwright is open its event loop runs, and no other test may run one of its own.
    """
    with sync_playwright() as playwright:
        found = next((path for name in _NAMES if (path := shutil.which(name))), None)
        if found is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium found: install one, or run `playwright install chromium`")
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def without_scripts(chromium: Browser, cloud: LocalSettings) -> Iterator[Page]:
    """A page of a browser in which scripts are switched off."""
    with closing(chromium.new_context(base_url=cloud.url, java_script_enabled=False)) as context:
        context.set_default_timeout(_PATIENCE_MS)
        yield context.new_page()


@pytest.fixture
def desk(cloud: LocalSettings) -> Iterator[RunningDesk]:
    """The desk behind the pages."""
    running = RunningDesk(Endpoints.read(cloud.endpoints_file).model_dump(), for_role(cloud, Role.AGENT))
    with closing(running):
        yield running


@pytest.fixture
def visitor(chromium: Browser, cloud: LocalSettings) -> Iterator[Visitor]:
    """Opens a browser of somebody new; afterwards, nobody's page may have broken its own policy."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(f"{message.location['url']}: {message.text}")

    def open_one(locale: str = "zh-CN", *, width: int = 1280, height: int = 860) -> Page:
        context = chromium.new_context(base_url=cloud.url, locale=locale, viewport={"width": width, "height": height})
        context.set_default_timeout(_PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints
