"""Bearer tokens for the running desk: for people who work there and for its customers."""

from datetime import UTC, datetime

from functions.shared.contracts.words import Language, Role
from functions.shared.gateways.directory import Directory
from functions.shared.gateways.links import LinkGenerations
from functions.shared.gateways.secrets import KeyParameter
from functions.shared.identity.customer_tokens import CustomerTokens
from ops.failure import Failure
from ops.local.aws import LocalAws
from ops.local.deploy import outputs
from ops.local.endpoints import Endpoints
from ops.local.settings import LocalSettings


def for_role(settings: LocalSettings, role: Role) -> str:
    """An id token of the first person with this role, as Cognito gives it to the console."""
    users = Endpoints.read(settings.endpoints_file).users
    user = next((user for user in users if user.role == role), None)
    if user is None:
        raise Failure(f"Nobody at this desk has the role {role}.")
    aws = LocalAws(settings)
    stack = outputs(aws)
    answer = aws.cognito.admin_initiate_auth(
        UserPoolId=stack["UserPoolId"],
        ClientId=stack["UserPoolClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user.email, "PASSWORD": user.password},
    )
    return answer["AuthenticationResult"]["IdToken"]


def for_contact(settings: LocalSettings, address: str) -> str:
    """A customer's token, as in the links of the desk's mail, for every ticket of the contact at `address`."""
    aws = LocalAws(settings)
    stack = outputs(aws)
    desk, table = stack["DeskId"], stack["TableName"]
    contact = Directory(aws.dynamodb, table, desk, Language.EN).contact_at(address)
    if contact is None:
        raise Failure(f"The desk knows nobody at {address}: a contact is entered with the first ticket.")
    keys = KeyParameter(aws.ssm, stack["TokenKeyParameter"])
    links = CustomerTokens(keys, LinkGenerations(aws.dynamodb, table, desk), desk)
    return links.for_contact(contact.id, now=datetime.now(UTC))
