"""What every capability borrows: the store, the bus, the staff's sign-in, and the permissions that recur."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from infra.constructs.store import allow_objects, allow_table
from infra.shape import Shape

LIVE_CONFIG = "config/"
"""Where the desk's configuration documents lie among the blobs."""

RULE_USE = "rule-use/"
"""Where the figures of how often rules matched lie among the blobs."""


LESSONS = "lessons/"
"""Where what was learned lies among the blobs."""


@dataclass(frozen=True)
class Platform:
    """The foundation that capabilities stand on. It owns nothing."""

    shape: Shape
    code: lambda_.Code
    table: dynamodb.ITableV2
    inbound: s3.IBucket
    blobs: s3.IBucket
    site: s3.IBucket
    bus: events.IEventBus
    public_url: str
    sign_in: Mapping[str, str]
    """Values of `SignInSettings`."""

    @property
    def desk(self) -> dict[str, str]:
        """Values of `DeskSettings`."""
        return {
            "desk_id": self.shape.desk_id,
            "table_name": self.table.table_name,
            "blobs_bucket": self.blobs.bucket_name,
            "malware_scan": self.shape.malware_scan,
        }

    @property
    def stream_arn(self) -> str:
        """The table's stream of changes."""
        arn = self.table.table_stream_arn
        assert arn, "the table is made with a stream"
        return arn

    @property
    def token_key_parameter(self) -> str:
        """The SecureString that signs customers' links; the operators create it, since CloudFormation cannot."""
        return f"/aftercare/{self.shape.desk_id}/token-key"

    @property
    def webhook_secrets(self) -> str:
        """Where the secrets of webhooks lie, each a SecureString that the operators create."""
        return f"/aftercare/{self.shape.desk_id}/webhooks"

    @property
    def channel_secrets_parameter(self) -> str:
        """The SecureString with what channels sign with; the operators create it, as the one behind links."""
        return f"/aftercare/{self.shape.desk_id}/channel-secrets"

    def allow_token_key(self, function: lambda_.Function) -> None:
        """Read the key behind customers' links."""
        _allow_parameter(function, self.token_key_parameter)

    def allow_channel_secrets(self, function: lambda_.Function) -> None:
        """Read what channels sign with."""
        _allow_parameter(function, self.channel_secrets_parameter)

    def allow_config(self, function: lambda_.Function) -> None:
        """Read the live configuration: its pointer in the table and its document."""
        allow_table(function, self.table, "GetItem")
        allow_objects(function, self.blobs, "GetObject", under=[LIVE_CONFIG])

    def allow_articles(self, principal: iam.IGrantable) -> None:
        """Load an article and store what was decided about it, in one transaction of puts."""
        allow_table(principal, self.table, "GetItem", "PutItem")

    def allow_commits(self, principal: iam.IGrantable) -> None:
        """Load a ticket and store what was decided about it, in one transaction with the counts that it moves."""
        allow_table(principal, self.table, "GetItem", "PutItem", "UpdateItem")

    def allow_rosters(self, function: lambda_.Function) -> None:
        """Read a team's turns and how its people stand, in one call."""
        allow_table(function, self.table, "BatchGetItem")

    def allow_triage(self, function: lambda_.Function) -> None:
        """Read all that the triage of a new ticket goes by; what it decides is a commit."""
        self.allow_config(function)
        self.allow_rosters(function)
        self.allow_queries(function)  # the running incidents
        self.allow_customers_tickets(function)  # who had the company's last ticket, and how many are open
        allow_objects(function, self.blobs, "GetObject", under=["bodies/", LESSONS])  # long descriptions

    def allow_directory(self, function: lambda_.Function) -> None:
        """Recognise customers, whose keys and records are read at once, enter those unknown, note what they say."""
        allow_table(function, self.table, "BatchGetItem", "GetItem", "PutItem", "UpdateItem")

    def allow_downloads(self, function: lambda_.Function) -> None:
        """Hand out attachments; where they are scanned, after a look at what the scan found."""
        scanned = ["GetObjectTagging"] if self.shape.malware_scan == "on" else []
        allow_objects(function, self.blobs, "GetObject", *scanned, under=["attachments/"])

    def allow_queries(self, principal: iam.IGrantable, *, indexes: Sequence[str] = ()) -> None:
        """Read a timeline, and what the named indexes list."""
        allow_table(principal, self.table, "Query")
        if indexes:
            allow_table(principal, self.table, "Query", indexes=indexes)

    def allow_customers_tickets(self, principal: iam.IGrantable) -> None:
        """List the tickets of a contact or a company."""
        allow_table(principal, self.table, "Query", indexes=["by_contact", "by_company"])


def _allow_parameter(function: lambda_.Function, name: str) -> None:
    arn = cdk.Stack.of(function).format_arn(service="ssm", resource="parameter", resource_name=name.removeprefix("/"))
    iam.Grant.add_to_principal(grantee=function, actions=["ssm:GetParameter"], resource_arns=[arn])
