"""What the emulator finds when it starts."""

import json
from pathlib import Path

import pytest

from ops.local.emulator import clean_environment, forget_stream_positions, set_aside_unusable_state
from ops.local.settings import LocalSettings


def sentences_about(home: Path) -> list[str]:
    said: list[str] = []
    set_aside_unusable_state(LocalSettings(home=home), said.append)
    return said


def test_a_first_start_has_nothing_to_say(tmp_path: Path) -> None:
    assert sentences_about(tmp_path) == []


def test_a_saved_state_is_kept(tmp_path: Path) -> None:
    (tmp_path / "state" / "s3").mkdir(parents=True)
    (tmp_path / "state" / "dynamodb.json").write_text('{"payload": {}}')

    assert sentences_about(tmp_path) == []
    assert (tmp_path / "state" / "dynamodb.json").exists()


def test_objects_of_a_run_that_never_saved_its_state_are_set_aside(tmp_path: Path) -> None:
    (tmp_path / "state" / "s3" / "bucket").mkdir(parents=True)

    [sentence] = sentences_about(tmp_path)

    assert "was never saved" in sentence
    assert not (tmp_path / "state").exists()
    assert [*tmp_path.glob("state.unusable.*/s3/bucket")]


def test_a_torn_state_is_set_aside_whole(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "dynamodb.json").write_text('{"payload": {}}')
    (tmp_path / "state" / "sqs.json").write_text('{"payload": {"queu')

    [sentence] = sentences_about(tmp_path)

    assert "is damaged" in sentence
    assert len([*tmp_path.glob("state.unusable.*/*.json")]) == 2


def test_functions_do_not_inherit_the_operators_own_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")

    assert {"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "HTTPS_PROXY"}.isdisjoint(clean_environment())


def test_after_a_restart_the_streams_are_read_from_their_beginning(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    saved = state / "lambda.json"
    payload = {"esms": {"data": {}}, "dynamodb_stream_positions": {"data": {"mapping": 11}}}
    saved.write_text(json.dumps({"__ministack_format__": 1, "payload": payload}))

    forget_stream_positions(LocalSettings(home=tmp_path))

    assert json.loads(saved.read_text()) == {"__ministack_format__": 1, "payload": {"esms": {"data": {}}}}
    assert list(state.iterdir()) == [saved]


def test_a_first_start_has_no_streams_to_forget(tmp_path: Path) -> None:
    forget_stream_positions(LocalSettings(home=tmp_path))

    assert list(tmp_path.iterdir()) == []
