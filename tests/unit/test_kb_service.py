"""What agents may do with articles, on in-memory stores."""

from datetime import timedelta

import pytest

from functions.kb.service import Articles
from functions.shared.contracts.words import Role
from functions.shared.domain.articles import Article, ArticleStatus
from functions.shared.domain.errors import ArticleNotFound, NotAllowed, StaleArticle, TicketNotFound
from functions.shared.identity.principal import Principal, PrincipalKind
from tests.article_factories import make_text
from tests.article_fakes import InMemoryArticles
from tests.factories import DESK, NOON, make_opened, make_ticket
from tests.fakes import InMemoryTickets

LATER = NOON + timedelta(hours=1)
AGENT = Principal(kind=PrincipalKind.PERSON, id="li-na", name="李娜", desk=DESK, roles=frozenset({Role.AGENT}))
CUSTOMER = Principal(kind=PrincipalKind.CUSTOMER, id="con_00000001", name="王芳", desk=DESK, contact_id="con_00000001")


@pytest.fixture
def store() -> InMemoryArticles:
    return InMemoryArticles()


@pytest.fixture
def articles(store: InMemoryArticles) -> Articles:
    tickets = InMemoryTickets()
    tickets.append(make_ticket(1), [make_opened(1)])
    return Articles(DESK, store, tickets, draw_seed=lambda: "seed")


def written(articles: Articles) -> Article:
    return articles.write(AGENT, make_text(), now=NOON)


def test_a_ticket_is_written_up_once_whoever_asks_first(articles: Articles, store: InMemoryArticles) -> None:
    first, is_new = articles.draft_from_ticket(AGENT, "tkt_00000001", now=NOON)
    again, is_new_again = articles.draft_from_ticket(AGENT, "tkt_00000001", now=LATER)

    assert (is_new, is_new_again) == (True, False)
    assert again == first
    assert [event.type for event in store.history(first.id)] == ["ArticleDrafted"]


def test_of_two_drafts_at_once_both_get_the_first(articles: Articles, store: InMemoryArticles) -> None:
    first, _ = articles.draft_from_ticket(AGENT, "tkt_00000001", now=NOON)
    found, looked = store.get, []

    def not_yet_there(article_id: str) -> Article:
        looked.append(article_id)
        if len(looked) == 1:
            raise ArticleNotFound(article_id)
        return found(article_id)

    store.get = not_yet_there  # type: ignore[method-assign]  # the other draft lands between look and write

    assert articles.draft_from_ticket(AGENT, "tkt_00000001", now=LATER) == (first, False)


def test_there_is_no_article_about_no_ticket(articles: Articles, store: InMemoryArticles) -> None:
    with pytest.raises(TicketNotFound):
        articles.draft_from_ticket(AGENT, "tkt_zzzzzzzz", now=NOON)
    assert store.all() == []


def test_customers_read_what_is_public_and_touch_nothing(articles: Articles) -> None:
    article = written(articles)
    for forbidden in (
        lambda: articles.write(CUSTOMER, make_text(), now=NOON),
        lambda: articles.read(CUSTOMER, article.id),
        lambda: articles.all(CUSTOMER),
        lambda: articles.edit(CUSTOMER, article.id, make_text(), seen_version=1, now=NOON),
        lambda: articles.submit(CUSTOMER, article.id, now=NOON),
        lambda: articles.publish(CUSTOMER, article.id, now=NOON),
        lambda: articles.archive(CUSTOMER, article.id, now=NOON),
        lambda: articles.draft_from_ticket(CUSTOMER, "tkt_00000001", now=NOON),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    with pytest.raises(ArticleNotFound):
        articles.read_published(article.id)

    articles.publish(AGENT, article.id, now=NOON)
    assert articles.read_published(article.id).text == make_text()


def test_an_internal_article_is_not_read_by_everybody(articles: Articles) -> None:
    article = articles.write(AGENT, make_text(visibility="internal"), now=NOON)
    articles.publish(AGENT, article.id, now=NOON)

    with pytest.raises(ArticleNotFound):
        articles.read_published(article.id)


def test_an_edit_of_what_was_changed_meanwhile_is_refused(articles: Articles) -> None:
    article = written(articles)
    articles.edit(AGENT, article.id, make_text(title="first"), seen_version=1, now=NOON)

    with pytest.raises(StaleArticle):
        articles.edit(AGENT, article.id, make_text(title="second"), seen_version=1, now=LATER)
    with pytest.raises(StaleArticle):
        articles.publish(AGENT, article.id, seen_version=1, now=LATER)
    assert articles.read(AGENT, article.id).text.title == "first"


def test_a_lost_race_is_run_again_on_the_fresh_state(articles: Articles, store: InMemoryArticles) -> None:
    article = written(articles)
    append, tries = store.append, []

    def overtaken_once(changed: Article, events: object) -> None:
        tries.append(changed.version)
        if len(tries) == 1:
            raise StaleArticle(changed.id)
        append(changed, events)  # type: ignore[arg-type]  # handed on as it came

    store.append = overtaken_once  # type: ignore[method-assign]  # somebody else was quicker

    assert articles.publish(AGENT, article.id, now=LATER).status is ArticleStatus.PUBLISHED
    assert tries == [2, 2]


def test_nothing_is_stored_for_a_wish_that_is_fulfilled(articles: Articles, store: InMemoryArticles) -> None:
    article = articles.publish(AGENT, written(articles).id, now=NOON)

    assert articles.publish(AGENT, article.id, now=LATER) == article
    assert articles.edit(AGENT, article.id, make_text(), seen_version=2, now=LATER) == article
    assert len(store.history(article.id)) == 2
