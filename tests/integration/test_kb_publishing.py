"""Pages and indexes follow what is published, whatever order and number the events come in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.kb.publishing import Publishing, page_key
from functions.kb.search import Search, public_index_key, staff_index_key
from functions.shared.domain.article_decisions import archive, edit, publish
from functions.shared.domain.articles import Article, PublishedArticle, evolve
from functions.shared.gateways.objects import NotModified, ObjectNotFound, Objects, Overtaken, SeenObject
from tests.article_factories import make_drafted, make_text
from tests.article_fakes import InMemoryArticles
from tests.factories import AGENT, DESK, NOON

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "blobs-of-the-desk"


@pytest.fixture
def objects(aws: None) -> Objects:
    del aws
    s3: S3Client = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    return Objects(s3, BUCKET)


@pytest.fixture
def articles() -> InMemoryArticles:
    return InMemoryArticles()


def render(article: PublishedArticle) -> str:
    return f"<h1>{article.text.title}</h1>"


@pytest.fixture
def publishing(articles: InMemoryArticles, objects: Objects) -> Publishing:
    return Publishing(DESK, articles, objects, objects, render)


def published(articles: InMemoryArticles, number: int = 1, **text: Any) -> Article:
    article, event = make_drafted(number, **text)
    articles.append(article, [event])
    return change(articles, article, publish)


def change(articles: InMemoryArticles, article: Article, command: Any, *args: Any) -> Article:
    [event] = command(article, *args, actor=AGENT, now=NOON)
    after = evolve(article, event).with_changes(version=article.version + 1)
    articles.append(after, [event])
    return after


def follow(publishing: Publishing, article: Article) -> str:
    assert article.slug
    publishing.follow(article.id, article.text.language, article.slug)
    return page_key(article.text.language, article.slug)


def titles(objects: Objects, key: str, query: str) -> list[str]:
    return [hit.title for hit in Search(objects, key).search(query)]


def test_a_public_article_gets_a_page_and_is_found(
    publishing: Publishing, articles: InMemoryArticles, objects: Objects
) -> None:
    article = published(articles, title="退款没有到账")

    key = follow(publishing, article)
    publishing.rebuild_indexes()

    assert objects.read(key).body.decode() == "<h1>退款没有到账</h1>"
    assert titles(objects, public_index_key(DESK), "退款") == ["退款没有到账"]


def test_an_internal_article_stays_out_of_everything_public(
    publishing: Publishing, articles: InMemoryArticles, objects: Objects
) -> None:
    secret = published(articles, title="内部排障口诀", solution="口令藏在钥匙盒", visibility="internal")

    key = follow(publishing, secret)
    publishing.rebuild_indexes()

    with pytest.raises(ObjectNotFound):
        objects.read(key)
    assert titles(objects, public_index_key(DESK), "排障") == []
    assert "钥匙盒".encode() not in objects.read(public_index_key(DESK)).body
    assert titles(objects, staff_index_key(DESK), "排障") == ["内部排障口诀"]


def test_a_public_article_that_becomes_internal_is_gone(
    publishing: Publishing, articles: InMemoryArticles, objects: Objects
) -> None:
    article = published(articles)
    key = follow(publishing, article)
    publishing.rebuild_indexes()
    hidden = change(articles, change(articles, article, edit, make_text(visibility="internal")), publish)

    assert follow(publishing, hidden) == key
    publishing.rebuild_indexes()

    with pytest.raises(ObjectNotFound):
        objects.read(key)
    assert titles(objects, public_index_key(DESK), "报表") == []


def test_an_archived_article_is_gone(publishing: Publishing, articles: InMemoryArticles, objects: Objects) -> None:
    article = published(articles)
    key = follow(publishing, article)
    publishing.rebuild_indexes()

    follow(publishing, change(articles, article, archive))
    publishing.rebuild_indexes()

    with pytest.raises(ObjectNotFound):
        objects.read(key)
    assert titles(objects, staff_index_key(DESK), "报表") == []


def test_late_and_repeated_events_change_nothing(
    publishing: Publishing, articles: InMemoryArticles, objects: Objects
) -> None:
    article = published(articles)
    newer = change(articles, change(articles, article, edit, make_text(title="新标题")), publish)

    for event_of in (newer, article, article):
        key = follow(publishing, event_of)

    assert objects.read(key).body.decode() == "<h1>新标题</h1>"


def test_a_page_written_from_a_replaced_version_is_written_again(articles: InMemoryArticles, objects: Objects) -> None:
    article = published(articles)

    def render_while_somebody_publishes(shown: PublishedArticle) -> str:
        if shown.version == article.version:
            change(articles, change(articles, article, edit, make_text(title="抢先")), publish)
        return render(shown)

    publishing = Publishing(DESK, articles, objects, objects, render_while_somebody_publishes)

    assert objects.read(follow(publishing, article)).body.decode() == "<h1>抢先</h1>"


class SlowIndexes:
    """Objects between whose reading and replacing somebody else rebuilds, once."""

    def __init__(self, objects: Objects, meanwhile: Any) -> None:
        self.objects = objects
        self.meanwhile: Iterator[Any] = iter([meanwhile])

    def look(self, key: str) -> SeenObject:
        return self.objects.look(key)

    def replace(self, key: str, body: bytes, content_type: str, *, seen_etag: str | None, note: str = "") -> None:
        for meanwhile in self.meanwhile:
            meanwhile()
        self.objects.replace(key, body, content_type, seen_etag=seen_etag, note=note)


@pytest.mark.parametrize("is_first_build", [True, False])
def test_of_two_rebuilds_at_once_the_newer_reading_stays(
    articles: InMemoryArticles, objects: Objects, is_first_build: bool
) -> None:
    other = Publishing(DESK, articles, objects, objects, render)
    if not is_first_build:
        other.rebuild_indexes()
    published(articles, 1, title="第一篇")

    def meanwhile() -> None:
        published(articles, 2, title="第二篇")
        other.rebuild_indexes()

    Publishing(DESK, articles, objects, SlowIndexes(objects, meanwhile), render).rebuild_indexes()

    for key in (public_index_key(DESK), staff_index_key(DESK)):
        assert set(titles(objects, key, "篇")) == {"第一篇", "第二篇"}


def test_an_index_is_built_anew_only_when_its_own_articles_changed(
    publishing: Publishing, articles: InMemoryArticles, objects: Objects
) -> None:
    published(articles, 1)
    publishing.rebuild_indexes()
    before = [objects.look(key(DESK)).etag for key in (public_index_key, staff_index_key)]
    publishing.rebuild_indexes()
    assert [objects.look(key(DESK)).etag for key in (public_index_key, staff_index_key)] == before

    published(articles, 2, visibility="internal")
    publishing.rebuild_indexes()
    assert objects.look(public_index_key(DESK)).etag == before[0]
    assert objects.look(staff_index_key(DESK)).etag != before[1]


def test_a_search_sees_a_new_build_within_seconds(
    publishing: Publishing, articles: InMemoryArticles, objects: Objects
) -> None:
    now = 0.0
    search = Search(objects, public_index_key(DESK), clock=lambda: now)
    assert search.search("报表") == []

    published(articles)
    publishing.rebuild_indexes()
    assert search.search("报表") == []
    now = 2.5
    assert [hit.title for hit in search.search("报表")] == ["报表无法导出"]
    now = 5.0
    assert len(search.search("报表")) == 1


def test_objects_tell_what_changed(objects: Objects) -> None:
    for ask in (objects.read, objects.look):
        with pytest.raises(ObjectNotFound):
            ask("k")
    objects.replace("k", b"1", "text/plain", seen_etag=None, note="n")
    first = objects.read("k")
    assert objects.look("k") == SeenObject(first.etag, "n")
    with pytest.raises(NotModified):
        objects.read("k", known_etag=first.etag)
    with pytest.raises(Overtaken):
        objects.replace("k", b"2", "text/plain", seen_etag=None)
    objects.replace("k", b"2", "text/plain", seen_etag=first.etag)
    with pytest.raises(Overtaken):
        objects.replace("k", b"3", "text/plain", seen_etag=first.etag)
    assert objects.read("k", known_etag=first.etag).body == b"2"
    objects.delete("k")
    with pytest.raises(Overtaken):
        objects.replace("k", b"3", "text/plain", seen_etag=first.etag)


def test_every_sample_of_a_publication_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.kb import publish as entry

    followed: list[tuple[str, str, str]] = []

    class Recorder:
        rebuilt = 0

        def follow(self, *address: str) -> None:
            followed.append(address)  # type: ignore[arg-type]  # three strings

        def rebuild_indexes(self) -> None:
            self.rebuilt += 1

    recorder = Recorder()
    monkeypatch.setattr(entry, "publishing", lambda: recorder)
    events = Path(__file__).parents[2] / "events"
    batch = json.loads((events / "kb_article_published.json").read_text())
    archived = (events / "bus" / "ArticleArchived.v1.json").read_text()
    batch["Records"] += [{**batch["Records"][0], "messageId": "archived", "body": archived}]
    batch["Records"] += [{**batch["Records"][0], "messageId": "bad", "body": '{"detail": {}}'}]

    answer = entry.handler.__wrapped__(batch, None)  # type: ignore[attr-defined]  # Powertools wraps it

    assert followed == [("art_5wq0h2m8xk3t", "zh", "5wq0h2m8xk3t")] * 2
    assert recorder.rebuilt == 1
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
