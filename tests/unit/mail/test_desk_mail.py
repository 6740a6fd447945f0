import json
from pathlib import Path

from typer.testing import CliRunner

from ops.cli import app


def _lines(*arguments: str, status: int = 0) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["mail", "parse", *arguments])
    assert result.exit_code == status, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_file_is_one_line_and_a_bad_one_does_not_stop_the_rest(tmp_path: Path) -> None:
    good, bad, absent = tmp_path / "good.eml", tmp_path / "bad.eml", tmp_path / "absent.eml"
    good.write_bytes(b"From: a@x.example\r\nSubject: hi\r\n\r\nhello")
    bad.write_bytes(b"\x00")

    first, second, third = _lines(str(good), str(bad), str(absent), status=1)

    assert (first["file"], first["subject"], first["text"]) == (str(good), "hi", "hello")
    assert second == {"file": str(bad), "error": "no header field of a mail"}
    assert set(third) == {"file", "error"}


def test_a_plain_text_body_gives_its_reply(tmp_path: Path) -> None:
    body = tmp_path / "body.txt"
    body.write_text("好的\n\n客服 <s@x.example> 于2026年3月2日周一 12:00写道：\n> 旧文", encoding="utf-8")

    assert _lines("--body", str(body)) == [{"file": str(body), "reply": "好的"}]
