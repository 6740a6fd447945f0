"""How many mails came in a window: a set of mail ids per counted thing, so that a mail tried twice counts once."""

from datetime import datetime
from typing import TYPE_CHECKING

from functions.shared.contracts.words import DeskId
from functions.shared.domain.mail_rules import Brake
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class MailBrakes:
    """The volume brakes of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def admit(self, counted: str, mail_id: str, brake: Brake, *, now: datetime) -> bool:
        """Count the mail under `counted`; whether it is within the brake."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={
                    "pk": {"S": keys.brake(self._desk, f"{counted}#{brake.within}#{brake.window(now)}")},
                    "sk": {"S": keys.BRAKE},
                },
                UpdateExpression="ADD mails :mail SET #ttl = :ttl",
                ConditionExpression="attribute_not_exists(mails) OR size(mails) < :most OR contains(mails, :id)",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":mail": {"SS": [mail_id]},
                    ":id": {"S": mail_id},
                    ":most": {"N": str(brake.at_most)},
                    ":ttl": {"N": str(int(brake.ends_at(now).timestamp()) + 3600)},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True
