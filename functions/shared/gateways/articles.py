"""Articles in the single table: head, history, list, slug and what readers see, stored together or not at all."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from functions.shared.contracts.article_events import AnyArticleEvent, ArticleArchived, ArticleEvent, ArticlePublished
from functions.shared.contracts.words import ArticleId, DeskId
from functions.shared.domain.articles import Article, ArticleSummary, PublishedArticle
from functions.shared.domain.errors import ArticleNotFound, StaleArticle
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EVENTS: TypeAdapter[list[AnyArticleEvent]] = TypeAdapter(list[AnyArticleEvent])


class ArticleTable:
    """The articles of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def get(self, article_id: ArticleId) -> Article:
        """The article as it stands, read consistently.

        Raises:
            ArticleNotFound: there is no such article on this desk.
        """
        item = self._item(keys.article(self._desk, article_id), keys.HEAD)
        if item is None:
            raise ArticleNotFound(article_id)
        return Article.model_validate_json(item["doc"]["S"])

    def append(self, article: Article, events: Sequence[ArticleEvent]) -> None:
        """Store `article`, whose `version` is one more than the stored one, with the `events` that led to it.

        Raises:
            StaleArticle: the stored version is another; for version 1: the id is taken.
        """
        pk = keys.article(self._desk, article.id)
        body = ",".join(event.model_dump_json(exclude_none=True) for event in events)
        head = {
            **_key(pk, keys.HEAD),
            "version": {"N": str(article.version)},
            "doc": {"S": article.model_dump_json(exclude_none=True)},
        }
        line = {"summary": {"S": ArticleSummary.of(article).model_dump_json(exclude_none=True)}}
        writes: list[Any] = [
            {"Put": {"TableName": self._table, "Item": head, **_guard(article.version)}},
            self._put(pk, keys.commit(article.version), {"events": {"S": f"[{body}]"}}),
            self._put(keys.articles(self._desk), article.id, line),
            *self._publication(article, events),
        ]
        try:
            self._client.transact_write_items(TransactItems=writes)
        except self._client.exceptions.TransactionCanceledException as cancelled:
            if _is_lost_race(cancelled):
                raise StaleArticle(article.id) from cancelled
            raise

    def history(self, article_id: ArticleId) -> list[ArticleEvent]:
        """All that happened to the article, oldest first.

        Raises:
            ArticleNotFound: there is no such article on this desk.
        """
        events: list[ArticleEvent] = []
        for item in self._partition(keys.article(self._desk, article_id), keys.COMMIT_PREFIX):
            events += _EVENTS.validate_json(item["events"]["S"])
        if not events:
            raise ArticleNotFound(article_id)
        return events

    def all(self) -> list[ArticleSummary]:
        """Every article, the one changed last first."""
        lines = self._partition(keys.articles(self._desk))
        summaries = [ArticleSummary.model_validate_json(item["summary"]["S"]) for item in lines]
        return sorted(summaries, key=lambda summary: summary.updated_at, reverse=True)

    def find(self, language: str, slug: str) -> ArticleId | None:
        """The article that is or was published at this address."""
        item = self._item(keys.slug(self._desk, language, slug), keys.SLUG)
        return item["article_id"]["S"] if item else None

    def published(self, article_id: ArticleId) -> PublishedArticle | None:
        """What readers see of the article at this moment, if anything."""
        item = self._item(keys.published_articles(self._desk), article_id)
        return PublishedArticle.model_validate_json(item["doc"]["S"]) if item and "doc" in item else None

    def all_published(self) -> Iterator[PublishedArticle]:
        """What readers see of all articles at this moment."""
        for item in self._partition(keys.published_articles(self._desk)):
            if "doc" in item:
                yield PublishedArticle.model_validate_json(item["doc"]["S"])

    def _publication(self, article: Article, events: Sequence[ArticleEvent]) -> Iterator[dict[str, Any]]:
        """The writes by which the last of `events` that concerns readers reaches them.

        A withdrawn article leaves an empty item, so that the public door needs no right to delete.
        """
        last = next((e for e in reversed(events) if isinstance(e, ArticlePublished | ArticleArchived)), None)
        pk = keys.published_articles(self._desk)
        if isinstance(last, ArticlePublished):
            doc = PublishedArticle.of(article).model_dump_json(exclude_none=True)
            yield self._put(pk, article.id, {"doc": {"S": doc}})
            slug_pk = keys.slug(self._desk, last.language, last.slug)
            yield self._put(slug_pk, keys.SLUG, {"article_id": {"S": article.id}})
        elif isinstance(last, ArticleArchived):
            yield self._put(pk, article.id, {})

    def _put(self, pk: str, sk: str, attributes: dict[str, Any]) -> dict[str, Any]:
        return {"Put": {"TableName": self._table, "Item": {**_key(pk, sk), **attributes}}}

    def _item(self, pk: str, sk: str) -> dict[str, Any] | None:
        found: dict[str, Any] = {**self._client.get_item(TableName=self._table, Key=_key(pk, sk), ConsistentRead=True)}
        return found.get("Item")

    def _partition(self, pk: str, prefix: str = "") -> Iterator[dict[str, Any]]:
        query: dict[str, Any] = {"ExpressionAttributeValues": {":pk": {"S": pk}}, "KeyConditionExpression": "pk = :pk"}
        if prefix:
            query["KeyConditionExpression"] += " AND begins_with(sk, :prefix)"
            query["ExpressionAttributeValues"][":prefix"] = {"S": prefix}
        for page in self._client.get_paginator("query").paginate(TableName=self._table, ConsistentRead=True, **query):
            yield from page["Items"]


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _guard(version: int) -> dict[str, Any]:
    """The condition that the stored head is the one that the change was decided on."""
    if version == 1:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "version = :seen",
        "ExpressionAttributeValues": {":seen": {"N": str(version - 1)}},
    }


def _is_lost_race(cancelled: ClientError) -> bool:
    response: dict[str, Any] = {**cancelled.response}
    codes = {reason["Code"] for reason in response["CancellationReasons"]}
    return bool(codes & {"ConditionalCheckFailed", "TransactionConflict"})
