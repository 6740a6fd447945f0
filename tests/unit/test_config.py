"""The default configuration is sound, and what is wrong with another is said with file, line and place."""

import re
import shutil
from pathlib import Path

import pytest

from functions.shared.contracts.words import Language, Role
from functions.shared.domain.config import DeskConfig
from ops.configuration import ConfigRefused, load_config

DEFAULT = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def config() -> DeskConfig:
    return load_config(DEFAULT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default configuration, to be spoilt."""
    return shutil.copytree(DEFAULT, tmp_path / "config")


def spoil(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first `old` in a file; returns the line it was on."""
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def faults_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigRefused) as refused:
        load_config(folder)
    return tuple(fault.replace(f"{folder}/", "") for fault in refused.value.faults)


def test_the_default_configuration_survives_json(config):
    assert DeskConfig.model_validate_json(config.model_dump_json(by_alias=True)) == config


def test_every_default_text_that_a_person_reads_is_in_both_languages(config):
    assert {module.name.zh for module in config.modules}.isdisjoint({module.name.en for module in config.modules})
    assert config.text("portal_title", Language.ZH) != config.text("portal_title", Language.EN)


def test_every_team_of_the_default_desk_has_a_lead_and_somebody_who_takes_tickets(config):
    for team in config.teams:
        assert config.lead(team.id) in config.members(team.id)
        assert any(person.takes_tickets for person in config.members(team.id))


def test_the_default_desk_has_demonstration_people_of_every_role(config):
    assert {person.role for person in config.people} == set(Role)


def test_a_module_is_found_by_what_customers_call_it(config):
    assert config.module_named("ＤＡＳＨＢＯＡＲＤ") == config.module("data-reports")
    assert config.module_named("发票") == config.module("billing")
    assert config.module_named("nothing of ours") is None


def test_the_form_offers_the_desks_modules(config):
    field = config.form().field("module")
    assert [choice.value for choice in field.choices] == [module.id for module in config.modules]


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("rules/default.yaml", "set_team, team: finance", "set_team, team: x", 'rules[1].then[0].team: no team "x"'),
        (
            "rules/default.yaml",
            "{do: set_team, team: finance}",
            "{do: set_policy, policy: x}",
            'rules[1].then[0].policy: no policy "x"',
        ),
        (
            "rules/default.yaml",
            "{do: set_team, team: finance}",
            "{do: reply, template: x}",
            'rules[1].then[0].template: no reply "x"',
        ),
        (
            "replies.yaml",
            "subject: {zh: 请补充截图与操作步骤",
            'subject: {zh: "{{ titel }}"',
            "replies[1].subject.zh: line 1: no",
        ),
        ("rules/default.yaml", "do: set_team", "do: set_taem", 'rules[1].then[0]: no "set_taem" here; there is '),
        ("rules/default.yaml", "field: company.tier", "field: company.teir", "rules[0].when: no field"),
        ("rules/default.yaml", "module: api}, matches: false", "module: api}, matches: true", "rules[1].examples[4]: "),
        ("rules/default.yaml", "priority: P0", "priority: P9", "rules[5].then[0].priority: "),
        ("rules/default.yaml", "id: outage-is-p0", "id: vip-first", 'rules[5].id: "vip-first" is taken by rules[0]'),
        ("modules.yaml", "team: engineering", "team: nobody", 'modules[3].team: no team "nobody"'),
        ("people.yaml", "teams: [first-line]", "teams: [nowhere]", 'people[0].teams[0]: no team "nowhere"'),
        ("teams.yaml", "lead: zhou-min", "lead: ghost", 'teams[0].lead: no person "ghost"'),
        ("desk.yaml", "default_form: after-sales", "default_form: other", 'default_form: no form "other"'),
        ("desk.yaml", "timezone: Asia/Shanghai", "timezone: Asia/Atlantis", 'timezone: no time zone "Asia/Atlantis"'),
        ("desk.yaml", "prefix: AS", "prefix: as", 'prefix: "as" is not written as it must be'),
        ("desk.yaml", "prefix: AS", "prefx: AS", "prefx: there is no such setting"),
        ("forms/after-sales.yaml", "kind: address", "kind: adress", "fields[3].kind: "),
        (
            "forms/after-sales.yaml",
            "- id: module",
            "- id: module\n    choices: [{value: a, label: {zh: 甲, en: A}}]",
            "fields[8]: a choice needs",
        ),
        (
            "forms/after-sales.yaml",
            "{field: topic, op: is, value: fault}",
            "{field: topc, op: is, value: fault}",
            'fields[8].required_when: the form has no field "topc", did you mean "topic"?',
        ),
        (
            "forms/after-sales.yaml",
            "shown_when: {field: topic, op: is, value: billing}",
            "shown_when: {field: topic, op: is, value: bills}",
            'fields[9].shown_when: "topic" offers no choice "bills", did you mean "billing"?',
        ),
        (
            "forms/after-sales.yaml",
            "shown_when: {field: topic, op: is, value: billing}",
            "shown_when: {field: invoice_number, op: not_empty}",
            "fields[9].shown_when: a circle: each of these is shown by the next (invoice_number → invoice_number)",
        ),
        (
            "forms/after-sales.yaml",
            "to: [billing, payment, other]",
            "to: [billing, payments, other]",
            'fields[8].limit[0].to[1]: "module" offers no choice "payments", did you mean "payment"?',
        ),
        ("matrix.yaml", "low: P3}", "low: P4}", "table.company.low: "),
        ("teams.yaml", "lead: he-yun", "lead: he-yun, calendar: nights", 'teams[3].calendar: no calendar "nights"'),
        ("teams.yaml", "lead: he-yun", "lead: he-yun, load_limit: -1", "teams[3].load_limit: "),
        (
            "teams.yaml",
            "wu-hao, assign: {by: least_loaded",
            "wu-hao, assign: {by: skill, skills: [cobol]",
            "teams[1].assign.skills[0]: nobody has",
        ),
        ("people.yaml", "skills: [mobile]", "calendar: nights", 'people[1].calendar: no calendar "nights"'),
        ("people.yaml", "skills: [mobile]", "load_limit: 0", "people[1].load_limit: "),
        ("on_call.yaml", "zhao-lei, tom", "ghost, tom", 'on_call[0].weekly.people[0]: no person "ghost"'),
        ("on_call.yaml", "person: lin-feng", "person: ghost", 'on_call[0].dated[0].person: no person "ghost"'),
        (
            "on_call.yaml",
            "from: 2026-01-05T09:00:00, hand",
            "from: 0001-01-01T00:00:00, hand",
            "on_call[0].weekly.from: instants lie in the years 1900 to 2199",
        ),
        (
            "rules/default.yaml",
            "    when:",
            "    until: 9999-12-31T00:00:00+08:00\n    when:",
            "rules[0].until: instants lie in the years 1900 to 2199",
        ),
        ("on_call.yaml", "[engineering]", "[nowhere]", 'on_call[0].teams[0]: no team "nowhere"'),
        ("on_call.yaml", "id: everybody-else", "id: operations", 'on_call[1].id: "operations" is taken by on_call[0]'),
        ("on_call.yaml", "timezone: Asia/Shanghai", "timezone: Asia/Peking", "on_call[0].timezone: "),
    ],
)
def test_a_fault_is_named_with_its_line_and_place(folder, name, old, new, fault):
    line = spoil(folder, name, old, new)

    assert any(found.startswith(f"{name}:{line}: {fault}") for found in faults_of(folder)), faults_of(folder)


def test_all_faults_are_named_at_once(folder):
    spoil(folder, "modules.yaml", "team: finance", "team: x")
    spoil(folder, "teams.yaml", "lead: zhou-min", "lead: ghost")

    assert len(faults_of(folder)) == 2


def test_a_missing_folder_or_part_is_one_plain_sentence(folder, tmp_path):
    (folder / "matrix.yaml").unlink()
    assert faults_of(folder) == (f"{folder}: matrix: is missing",)
    assert faults_of(tmp_path / "nothing") == (f"{tmp_path}/nothing: there is no such folder",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"desk: [", "desk.yaml:1: "),
        (b"a: 1\nb: 2\na: 3\n", 'desk.yaml:3: the key "a" is there twice'),
        (b"a: &x [1]\nb: *x\n", "desk.yaml:2: aliases"),
        (b"a: 1\nb: \xff\n", "desk.yaml:2: this is not UTF-8"),
        (b"[" * 5000, "desk.yaml:1: "),
        (b"a: !!python/object/apply:os.system [ls]\n", "desk.yaml:1: a: "),
        (b"a: " + b"x" * 5_000_000, "desk.yaml:1: the file has more than"),
        (b"", "desk.yaml:1: "),
    ],
)
def test_a_file_that_is_no_sound_yaml_is_refused_with_its_line(folder, text, fault):
    (folder / "desk.yaml").write_bytes(text)

    assert any(one.startswith(fault) for one in faults_of(folder)), faults_of(folder)


CALENDAR = """timezone: Asia/Shanghai
week:
  mon: ["09:00-12:00", "13:30-18:00"]
closed:
  - {date: 2026-10-01, name: 国庆节}
"""
POLICIES = """policies:
  - id: standard
    calendar: office
    targets:
      P2: {first_response: 4h}
"""


def promise(folder: Path, calendar: str = CALENDAR, policies: str = POLICIES) -> None:
    """Replace what the desk promises."""
    for name in ("calendars", "policies"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / f"{name}.yaml").unlink(missing_ok=True)
    for procedure in (folder / "procedures").glob("*.yaml"):  # they name calendars, and rules name them
        procedure.write_text(re.sub(r"calendar: \w+", "calendar: office", procedure.read_text()))
    (folder / "calendars").mkdir()
    (folder / "calendars" / "office.yaml").write_text(calendar)
    (folder / "policies.yaml").write_text(policies)


def test_a_calendar_is_called_what_its_file_is_called(folder):
    promise(folder)

    config = load_config(folder)

    assert list(config.calendars) == ["office"]
    assert [policy.id for policy in config.sla.policies] == ["standard"]


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        ("calendar", '"13:30-18:00"', '"18:00-25:00"', "calendars/office.yaml:3: week.mon[1]: "),
        ("calendar", "Asia/Shanghai", "Asia/Atlantis", "calendars/office.yaml:1: timezone: "),
        ("calendar", "mon: [", "mom: [", "calendars/office.yaml:3: week.mom: "),
        ("calendar", 'mon: ["09:00-12:00", "13:30-18:00"]', "mon: []", "calendars/office.yaml:1: no working time"),
        ("policies", "calendar: office", "calendar: nights", "policies.yaml:3: policies[0].calendar: "),
        ("policies", "4h", "-4h", "policies.yaml:5: policies[0].targets.P2.first_response: "),
        (
            "policies",
            "calendar: office",
            "when: {field: team, op: is, value: x}\n    calendar: office",
            "policies.yaml:3: policies[0].when",
        ),
    ],
)
def test_what_a_desk_cannot_promise_is_refused(folder, part, old, new, fault):
    parts = {"calendar": CALENDAR, "policies": POLICIES}
    promise(folder, **parts | {part: parts[part].replace(old, new)})

    assert any(found.startswith(fault) for found in faults_of(folder)), faults_of(folder)
