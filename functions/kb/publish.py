"""SQS `kb` ← ArticlePublished, ArticleArchived: finished help pages and fresh search indexes."""

from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import TypeAdapter

from functions.kb.pages.article import article_page
from functions.kb.publishing import Publishing
from functions.kb.search_index import require_fts5
from functions.kb.settings import KbPublishSettings
from functions.shared.contracts.article_events import AnyArticleEvent, ArticleArchived, ArticlePublished
from functions.shared.gateways.articles import ArticleTable
from functions.shared.gateways.config import RECENT, ConfigStore
from functions.shared.gateways.objects import Objects

logger = Logger(service="kb")
require_fts5()

_EVENT: TypeAdapter[AnyArticleEvent] = TypeAdapter(AnyArticleEvent)


@cache
def publishing() -> Publishing:
    """Wire the service once per execution environment."""
    settings = KbPublishSettings.from_env()
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    config = ConfigStore(dynamodb, s3, table=settings.table_name, bucket=settings.blobs_bucket, desk=settings.desk_id)
    return Publishing(
        settings.desk_id,
        ArticleTable(dynamodb, settings.table_name, settings.desk_id),
        Objects(s3, settings.site_bucket),
        Objects(s3, settings.blobs_bucket),
        lambda article: article_page(article, config.live(within=RECENT), settings.public_url),
    )


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Follow every publication of the batch, then rebuild the indexes once for all of them."""
    del context
    processor = BatchProcessor(event_type=EventType.SQS)
    with processor(records=event["Records"], handler=_follow):
        processor.process()
    for failure in processor.exceptions:
        logger.error("a publication was not followed", exc_info=failure[1])
    publishing().rebuild_indexes()
    response: dict[str, Any] = {**processor.response()}
    return response


def _follow(record: SQSRecord) -> None:
    article_event = _EVENT.validate_python(record.json_body["detail"])
    if isinstance(article_event, ArticlePublished | ArticleArchived) and article_event.slug:
        publishing().follow(article_event.article_id, article_event.language, article_event.slug)
        logger.info("page follows", event_id=article_event.event_id)
