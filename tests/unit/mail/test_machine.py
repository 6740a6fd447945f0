import pytest

from functions.intake.mime.machine import MachineKind, recognise


@pytest.mark.parametrize(
    ("fields", "sender", "subject", "kind"),
    [
        ({"auto-submitted": ["auto-replied (vacation)"]}, "a@x.example", "Re: x", MachineKind.AUTO_REPLY),
        ({"auto-submitted": ["auto-generated"]}, "a@x.example", "x", MachineKind.AUTO_REPLY),
        ({"auto-submitted": ["no"]}, "a@x.example", "x", None),
        ({"x-autoreply": ["yes"]}, "a@x.example", "x", MachineKind.AUTO_REPLY),
        ({"x-auto-response-suppress": ["DR, OOF, AutoReply"]}, "a@x.example", "x", MachineKind.LIST),
        ({"x-auto-response-suppress": ["All"], "return-path": ["<>"]}, "a@x.example", "x", MachineKind.AUTO_REPLY),
        ({"x-auto-response-suppress": ["DR"]}, "a@x.example", "x", None),
        ({"precedence": ["auto_reply"]}, "a@x.example", "x", MachineKind.AUTO_REPLY),
        ({"precedence": ["bulk"]}, "a@x.example", "x", MachineKind.LIST),
        ({"list-id": ["<users.x.example>"]}, "a@x.example", "x", MachineKind.LIST),
        ({"list-unsubscribe": ["<https://x.example>"]}, "a@x.example", "x", MachineKind.LIST),
        ({"return-path": ["<>"]}, "a@x.example", "x", MachineKind.AUTO_REPLY),
        ({"x-failed-recipients": ["b@y.example"]}, "a@x.example", "x", MachineKind.BOUNCE),
        ({}, "MAILER-DAEMON@x.example", "x", MachineKind.BOUNCE),
        ({"return-path": ["<>"]}, "p@qq.example", "系统退信", MachineKind.BOUNCE),
        ({}, "a@qq.example", "自动回复: 报表", MachineKind.AUTO_REPLY),
        ({}, "a@x.example", "Automatic reply: Report", MachineKind.AUTO_REPLY),
        ({}, "a@x.example", "回复: 自动回复: 报表", None),
        ({}, "a@x.example", "Undeliverable parcels in the report", None),
        ({"return-path": ["<a@x.example>"]}, "a@x.example", "自动化测试失败", None),
    ],
)
def test_each_sign_is_enough_by_itself(
    fields: dict[str, list[str]], sender: str, subject: str, kind: MachineKind | None
) -> None:
    found = recognise(fields, sender=sender, subject=subject, content_types=[("text/plain", "")])

    assert (found.kind if found else None) is kind
    assert found is None or found.why


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ([("multipart/report", "delivery-status")], MachineKind.BOUNCE),
        ([("multipart/report", "disposition-notification")], MachineKind.REPORT),
        ([("multipart/report", "feedback-report")], MachineKind.REPORT),
        ([("multipart/mixed", ""), ("message/delivery-status", "")], MachineKind.BOUNCE),
    ],
)
def test_reports_are_known_by_their_structure(kinds: list[tuple[str, str]], kind: MachineKind) -> None:
    found = recognise({}, sender="a@x.example", subject="x", content_types=kinds)

    assert found is not None
    assert found.kind is kind
