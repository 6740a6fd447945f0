"""Versions of the configuration as the terminal tells of them."""

from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_diff import Change, changes
from functions.shared.domain.config_versions import ConfigVersion, Source
from functions.shared.domain.errors import RulesDiverged
from functions.shared.domain.rule_drafts import rebased
from functions.shared.gateways.config import ConfigStore
from functions.shared.pages.config_words import ConfigWords


def told(version: ConfigVersion) -> str:
    """One line of the history."""
    where = {Source.FILES: "from files", Source.EDITOR: "on the page"}[version.source]
    what = f"brought back version {version.restores}" if version.restores else ", ".join(version.changed)
    head = f"{version.version:>5}  {version.published_at:%Y-%m-%d %H:%M}Z  {version.author} {where}"
    return "  ·  ".join(part for part in (head, what, version.note) if part)


def differences(old: DeskConfig, new: DeskConfig, language: Language) -> list[str]:
    """How the versions differ, a sentence each."""
    found = changes(old.content(), new.content())
    return _lines(found, language, old, new) or [f"Version {new.version} says what version {old.version} said."]


def missing_edits(store: ConfigStore, files: DeskConfig) -> list[str]:
    """What was edited on the page since files were published last, as far as `files` do not have it."""
    edited: ConfigVersion | None = None
    for version in store.history(200):
        if version.source is Source.FILES:
            break
        edited = version
    live = store.live()
    if edited is None or edited.version == 1 or files.rules == live.rules:
        return []
    base = store.at(edited.version - 1)
    try:
        if rebased(base.rules, files.rules, live.rules) == files.rules:
            return []
    except RulesDiverged:
        pass
    edits = changes({"rules": base.content()["rules"]}, {"rules": live.content()["rules"]})
    return _lines(edits, Language.EN, base, live)


def _lines(found: list[Change], language: Language, *configs: DeskConfig) -> list[str]:
    teller = ConfigWords.of(language, *configs)
    return [teller.line(change) for change in found]
