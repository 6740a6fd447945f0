"""Mail set aside, in the single table, by the time it arrived."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

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
        """Set `mail` aside; doing it again changes nothing."""
        self._client.put_item(TableName=self._table, Item=self._item(mail))

    def hold_once(self, mail: HeldMail) -> None:
        """Set `mail` aside, which may arrive again at other times: while it waits it stands where it stood first."""
        found = self._client.update_item(
            TableName=self._table,
            Key=self._first(mail.id),
            UpdateExpression="SET first_at = if_not_exists(first_at, :at) REMOVE #ttl",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={":at": {"S": keys.instant(mail.received_at)}},
            ReturnValues="ALL_NEW",
        )
        first = datetime.fromisoformat(found["Attributes"]["first_at"]["S"])
        self.hold(mail.model_copy(update={"received_at": first}))

    def claim(self, mail: HeldMail) -> str:
        """Begin to decide about `mail`: a word that is good until it is set aside anew, or somebody else begins.

        Raises:
            HeldMailNotFound: it is no longer there.
        """
        word = uuid4().hex
        try:
            self._client.update_item(
                TableName=self._table,
                Key=self._key(mail),
                UpdateExpression="SET claim = :word",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":word": {"S": word}},
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise HeldMailNotFound(mail.id) from error
        return word

    def settle(self, mail: HeldMail, claim: str) -> bool:
        """Keep what was decided about `mail`, unless `claim` is no longer good; whether it was kept."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=self._item(mail),
                ConditionExpression="claim = :word",
                ExpressionAttributeValues={":word": {"S": claim}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        if mail.channel and mail.settled_at:
            self._client.update_item(
                TableName=self._table,
                Key=self._first(mail.id),
                UpdateExpression="REMOVE first_at SET #ttl = :ttl",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={":ttl": _end_of(mail.settled_at)},
            )
        return True

    def forget(self, mail_id: str, received_at: datetime, *, now: datetime) -> None:
        """Keep nothing that the mail says, whatever is being decided about it; nothing where it was not set aside."""
        key = {"pk": {"S": keys.quarantine(self._desk)}, "sk": {"S": keys.held(received_at, mail_id)}}
        item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item:  # putting it anew ends every claim: who let the mail in a moment ago no longer writes its words
            self.hold(HeldMail.model_validate_json(item["doc"]["S"]).forgotten(now))

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

    def _key(self, mail: HeldMail) -> dict[str, Any]:
        return {"pk": {"S": keys.quarantine(self._desk)}, "sk": {"S": keys.held(mail.received_at, mail.id)}}

    def _first(self, mail_id: str) -> dict[str, Any]:
        return {"pk": {"S": keys.first_held(self._desk, mail_id)}, "sk": {"S": keys.FIRST_HELD}}

    def _item(self, mail: HeldMail) -> dict[str, Any]:
        item: dict[str, Any] = {
            **self._key(mail),
            "standing": {"S": mail.standing},
            "doc": {"S": mail.model_dump_json(exclude_none=True)},
        }
        if mail.settled_at:
            item["ttl"] = _end_of(mail.settled_at)
        return item

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


def _end_of(settled_at: datetime) -> dict[str, Any]:
    return {"N": str(int((settled_at + SETTLED_KEPT).timestamp()))}
