"""What was said on deleted tickets is erased."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from functions.desk.settings import EraseSettings
from functions.shared.contracts.deletion_events import TicketDeleted
from infra.constructs.service_function import ServiceFunction
from infra.constructs.store import UPLOADS, allow_objects, allow_table
from infra.constructs.work_queue import DeadLetters, WorkQueue
from infra.platform import Platform

_SAID = ("attachments/", "bodies/", UPLOADS)

_AFTER_EVERY_DOOR = cdk.Duration.minutes(1)
"""Whoever read the ticket before its deletion has come to an end by then."""


class Eraser(Construct):
    """Follows deletions; it alone may delete what tickets consist of."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform, dead_letters: DeadLetters) -> None:
        """`dead_letters` are those of a kindred queue."""
        super().__init__(scope, id)
        work = WorkQueue(self, "Work", shape=platform.shape, dead_letters=dead_letters)
        work.hears(platform.bus, TicketDeleted)
        later = WorkQueue(self, "Later", shape=platform.shape, dead_letters=dead_letters, delay=_AFTER_EVERY_DOOR)
        later.hears(platform.bus, TicketDeleted)
        eraser = ServiceFunction(
            self,
            "Function",
            platform=platform,
            handler="functions.desk.erase.handler",
            environment=EraseSettings.to_env(**platform.desk, inbound_bucket=platform.inbound.bucket_name),
        ).function
        allow_table(eraser, platform.table, "GetItem", "Query", "PutItem", "DeleteItem")
        allow_objects(eraser, platform.blobs, "DeleteObject", "DeleteObjectVersion", under=_SAID)
        _allow_versions(eraser, platform.blobs)
        allow_objects(eraser, platform.inbound, "DeleteObject")
        work.feeds(eraser)
        later.feeds(eraser)


def _allow_versions(principal: iam.IGrantable, bucket: s3.IBucket) -> None:
    """See which versions of a key there are."""
    iam.Grant.add_to_principal(grantee=principal, actions=["s3:ListBucketVersions"], resource_arns=[bucket.bucket_arn])
