"""The finished page of an article, as it lies in the site bucket."""

from functions.kb.markdown import to_html
from functions.kb.pages.views import PreviewView
from functions.shared.contracts.article_events import ArticleText
from functions.shared.domain.articles import PublishedArticle
from functions.shared.domain.config import DeskConfig
from functions.shared.pages.rendering import render


def article_page(article: PublishedArticle, config: DeskConfig, public_url: str) -> str:
    """The HTML of a public article's page; nothing in it depends on who looks or when."""
    language = article.text.language
    module = config.module(article.text.module)
    return render(
        "kb/pages/article.html",
        language,
        now=article.published_at,
        path="/help",
        desk_name=config.desk.name.in_language(language),
        parts=parts_of(article.text),
        module=module.name.in_language(language) if module else "",
        published_on=config.desk.local(article.published_at).date(),
        address=f"{public_url}{article.path}",
    )


def parts_of(text: ArticleText) -> PreviewView:
    """The text as HTML that is safe to show."""
    return PreviewView(text.title, to_html(text.symptom), to_html(text.cause), to_html(text.solution))
