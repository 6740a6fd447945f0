"""A Lambda function with its own log group and its own role."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.platform import Platform
from infra.shape import RUNTIME

WORKER_TIMEOUT = cdk.Duration.seconds(25)
DOOR_TIMEOUT = cdk.Duration.seconds(20)


class ServiceFunction(Construct):
    """One entry point. Its role may write its log and nothing else; capabilities add exactly what it uses."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        handler: str,
        environment: Mapping[str, str],
        timeout: cdk.Duration = WORKER_TIMEOUT,
        memory_mib: int = 512,
    ) -> None:
        super().__init__(scope, id)
        log_group = logs.LogGroup(
            self,
            "Logs",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=platform.shape.removal,
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        self.function = lambda_.Function(
            self,
            "Function",
            handler=handler,
            code=platform.code,
            runtime=RUNTIME,
            architecture=platform.shape.architecture,
            role=role,
            environment=dict(environment),
            timeout=timeout,
            memory_size=memory_mib,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
        )
