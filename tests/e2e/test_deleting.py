"""Deleting on the local cloud, where roles are enforced: the content goes in seconds, and what comes later is new."""

import json
import uuid
from email.message import EmailMessage
from typing import Any

import pytest

from functions.shared.contracts.words import Role
from ops.local.aws import LocalAws
from ops.local.deploy import outputs
from ops.local.settings import LocalSettings
from ops.local.tokens import for_role
from tests.e2e.running_desk import RunningDesk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def letter(desk: RunningDesk, run: str, number: int, *, answers: str | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Grace <forget-{run}@peer.example>", desk.support_address
    mail["Subject"], mail["Message-ID"] = f"Forget {run}", f"<{number}-{run}@peer.example>"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(f"What I said {run}\n" * (300 if number == 1 else 1))
    mail.add_attachment(run.encode(), maintype="image", subtype="png", filename="logo.png")
    return mail


def opened(desk: RunningDesk, run: str) -> str:
    lines = desk.until(lambda: [line for line in desk.queue() if run in line["title"]], what="the ticket")
    return str(lines[0]["reference"])


def stored(cloud: LocalSettings, words: str) -> list[str]:
    """Where in the table and the buckets something of `words` is left, but for the customer's own record."""
    aws = LocalAws(cloud)
    stack: dict[str, Any] = outputs(aws)
    pages = aws.dynamodb.get_paginator("scan").paginate(TableName=stack["TableName"])
    found = [item["pk"]["S"] for page in pages for item in page["Items"] if words in json.dumps(item)]
    for bucket in (one["Name"] for one in aws.s3.list_buckets()["Buckets"]):
        for page in aws.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in page.get("Versions", ()):
                if version["Size"] < 100_000:
                    wanted = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
                    if words.encode() in aws.s3.get_object(**wanted)["Body"].read():
                        found.append(version["Key"])
    return [place for place in found if "#CONTACT" not in place]


def test_a_deleted_ticket_is_erased_everywhere_and_an_answer_to_it_opens_a_new_one(
    cloud: LocalSettings, desk: RunningDesk
) -> None:
    run = uuid.uuid4().hex[:10]
    desk.mail(letter(desk, run, 1))
    reference = opened(desk, run)
    desk.until(lambda: desk.mails_to(f"forget-{run}@peer.example"), what="the receipt")
    desk.triaged(reference)
    path, wish = f"/api/v1/desk/tickets/{reference}", {"reason": "privacy", "confirm": reference}

    manager = for_role(cloud, Role.MANAGER)
    assert desk.call("POST", f"{path}/delete", token=for_role(cloud, Role.LEAD), json=wish).status_code == 403
    assert desk.call("POST", f"{path}/delete", token=manager, json=wish).status_code == 200
    assert desk.call("GET", path, token=manager).status_code == 410

    def erased() -> bool:
        return bool(desk.call("GET", f"{path}/deletion", token=manager).json()["erased_at"])

    desk.until(erased, what="the erasure")
    assert stored(cloud, run) == []

    desk.mail(letter(desk, run, 2, answers=f"<1-{run}@peer.example>"))
    assert opened(desk, run) != reference
