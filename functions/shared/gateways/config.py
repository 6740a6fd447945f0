"""The desk's configuration: versions as documents in S3, and a pointer in the table to the live one."""

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from functions.shared.contracts.config_events import ConfigPublished
from functions.shared.contracts.events import Actor
from functions.shared.contracts.words import DeskId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_check import broken_rules
from functions.shared.domain.config_versions import ConfigVersion, Source
from functions.shared.domain.errors import ConfigMissing, StaleConfig
from functions.shared.gateways import keys
from functions.shared.gateways.items import Along

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


logger = Logger(service="config")

RECENT: Final = timedelta(seconds=5)
"""Young enough for whoever asks often and decides nothing by itself."""


class ConfigStore:
    """The configuration of one desk. A document once read is kept: versions never change."""

    def __init__(self, dynamodb: "DynamoDBClient", s3: "S3Client", *, table: str, bucket: str, desk: DeskId) -> None:
        self._dynamodb = dynamodb
        self._s3 = s3
        self._table = table
        self._bucket = bucket
        self.desk = desk
        self._kept: DeskConfig | None = None
        self._asked_at = float("-inf")
        self.pointer = Along((keys.config(desk), keys.LIVE))
        """Whoever reads it along with something else spares `live` its own call."""

    def live(self, *, within: timedelta = timedelta(0), is_consistent: bool = False) -> DeskConfig:
        """The live version; asks the table each time nobody just did, and S3 only for a version not read yet.

        With `within`, what was live so long ago is good enough; with `is_consistent`, nothing published is missed.

        Raises:
            ConfigMissing: nothing was published yet.
        """
        now = time.monotonic()
        if self._kept and now - self._asked_at < within.total_seconds():
            return self._kept
        heard = None if is_consistent else self.pointer.take()
        pointer = heard or self._item(keys.LIVE, consistent=is_consistent)
        if pointer is None:
            raise ConfigMissing
        if self._kept is None or self._kept.version != int(pointer["version"]["N"]):
            self._kept = self._read(pointer["blob"]["S"])
        self._asked_at = now
        return self._kept

    @property
    def kept(self) -> DeskConfig | None:
        """The version that `live` gave last, if it ever did; nobody is asked for it."""
        return self._kept

    def last_read(self) -> DeskConfig:
        """The version that `live` gave last; asks for it if it was never read."""
        return self._kept or self.live()

    def at(self, version: int) -> DeskConfig:
        """The configuration as published under `version`.

        Raises:
            ConfigMissing: there is no such version.
        """
        item = self._item(keys.config_version(version))
        if item is None:
            raise ConfigMissing(f"version {version}")
        return self._read(item["blob"]["S"])

    def history(self, limit: int = 50, *, before: int | None = None) -> list[ConfigVersion]:
        """The versions published last, the newest first; with `before`, only those older than it."""
        newest = keys.config_version(before - 1 if before else 99_999_999)
        page = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :oldest AND :newest",
            ExpressionAttributeValues={
                ":pk": {"S": keys.config(self.desk)},
                ":oldest": {"S": keys.config_version(0)},
                ":newest": {"S": newest},
            },
            ScanIndexForward=False,
            Limit=limit,
        )
        return [_version(item) for item in page["Items"]]

    def publish(
        self,
        config: DeskConfig,
        *,
        author: str,
        note: str,
        now: datetime,
        source: Source = Source.FILES,
        based_on: int | None = None,
        restores: int | None = None,
    ) -> DeskConfig:
        """Make `config` live under the next version, and tell so on the bus; returns it as published.

        A configuration equal to the live one stays the version it is.

        Args:
            source: Where it was written.
            based_on: The version that has to be live for `config` to replace it.
            restores: The earlier version that it brings back.

        Raises:
            StaleConfig: somebody else published meanwhile.
        """
        pointer = self._item(keys.LIVE, consistent=True)
        current = int(pointer["version"]["N"]) if pointer else 0
        if based_on is not None and current != based_on:
            raise StaleConfig
        digest = _digest(config)
        if pointer and pointer["digest"]["S"] == digest:
            return config.model_copy(update={"version": current})
        published = config.model_copy(update={"version": current + 1})
        blob = f"config/{self.desk}/{published.version:08d}-{digest[:12]}.json"
        body = published.model_dump_json(by_alias=True)
        self._s3.put_object(Bucket=self._bucket, Key=blob, Body=body.encode(), ContentType="application/json")
        entry = {
            "pk": {"S": keys.config(self.desk)},
            "version": {"N": str(published.version)},
            "blob": {"S": blob},
            "digest": {"S": digest},
            "author": {"S": author},
            "note": {"S": note},
            "published_at": {"S": keys.instant(now)},
            "source": {"S": source.value},
            **({"restores": {"N": str(restores)}} if restores else {}),
        }
        changed = _changed(published, self._read(pointer["blob"]["S"]) if pointer else None)
        entry["changed"] = {"S": ",".join(changed)}
        event = ConfigPublished(
            event_id=f"{self.desk}-config-{published.version:06d}",
            desk=self.desk,
            sequence=published.version,
            occurred_at=now,
            actor=Actor(kind="agent", id=author),
            config_version=published.version,
            note=note,
            changed=changed,
        )
        self._swap(entry, event, current)
        return published

    def _swap(self, entry: Mapping[str, Any], event: ConfigPublished, expected: int) -> None:
        """Let LIVE point to `entry` if it still points to version `expected`; the outbox tells of it."""
        guard: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if expected:
            guard = {
                "ConditionExpression": "version = :expected",
                "ExpressionAttributeValues": {":expected": {"N": str(expected)}},
            }
        version = keys.config_version(int(entry["version"]["N"]))
        writes: list[Any] = [
            {"Put": {"TableName": self._table, "Item": {**entry, "sk": {"S": keys.LIVE}}, **guard}},
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {
                        **entry,
                        "sk": {"S": version},
                        "events": {"S": f"[{event.model_dump_json(exclude_none=True)}]"},
                    },
                }
            },
        ]
        try:
            self._dynamodb.transact_write_items(TransactItems=writes)
        except self._dynamodb.exceptions.TransactionCanceledException as cancelled:
            codes = [reason.get("Code") for reason in cancelled.response.get("CancellationReasons", [])]
            if set(codes) & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise StaleConfig from cancelled
            raise

    def _item(self, sk: str, *, consistent: bool = False) -> Mapping[str, Any] | None:
        found = self._dynamodb.get_item(
            TableName=self._table,
            Key={"pk": {"S": keys.config(self.desk)}, "sk": {"S": sk}},
            ConsistentRead=consistent,
        )
        return found.get("Item")

    def _read(self, blob: str) -> DeskConfig:
        read = self._s3.get_object(Bucket=self._bucket, Key=blob)["Body"].read()
        return _without_broken_rules(DeskConfig.model_validate_json(read))


def _without_broken_rules(config: DeskConfig) -> DeskConfig:
    """`config` with rules at rest that name what is not there. No such version is published; should one be live all
    the same, one rule must not keep the others from acting."""
    broken = broken_rules(config)
    if not broken:
        return config
    for rule, why in broken.items():
        logger.error("rule disabled: it names what is not there", rule=rule, why=why, config_version=config.version)
    with single_metric(name="BrokenRules", unit=MetricUnit.Count, value=len(broken), namespace="Aftercare"):
        pass
    rules = tuple(rule.model_copy(update={"enabled": False}) if rule.id in broken else rule for rule in config.rules)
    return config.model_copy(update={"rules": rules})


def _version(item: Mapping[str, Any]) -> ConfigVersion:
    texts = {name: item[name]["S"] for name in ("author", "note", "published_at")}
    numbers = {name: int(item[name]["N"]) for name in ("version", "restores") if name in item}
    changed = item["changed"]["S"] if "changed" in item else ""
    source = item["source"]["S"] if "source" in item else Source.FILES
    return ConfigVersion.model_validate(
        {**texts, **numbers, "source": source, "changed": [part for part in changed.split(",") if part]}
    )


def _changed(published: DeskConfig, before: DeskConfig | None) -> tuple[str, ...]:
    """The parts in which a version differs from the one before; all of them in the first."""
    new, old = published.content(), before.content() if before else {}
    return tuple(name for name, part in new.items() if part != old.get(name))


def _digest(config: DeskConfig) -> str:
    text = json.dumps(config.content(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
