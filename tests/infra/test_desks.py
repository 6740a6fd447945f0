"""Several desks of one account: stacks of their own, and one set of receipt rules."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.bundling import ROOT
from ops.configuration import load_config
from tests.infra.conftest import CLOUD, build

DESKS = [load_config(Path(folder)).desk for folder in sorted((ROOT / "config" / "desks").iterdir())]


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.id)
def test_a_desk_is_deployed_beside_the_others(desk):
    domain = desk.support_address.partition("@")[2]
    others = replace(
        CLOUD,
        desk_id=desk.id,
        support_address=desk.support_address,
        mail_domain=domain,
        receipt_rule_set="the-active-one",
    )
    built, first = build(others), build(CLOUD)

    assert built.templates.keys() == {f"Aftercare{part}-{desk.id}" for part in ("Data", "App", "Mail")}
    assert built.templates.keys().isdisjoint(first.templates)
    assert built.findings == ()
    for function in built.functions().values():
        assert function["Properties"]["Environment"]["Variables"].get("DESK_ID", desk.id) == desk.id
    [rule] = built.resources("AWS::SES::ReceiptRule").values()
    assert rule["Properties"]["RuleSetName"] == "the-active-one"
    assert rule["Properties"]["Rule"]["Recipients"] == [domain]
    assert not built.resources("AWS::SES::ReceiptRuleSet")


def test_nothing_is_named_by_hand_so_that_desks_do_not_meet():
    first = build(CLOUD)
    named = {"FunctionName", "RoleName", "TableName", "BucketName", "QueueName", "TopicName", "AlarmName", "GroupName"}

    for template in first.templates.values():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Cognito::UserPoolGroup":  # named within its pool
                continue
            given = {
                name
                for name in named & resource.get("Properties", {}).keys()
                if isinstance(resource["Properties"][name], str)
            }
            assert not given, (logical_id, given)
