"""Markdown of articles made HTML that can do no harm, and plain text for the search.

Authors' HTML is shown as text, never interpreted; what the renderer produces passes an allow-list besides, so that a
flaw in one of the two is not yet a hole. Pictures wait for attachments of articles: an address elsewhere would tell
that site who reads.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_TOP_HEADING = 3
"""The page has the title and the names of the parts above it."""


def to_html(markdown: str) -> str:
    """`markdown` as safe HTML; single line breaks are kept, as people write mails."""
    tokens = _parser().parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _TOP_HEADING - 1)}"
    rendered = _parser().renderer.render(tokens, _parser().options, {})
    return nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def plain(markdown: str) -> str:
    """The words of `markdown` without its marks."""
    return " ".join(_words(_parser().parse(markdown)))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(child.content or " " for child in token.children or () if child.type in _TEXT).strip()
        elif token.type in ("fence", "code_block"):
            yield token.content.strip()


_TEXT = {"text", "code_inline", "softbreak", "hardbreak"}
