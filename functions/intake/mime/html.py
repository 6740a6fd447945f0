"""HTML bodies: made safe for our pages, and read as text.

Text is taken from the sanitised markup with the standard library's parser: after `nh3` it is well formed, so the
parser's slow and lenient paths are never reached, and no further library is needed for the few rules mail wants.
"""

import re
from functools import cache
from html.parser import HTMLParser

import nh3

MAX_HTML = 2_000_000
MAX_DEPTH = 500
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "div",
    "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol",
    "p", "pre", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "ul",
}  # fmt: skip
_SILENT = {"iframe", "math", "noembed", "noframes", "object", "script", "style", "svg", "template", "title"}
_ATTRIBUTES = {
    "*": {"style", "title", "dir", "lang"},
    "a": {"href"},
    "blockquote": {"type"},
    "col": {"span", "width"},
    "font": {"color", "size"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "table": {"border", "cellpadding", "cellspacing", "width"},
    "td": {"colspan", "rowspan", "align", "valign", "width"},
    "th": {"colspan", "rowspan", "align", "valign", "width"},
}
_STYLES = {
    "background-color", "border", "border-collapse", "border-left", "color", "font-size", "font-style", "font-weight",
    "margin-left", "padding", "padding-left", "text-align", "text-decoration", "vertical-align", "white-space",
}  # fmt: skip
_LEAVES = {"br", "img", "hr", "col", "meta", "link", "input", "p", "li", "td", "th", "tr", "dt", "dd", "option"}
_SUSPECTS = (b"src", b"href", b"url", b"image-set", b"&#", b"&bsol", b"\\")
"""What may load something, lead nowhere, or be a disguise of that."""
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_FUNCTION = re.compile(r"([\w-]*)\s*\(")
_CSS_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla"}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
_EMBEDDED = re.compile(r"data:[a-zA-Z0-9.+/-]{0,100};base64,[A-Za-z0-9+/=\s]{200,}")
_BLOCKS = {
    "blockquote", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "pre", "table",
    "tr", "ul",
}  # fmt: skip
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")


class UnsafeHtml(ValueError):
    """Markup nested so deeply that cleaning it would take too long."""


def sanitise(html: str) -> str:
    """Return the markup without anything that runs, loads, submits or overlays.

    Remote images are dropped (they tell the sender who reads when); `cid:` ones stay.

    Raises:
        UnsafeHtml: more than `MAX_DEPTH` elements inside one another.
    """
    html = _EMBEDDED.sub("", html)[:MAX_HTML]
    if html.count("<") - html.count("</") > MAX_DEPTH and _depth(html) > MAX_DEPTH:
        raise UnsafeHtml("html nested too deeply")
    lowered = html.encode("utf-8", "replace").lower()  # as bytes, because `str` lowers every Chinese character too
    return _cleaner(has_suspects=any(suspect in lowered for suspect in _SUSPECTS)).clean(html).strip()


@cache
def _cleaner(*, has_suspects: bool) -> nh3.Cleaner:
    """Without suspects no attribute has to be looked at one by one, which takes as long as all the rest."""
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute if has_suspects else None,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def text_of(clean_html: str) -> str:
    """The text a reader sees, with `> ` before every line of a quotation; takes sanitised markup only."""
    reader = _Reader()
    reader.feed(clean_html)
    reader.close()
    return reader.text()


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if value.lower().startswith("cid:") else None
    if name == "style" and ("(" in value or "\\" in value):
        return ";".join(filter(_is_plain, _CSS_COMMENT.sub(" ", value).split(";"))) or None
    if tag == "a" and name == "href" and "://" not in value and not value.lower().startswith(("mailto:", "tel:")):
        return None  # relative to nothing
    return value


def _is_plain(declaration: str) -> bool:
    """Whether a style says what it means: no escape, which the cleaner would resolve only later, and no loading."""
    return "\\" not in declaration and _CSS_FUNCTIONS.issuperset(_CSS_FUNCTION.findall(declaration.lower()))


def _depth(html: str) -> int:
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() in _LEAVES:
            continue
        depth += -1 if tag[1] else 1
        deepest = max(deepest, depth)
        depth = max(depth, 0)
    return deepest


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._quotes = 0
        self._preformatted = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line()
        elif tag == "hr":
            self._end_block()
            self._line = "-" * 20
            self._end_line()
        elif tag == "p":
            self._end_block()
            self._blank()
        elif tag in _BLOCKS:
            self._end_block()
        if tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "li":
            self._line = "- "
        elif tag == "img":
            self._line += f"[{alt}]" if (alt := dict(attrs).get("alt")) else ""
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._line)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS or tag == "p":
            self._end_block()
        if tag == "p":
            self._blank()
        elif tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        elif tag in ("td", "th"):
            self._line = self._line.rstrip() + "  "
        elif tag == "a" and self._links:
            target, start = self._links.pop()
            shown = self._line[start:].strip() if start <= len(self._line) else ""
            if target.startswith("http") and shown and not _same_place(target, shown):
                self._line += f" <{target}>"

    def handle_data(self, data: str) -> None:
        if self._preformatted:
            first, *rest = data.split("\n")
            self._line += first
            for line in rest:
                self._end_line()
                self._line = line
            return
        text = _SPACES.sub(" ", data)
        if not self._line or self._line.endswith(" "):
            text = text.lstrip(" ")
        self._line += text

    def text(self) -> str:
        self._end_block()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _end_line(self) -> None:
        self._lines.append(("> " * self._quotes + self._line).rstrip())
        self._line = ""

    def _end_block(self) -> None:
        if self._line == "- ":
            return  # the list item's own block follows
        if self._line.strip():
            self._end_line()
        self._line = ""

    def _blank(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(("> " * self._quotes).rstrip())


def _same_place(target: str, shown: str) -> bool:
    bare = re.sub(r"^https?://", "", target).rstrip("/")
    return shown.rstrip("/").endswith(bare) or bare.startswith(shown.rstrip("/.…"))
