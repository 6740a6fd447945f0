"""What the desk learned: versions as documents in S3, and a pointer in the table to the newest."""

import time
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from functions.shared.contracts.words import DeskId
from functions.shared.domain.learning import Lessons
from functions.shared.gateways import keys
from functions.shared.gateways.documents import Documents

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

logger = Logger(service="lessons")

FOLDER: Final = "lessons/"
ASKED_EVERY_S: Final = 600
"""So long what was read is good enough; lessons change once a day."""
FIRST_ASKED_EVERY_S: Final = 20
"""So long where nothing was learned yet: whoever wants suggestions waits for the first."""


class LessonStore:
    """The lessons of one desk."""

    def __init__(self, dynamodb: "DynamoDBClient", s3: "S3Client", *, table: str, bucket: str, desk: DeskId) -> None:
        self._dynamodb = dynamodb
        self._documents = Documents(s3, bucket, Lessons)
        self._table = table
        self._desk = desk
        self._kept: Lessons | None = None
        self._asked_at = float("-inf")

    def newest(self) -> Lessons | None:
        """What was learned last, at most ten minutes late, and the first sooner; None where nothing was."""
        has_learned = self._kept is not None and self._kept.guessers
        if time.monotonic() - self._asked_at >= (ASKED_EVERY_S if has_learned else FIRST_ASKED_EVERY_S):
            self._asked_at = time.monotonic()
            try:
                self._read()
            except (ClientError, BotoCoreError, ValidationError) as error:  # triage goes on without suggestions
                logger.warning("what was learned cannot be read", error=str(error))
        return self._kept

    def _read(self) -> None:
        pointer = self._dynamodb.get_item(TableName=self._table, Key=self._key()).get("Item")
        if pointer:
            self._kept = self._documents.read(pointer["blob"]["S"])

    def keep(self, lessons: Lessons) -> str:
        """Store `lessons` as the newest; returns the key of the document."""
        blob = f"{FOLDER}{self._desk}/{lessons.version}.json"
        self._documents.write(blob, lessons)
        self._dynamodb.put_item(
            TableName=self._table,
            Item={
                **self._key(),
                "blob": {"S": blob},
                "learned_at": {"S": keys.instant(lessons.learned_at)},
                "tickets": {"N": str(lessons.tickets)},
            },
        )
        return blob

    def _key(self) -> dict[str, Any]:
        return {"pk": {"S": keys.lessons(self._desk)}, "sk": {"S": keys.LIVE}}
