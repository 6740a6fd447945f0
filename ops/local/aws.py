"""Clients of the emulated AWS, as its root."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from ops.local.emulator import credentials
from ops.local.settings import LocalSettings

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_ssm import SSMClient

_PATIENCE = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3})


class LocalAws:
    """The services that operators' commands call directly; each client is made on first use."""

    def __init__(self, settings: LocalSettings) -> None:
        root = credentials(settings)
        self._endpoint = settings.endpoint
        self.session = boto3.Session(
            aws_access_key_id=root["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=root["AWS_SECRET_ACCESS_KEY"],
            region_name=root["AWS_REGION"],
        )

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return self.session.client("cloudformation", endpoint_url=self._endpoint, config=_PATIENCE)

    @cached_property
    def cognito(self) -> "CognitoIdentityProviderClient":
        return self.session.client("cognito-idp", endpoint_url=self._endpoint, config=_PATIENCE)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self.session.client("dynamodb", endpoint_url=self._endpoint, config=_PATIENCE)

    @cached_property
    def functions(self) -> "LambdaClient":
        return self.session.client("lambda", endpoint_url=self._endpoint, config=_PATIENCE)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self.session.client("logs", endpoint_url=self._endpoint, config=_PATIENCE)

    @cached_property
    def s3(self) -> "S3Client":
        return self.session.client("s3", endpoint_url=self._endpoint, config=_PATIENCE)

    @cached_property
    def ses(self) -> "SESV2Client":
        return self.session.client("sesv2", endpoint_url=self._endpoint, config=_PATIENCE)

    @cached_property
    def sns(self) -> "SNSClient":
        return self.session.client("sns", endpoint_url=self._endpoint, config=_PATIENCE)

    @cached_property
    def ssm(self) -> "SSMClient":
        return self.session.client("ssm", endpoint_url=self._endpoint, config=_PATIENCE)
