"""The one address: an HTTP API that leads to three doors."""

import json
import re

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.review import accept
from infra.shape import LOCAL_API_TAG, Shape

REQUESTS_PER_SECOND = 100
BURST = 200

EVERY_OTHER_PATH = "$default"

_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "at": "$context.requestTime",
    "route": "$context.routeKey",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "ip": "$context.identity.sourceIp",
    "error": "$context.integrationErrorMessage",
}
"""Routes, not paths: a path may hold a customer's token."""


class PublicApi(Construct):
    """Throttled and logged. Who is asking is decided by the functions, which know cookies as well as headers."""

    def __init__(self, scope: Construct, id: str, *, shape: Shape) -> None:
        super().__init__(scope, id)
        self.api = apigateway.HttpApi(self, "Http", create_default_stage=False)
        if shape.is_local:
            cdk.Tags.of(self.api).add("ms-custom-id", LOCAL_API_TAG)
        accept(
            self,
            "AwsSolutions-APIG4",
            reason="Customers have no account, and staff come with a cookie that an authorizer of an HTTP API cannot"
            " read: the functions verify tokens and links themselves, in one place (functions/shared/identity).",
        )
        access = logs.LogGroup(self, "Access", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=shape.removal)
        apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=REQUESTS_PER_SECOND, throttling_burst_limit=BURST
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access.log_group_arn, format=json.dumps(_ACCESS_LOG)
            ),
        )

    @property
    def url(self) -> str:
        """The address of the API itself, without a trailing slash."""
        return self.api.api_endpoint

    def leads_to(self, function: lambda_.IFunction, id: str, *paths: str) -> None:
        """Serve `paths` with `function`, whatever the method."""
        integration = integrations.HttpLambdaIntegration(id, function, scope_permission_to_route=False)
        for path in paths:
            key = (
                apigateway.HttpRouteKey.DEFAULT
                if path == EVERY_OTHER_PATH
                else apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod.ANY)
            )
            apigateway.HttpRoute(self, _route_id(path), http_api=self.api, route_key=key, integration=integration)

    def server_errors(self) -> cloudwatch.IMetric:
        """Requests answered with 5xx."""
        return cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name="5xx",
            dimensions_map={"ApiId": self.api.api_id},
            statistic=cloudwatch.Stats.SUM,
            period=cdk.Duration.minutes(5),
        )


def _route_id(path: str) -> str:
    """A construct id from the path's words: `/desk/{proxy+}` is `DeskProxy`."""
    return "".join(word.capitalize() for word in re.findall("[a-z0-9]+", path))
