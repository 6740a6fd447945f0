"""The desk's own wording of mails (Jinja2): what it may name, and whether it can be written at all."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, Protocol

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from functions.shared.domain.document import Bilingual

Place = tuple[str | int, ...]

KINDS: Final = frozenset(
    {
        "acknowledgement", "reply", "resolved", "automatic_reply", "assignment", "attention", "customer_message",
        "warning", "breach", "escalation",
    }
)  # fmt: skip
"""The mails that may be worded anew."""

VALUES: Final[Mapping[str, object]] = {
    "reference": "AS-7F3K-92QD",
    "title": "报表打不开",
    "name": "王芳",
    "desk": "售后服务台",
    "priority": "P2",
    "team": "一线客服",
    "assignee": "李娜",
    "company": "Acme",
    "is_vip": True,
    "excerpt": "从今天上午开始一直转圈",
    "hours": "9:00–18:00",
    "missing": ["影响范围", "Steps to reproduce"],
    "agent": "李娜",
    "subject": "发票",
    "author": "王芳",
    "message": "还是打不开",
    "solution": "清理缓存",
    "metric": "首次响应",
    "due": "2026-03-02 12:15",
    "level": 1,
}
"""What a wording may name, each with an example. All but `reference` may be empty."""

_EMPTY: Final = {name: type(value)() if name != "reference" else value for name, value in VALUES.items()}
_REFUSED: Final = (nodes.Call, nodes.Mul, nodes.Pow, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
"""What could take long, or reach elsewhere."""


class Wording(Protocol):
    """Subject and body of one kind of mail."""

    @property
    def subject(self) -> Bilingual: ...

    @property
    def body(self) -> Bilingual: ...


@cache
def environment() -> SandboxedEnvironment:
    """What wordings are rendered in: they reach nothing but their values."""
    made = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["quoted"] = quoted
    return made


def quoted(text: str) -> str:
    """`text` with `> ` before every line."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))


def faults(templates: Mapping[str, Wording]) -> Iterator[tuple[Place, str]]:
    """What is wrong with the wordings, each with its place among the templates."""
    for kind, wording in templates.items():
        if kind not in KINDS:
            yield (kind,), f'no mail is called "{kind}"; there is {", ".join(sorted(KINDS))}'
        for part, text in (("subject", wording.subject), ("body", wording.body)):
            for language, words in (("zh", text.zh), ("en", text.en)):
                if fault := _fault(words):
                    yield (kind, part, language), fault


def _fault(words: str) -> str | None:
    try:
        tree = environment().parse(words)
        if next(tree.find_all(_REFUSED), None) is not None:
            return "a wording has no calls, products or other files"
        if unknown := meta.find_undeclared_variables(tree) - VALUES.keys():
            return f"nothing is called {', '.join(sorted(unknown))}; there is {', '.join(VALUES)}"
        template = environment().from_string(tree)
        return _silence(template)
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return f"cannot be written: {error}"


def _silence(template: Template) -> str | None:
    """Writes it with every value and with next to none."""
    for values in (VALUES, _EMPTY):
        if not template.render(values).strip():
            return "says nothing where the ticket says little"
    return None
