import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from functions.shared.contracts.article_events import ArticleSlug, Visibility
from functions.shared.contracts.words import ArticleId
from functions.shared.domain.article_decisions import archive, edit, publish, submit
from functions.shared.domain.articles import Article, ArticleStatus, PublishedArticle, article_id, evolve, slug_for
from functions.shared.domain.errors import IllegalTransition, InvalidInput
from tests.article_factories import make_article, make_published_article, make_text
from tests.factories import AGENT, CUSTOMER, NOON

BY = {"actor": AGENT, "now": NOON}


def after(article: Article, events: list) -> Article:
    for event in events:
        article = evolve(article, event)
    return article


def test_an_article_goes_from_draft_over_review_to_its_readers():
    article = make_article()
    reviewed = after(article, submit(article, **BY))
    published = after(reviewed, publish(reviewed, **BY))

    assert [a.status for a in (article, reviewed, published)] == [
        ArticleStatus.DRAFT,
        ArticleStatus.REVIEW,
        ArticleStatus.PUBLISHED,
    ]
    assert published.published_at == NOON


def test_publishing_tells_where_and_for_whom():
    [event] = publish(make_article(title="VPN 登录失败", module="vpn", visibility=Visibility.INTERNAL), **BY)

    assert event.slug == "vpn-" + article_id("1").removeprefix("art_")
    assert (event.language, event.title, event.module, event.visibility) == ("zh", "VPN 登录失败", "vpn", "internal")


def test_a_wish_that_is_fulfilled_changes_nothing():
    article = make_article()
    published = make_published_article()
    archived = after(article, archive(article, **BY))
    reviewed = after(article, submit(article, **BY))

    assert edit(article, article.text, **BY) == []
    assert publish(published, **BY) == []
    assert archive(archived, **BY) == []
    assert submit(reviewed, **BY) == []


def test_an_edit_of_a_published_article_waits_for_the_next_publication():
    published = make_published_article()
    ahead = after(published, edit(published, make_text(title="更好的标题"), **BY))
    again = after(ahead, publish(ahead, **BY))

    assert (ahead.status, ahead.is_ahead, again.is_ahead) == (ArticleStatus.PUBLISHED, True, False)
    assert again.slug == published.slug


def test_an_archived_article_can_come_back_at_its_old_address():
    published = make_published_article()
    archived = after(published, archive(published, **BY))
    back = after(archived, publish(archived, **BY))

    assert (back.status, back.slug) == (ArticleStatus.PUBLISHED, published.slug)


@pytest.mark.parametrize("part", ["symptom", "solution"])
def test_an_article_without_its_core_is_not_published(part):
    with pytest.raises(InvalidInput) as refused:
        publish(make_article(**{part: "  "}), **BY)
    assert [error.field for error in refused.value.errors] == [part]


def test_a_published_article_keeps_its_language():
    with pytest.raises(InvalidInput):
        edit(make_published_article(), make_text(language="en"), **BY)
    assert edit(make_article(), make_text(language="en"), **BY)


def test_only_a_draft_goes_to_review():
    with pytest.raises(IllegalTransition):
        submit(make_published_article(), **BY)


def test_everyone_who_edits_is_an_author_once():
    article = make_article()
    article = after(article, edit(article, make_text(title="a"), **BY))
    article = after(article, edit(article, make_text(title="b"), actor=CUSTOMER, now=NOON))

    assert article.authors == (AGENT.id, CUSTOMER.id)


def test_an_event_out_of_order_is_refused():
    article = make_article()
    [event] = edit(article, make_text(title="a"), **BY)
    with pytest.raises(ValueError, match="does not follow"):
        evolve(after(article, [event]), event)


def test_a_draft_has_nothing_for_readers():
    with pytest.raises(ValueError, match="never published"):
        PublishedArticle.of(make_article())


def test_an_id_depends_on_its_seed_and_does_not_show_it():
    assert article_id("tkt_7f3k92qd") == article_id("tkt_7f3k92qd") != article_id("tkt_7f3k92qe")
    assert "7f3k92qd" not in article_id("tkt_7f3k92qd")


@given(title=st.text(min_size=1, max_size=200), seed=st.text())
def test_every_title_has_an_address(title, seed):
    identity = TypeAdapter(ArticleId).validate_python(article_id(seed))
    slug = TypeAdapter(ArticleSlug).validate_python(slug_for(title, identity))
    assert slug.endswith(identity.removeprefix("art_"))


@pytest.mark.parametrize(
    ("title", "beginning"),
    [("报表无法导出", ""), ("Can't log in — VPN!", "can-t-log-in-vpn-"), ("Café Ｅ１０４２", "cafe-e1042-")],
)
def test_an_address_shows_the_latin_words_of_its_title(title, beginning):
    assert slug_for(title, "art_0123456789ab") == f"{beginning}0123456789ab"
