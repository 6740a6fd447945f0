"""`desk config` against a table and a bucket."""

import json
import shutil
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from ops.config_commands import app
from ops.failure import Failure
from tests.integration.conftest import BLOBS, TABLE

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
    with pytest.raises(Failure, match="not configured yet"):
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
