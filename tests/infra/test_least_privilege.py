"""Each function's role allows what that function uses, and nothing of the others'. moto checks none of this."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from tests.infra.conftest import CLOUD, Built, as_list, build

MAY = {
    "ses:": {"functions.notifier.events.handler"},
    "events:": {"functions.outbox.stream.handler"},
    "scheduler:": {"functions.sla_watchdog.stream.handler"},
    "iam:": {"functions.sla_watchdog.stream.handler"},
    "dynamodb:UpdateItem": {
        "functions.intake.http.handler",
        "functions.intake.mail.handler",
        "functions.router.occasions.handler",
        "functions.router.triage.handler",
        "functions.sla_watchdog.timer.handler",
        "functions.sla_watchdog.renewal.handler",
        "functions.desk.http.handler",
        "functions.notifier.events.handler",
        "functions.notifier.webhooks.handler",
    },
    "dynamodb:GetRecords": {"functions.outbox.stream.handler", "functions.sla_watchdog.stream.handler"},
    "s3:DeleteObject": {
        "functions.kb.publish.handler",
        "functions.desk.http.handler",
        "functions.desk.erase.handler",
        "functions.intake.mail.handler",
    },
    "s3:ListBucketVersions": {"functions.desk.erase.handler"},
    "dynamodb:DeleteItem": {"functions.desk.erase.handler"},
    "sns:": {"functions.desk.http.handler"},
}
"""Rights that only some have: which entry points may do actions that begin so."""

READ_ONLY = {
    "functions.outbox.stream.handler",
    "functions.sla_watchdog.stream.handler",
    "functions.sla_watchdog.sweep.handler",
    "functions.kb.publish.handler",
}
"""Entry points that never change what the table holds."""


SAID = {"blobs/attachments/*", "blobs/bodies/*"}
CONFIG = {"s3:GetObject blobs/config/*"}
TRIAGE = CONFIG | {"s3:GetObject blobs/bodies/*", "s3:GetObject blobs/lessons/*"}
OBJECTS = {
    "functions.intake.http.handler": TRIAGE
    | {"s3:PutObject inbound/channels/*", "s3:GetObject blobs/uploads/*", "s3:PutObject blobs/uploads/*"}
    | {f"s3:{verb} {said}" for verb in ("GetObject", "PutObject") for said in SAID},
    "functions.intake.mail.handler": TRIAGE
    | {f"s3:PutObject {said}" for said in SAID}
    | {"s3:GetObject inbound/*", "s3:DeleteObject inbound/*"},
    "functions.router.occasions.handler": CONFIG | {"s3:GetObject blobs/bodies/*"},
    "functions.router.triage.handler": TRIAGE,
    "functions.router.study.handler": CONFIG | {"s3:PutObject blobs/lessons/*", "s3:PutObject blobs/rule-use/*"},
    "functions.sla_watchdog.timer.handler": CONFIG,
    "functions.sla_watchdog.renewal.handler": CONFIG,
    "functions.notifier.webhooks.handler": CONFIG,
    "functions.desk.http.handler": TRIAGE
    | {f"s3:GetObject {said}" for said in SAID}
    | {"s3:GetObject inbound/*", "s3:DeleteObject inbound/*"}
    | {"s3:PutObject blobs/bodies/*", "s3:PutObject blobs/config/*", "s3:GetObject blobs/rule-use/*"},
    "functions.desk.erase.handler": {"s3:DeleteObject inbound/*", "s3:ListBucketVersions blobs"}
    | {f"s3:{do} {of}" for do in ("DeleteObject", "DeleteObjectVersion") for of in (*SAID, "blobs/uploads/*")},
    "functions.notifier.events.handler": CONFIG | {f"s3:GetObject {said}" for said in SAID},
    "functions.kb.http.handler": CONFIG | {"s3:GetObject blobs/search/*", "s3:GetObject site/*"},
    "functions.kb.publish.handler": CONFIG
    | {"s3:GetObject blobs/search/*", "s3:PutObject blobs/search/*", "s3:PutObject site/*", "s3:DeleteObject site/*"},
}
"""Which objects each entry point reaches, and how."""


def test_every_function_has_a_role_of_its_own(cloud: Built) -> None:
    roles = Counter(str(function["Properties"]["Role"]) for function in cloud.functions().values())
    assert set(roles.values()) == {1}


def test_no_role_takes_a_policy_from_the_shelf(cloud: Built) -> None:
    assert not [
        role for role in cloud.resources("AWS::IAM::Role").values() if "ManagedPolicyArns" in role["Properties"]
    ]


def test_no_role_may_do_everything_or_anything_everywhere(cloud: Built) -> None:
    for policy in cloud.resources("AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert "*" not in "".join(as_list(statement["Action"]))
            assert "*" not in as_list(statement["Resource"])


@pytest.mark.parametrize("right", MAY)
def test_only_who_needs_a_right_has_it(cloud: Built, right: str) -> None:
    holders = {entry for entry in cloud.functions() if any(a.startswith(right) for a in cloud.actions(entry))}
    assert holders == MAY[right]


def test_readers_do_not_write(cloud: Built) -> None:
    writers = {entry for entry in cloud.functions() if "dynamodb:PutItem" in cloud.actions(entry)}
    assert writers.isdisjoint(READ_ONLY)
    assert "dynamodb:Scan" not in {a for entry in cloud.functions() for a in cloud.actions(entry)}


def test_each_function_reaches_its_own_objects_only(cloud: Built) -> None:
    assert {entry: reached for entry in cloud.functions() if (reached := _objects(cloud, entry))} == OBJECTS


def test_locally_only_the_emulators_gaps_are_wider(local: Built) -> None:
    cloud = build(CLOUD)
    for entry in cloud.functions():
        assert local.actions(entry) == cloud.actions(entry)
    everywhere = {
        entry for entry in local.functions() if any("*" in as_list(s["Resource"]) for s in local.statements(entry))
    }
    assert everywhere == {"functions.notifier.events.handler"}


def _objects(built: Built, entry_point: str) -> set[str]:
    return {
        f"{action} {bucket.lower()}{path}"
        for statement in built.statements(entry_point)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        for bucket, path in re.findall(r"GetAttStore(Inbound|Blobs|Site)\w+'\}\}(?:, '(.*?)')?", str(resource))
        if action.startswith("s3:")
    }


def test_who_hands_out_files_reads_what_the_malware_scan_found_where_there_is_one() -> None:
    scanned = build(replace(CLOUD, malware_scan="on"))
    may_read = {entry for entry in scanned.functions() if "s3:GetObjectTagging" in scanned.actions(entry)}

    assert may_read == {"functions.intake.http.handler", "functions.desk.http.handler"}
    assert not {entry for entry in build(CLOUD).functions() if "s3:GetObjectTagging" in build(CLOUD).actions(entry)}
