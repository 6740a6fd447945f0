"""What the stacks leave to the operators: permission to send mail, signing keys, people, and the desk's configuration.

It is done again only when the stacks or the configuration files have changed: what has been edited at the desk itself
meanwhile stays live. Every step may find its work done already.
"""

import contextlib
import hashlib
import secrets
from datetime import UTC, datetime
from pathlib import Path

from functions.shared.contracts.words import Role
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.directory import Directory
from ops.customer_import import finish, import_companies
from ops.keys import ensure_keys
from ops.local.aws import LocalAws
from ops.local.deploy import Outputs, parameter
from ops.local.endpoints import User

PASSWORD = "Aftercare-local-1"
"""Everyone's: nobody but this machine can reach the local desk."""

COMPANIES = "companies.csv"

_FURNISHED = "/aftercare/local/furnished"
"""The digest of what the desk was last furnished with, kept in the emulated AWS beside it."""


def furnish(aws: LocalAws, stack: Outputs, config: DeskConfig, samples: Path) -> tuple[User, ...]:
    """Make the deployed desk ready for work as `config` describes it; the people who may sign in.

    Args:
        samples: the folder with customers to try the desk with, where there are any.
    """
    digest = hashlib.sha256(f"{stack} {config.model_dump_json()} {PASSWORD}".encode()).hexdigest()
    if parameter(aws, _FURNISHED) != digest:
        _allow_mail(aws, config.desk.support_address)
        ensure_keys(aws.ssm, stack["TokenKeyParameter"])
        _ensure_webhook_secrets(aws, stack["WebhookSecrets"], config)
        _publish(aws, stack, config)
        _enter_companies(aws, stack, config, samples / COMPANIES)
        for person in config.people:
            _admit(aws, stack["UserPoolId"], person.email, person.role)
        aws.ssm.put_parameter(Name=_FURNISHED, Value=digest, Type="String", Overwrite=True)
    return tuple(User(email=person.email, password=PASSWORD, role=person.role) for person in config.people)


def _allow_mail(aws: LocalAws, support_address: str) -> None:
    """Verify the desk's domain and leave the sandbox, as the owner of an AWS account does once."""
    aws.ses.put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://example.com", ProductionAccessEnabled=True
    )
    with contextlib.suppress(aws.ses.exceptions.AlreadyExistsException):
        aws.ses.create_email_identity(EmailIdentity=support_address.partition("@")[2])


def _ensure_webhook_secrets(aws: LocalAws, path: str, config: DeskConfig) -> None:
    for webhook in config.webhooks:
        with contextlib.suppress(aws.ssm.exceptions.ParameterAlreadyExists):
            aws.ssm.put_parameter(Name=f"{path}/{webhook.id}", Type="SecureString", Value=secrets.token_urlsafe(32))


def _publish(aws: LocalAws, stack: Outputs, config: DeskConfig) -> None:
    table, bucket, desk = stack["TableName"], stack["BlobsBucket"], stack["DeskId"]
    store = ConfigStore(aws.dynamodb, aws.s3, table=table, bucket=bucket, desk=desk)
    store.publish(config, author="desk up", note="From the configuration files", now=datetime.now(UTC))


def _enter_companies(aws: LocalAws, stack: Outputs, config: DeskConfig, companies: Path) -> None:
    """The customers whom the sample problems come from."""
    if not companies.is_file():
        return
    directory = Directory(aws.dynamodb, stack["TableName"], stack["DeskId"], config.desk.default_language)
    finish(import_companies(companies, config, directory))


def _admit(aws: LocalAws, pool: str, email: str, role: Role) -> None:
    """Let somebody sign in, with this role and no other."""
    with contextlib.suppress(aws.cognito.exceptions.UsernameExistsException):
        aws.cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            MessageAction="SUPPRESS",
        )
        aws.cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
    held = aws.cognito.admin_list_groups_for_user(UserPoolId=pool, Username=email)["Groups"]
    for group in {group["GroupName"] for group in held} - {role}:
        aws.cognito.admin_remove_user_from_group(UserPoolId=pool, Username=email, GroupName=group)
    aws.cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=role)
