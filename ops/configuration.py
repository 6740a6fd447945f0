"""The configuration files of a desk, read and checked as a whole."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from functions.shared.domain.calendar import Calendar
from functions.shared.domain.channel_hooks import ChannelHook
from functions.shared.domain.config import Desk, DeskConfig, MailTemplate, Module, Person, Team
from functions.shared.domain.config_check import faults, rule_faults, spelled
from functions.shared.domain.document import Part
from functions.shared.domain.form import Form
from functions.shared.domain.matrix import PriorityMatrix
from functions.shared.domain.on_call import Rota
from functions.shared.domain.policies import SlaPolicy
from functions.shared.domain.procedures import Checklist, Procedure
from functions.shared.domain.replies import ReplyTemplate
from functions.shared.domain.rule_check import Doubt, doubts
from functions.shared.domain.rules import Rule
from functions.shared.domain.schema_faults import schema_faults
from functions.shared.domain.webhooks import Webhook
from functions.shared.gateways.config import ConfigStore
from ops.yaml_file import Step, YamlFault, YamlFile, read_yaml

Place = tuple[Step, ...]


class Teams(Part):
    teams: tuple[Team, ...]


class People(Part):
    people: tuple[Person, ...]


class Modules(Part):
    modules: tuple[Module, ...]


class Rules(Part):
    rules: tuple[Rule, ...]


class Policies(Part):
    policies: tuple[SlaPolicy, ...]


class Checklists(Part):
    checklists: tuple[Checklist, ...]


class Replies(Part):
    replies: tuple[ReplyTemplate, ...]


class OnCall(Part):
    on_call: tuple[Rota, ...]


class Webhooks(Part):
    webhooks: tuple[Webhook, ...]


class Channels(Part):
    channels: tuple[ChannelHook, ...]


class Templates(Part):
    templates: dict[str, MailTemplate]


SECTIONS: Final[Mapping[str, type[BaseModel]]] = {
    "desk": Desk,
    "teams": Teams,
    "people": People,
    "modules": Modules,
    "matrix": PriorityMatrix,
    "forms": Form,
    "rules": Rules,
    "calendars": Calendar,
    "policies": Policies,
    "procedures": Procedure,
    "checklists": Checklists,
    "webhooks": Webhooks,
    "replies": Replies,
    "on_call": OnCall,
    "templates": Templates,
    "channels": Channels,
}
"""What a file of each section holds. A section is the file `NAME.yaml` or all files `NAME/*.yaml`, in order of name."""

LISTED: Final = ("forms", "procedures")
"""Sections whose every file is one item of a list."""

NAMED: Final = ("calendars",)
"""Sections whose every file is one item, called what the file is called."""


class ConfigRefused(Exception):
    """The configuration cannot be used; `faults` says why, each with its file, line and place."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass
class _Sources:
    """The document put together from the files, and where each part of it was written."""

    root: Path
    document: dict[str, Any] = field(default_factory=dict)
    origins: dict[Place, tuple[YamlFile, Place]] = field(default_factory=dict)

    def add(self, section: str, file: YamlFile) -> None:
        """Put the content of `file` into its section."""
        if section in LISTED:
            self._append(section, file, (), file.content)
        elif section in NAMED:
            self.document.setdefault(section, {})[file.path.stem] = file.content
            self.origins[(section, file.path.stem)] = (file, ())
        elif not isinstance(file.content, dict) or section not in SECTIONS[section].model_fields:
            self.document[section] = file.content
            self.origins[(section,)] = (file, ())
        else:
            self._merge(section, file, file.content)

    def _merge(self, section: str, file: YamlFile, content: dict[str, Any]) -> None:
        if stray := sorted(set(content) - {section}):
            line = file.line((stray[0],))
            raise ConfigRefused(
                [f'{self._shown(file)}:{line}: {stray[0]}: a file of {section} has one key, "{section}"']
            )
        parts = content.get(section)
        self.origins.setdefault((section,), (file, (section,)))
        if isinstance(parts, list):
            for number, part in enumerate(parts):
                self._append(section, file, (section, number), part)
        elif isinstance(parts, dict):
            merged = self.document.setdefault(section, {})
            merged.update(parts)
            self.origins.update({(section, name): (file, (section, name)) for name in parts})
        else:
            self.document[section] = parts

    def _append(self, section: str, file: YamlFile, place: Place, part: Any) -> None:
        items = self.document.setdefault(section, [])
        self.origins[(section, len(items))] = (file, place)
        items.append(part)

    def described(self, place: Place, message: str) -> str:
        """`message` with the file, line and place that `place` of the document was written at."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.origins:
                file, prefix = self.origins[place[:length]]
                written = (*prefix, *place[length:])
                where = f"{self._shown(file)}:{file.line(written)}"
                return f"{where}: {spelled(written)}: {message}" if written else f"{where}: {message}"
        return f"{self.root}: {spelled(place)}: {message}"

    def _shown(self, file: YamlFile) -> str:
        return str(file.path)


def load_config(
    root: Path, *, now: datetime | None = None, instead: Mapping[str, Path] = MappingProxyType({})
) -> DeskConfig:
    """The configuration written in the folder `root`; its calendars must have working time within a year of `now`.

    Args:
        instead: A single file for a section, in place of those that the folder has.

    Raises:
        ConfigRefused: with every fault that was found.
    """
    return _load(root, now or datetime.now(UTC), instead)[0]


def doubts_about(
    root: Path,
    *,
    now: datetime,
    instead: Mapping[str, Path] = MappingProxyType({}),
    tried: Callable[[DeskConfig], Sequence[Doubt]] = lambda _: (),
) -> tuple[DeskConfig, list[str]]:
    """The configuration in the folder `root`, and what to look at in its rules, each with file, line and place.

    Args:
        instead: A single file for a section, in place of those that the folder has.
        tried: Finds more to look at, by trying the rules.

    Raises:
        ConfigRefused: with every fault that was found.
    """
    config, sources = _load(root, now, instead)
    found = [*doubts(config.rules, now), *tried(config)]
    told = [sources.described(doubt.place, doubt.sentence.en) for doubt in found]
    return config, [*_left_blank(sources), *told]


def _left_blank(sources: _Sources) -> Iterator[str]:
    """The rules whose condition was begun and not written: as documents hold them later, this shows no more."""
    for number, rule in enumerate(sources.document.get("rules", ())):
        if "when" in rule and rule["when"] is None:
            sentence = f'rule "{rule["id"]}": its condition is blank, so it holds for every ticket'
            yield sources.described(("rules", number, "when"), sentence)


def _load(root: Path, now: datetime, instead: Mapping[str, Path]) -> tuple[DeskConfig, _Sources]:
    sources = _read(root, instead)
    try:
        config = DeskConfig.model_validate(sources.document)
    except ValidationError as error:
        raise ConfigRefused(list(_explained(sources, error))) from error
    if found := faults(config, now):
        raise ConfigRefused([sources.described(fault.place, fault.message) for fault in found])
    return config, sources


def load_rules(path: Path) -> tuple[Rule, ...]:
    """The rules written in one file, checked by themselves: what names they use of a desk is not asked.

    Raises:
        ConfigRefused: with every fault that was found.
    """
    sources = _Sources(path.parent)
    try:
        file = read_yaml(path)
    except OSError as error:
        raise ConfigRefused([f"{path}: cannot be read: {error.strerror}"]) from error
    except YamlFault as fault:
        raise ConfigRefused([str(fault)]) from fault
    if not isinstance(file.content, dict):
        raise ConfigRefused([f'{path}:1: a file of rules has one key, "rules"'])
    sources.add("rules", file)
    try:
        rules = Rules.model_validate(sources.document).rules
    except ValidationError as error:
        raise ConfigRefused(list(_explained(sources, error))) from error
    if found := rule_faults(rules):
        raise ConfigRefused([sources.described(fault.place, fault.message) for fault in found])
    return rules


def publish_config(root: Path, store: ConfigStore, *, author: str, note: str, now: datetime) -> DeskConfig:
    """Check the configuration in the folder `root` and make it live; unchanged, it keeps its version.

    Raises:
        ConfigRefused: with every fault that was found; the live version stays.
        StaleConfig: somebody else published meanwhile.
    """
    config = load_config(root, now=now)
    if config.desk.id != store.desk:
        raise ConfigRefused([f'{root}: this is the configuration of "{config.desk.id}", not of "{store.desk}"'])
    return store.publish(config, author=author, note=note, now=now)


def _read(root: Path, instead: Mapping[str, Path]) -> _Sources:
    if not root.is_dir():
        raise ConfigRefused([f"{root}: there is no such folder"])
    sources = _Sources(root)
    unreadable: list[str] = []
    for section in SECTIONS:
        for path in [instead[section]] if section in instead else _files(root, section):
            try:
                sources.add(section, read_yaml(path))
            except OSError as error:
                unreadable.append(f"{path}: cannot be read: {error.strerror}")
            except YamlFault as fault:
                unreadable.append(str(fault))
    if unreadable:
        raise ConfigRefused(unreadable)
    return sources


def _files(root: Path, section: str) -> list[Path]:
    single = root / f"{section}.yaml"
    return [*([single] if single.is_file() else []), *sorted((root / section).glob("*.yaml"))]


def _explained(sources: _Sources, error: ValidationError) -> Iterator[str]:
    return (sources.described(place, message) for place, message in schema_faults(error, sources.document))
