"""What runs, and how it is reached."""

import re

import pytest

from infra.bundling import ROOT
from infra.shape import Shape, UnusableContext
from tests.infra.conftest import Built, build


def test_every_function_is_small_quick_and_logged(cloud: Built) -> None:
    groups = cloud.resources("AWS::Logs::LogGroup")
    for entry, function in ((entry, resource["Properties"]) for entry, resource in cloud.functions().items()):
        assert (function["Runtime"], function["Architectures"]) == ("python3.14", ["arm64"])
        assert function["MemorySize"] <= 1024
        assert function["Timeout"] <= (600 if entry == "functions.router.study.handler" else 30)  # at night, once
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert groups[function["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]["RetentionInDays"] == 90


def test_each_path_has_its_door_and_the_rest_is_the_customers(cloud: Built) -> None:
    doors: dict[str, set[str]] = {}
    integrations = cloud.resources("AWS::ApiGatewayV2::Integration")
    entries = {function["LogicalId"]: entry.split(".")[1] for entry, function in cloud.functions().items()}
    for route in (resource["Properties"] for resource in cloud.resources("AWS::ApiGatewayV2::Route").values()):
        integration = integrations[route["Target"]["Fn::Join"][1][1]["Ref"]]["Properties"]
        door = entries[integration["IntegrationUri"]["Fn::GetAtt"][0]]
        doors.setdefault(door, set()).add(route["RouteKey"].removeprefix("ANY "))
    assert doors == {
        "intake": {"$default"},
        "desk": {"/desk", "/desk/{proxy+}", "/api/v1/desk/{proxy+}"},
        "kb": {
            *("/help", "/help/{proxy+}"),
            *("/api/v1/articles", "/api/v1/articles/{proxy+}"),
            *("/desk/articles", "/desk/articles/{proxy+}"),
        },
    }


def test_the_public_address_is_throttled_and_logs_no_paths(cloud: Built) -> None:
    (stage,) = (resource["Properties"] for resource in cloud.resources("AWS::ApiGatewayV2::Stage").values())
    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200}
    assert "path" not in stage["AccessLogSettings"]["Format"].lower()  # a path may hold a customer's token


def test_every_finding_of_the_security_review_is_answered(cloud: Built) -> None:
    assert cloud.findings == ()


def test_mail_is_received_where_there_is_a_mail_domain_only(cloud: Built, local: Built) -> None:
    assert cloud.resources("AWS::SES::ReceiptRule", "AftercareMail")
    assert "AftercareMail" not in local.templates
    assert local.resources("AWS::SNS::Topic").keys() >= {"IntakeInboundMailB1E0F839"}  # where the mail bridge tells


def test_the_local_api_is_found_under_a_fixed_id(local: Built, cloud: Built) -> None:
    (api,) = local.resources("AWS::ApiGatewayV2::Api").values()
    assert api["Properties"]["Tags"] == {"ms-custom-id": "de5c0001"}
    (api,) = cloud.resources("AWS::ApiGatewayV2::Api").values()
    assert "Tags" not in api["Properties"]


def test_the_local_stacks_leave_nothing_behind(local: Built) -> None:
    assert not any(stack.termination_protection for stack in local.stacks)
    for template in local.templates.values():
        assert not [
            key for key, resource in template["Resources"].items() if resource.get("DeletionPolicy") == "Retain"
        ]


def test_both_shapes_run_the_same_functions_on_the_same_settings(cloud: Built, local: Built) -> None:
    assert _environments(cloud) == _environments(local)


@pytest.mark.parametrize("missing", ["desk_id", "support_address"])
def test_a_context_that_cannot_be_deployed_says_what_is_missing(missing: str) -> None:
    context = {"desk_id": "it", "support_address": "it@example.com", missing: ""}
    with pytest.raises(UnusableContext, match=missing):
        Shape.from_context(context.get)


def test_a_kind_of_cloud_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnusableContext, match="moon"):
        Shape.from_context({"kind": "moon", "desk_id": "it", "support_address": "it@example.com"}.get)


def test_addresses_are_kept_without_a_trailing_slash() -> None:
    context = {"desk_id": "it", "support_address": "it@example.com", "public_url": "https://help.example.com/"}
    assert Shape.from_context(context.get).public_url == "https://help.example.com"


def test_a_company_without_a_mail_domain_can_send_all_the_same() -> None:
    built = build(Shape(kind="cloud", desk_id="it", support_address="it@example.com"))
    (sending,) = (
        statement
        for statement in built.statements("functions.notifier.events.handler")
        if "ses:SendEmail" in statement["Action"]
    )
    assert sending["Resource"]["Fn::Join"][1][-1] == ":identity/it@example.com"


def _environments(built: Built) -> dict[str, set[str]]:
    return {
        entry: set(function["Properties"]["Environment"]["Variables"]) for entry, function in built.functions().items()
    }


def test_what_operators_read_from_the_stacks_is_put_out(cloud: Built) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "ops").rglob("*.py")]
    read = {name for source in sources for name in re.findall(r'\bstack\["(\w+)"\]', source)}
    put_out = {name for template in cloud.templates.values() for name in template.get("Outputs", {})}

    assert len(read) > 5
    assert read - {"StackName", "StackStatus"} <= put_out  # CloudFormation's own words
