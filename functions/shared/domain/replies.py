"""Replies that are written before anybody asks: rules send them, and agents begin their answers with them."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field

from functions.shared.contracts.words import Language, Slug
from functions.shared.domain.document import Bilingual, Part

NAMES: Final[Mapping[str, str]] = {
    "reference": "AS-7F3K-92QD",
    "title": "报表打不开 / The report does not open",
    "name": "王芳",
    "company": "Acme",
    "desk": "售后服务台",
    "priority": "P2",
    "team": "一线客服",
    "assignee": "李娜",
    "module": "数据报表",
    "hours": "9:00–18:00",
}
"""What a reply may name, each with an example that it is tried with at every check. Any of them may be empty."""

FILTERS: Final = ("default", "lower", "trim", "upper")
"""Only `default` is told anything, as in `{{ name | default("you", true) }}`."""

LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 10_000

_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Keyword,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
)
"""A reply has no loops, calls or sums: it cannot be slow or fail, and it reaches nothing but its names."""

Place = tuple[str | int, ...]


class ReplyTemplate(Part):
    """One reply in both languages (Jinja2). The greeting and the desk's name are put around the body."""

    id: Slug
    name: Bilingual
    subject: Bilingual = Field(description="What follows the ticket's reference in the subject.")
    body: Bilingual
    for_agents: bool = Field(default=True, description="Agents may begin an answer with it.")

    def written(self, language: Language, values: Mapping[str, str]) -> tuple[str, str]:
        """Subject and body with `values` in the places of their names."""
        subject, body = (
            _environment().from_string(text.in_language(language)).render(values) for text in (self.subject, self.body)
        )
        return " ".join(subject.split())[:LONGEST_SUBJECT], body.strip()[:LONGEST_BODY]

    def faults(self) -> Iterator[tuple[Place, str]]:
        """What is wrong with the texts, each with its place in the template."""
        found = list(self._unreadable())
        yield from found or self._silences()

    def _unreadable(self) -> Iterator[tuple[Place, str]]:
        for part, language, text in self._texts():
            yield from (((part, language.value), fault) for fault in _faults(text))
            if part == "subject" and "\n" in text.strip():
                yield (part, language.value), "a subject is one line"

    def _silences(self) -> Iterator[tuple[Place, str]]:
        """Where nothing would be said, everything known or nothing."""
        for values, known in ((NAMES, "known"), (dict.fromkeys(NAMES, ""), "unknown")):
            for language in Language:
                for part, text in zip(("subject", "body"), self.written(language, values), strict=True):
                    if not text:
                        yield (part, language.value), f"says nothing where every name is {known}"

    def _texts(self) -> Iterator[tuple[str, Language, str]]:
        for part, text in (("subject", self.subject), ("body", self.body)):
            for language in Language:
                yield part, language, text.in_language(language)


def _faults(text: str) -> Iterator[str]:
    try:
        tree = _environment().parse(text)
        every = list(_nodes(tree))
    except TemplateError as error:
        yield str(error)
        return
    except RecursionError:
        yield "is nested too deeply"
        return
    for node in every:
        if not isinstance(node, _ALLOWED):
            yield f"line {node.lineno}: a reply has no {type(node).__name__.lower()}"
        elif isinstance(node, nodes.Name) and node.name not in NAMES:
            yield f'line {node.lineno}: no name "{node.name}"; there is {", ".join(NAMES)}'
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield f'line {node.lineno}: no filter "{node.name}"; there is {", ".join(FILTERS)}'
        elif isinstance(node, nodes.Filter) and not _is_told_rightly(node):
            yield f"line {node.lineno}: {node.name} cannot be told this"
        elif isinstance(node, nodes.Operand) and node.op not in ("eq", "ne"):
            yield f"line {node.lineno}: a reply compares with == and != only"


def _is_told_rightly(filter_: nodes.Filter) -> bool:
    told = filter_.args
    if filter_.kwargs or filter_.dyn_args or filter_.dyn_kwargs:
        return False
    if filter_.name != "default":
        return not told
    return len(told) <= 2 and all(isinstance(one, nodes.Const) for one in told)


def _nodes(tree: nodes.Node) -> Iterator[nodes.Node]:
    yield tree
    for child in tree.iter_child_nodes():
        yield from _nodes(child)


@cache
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
