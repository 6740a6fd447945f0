"""The desk as delivered: its rules show by example what they do, and its files have current schemas."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from functions.shared.domain.actions import Action
from functions.shared.domain.facts import FIELDS
from functions.shared.domain.operators import Operator
from functions.shared.domain.rules import SampleTicket
from ops.config_schemas import schemas
from ops.configuration import SECTIONS, load_config
from ops.yaml_file import read_yaml

ROOT = Path(__file__).parents[2] / "config"
CONFIG = load_config(ROOT)
FILES = sorted(path for path in ROOT.rglob("*.yaml"))


def is_chinese(ticket: SampleTicket) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", ticket.title + ticket.description))


@pytest.mark.parametrize("rule", CONFIG.rules, ids=lambda rule: rule.id)
def test_every_default_rule_has_examples_in_both_languages(rule):
    shown = {(is_chinese(example.ticket), example.matches) for example in rule.examples}

    assert shown == {(True, True), (True, False), (False, True), (False, False)}


@pytest.mark.parametrize("name", schemas())
def test_the_published_schema_is_current(name):
    assert (ROOT / "schema" / name).read_text() == schemas()[name], "run `desk config schema`"


def test_every_schema_belongs_to_a_section():
    assert {path.stem for path in (ROOT / "schema").iterdir()} == set(SECTIONS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_names_its_schema_and_keeps_to_it(path):
    match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
    assert match, "the first line tells editors the schema"
    schema = json.loads((path.parent / match[1]).read_text())

    Draft202012Validator(schema).validate(read_yaml(path).content)


@pytest.mark.parametrize(
    "word",
    [
        *Operator,
        *FIELDS,
        *(action.example["do"] for action in get_args(get_args(Action)[0])),
        *(f"{section}/*.yaml" if (ROOT / section).is_dir() else f"{section}.yaml" for section in SECTIONS),
    ],
)
def test_the_manual_names_every_file_field_operator_and_action(word):
    manual = (ROOT.parent / "docs" / "configuration.md").read_text()

    assert re.search(rf"`{re.escape(word)}[:`]", manual)
