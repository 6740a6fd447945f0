"""The desks beside the default one: complete, sound, and nothing but configuration."""

from pathlib import Path

import pytest

from functions.shared.contracts.events import AttentionCalled, DetailsProvided
from functions.shared.contracts.words import Role
from ops.configuration import load_config
from tests.factories import make_problem
from tests.unit.test_default_desk import is_chinese
from tests.unit.test_reacting import Desk

ROOT = Path(__file__).parents[2] / "config"
FOLDERS = sorted((ROOT / "desks").iterdir())
ALL = [load_config(folder) for folder in (ROOT, *FOLDERS)]
DESKS = ALL[1:]


def test_each_desk_has_a_name_and_a_prefix_of_its_own():
    assert len({config.desk.id for config in ALL}) == len(ALL)
    assert len({config.desk.prefix for config in ALL}) == len(ALL)
    assert len({config.desk.support_address.partition("@")[2] for config in ALL}) == len(ALL)


def test_a_folder_holds_configuration_and_nothing_else():
    kinds = {path.suffix for folder in FOLDERS for path in folder.rglob("*") if path.is_file()}

    assert kinds == {".yaml", ".json"}


@pytest.mark.parametrize("config", DESKS, ids=lambda config: config.desk.id)
def test_each_rule_shows_by_example_in_both_languages_what_it_does(config):
    for rule in config.rules:
        shown = {(is_chinese(example.ticket), example.matches) for example in rule.examples}
        assert shown == {(True, True), (True, False), (False, True), (False, False)}, rule.id


@pytest.mark.parametrize("config", DESKS, ids=lambda config: config.desk.id)
def test_a_desk_is_complete(config):
    assert config.forms
    assert config.rules
    assert config.procedures
    assert config.policies
    assert {person.role for person in config.people} == set(Role)
    for team in config.teams:
        assert config.lead(team.id) in config.members(team.id)
        assert any(person.takes_tickets for person in config.members(team.id))
    for name in ("portal_title", "portal_lead", "report_sent", "hours"):
        assert config.desk.texts[name].zh != config.desk.texts[name].en


@pytest.mark.parametrize("config", DESKS, ids=lambda config: config.desk.id)
def test_every_procedure_is_started_by_a_rule(config):
    started = {getattr(action, "procedure", None) for rule in config.rules for action in rule.then}

    assert {procedure.id for procedure in config.procedures} <= started


def test_a_request_by_mail_is_led_on_by_what_is_told_later():
    admin = next(config for config in DESKS if config.desk.prefix == "AD")
    desk = Desk(config=admin, problem=make_problem(title="请帮忙处理一份文件", module=None, fields={}))
    assert (desk.ticket.team, desk.ticket.procedure) == ("front-office", None)

    told = desk.happens(DetailsProvided, channel="email", fields={"topic": "seal", "seal_kind": "company"}, missing=())
    done = desk.reacts_on_and_on(told)

    assert desk.ticket.team == "seals"
    assert desk.ticket.procedure
    assert desk.ticket.procedure.id == "seal"
    assert [event.recipients for event in done if isinstance(event, AttentionCalled)] == [("legal",)]
    assert desk.reacts_on_and_on(desk.happens(DetailsProvided, channel="email", fields={"copies": 2}, missing=())) == []
