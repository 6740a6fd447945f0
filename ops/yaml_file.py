"""YAML files read so that every mistake can be named with its line.

Words mean what they say: `on`, `no` and `12:30` are texts here, as in YAML 1.2, and a key given twice is refused.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

LARGEST: Final = 4_000_000
"""Bytes of one file."""

DEEPEST: Final = 60

Step = str | int


@dataclass(frozen=True)
class YamlFault(Exception):
    """The file cannot be read as YAML; `line` counts from 1."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class YamlFile:
    """A file's content, and on which line each part of it begins."""

    path: Path
    content: Any
    lines: dict[tuple[Step, ...], int]

    def line(self, place: tuple[Step, ...]) -> int:
        """The line of `place`, or of the nearest thing around it that was written down."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


class _Loader(yaml.CSafeLoader):
    """Only `true`, `false`, `null`, decimal numbers and texts; read by libyaml, ten times faster than in Python."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - how PyYAML keeps them


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_yaml(path: Path) -> YamlFile:
    """The content of `path`.

    Raises:
        YamlFault: it is not UTF-8, not YAML, too large, too deep, or uses what configuration has no need of.
    """
    raw = path.read_bytes()
    if len(raw) > LARGEST:
        raise YamlFault(path, 1, f"the file has more than {LARGEST:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlFault(path, raw[: error.start].count(b"\n") + 1, "this is not UTF-8") from error
    return parse_yaml(path, text)


def parse_yaml(path: Path, text: str) -> YamlFile:
    """What `text` says, as if it stood in `path`.

    Raises:
        YamlFault: it is not YAML, too deep, or uses what configuration has no need of.
    """
    try:
        loader = _Loader(text)
    except yaml.YAMLError as error:
        raise YamlFault(path, 1, str(error).splitlines()[0]) from error
    try:
        _look_through(path, text)
        node = loader.get_single_node()
        lines: dict[tuple[Step, ...], int] = {}
        content = _built(loader, path, node, (), lines) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = _line_of(error.problem_mark or error.context_mark)
        # What is missing at the end is missed behind the last line.
        raise YamlFault(path, min(line, len(text.splitlines())) or 1, error.problem or "this is not YAML") from error
    except yaml.YAMLError as error:
        raise YamlFault(path, 1, str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise YamlFault(path, 1, "this nests too deep") from error
    finally:
        loader.dispose()
    return YamlFile(path, content, lines)


def _look_through(path: Path, text: str) -> None:
    """Refuse what may not be turned into nodes: aliases, which can be circular or multiply, and bottomless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise YamlFault(path, _line_of(event.start_mark), "aliases (*) are not allowed here")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise YamlFault(path, _line_of(event.start_mark), "this nests too deep")


def _line_of(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _built(
    loader: _Loader, path: Path, node: yaml.Node, place: tuple[Step, ...], lines: dict[tuple[Step, ...], int]
) -> Any:
    """The value of `node`, with the line of every part noted in `lines`."""
    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    if len(place) > DEEPEST:
        raise YamlFault(path, line, "this nests too deep")
    if isinstance(node, yaml.SequenceNode):
        return [_built(loader, path, item, (*place, number), lines) for number, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlFault(path, key_line, "a key must be a plain word")
        key = str(key_node.value)
        if key in mapping:
            raise YamlFault(path, key_line, f'the key "{key}" is there twice')
        lines[(*place, key)] = key_line
        mapping[key] = _built(loader, path, value_node, (*place, key), lines)
    return mapping
