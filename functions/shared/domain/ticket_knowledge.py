"""What a solved ticket teaches: the text of an article, with whoever had the problem taken out."""

import re
from collections.abc import Iterator, Sequence

from functions.shared.contracts.article_events import ArticleText, Visibility
from functions.shared.contracts.events import ReplySent, TicketEvent, TicketOpened
from functions.shared.domain.redaction import redact
from functions.shared.domain.ticket import Ticket

# Domains that say nothing about whom a person works for.
_SHARED_MAIL_DOMAINS = frozenset(
    {
        "126.com", "139.com", "163.com", "189.cn", "aliyun.com", "foxmail.com", "gmail.com", "gmx.de", "hotmail.com",
        "icloud.com", "live.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "qq.com", "sina.com",
        "sohu.com", "vip.qq.com", "yahoo.com", "yeah.net",
    }
)  # fmt: skip
_HEADINGS = {"zh": {"steps": "重现步骤", "error": "错误信息"}, "en": {"steps": "Steps to reproduce", "error": "Error"}}


def text_from_ticket(ticket: Ticket, timeline: Sequence[TicketEvent]) -> ArticleText:
    """The article that `ticket` suggests: title and symptom from the report, cause and solution from the resolution.

    The last answer to the customer is often the best description of what helped, so it follows the solution.
    """
    people, companies = set(_people(ticket, timeline)), set(_companies(ticket))

    def clean(text: str, limit: int) -> str:
        return redact(text, language=ticket.language, people=people, companies=companies)[:limit].strip()

    return ArticleText(
        language=ticket.language,
        title=clean(ticket.title, 200) or "…",
        symptom=clean("\n\n".join(_symptom(ticket, timeline)), 8_000),
        cause=clean(ticket.cause, 8_000),
        solution=clean("\n\n".join(_solution(ticket, timeline)), 24_000),
        module=ticket.module,
        visibility=Visibility.PUBLIC,
    )


def _symptom(ticket: Ticket, timeline: Sequence[TicketEvent]) -> Iterator[str]:
    problem = next((event.problem for event in timeline if isinstance(event, TicketOpened)), None)
    if problem is None:
        yield ticket.excerpt
        return
    headings = _HEADINGS[ticket.language]
    yield problem.description.text
    if problem.steps_to_reproduce:
        yield f"**{headings['steps']}**\n\n{problem.steps_to_reproduce}"
    if problem.error_text:
        yield f"**{headings['error']}**\n\n{_verbatim(problem.error_text)}"


def _solution(ticket: Ticket, timeline: Sequence[TicketEvent]) -> Iterator[str]:
    if ticket.solution:
        yield ticket.solution
    replies = [event.message.text for event in timeline if isinstance(event, ReplySent)]
    if replies and replies[-1].strip() not in ticket.solution:
        yield replies[-1]


def _verbatim(text: str) -> str:
    """`text` as a code block, whatever backticks it holds."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}text\n{text.strip()}\n{fence}"


def _people(ticket: Ticket, timeline: Sequence[TicketEvent]) -> Iterator[str]:
    yield ticket.contact.name
    yield from (event.actor.name for event in timeline if event.actor.kind in ("customer", "agent"))


def _companies(ticket: Ticket) -> Iterator[str]:
    if ticket.company:
        yield ticket.company.name
    domain = (ticket.contact.address or "").rpartition("@")[2].casefold()
    if domain and domain not in _SHARED_MAIL_DOMAINS:
        yield domain
