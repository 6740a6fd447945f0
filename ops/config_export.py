"""A published configuration written back into the files it is reviewed in."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from functions.shared.domain.config import DeskConfig
from ops.configuration import LISTED, NAMED, SECTIONS, ConfigRefused, load_config
from ops.yaml_file import YamlFile, read_yaml

_WIDTH: Final = 118
_ONE_LINE: Final = 100
"""What is as short as that stands on one line."""

Item = Mapping[str, Any]


class _Representer(yaml.representer.SafeRepresenter):
    """Keeps the order of keys."""

    def __init__(self) -> None:
        super().__init__(sort_keys=False)

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def export_config(config: DeskConfig, folder: Path) -> list[Path]:
    """Bring the files in `folder` to `config`, and say which were written; what is the same stays as it was written.

    Raises:
        ConfigRefused: the files that are there cannot be read, or would still not say what `config` says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = _content(load_config(folder)) if _files(folder, "desk") else {}
    wanted = _content(config)
    changed = [section for section in SECTIONS if wanted.get(section) != there.get(section)]
    written = [path for section in changed for path in _write(section, wanted.get(section), folder)]
    if load_config(folder).content() != config.content():
        raise ConfigRefused([f"{folder}: the files still do not say what version {config.version} says"])
    return written


def _content(config: DeskConfig) -> dict[str, Any]:
    return config.model_dump(mode="json", by_alias=True, exclude={"version"}, exclude_defaults=True)


def _files(folder: Path, section: str) -> list[Path]:
    return sorted([*folder.glob(f"{section}.yaml"), *folder.glob(f"{section}/*.yaml")])


def _write(section: str, wanted: Any, folder: Path) -> Iterator[Path]:
    match section:
        case "rules":
            yield from _write_rules(wanted or [], [read_yaml(path) for path in _files(folder, section)], folder)
        case _ if section in LISTED:
            yield from _write_each(folder / section, {item["id"]: item for item in wanted or ()})
        case _ if section in NAMED:
            yield from _write_each(folder / section, wanted or {})
        case _:
            first, *others = _files(folder, section) or [folder / f"{section}.yaml"]
            for path in others if wanted else (first, *others):
                path.unlink(missing_ok=True)
                yield path
            if wanted:
                has_heading = section in SECTIONS[section].model_fields
                yield _saved(first, _dumped({section: wanted} if has_heading else wanted))


def _write_each(folder: Path, items: Mapping[str, Any]) -> Iterator[Path]:
    """One file for each item; those that say the same already are left alone, and those of no item go."""
    for path in folder.glob("*.yaml"):
        if path.stem not in items:
            path.unlink()
            yield path
    for name, item in items.items():
        path = folder / f"{name}.yaml"
        if not path.exists() or read_yaml(path).content != item:
            yield _saved(path, _dumped(item))


def _write_rules(wanted: Sequence[Item], files: Sequence[YamlFile], folder: Path) -> Iterator[Path]:
    """Each rule goes where it was written, a new one behind the one before it; what is the same keeps its very text."""
    home = {rule["id"]: number for number, file in enumerate(files) for rule in _rules(file)}
    known = [home[rule["id"]] for rule in wanted if rule["id"] in home]
    if known != sorted(known):
        home = {}  # rules went from one file to another: now the first one has them all
    texts = {rule["id"]: (rule, text) for file in files for rule, text in zip(_rules(file), _texts(file), strict=True)}
    parts: dict[int, list[str]] = {number: [] for number in range(max(1, len(files)))}
    number = 0
    for rule in wanted:
        number = home.get(rule["id"], number)
        before, text = texts.get(rule["id"], ({}, ""))
        parts[number].append(text if _same(before, rule) else _listed(rule))
    for number, items in parts.items():
        path = files[number].path if files else folder / "rules" / "default.yaml"
        head = _head(files[number]) if files else "rules:\n"
        text = head + "\n".join(items) if items else head.replace("rules:", "rules: []")
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield _saved(path, text)


def _rules(file: YamlFile) -> list[Item]:
    return list((file.content or {}).get("rules") or ())


def _texts(file: YamlFile) -> Iterator[str]:
    """What was written for each rule, from its dash to its last line; what stands before a rule is its comment."""
    lines = file.path.read_text(encoding="utf-8-sig").splitlines()
    starts = [_begins(lines, file.line(("rules", number))) for number in range(len(_rules(file)))]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield "\n".join(lines[start:end]).rstrip() + "\n"


def _begins(lines: Sequence[str], line: int) -> int:
    """The first line, from 0, that belongs to the rule on `line`, from 1: the comments right above it do."""
    start = line - 1
    while start and lines[start - 1].lstrip().startswith("#") and lines[start - 1].startswith(" "):
        start -= 1
    return start


def _head(file: YamlFile) -> str:
    lines = file.path.read_text(encoding="utf-8-sig").splitlines()
    end = next(number for number, line in enumerate(lines) if line.startswith("rules:"))
    return "\n".join([*lines[:end], "rules:"]) + "\n"


def _same(before: Item, rule: Item) -> bool:
    """Whether what was written as `before` is `rule`: compared as the models understand them."""
    from functions.shared.domain.rules import Rule

    return bool(before) and Rule.model_validate(before) == Rule.model_validate(rule)


def _listed(rule: Item) -> str:
    """A rule as it stands in the list of a file."""
    return "".join(f"  {line}\n" for line in _dumped([rule]).splitlines())


def _dumped(content: Any) -> str:
    node = _Representer().represent_data(content)
    for part in _inner(node, depth=2 if isinstance(content, list) else 1):
        is_plain = isinstance(part, yaml.SequenceNode) and not any(map(_parts_of, part.value))
        part.flow_style = is_plain or _length(part) <= _ONE_LINE
    return str(yaml.serialize(node, Dumper=yaml.SafeDumper, allow_unicode=True, width=_WIDTH))


def _inner(node: yaml.Node, depth: int) -> Iterator[yaml.CollectionNode]:
    """The lists and mappings inside of `node`, from `depth` on; what lies above it has a line for each part."""
    if isinstance(node, yaml.CollectionNode):
        if depth > 0:
            node.flow_style = False
        else:
            yield node
        for part in _parts_of(node):
            yield from _inner(part, depth - 1)


def _parts_of(node: yaml.Node) -> list[yaml.Node]:
    """What a list or a mapping holds, keys included; nothing of a single value."""
    if not isinstance(node, yaml.CollectionNode):
        return []
    return [part for item in node.value for part in (item if isinstance(item, tuple) else [item])]


def _length(node: yaml.Node) -> int:
    """How many letters `node` takes on one line, about."""
    if isinstance(node, yaml.CollectionNode):
        return sum(_length(part) + 2 for part in _parts_of(node))
    return len(node.value)


def _saved(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
