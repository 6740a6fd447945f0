"""What the desk keeps: the table, the buckets."""

from collections.abc import Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.review import accept
from infra.shape import Shape

INDEXES = {
    "by_contact": ("contact_pk", "contact_sk"),
    "by_company": ("company_pk", "company_sk"),
    "by_queue": ("queue_pk", "queue_sk"),
    "by_agent": ("agent_pk", "agent_sk"),
    "by_timer": ("timer_pk", "timer_sk"),
}
"""The table's indexes with their partition and sort keys; each carries the ticket's summary."""

UPLOADS = "uploads/"
"""Where customers upload to; what they report is copied away from there."""

UPLOADS_KEPT = cdk.Duration.days(2)

RAW_MAIL_KEPT = cdk.Duration.days(400)


class Store(Construct):
    """The single table and the buckets beside it."""

    def __init__(self, scope: Construct, id: str, *, shape: Shape) -> None:
        super().__init__(scope, id)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing=dynamodb.Billing.on_demand(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute="ttl",
            deletion_protection=not shape.is_local,
            removal_policy=shape.removal,
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=name,
                    partition_key=_text(partition_key),
                    sort_key=_text(sort_key),
                    projection_type=dynamodb.ProjectionType.INCLUDE,
                    non_key_attributes=["summary"],
                )
                for name, (partition_key, sort_key) in INDEXES.items()
            ],
        )
        self.inbound = _bucket(self, "Inbound", shape, lifecycle=s3.LifecycleRule(expiration=RAW_MAIL_KEPT))
        self.blobs = _bucket(
            self,
            "Blobs",
            shape,
            versioned=True,
            lifecycle=s3.LifecycleRule(
                prefix=UPLOADS, expiration=UPLOADS_KEPT, noncurrent_version_expiration=cdk.Duration.days(1)
            ),
        )
        self.blobs.add_cors_rule(
            allowed_methods=[s3.HttpMethods.POST],  # presigned: the signature is what lets an upload in
            allowed_origins=[shape.public_url or "*"],
        )
        self.site = _bucket(self, "Site", shape, versioned=True)


def allow_table(
    principal: iam.IGrantable, table: dynamodb.ITableV2, *actions: str, indexes: Sequence[str] = ()
) -> iam.Grant:
    """Let `principal` do `actions` (without prefix) on the table, or on the named indexes instead."""
    resources = [f"{table.table_arn}/index/{name}" for name in indexes] or [table.table_arn]
    return iam.Grant.add_to_principal(
        grantee=principal, actions=[f"dynamodb:{action}" for action in actions], resource_arns=resources
    )


def allow_objects(function: lambda_.Function, bucket: s3.IBucket, *actions: str, under: Sequence[str] = ("",)) -> None:
    """Let `function` do `actions` (without prefix) on the bucket's objects whose key begins with one of `under`."""
    iam.Grant.add_to_principal(
        grantee=function,
        actions=[f"s3:{action}" for action in actions],
        resource_arns=[bucket.arn_for_objects(f"{prefix}*") for prefix in under],
    )
    arn = cdk.Stack.of(bucket).get_logical_id(cast("cdk.CfnElement", bucket.node.default_child))
    for prefix in under:
        accept(
            function.role or function,
            f"AwsSolutions-IAM5[Resource::<{arn}.Arn>/{prefix}*]",
            reason="Objects are named when they are stored; the prefix says which of them are this function's.",
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _bucket(
    scope: Construct, id: str, shape: Shape, *, versioned: bool = False, lifecycle: s3.LifecycleRule | None = None
) -> s3.Bucket:
    old_versions = s3.LifecycleRule(noncurrent_version_expiration=cdk.Duration.days(90))
    uploads = s3.LifecycleRule(abort_incomplete_multipart_upload_after=cdk.Duration.days(7))
    bucket = s3.Bucket(
        scope,
        id,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=shape.tls_only,
        versioned=versioned,
        lifecycle_rules=[rule for rule in (uploads, lifecycle, old_versions if versioned else None) if rule],
        removal_policy=shape.removal,
    )
    accept(
        bucket,
        "AwsSolutions-S1",
        reason="Only this desk's functions reach the bucket and each logs what it does; whoever must prove every access"
        " turns on CloudTrail's data events, which cover all buckets at once.",
    )
    return bucket
