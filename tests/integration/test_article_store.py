"""One contract for the table of articles and its in-memory fake."""

from datetime import timedelta
from typing import Any

import pytest

from functions.shared.domain.article_decisions import archive, edit, publish
from functions.shared.domain.articles import Article, ArticleStatus, ArticleSummary, PublishedArticle, evolve
from functions.shared.domain.errors import ArticleNotFound, StaleArticle
from functions.shared.gateways.articles import ArticleTable
from tests.article_factories import make_drafted, make_text
from tests.article_fakes import InMemoryArticles
from tests.factories import AGENT, DESK, NOON
from tests.integration.conftest import TABLE


@pytest.fixture(params=["dynamodb", "memory"])
def store(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return InMemoryArticles()
    return ArticleTable(request.getfixturevalue("dynamodb"), TABLE, DESK)


def add(store: Any, number: int = 1, **text: Any) -> Article:
    article, event = make_drafted(number, **text)
    store.append(article, [event])
    return article


def change(store: Any, article: Article, command: Any, *args: Any, minutes: int = 1) -> Article:
    events = command(article, *args, actor=AGENT, now=NOON + timedelta(minutes=minutes))
    after = article
    for event in events:
        after = evolve(after, event)
    after = after.with_changes(version=article.version + 1)
    store.append(after, events)
    return after


def test_a_stored_article_is_read_back_whole(store: Any) -> None:
    article = add(store, module="reports")

    assert store.get(article.id) == article
    assert store.history(article.id) == [make_drafted(module="reports")[1]]
    assert store.all() == [ArticleSummary.of(article)]


def test_an_unknown_article_is_not_found(store: Any) -> None:
    for read in (store.get, store.history):
        with pytest.raises(ArticleNotFound):
            read("art_zzzzzzzzzzzz")
    assert store.published("art_zzzzzzzzzzzz") is None
    assert store.find("zh", "nothing-here") is None


def test_an_id_is_given_only_once(store: Any) -> None:
    add(store)

    with pytest.raises(StaleArticle):
        add(store)


def test_the_second_of_two_concurrent_changes_is_stale_and_changes_nothing(store: Any) -> None:
    article = add(store)
    change(store, article, edit, make_text(title="first"))

    with pytest.raises(StaleArticle):
        change(store, article, publish)
    assert store.get(article.id).text.title == "first"
    assert store.published(article.id) is None
    assert [event.type for event in store.history(article.id)] == ["ArticleDrafted", "ArticleEdited"]


def test_readers_see_the_last_publication_and_not_the_working_text(store: Any) -> None:
    article = change(store, add(store), publish)
    ahead = change(store, article, edit, make_text(solution="内部说明"))

    assert ahead.is_ahead
    assert store.published(article.id) == PublishedArticle.of(article)
    assert store.find("zh", article.slug) == article.id

    again = change(store, ahead, publish, minutes=2)
    assert store.published(article.id) == PublishedArticle.of(again)
    assert again.slug == article.slug


def test_an_archived_article_is_gone_for_readers_and_kept_for_authors(store: Any) -> None:
    article = change(store, add(store), publish)
    change(store, article, archive)

    assert store.published(article.id) is None
    assert list(store.all_published()) == []
    assert store.get(article.id).status is ArticleStatus.ARCHIVED
    assert store.find("zh", article.slug) == article.id


def test_all_published_articles_come_from_one_query(store: Any) -> None:
    articles = [change(store, add(store, number), publish) for number in range(1, 6)]
    add(store, 6)

    assert {live.id for live in store.all_published()} == {article.id for article in articles}


def test_the_list_begins_with_what_changed_last(store: Any) -> None:
    first, second = add(store, 1), add(store, 2)
    change(store, first, edit, make_text(title="changed"), minutes=5)

    assert [line.id for line in store.all()] == [first.id, second.id]
