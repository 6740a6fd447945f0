"""What outlives every deployment must not be replaced by one."""

from tests.infra.conftest import Built

STATEFUL = {
    "AWS::DynamoDB::GlobalTable": {"StoreTable0CCFA19B"},
    "AWS::S3::Bucket": {"StoreInboundE4C70112", "StoreBlobs371A4133", "StoreSite0E83FC41"},
    "AWS::Cognito::UserPool": {"StaffPool8CA90F24"},
}


def test_what_holds_data_keeps_its_logical_id(cloud: Built) -> None:  # a new id would replace it by an empty one
    assert {kind: set(cloud.resources(kind)) for kind in STATEFUL} == STATEFUL


def test_what_holds_data_is_retained_and_guarded(cloud: Built) -> None:
    assert [stack.stack_name for stack in cloud.stacks if stack.termination_protection] == ["AftercareData"]
    for kind, logical_ids in STATEFUL.items():
        for logical_id in logical_ids:
            resource = cloud.resources(kind, "AftercareData")[logical_id]
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (pool,) = cloud.resources("AWS::Cognito::UserPool").values()
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE"


def test_the_table_serves_every_access_pattern_and_can_be_restored(cloud: Built) -> None:
    (table,) = (resource["Properties"] for resource in cloud.resources("AWS::DynamoDB::GlobalTable").values())

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["Replicas"][0]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Replicas"][0]["DeletionProtectionEnabled"] is True
    assert _keys(table) == ("pk", "sk")
    assert {index["IndexName"]: (*_keys(index), index["Projection"]) for index in table["GlobalSecondaryIndexes"]} == {
        name: (f"{name[3:]}_pk", f"{name[3:]}_sk", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary"]})
        for name in ("by_contact", "by_company", "by_queue", "by_agent", "by_timer")
    }


def test_nothing_stored_is_public_or_travels_in_the_clear(cloud: Built) -> None:
    for bucket in cloud.resources("AWS::S3::Bucket").values():
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["Properties"]["BucketEncryption"]
    refusals = [
        statement["Condition"]
        for policy in cloud.resources("AWS::S3::BucketPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    ]
    assert refusals == [{"Bool": {"aws:SecureTransport": "false"}}] * 3


def test_the_groups_of_the_pool_are_the_roles_in_their_order(cloud: Built) -> None:
    groups = [group["Properties"] for group in cloud.resources("AWS::Cognito::UserPoolGroup").values()]
    by_power = sorted(groups, key=lambda group: group["Precedence"])
    assert [group["GroupName"] for group in by_power] == ["admin", "manager", "lead", "agent"]


def test_staff_come_in_by_code_flow_without_a_secret(cloud: Built) -> None:
    (client,) = (resource["Properties"] for resource in cloud.resources("AWS::Cognito::UserPoolClient").values())
    assert client["AllowedOAuthFlows"] == ["code"]
    assert not client["GenerateSecret"]
    assert "ALLOW_ADMIN_USER_PASSWORD_AUTH" not in client["ExplicitAuthFlows"]


def _keys(schema: dict[str, list[dict[str, str]]]) -> tuple[str, ...]:
    return tuple(key["AttributeName"] for key in schema["KeySchema"])
