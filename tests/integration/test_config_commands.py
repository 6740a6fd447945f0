"""`desk config` against a table and a bucket."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from functions.shared.domain.config_versions import Source
from functions.shared.gateways.config import ConfigStore
from ops.config_commands import app
from ops.configuration import load_config
from ops.failure import Failure
from tests.integration.conftest import BLOBS, TABLE

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
ROOT = Path(__file__).parents[2] / "config"


def desk(*arguments: str) -> str:
    """What the command says; raises what it fails with."""
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def stored(dynamodb, monkeypatch):
    del dynamodb
    boto3.client("s3").create_bucket(Bucket=BLOBS)
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.setenv("BLOBS_BUCKET", BLOBS)


def test_check_says_that_the_default_desk_is_sound():
    assert desk("check", str(ROOT)).startswith("after-sales: 5 teams, ")


def test_check_fails_on_a_folder_that_is_none():
    with pytest.raises(Failure, match=r"^nowhere: there is no such folder$"):
        desk("check", "nowhere")


@pytest.mark.usefixtures("stored")
def test_publishing_twice_makes_one_version():
    assert desk("publish", str(ROOT)) == "Version 1 of after-sales is live.\n"
    assert desk("publish", str(ROOT)) == "Version 1 of after-sales is live already.\n"
    assert json.loads(desk("show"))["desk"]["prefix"] == "AS"


@pytest.mark.usefixtures("stored")
def test_a_faulty_configuration_leaves_the_live_one_untouched(tmp_path):
    desk("publish", str(ROOT))
    folder = shutil.copytree(ROOT, tmp_path / "config")
    rules = folder / "rules" / "default.yaml"
    rules.write_text(rules.read_text().replace("team: finance", "team: x"))

    with pytest.raises(Failure, match=r'no team "x"\nNothing was published\.$'):
        desk("publish", str(folder))
    assert json.loads(desk("show"))["version"] == 1


@pytest.mark.usefixtures("stored")
def test_another_desks_configuration_is_not_published_over_this_one():
    with pytest.raises(Failure, match='configuration of "after-sales", not of "it-support"'):
        desk("publish", str(ROOT), "--desk", "it-support")


@pytest.mark.usefixtures("stored")
def test_what_was_never_published_cannot_be_shown():
    with pytest.raises(Failure, match="not set up yet"):
        desk("show")
    desk("publish", str(ROOT))
    with pytest.raises(Failure, match="has no version 9"):
        desk("show", "--version", "9")


def test_without_a_local_desk_nor_names_there_is_one_plain_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))
    with pytest.raises(Failure, match="The local desk is not up"):
        desk("show")
    with pytest.raises(Failure, match="both the table and the bucket"):
        desk("show", "--table", "x")


@pytest.fixture
def folder(stored, tmp_path):
    """The default desk's files, published as version 1."""
    del stored
    folder = shutil.copytree(ROOT, tmp_path / "config")
    desk("publish", str(folder), "--note", "begin")
    return folder


def edit_on_the_page(folder, change):
    """What the editor publishes when `change` is made to the live rules."""
    store = ConfigStore(
        boto3.client("dynamodb"), boto3.client("s3"), table=TABLE, bucket=BLOBS, desk=load_config(folder).desk.id
    )
    live = store.live()
    edited = live.model_copy(update={"rules": change(live.rules)})
    return store.publish(edited, author="gao-yuan", note="page", now=NOW, source=Source.EDITOR, based_on=live.version)


def off(rule):
    return rule.model_copy(update={"enabled": False})


def test_the_history_and_the_differences_are_told(folder):
    edit_on_the_page(folder, lambda rules: (off(rules[0]), *rules[1:]))

    newest, first = desk("history").splitlines()
    assert newest == "    2  2026-03-02 04:00Z  gao-yuan on the page  ·  rules  ·  page"
    assert first.endswith("·  begin")
    assert desk("diff", "1") == "rule “VIP customers first; tell their success manager”: on was yes, is now no\n"
    assert desk("diff", "1", "2", "--language", "zh") == "规则“VIP 客户优先并告知客户成功经理”：启用由 是 改为 否\n"
    assert desk("diff", "2", "2") == "Version 2 says what version 2 said.\n"
    with pytest.raises(Failure, match="has no version 7"):
        desk("diff", "7")


def test_an_earlier_version_is_brought_back_as_a_new_one(folder):
    edit_on_the_page(folder, lambda rules: rules[1:])

    assert desk("rollback", "1", "-m", "too early") == "Version 3 of after-sales is live: what version 1 was.\n"
    assert "brought back version 1  ·  too early" in desk("history")
    assert desk("rollback", "3") == "Version 3, which is live, is the same as version 3.\n"
    with pytest.raises(Failure, match="has no version 9"):
        desk("rollback", "9")


def test_edits_made_on_the_page_come_into_the_files_and_leave_the_rest_as_written(folder):
    file = folder / "rules" / "default.yaml"
    before = file.read_text(encoding="utf-8")
    named = load_config(folder).rules[1].model_copy(update={"id": "named-anew"})
    edit_on_the_page(folder, lambda rules: (rules[1], off(rules[0]), *rules[2:], named))

    assert desk("export", str(folder)) == f"wrote {file}\n"

    after = file.read_text(encoding="utf-8")
    assert load_config(folder).content() == load_config(folder).content()
    assert [rule.id for rule in load_config(folder).rules][:2] == ["invoice-to-finance", "vip-first"]
    assert load_config(folder).rules[1].enabled is False
    second = before.index("  - id: invoice-to-finance")
    third = before.index("\n  - id: reports-to-second-line")
    assert before[second:third] in after
    assert after.startswith(before[: before.index("rules:")])
    assert desk("export", str(folder)) == f"{folder} is version 2 already.\n"
    assert desk("publish", str(folder)) == "Version 2 of after-sales is live already.\n"


def test_a_version_is_written_where_there_are_no_files_yet(folder, tmp_path):
    desk("export", str(tmp_path / "new"), "--version", "1")

    assert load_config(tmp_path / "new").content() == load_config(folder).content()


def test_files_do_not_undo_what_was_edited_on_the_page(folder):
    edit_on_the_page(folder, lambda rules: (off(rules[0]), *rules[1:]))
    people = folder / "people.yaml"
    people.write_text(people.read_text(encoding="utf-8").replace("李娜", "李娜娜"), encoding="utf-8")

    with pytest.raises(Failure, match=r"has not all of it:\n  rule “VIP .*: on was yes, is now no\n.*--over"):
        desk("publish", str(folder))
    assert json.loads(desk("show"))["version"] == 2

    rules = folder / "rules" / "default.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("    on: [opened]\n", "    enabled: false\n", 1), encoding="utf-8")
    assert desk("publish", str(folder)) == "Version 3 of after-sales is live.\n"


def test_files_may_be_published_over_the_pages_edits_when_somebody_says_so(folder):
    edit_on_the_page(folder, lambda rules: (off(rules[0]), *rules[1:]))

    assert desk("publish", str(folder), "--over") == "Version 3 of after-sales is live.\n"
