"""What strangers send on the local cloud: signed messages of a chat tool, guarded forms, files."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from functions.intake.channels import generic
from functions.shared.contracts.words import Role
from ops.local.aws import LocalAws
from ops.local.deploy import outputs
from ops.local.endpoints import Endpoints
from ops.local.settings import LocalSettings
from ops.local.tokens import for_role
from tests.e2e.local_cloud import CHANNEL_FILE, CHAT, GUARDED_FORM, run_desk
from tests.e2e.running_desk import RunningDesk
from tests.e2e.test_doors import Browser, Form
from tests.e2e.test_main_job import problem
from tests.unit.test_proofs import solved

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def secret(cloud: LocalSettings) -> str:
    """What the chat tool signs with."""
    return run_desk(cloud, "channel", "secret", CHAT).strip()


@pytest.fixture(scope="module")
def lead(cloud: LocalSettings) -> Iterator[RunningDesk]:
    """The desk, and a lead's token for it."""
    endpoints = Endpoints.read(cloud.endpoints_file).model_dump()
    with closing(RunningDesk(endpoints, for_role(cloud, Role.LEAD))) as client:
        yield client


@pytest.fixture
def browser(cloud: LocalSettings) -> Iterator[Browser]:
    with closing(Browser(cloud)) as one:
        yield one


def post(desk: RunningDesk, payload: dict[str, Any], secret: str, *, age: int = 0) -> httpx.Response:
    body, at = json.dumps(payload, ensure_ascii=False).encode(), int(time.time()) - age
    headers = {generic.TIMESTAMP: str(at), generic.SIGNATURE: generic.sign(body, at, secret.encode())}
    return desk.call("POST", f"/api/v1/channels/{CHAT}", content=body, headers=headers)


def said(text: str, field: str = "said") -> dict[str, Any]:
    run = uuid.uuid4().hex[:8]
    return {"id": f"m-{run}", "room": f"r-{run}", "from": f"v-{run}", field: text}


def test_a_signed_message_is_a_ticket_once_and_an_unsigned_one_is_nothing(desk: RunningDesk, secret: str) -> None:
    message = said(f"结账页一直转圈 {uuid.uuid4().hex[:8]}")
    first, again = post(desk, message, secret), post(desk, message, secret)

    assert (first.status_code, first.json()["fate"]) == (201, "opened")
    assert (again.status_code, again.json()) == (200, {**first.json(), "fate": "repeated"})
    ticket = desk.triaged(first.json()["reference"])
    assert (ticket["channel"], ticket["title"]) == ("chat", message["said"])

    strange = said(f"Let me in {uuid.uuid4().hex[:8]}")
    refused = [post(desk, strange, "x" * len(secret)), post(desk, strange, secret, age=301)]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(401, "not_signed_in")}
    assert strange["said"] not in {line["title"] for line in desk.queue()}


def test_a_held_message_replayed_by_a_lead_opens_its_ticket(
    cloud: LocalSettings, desk: RunningDesk, lead: RunningDesk, secret: str
) -> None:
    text = f"打印机没有反应 {uuid.uuid4().hex[:8]}"
    assert post(desk, said(text, field="words"), secret).status_code == 422
    held = next(mail for mail in lead.agent("GET", "/mail/quarantine") if mail["channel"] == CHAT)
    assert held["held"] == "bad_payload"
    assert desk.call("GET", "/api/v1/desk/mail/quarantine").status_code == 401

    file = cloud.config / "channels" / CHANNEL_FILE
    written = file.read_text(encoding="utf-8")
    try:
        file.write_text(written.replace("text: said", "text: said || words"), encoding="utf-8")
        run_desk(cloud, "config", "publish", str(cloud.config), "-m", "the tool says words now")
        lead.agent("POST", f"/mail/quarantine/{held['id']}/replay")

        def opened() -> list[dict[str, Any]]:
            if (
                lead.agent("GET", f"/mail/quarantine/{held['id']}")["standing"] == "held"
            ):  # read by what was live before
                lead.agent("POST", f"/mail/quarantine/{held['id']}/replay")
            return [line for line in desk.queue() if line["title"] == text]

        [line] = desk.until(opened, what="the ticket of the held message")
    finally:
        file.write_text(written, encoding="utf-8")
        run_desk(cloud, "config", "publish", str(cloud.config), "-m", "as it was")
    assert line["channel"] == "chat"


def test_a_guarded_form_takes_a_report_only_with_a_proof_that_nobody_used(desk: RunningDesk) -> None:
    report = {
        "form": GUARDED_FORM,
        "title": f"Guarded {uuid.uuid4().hex[:8]}",
        "description": "It does not print.",
        "contact": {"address": f"guarded-{uuid.uuid4().hex[:8]}@peer.example"},
    }

    def send(proof: str = "") -> tuple[int, list[str]]:
        headers = {"X-Aftercare-Proof": proof} if proof else {}
        answer = desk.call("POST", "/api/v1/tickets", json=report, headers=headers)
        return answer.status_code, [error["code"] for error in answer.json().get("errors", [])]

    assert desk.call("GET", "/api/v1/form", params={"form": GUARDED_FORM}).json()["x-proof-of-work"] is True
    assert send() == (422, ["proof_required"])
    assert send("bm90IGEgcHJvb2Y=") == (422, ["proof_refused"])
    proof = solved(desk.call("GET", "/api/v1/challenge").json())
    assert send(proof) == (201, [])
    assert send(proof) == (200, [])
    report["description"] = "It prints nothing."
    assert send(proof) == (422, ["proof_refused"])


def test_the_page_of_a_guarded_form_asks_for_the_proof_and_lets_no_bait_be_taken(
    desk: RunningDesk, browser: Browser
) -> None:
    page = browser.get(f"/report?form={GUARDED_FORM}&lang=en")
    told = {"title": f"By page {uuid.uuid4().hex[:8]}", "description": "No paper.", "contact_email": "p@peer.example"}

    without = browser.send(Form(page, "/report"), **told)
    assert without.status_code == 422
    assert "JavaScript" in without.text
    proof = solved(desk.call("GET", "/api/v1/challenge").json())
    baited = browser.send(Form(page, "/report"), **told, proof=proof, website="https://spam.example")
    assert baited.status_code == 422
    assert told["title"] not in {line["title"] for line in desk.queue()}

    accepted = browser.send(Form(page, "/report"), **told, proof=proof)  # the bait cost no proof
    assert accepted.status_code == 200
    assert str(accepted.url).endswith("/reported")


def scanned(cloud: LocalSettings, key: str, verdict: str) -> None:
    """Tag the file as GuardDuty does once it has looked at it."""
    aws = LocalAws(cloud)
    tags: Any = {"TagSet": [{"Key": "GuardDutyMalwareScanStatus", "Value": verdict}]}
    aws.s3.put_object_tagging(Bucket=outputs(aws)["BlobsBucket"], Key=key, Tagging=tags)


def test_a_file_replaced_after_the_report_is_not_what_the_ticket_shows(cloud: LocalSettings, desk: RunningDesk) -> None:
    attachment, replace = desk.upload("trace.txt", b"what was reported")
    reported = desk.report(problem(attachments=[attachment])).json()
    replace(b"something else entirely")

    [file] = desk.ticket(reported["reference"])["problem"]["description"]["attachments"]
    scanned(cloud, file["key"], "NO_THREATS_FOUND")
    path = f"/api/v1/tickets/{reported['reference']}/attachments/1"
    link = desk.call("GET", path, token=reported["token"])
    assert link.status_code == 303
    downloaded = httpx.get(link.headers["location"], timeout=30, trust_env=False)
    assert downloaded.content == b"what was reported"
    assert downloaded.headers["content-disposition"].startswith("attachment")
    assert file["size"] == len(downloaded.content)


def test_a_file_is_kept_back_until_the_malware_scan_finds_it_clean(
    cloud: LocalSettings, desk: RunningDesk, browser: Browser
) -> None:
    attachment, _ = desk.upload("invoice.txt", b"harmless or not")
    reported = desk.report(problem(attachments=[attachment])).json()
    reference, token = reported["reference"], reported["token"]
    [file] = desk.ticket(reference)["problem"]["description"]["attachments"]
    path = f"/api/v1/tickets/{reference}/attachments/1"
    browser.sign_in()
    browser.http.get(reported["tracking_url"])

    def refusal() -> str:
        answer = desk.call("GET", path, token=token)
        assert answer.status_code in (403, 409)
        code: str = answer.json()["code"]
        return code

    def shown(language: str) -> list[str]:
        """The ticket's page as the agent and as the customer sees it."""
        pages = (f"/desk/tickets/{reference}?lang={language}", f"/track/{reference}?lang={language}")
        return [browser.get(page).text for page in pages]

    assert refusal() == "file_being_checked"
    assert all("This file is still being checked." in page for page in shown("en"))

    scanned(cloud, file["key"], "THREATS_FOUND")
    assert refusal() == "unsafe_file"
    assert desk.ticket(reference)["withheld"] == {file["key"]: "unsafe"}
    assert all("This file did not pass the malware check and cannot be downloaded." in page for page in shown("en"))
    assert all("文件未通过安全检查，不能下载。" in page for page in shown("zh"))
    assert all("/files/1" not in page and "/attachments/1" not in page for page in shown("zh"))

    scanned(cloud, file["key"], "NO_THREATS_FOUND")
    assert desk.call("GET", path, token=token).status_code == 303
    assert desk.ticket(reference)["withheld"] == {}
    assert "/attachments/1" in shown("zh")[0]
    assert "/files/1" in shown("zh")[1]
