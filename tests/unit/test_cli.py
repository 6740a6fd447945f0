"""What the person at the terminal reads when a command fails."""

import httpx
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from ops import cli
from ops.failure import Failure

REFUSED = ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "GetItem")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Failure("Say for whom."), "Say for whom."),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:4566/"), "AWS could not be asked: Could not connect"),
        (NoCredentialsError(), "AWS could not be asked: Unable to locate credentials."),
        (REFUSED, "AWS refused: An error occurred (AccessDenied) when calling the GetItem operation: not you."),
        (httpx.ReadTimeout(""), "The desk does not answer: ReadTimeout."),
    ],
)
def test_what_an_operator_can_mend_is_one_sentence_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, sentence: str
) -> None:
    status = _status_after(monkeypatch, error)

    told = capsys.readouterr().err
    assert status == 1
    assert told.startswith(sentence)
    assert told.count("\n") == 1


def test_a_fault_of_our_own_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        _status_after(monkeypatch, ZeroDivisionError())


def _status_after(monkeypatch: pytest.MonkeyPatch, error: Exception) -> object:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code
