"""What outlives every deployment."""

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.staff import Staff
from infra.constructs.store import Store
from infra.shape import Shape


class DataStack(cdk.Stack):
    """Table, buckets and people; retained, and guarded against deletion."""

    def __init__(self, scope: Construct, id: str, *, shape: Shape) -> None:
        super().__init__(scope, id, synthesizer=shape.synthesizer(), termination_protection=not shape.is_local)
        self.store = Store(self, "Store", shape=shape)
        self.staff = Staff(self, "Staff", shape=shape)
        for name, value in {
            "TableName": self.store.table.table_name,
            "InboundBucket": self.store.inbound.bucket_name,
            "BlobsBucket": self.store.blobs.bucket_name,
            "SiteBucket": self.store.site.bucket_name,
            "UserPoolId": self.staff.pool.user_pool_id,
        }.items():
            cdk.CfnOutput(self, name, value=value)
