"""How often each rule matched of late: one document in S3, and a pointer to it in the table."""

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from pydantic import ValidationError

from functions.shared.contracts.words import DeskId
from functions.shared.domain.rule_use import RuleUse
from functions.shared.gateways import keys
from functions.shared.gateways.documents import Documents

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

logger = Logger(service="rule_use")

FOLDER: Final = "rule-use/"


class RuleUses:
    """The figures of one desk, written once a night and read where rules are edited."""

    def __init__(self, dynamodb: "DynamoDBClient", s3: "S3Client", *, table: str, bucket: str, desk: DeskId) -> None:
        self._dynamodb = dynamodb
        self._documents = Documents(s3, bucket, RuleUse)
        self._table = table
        self._desk = desk

    def newest(self) -> RuleUse | None:
        """What was counted last; None where nothing was, or where it cannot be read."""
        item = self._dynamodb.get_item(TableName=self._table, Key=self._key()).get("Item")
        if item is None:
            return None
        blob = item["blob"]["S"]
        try:
            return self._documents.read(blob)
        except ValidationError as error:
            logger.error("the use of the rules cannot be read", blob=blob, error=str(error))
            return None

    def keep(self, use: RuleUse) -> str:
        """Store `use` as the newest; returns the key of the document."""
        blob = f"{FOLDER}{self._desk}/{use.until:%Y%m%dT%H%M%SZ}.json"
        self._documents.write(blob, use)
        self._dynamodb.put_item(TableName=self._table, Item={**self._key(), "blob": {"S": blob}})
        return blob

    def _key(self) -> dict[str, Any]:
        return {"pk": {"S": keys.config(self._desk)}, "sk": {"S": keys.RULE_USE}}
