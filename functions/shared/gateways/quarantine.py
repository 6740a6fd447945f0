"""Mail set aside, in the single table, by the time it arrived."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from functions.shared.contracts.words import DeskId
from functions.shared.domain.errors import HeldMailNotFound
from functions.shared.domain.quarantine import KEPT_FOR_THE_ACCOUNT, HeldList, HeldMail
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SETTLED_KEPT: Final = timedelta(days=30)

MOST_READS: Final = 20
"""Reads of up to 1 MB, settled mail and all, that one page of the list takes at most."""


class Quarantine:
    """What one desk has set aside."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def hold(self, mail: HeldMail) -> None:
        """Set `mail` aside, or keep what was decided about it; doing it again changes nothing."""
        item: dict[str, Any] = {
            "pk": {"S": keys.quarantine(self._desk)},
            "sk": {"S": keys.held(mail.received_at, mail.id)},
            "standing": {"S": mail.standing},
            "doc": {"S": mail.model_dump_json(exclude_none=True)},
        }
        if mail.settled_at:
            item["ttl"] = {"N": str(int((mail.settled_at + SETTLED_KEPT).timestamp()))}
        self._client.put_item(TableName=self._table, Item=item)

    def newest(self, limit: int = 50, *, to_look_at: bool = False, after: str = "") -> HeldList:
        """Up to `limit` mails that are still held, newest first; `after` is the `next` of the page before.

        Args:
            to_look_at: leave out what no person has to look at.
        """
        values = {":pk": keys.quarantine(self._desk), ":held": "held"}
        conditions = ["standing = :held"]
        for number, kind in enumerate(sorted(KEPT_FOR_THE_ACCOUNT) if to_look_at else ()):
            values[f":kind{number}"] = f'"held":"{kind}"'
            conditions.append(f"NOT contains(doc, :kind{number})")
        begin: dict[str, Any] = {}
        found: list[HeldMail] = []
        for _ in range(MOST_READS):
            if after:
                begin["ExclusiveStartKey"] = {"pk": {"S": values[":pk"]}, "sk": {"S": after}}
            page = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                FilterExpression=" AND ".join(conditions),
                ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
                ScanIndexForward=False,
                **begin,
            )
            found += (HeldMail.model_validate_json(item["doc"]["S"]) for item in page["Items"])
            after = page.get("LastEvaluatedKey", {}).get("sk", {}).get("S", "")
            if len(found) > limit:
                last = found[limit - 1]
                return HeldList(tuple(found[:limit]), keys.held(last.received_at, last.id))
            if not after:
                break
        return HeldList(tuple(found), after or None)

    def since(self, at: datetime) -> Iterator[HeldMail]:
        """All mails that arrived since then and were set aside, settled or not."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk >= :at",
            ExpressionAttributeValues={":pk": {"S": keys.quarantine(self._desk)}, ":at": {"S": keys.instant(at)}},
        )
        for page in pages:
            for item in page["Items"]:
                yield HeldMail.model_validate_json(item["doc"]["S"])

    def find(self, mail_id: str) -> HeldMail:
        """The mail with this id, settled or not.

        Raises:
            HeldMailNotFound: none was set aside under it.
        """
        for mail in self._mails(mail_id):
            if mail.id == mail_id:
                return mail
        raise HeldMailNotFound(mail_id)

    def _mails(self, about: str = "") -> Iterator[HeldMail]:
        only: Any = {"FilterExpression": "contains(doc, :about)"} if about else {}
        values: dict[str, Any] = {":pk": {"S": keys.quarantine(self._desk)}}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=values | ({":about": {"S": about}} if about else {}),
            ScanIndexForward=False,
            **only,
        )
        for page in pages:
            for item in page["Items"]:
                yield HeldMail.model_validate_json(item["doc"]["S"])
