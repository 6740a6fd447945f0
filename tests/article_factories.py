"""Valid articles; a test names just the field it is about."""

from datetime import timedelta
from typing import Any

from functions.shared.contracts.article_events import ArticleDrafted, ArticleText
from functions.shared.domain.article_decisions import draft, publish
from functions.shared.domain.articles import Article, PublishedArticle, article_id, drafted, evolve
from tests.factories import AGENT, DESK, NOON


def make_text(**changes: Any) -> ArticleText:
    return ArticleText.model_validate(
        {
            "language": "zh",
            "title": "报表无法导出",
            "symptom": "点击导出后提示超时",
            "cause": "日期范围过大",
            "solution": "缩小日期范围后重试",
            **changes,
        }
    )


def make_drafted(number: int = 1, **text: Any) -> tuple[Article, ArticleDrafted]:
    event = draft(article_id(str(number)), make_text(**text), desk=DESK, actor=AGENT, now=NOON)
    return drafted(event), event


def make_article(number: int = 1, **text: Any) -> Article:
    return make_drafted(number, **text)[0]


def make_published_article(number: int = 1, **text: Any) -> Article:
    article = make_article(number, **text)
    [event] = publish(article, actor=AGENT, now=NOON + timedelta(minutes=number))
    return evolve(article, event).with_changes(version=2)


def make_published(number: int = 1, **text: Any) -> PublishedArticle:
    return PublishedArticle.of(make_published_article(number, **text))
