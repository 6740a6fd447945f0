"""The draft of a desk's rules: the text in S3, its revision in the table."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from pydantic import ValidationError

from functions.shared.contracts.words import DeskId
from functions.shared.domain.errors import StaleDraft
from functions.shared.domain.rule_drafts import RuleDraft
from functions.shared.gateways import keys
from functions.shared.gateways.documents import Documents

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

logger = Logger(service="drafts")


class RuleDrafts:
    """One desk has one draft at most, which all who may write rules share."""

    def __init__(self, dynamodb: "DynamoDBClient", s3: "S3Client", *, table: str, bucket: str, desk: DeskId) -> None:
        self._dynamodb = dynamodb
        self._documents = Documents(s3, bucket, RuleDraft)
        self._table = table
        self._desk = desk

    def get(self) -> RuleDraft | None:
        """The draft, if there is one. One that cannot be read counts as none: it can be replaced or given up."""
        item = self._item()
        if item is None or "blob" not in item:
            return None
        blob = item["blob"]["S"]
        try:
            return self._documents.read(blob)
        except ValidationError as error:
            logger.error("the draft of the rules cannot be read", blob=blob, error=str(error))
            return None

    def is_kept(self) -> bool:
        """Whether there is something to give up, be it readable or not."""
        return "blob" in (self._item() or {})

    def revision(self) -> int:
        """How often the draft was changed or given up; 0 if there never was one."""
        item = self._item()
        return int(item["revision"]["N"]) if item else 0

    def put(self, draft: RuleDraft) -> None:
        """Keep `draft`, whose revision is one more than that of what it replaces.

        Raises:
            StaleDraft: somebody else changed the draft meanwhile.
        """
        digest = hashlib.sha256(draft.model_dump_json(by_alias=True).encode()).hexdigest()[:12]
        blob = f"config/{self._desk}/draft/{draft.revision:08d}-{digest}.json"
        self._documents.write(blob, draft)
        self._swap(draft.revision, {"blob": {"S": blob}})

    def give_up(self, revision: int) -> None:
        """Let there be no draft in place of the one of `revision`.

        Raises:
            StaleDraft: somebody else changed it meanwhile.
        """
        self._swap(revision + 1, {})

    def _item(self) -> Mapping[str, Any] | None:
        found = self._dynamodb.get_item(TableName=self._table, Key=self._key(), ConsistentRead=True)
        return found.get("Item")

    def _swap(self, revision: int, content: Mapping[str, Any]) -> None:
        """Put `content` in place of that of the revision before."""
        guard: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if revision > 1:
            guard = {
                "ConditionExpression": "revision = :expected",
                "ExpressionAttributeValues": {":expected": {"N": str(revision - 1)}},
            }
        item = {**self._key(), "revision": {"N": str(revision)}, **content}
        try:
            self._dynamodb.put_item(TableName=self._table, Item=item, **guard)
        except self._dynamodb.exceptions.ConditionalCheckFailedException as other:
            raise StaleDraft from other

    def _key(self) -> dict[str, Any]:
        return {"pk": {"S": keys.config(self._desk)}, "sk": {"S": keys.DRAFT}}
