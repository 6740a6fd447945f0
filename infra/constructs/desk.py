"""The agents' door: API and console."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from functions.desk.settings import DeskHttpSettings
from infra.constructs.public_api import PublicApi
from infra.constructs.service_function import DOOR_TIMEOUT, ServiceFunction
from infra.constructs.store import allow_objects
from infra.platform import LIVE_CONFIG, RULE_USE, Platform


class Desk(Construct):
    """Queues, tickets and what agents do with them."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform, api: PublicApi, inbound: sns.ITopic) -> None:
        super().__init__(scope, id)
        http = ServiceFunction(
            self,
            "Http",
            platform=platform,
            handler="functions.desk.http.handler",
            environment=DeskHttpSettings.to_env(
                **platform.desk,
                **platform.sign_in,
                public_url=platform.public_url,
                token_key_parameter=platform.token_key_parameter,
                inbound_bucket=platform.inbound.bucket_name,
                inbound_topic_arn=inbound.topic_arn,
            ),
            timeout=DOOR_TIMEOUT,
            memory_mib=1024,
        ).function
        platform.allow_commits(http)
        platform.allow_triage(http)  # of problems that agents write down
        platform.allow_queries(http, indexes=["by_queue", "by_agent", "by_contact", "by_company"])
        platform.allow_directory(http)  # which reads many at once, as pages of past tickets and of people do too
        platform.allow_token_key(http)
        platform.allow_downloads(http)
        allow_objects(http, platform.blobs, "PutObject", under=["bodies/"])  # agents' long answers
        allow_objects(http, platform.inbound, "GetObject", "DeleteObject")  # quarantined mail is looked at and deleted
        iam.Grant.add_to_principal(grantee=http, actions=["sns:Publish"], resource_arns=[inbound.topic_arn])
        allow_objects(http, platform.blobs, "PutObject", under=[LIVE_CONFIG])  # rules written on the page
        allow_objects(http, platform.blobs, "GetObject", under=[RULE_USE])
        api.leads_to(http, "Desk", "/desk", "/desk/{proxy+}", "/api/v1/desk/{proxy+}")
