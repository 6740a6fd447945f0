"""The quarantine's pages, as a lead's browser meets them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest

from functions.desk import http, wiring
from functions.desk.pages import quarantine_routes, routes, visit
from functions.shared.domain.quarantine import Held, HeldList
from functions.shared.gateways import keys
from functions.shared.pages.languages import LANGUAGES, catalogue
from tests.factories import DESK, NOON
from tests.unit.desk.test_quarantine import Place
from tests.unit.identity.pool import pool_tokens
from tests.unit.pages.conftest import PUBLIC_URL, forget, rewire
from tests.unit.pages.test_console import signed_in

MODULES = (wiring, visit, routes, quarantine_routes, http)
LEAD = "zhou.min@aftercare.example"
URL = "/desk/quarantine/ses-1"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, parts: SimpleNamespace) -> Iterator[Place]:
    settings = SimpleNamespace(
        desk_id=DESK, public_url=PUBLIC_URL, sign_in_url="https://sign-in.example", user_pool_client_id="console-client"
    )
    held = Place()
    rewire(
        monkeypatch,
        MODULES,
        parts,
        settings=settings,
        pool_tokens=pool_tokens(),
        user_pool=SimpleNamespace(),
        quarantine=held.door,
    )
    yield held
    monkeypatch.undo()
    forget(MODULES)


def test_the_page_is_for_leads_and_only_they_are_led_to_it(place: Place) -> None:
    place.hold()
    agent, lead = signed_in(), signed_in(LEAD, role="lead")

    assert agent.get("/desk/quarantine") == agent.get(URL) == 403
    assert agent.get("/desk") == 200
    assert "/desk/quarantine" not in agent.html
    assert lead.get("/desk") == 200
    assert 'href="/desk/quarantine"' in lead.html


@pytest.mark.parametrize(
    ("language", "reason", "sentence"),
    [("zh", "超出限额", "短时间内太多"), ("en", "Too many", "Too much mail in a short time")],
)
def test_what_waits_is_listed_and_looked_at_without_anything_in_it_being_run(
    place: Place, language: str, reason: str, sentence: str
) -> None:
    place.hold(subject="<b>Sale</b>", sender="eve@evil.example", excerpt="<script>alert(1)</script>")
    place.raw.put("ses-1", "Subject: x\r\n\r\n<img src=x onerror=alert(1)>\u202egnp.exe\x1b".encode())
    lead = signed_in(LEAD, language, role="lead")

    assert lead.get("/desk/quarantine") == 200
    assert reason in lead.html
    assert "&lt;b&gt;Sale&lt;/b&gt;" in lead.html
    assert lead.get(URL) == 200
    assert sentence in lead.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in lead.html
    assert "&lt;img src=x onerror=alert(1)&gt;\ufffdgnp.exe\ufffd" in lead.html
    assert "<img" not in lead.html
    assert not {"\u202e", "\x1b"} & set(lead.html)


def test_what_only_the_account_needs_is_not_in_the_way(place: Place) -> None:
    place.hold(Held.MACHINE, subject="Out of office")
    lead = signed_in(LEAD, "en", role="lead")

    assert lead.get("/desk/quarantine") == 200
    assert "Nothing to look at" in lead.html
    assert lead.get("/desk/quarantine?show=all") == 200
    assert "Out of office" in lead.html


@pytest.mark.parametrize(
    ("language", "following", "nothing"), [("zh", "下一页", "这一页没有"), ("en", "Next page", "None on")]
)
def test_a_long_list_goes_on_and_hides_nobody_behind_machines(
    place: Place, monkeypatch: pytest.MonkeyPatch, language: str, following: str, nothing: str
) -> None:
    for number in range(103):
        place.hold(id=f"ses-{number}", received_at=NOON + timedelta(seconds=number), subject=f"Nr. {number}!")
    for number in range(206):
        at = NOON + timedelta(days=1, seconds=number)
        place.hold(Held.MACHINE, id=f"bot-{number}", received_at=at, subject="Out of office")
    lead = signed_in(LEAD, language, role="lead")

    assert lead.get("/desk/quarantine") == 200
    assert "Nr. 102!" in lead.html
    assert "Nr. 2!" not in lead.html
    assert following in lead.html
    assert lead.get(_next_page(lead.html)) == 200
    assert "Nr. 2!" in lead.html
    assert following not in lead.html
    assert 'rel="prev"' in lead.html
    lead.get("/desk/quarantine?show=all")
    assert "Nr. 102!" not in lead.html
    lead.get(_next_page(lead.html))
    lead.get(_next_page(lead.html))
    assert "Nr. 102!" in lead.html
    assert lead.get("/desk/quarantine?after=nowhere") == 422

    stopped = HeldList((), keys.held(NOON, "bot-1"))  # so much is read for one page, and only machines were among it
    monkeypatch.setattr(place.area, "newest", lambda *_, **__: stopped)
    lead.get("/desk/quarantine")
    assert nothing in lead.html
    assert following in lead.html


def _next_page(html: str) -> str:
    (address,) = re.findall(r'href="([^"]+)" rel="next"', html)
    return str(unescape(address))


@pytest.mark.parametrize(
    ("language", "title"), [("zh", "webchat：files：最多 10 项。"), ("en", "webchat: files: At most 10.")]
)
def test_a_channels_message_is_named_by_what_is_wrong_in_the_readers_language(
    place: Place, language: str, title: str
) -> None:
    why = "files: At most 10."
    place.hold(Held.BAD_PAYLOAD, channel="webchat", why=why, subject=f"webchat: {why}")
    lead = signed_in(LEAD, language, role="lead")

    assert lead.get("/desk/quarantine") == 200
    assert title in lead.html
    assert lead.get(URL) == 200
    assert lead.html.count(title) == 2
    assert (why in lead.html) is (language == "en")


@pytest.mark.parametrize(
    ("language", "details"),
    [
        ("zh", "自动回复：主题写有 &#39;Out of office&#39;；信封发件人为空"),
        ("en", "auto_reply: subject says &#39;Out of office&#39;, and null envelope sender"),
    ],
)
def test_why_a_mail_waits_is_told_in_the_readers_language(place: Place, language: str, details: str) -> None:
    place.hold(Held.MACHINE, why="auto_reply: subject says 'Out of office', and null envelope sender")
    lead = signed_in(LEAD, language, role="lead")

    assert lead.get(URL) == 200
    assert details in lead.html


def test_a_lead_lets_a_mail_in(place: Place) -> None:
    place.hold()
    lead = signed_in(LEAD, "en", role="lead")
    lead.get(URL)

    assert lead.post(f"{URL}/release") == 200
    assert "The mail was let in." in lead.html
    assert place.arrived == [("ses-1", "zhou-min")]
    assert lead.get(URL) == 200
    assert "周敏 let it in on" in lead.html


def test_a_lead_lets_a_mail_arrive_again(place: Place) -> None:
    place.hold(Held.VIRUS)
    lead = signed_in(LEAD, "en", role="lead")
    lead.get(URL)
    assert f"{URL}/release" not in lead.html

    assert lead.post(f"{URL}/replay") == 200
    assert place.arrived == [("ses-1", None)]


def test_a_mail_is_deleted_with_a_reason_that_stays(place: Place) -> None:
    place.hold()
    lead = signed_in(LEAD, "en", role="lead")
    lead.get(URL)

    assert lead.post(f"{URL}/delete", why=" ") == 422
    assert "ses-1" in place.raw.bodies
    assert lead.post(f"{URL}/delete", why="An advertisement") == 200
    assert "ses-1" not in place.raw.bodies
    assert lead.get(URL) == 200
    assert "Reason: An advertisement" in lead.html
    assert "The message itself is gone." in lead.html
    assert f"{URL}/replay" not in lead.html


def test_every_reason_is_told_in_every_language() -> None:
    for language in LANGUAGES:
        words = catalogue(language)
        assert all(f"quarantine.held.{held}" in words and f"quarantine.why.{held}" in words for held in Held)


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh", "所属的工单已被删除"), ("en", "after its ticket was deleted")]
)
def test_what_went_with_a_deleted_ticket_says_so_and_offers_nothing(place: Place, language: str, sentence: str) -> None:
    mail = place.hold(subject="Jam", sender="wang@acme.example")
    place.area.hold(mail.forgotten(NOON))
    place.raw.remove("ses-1")
    lead = signed_in(LEAD, language, role="lead")

    assert lead.get(URL) == 200
    assert sentence in lead.html
    assert "wang@acme.example" not in lead.html
    assert f"{URL}/" not in lead.html
