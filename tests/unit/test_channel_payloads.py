"""What a signed payload says, and whose signature holds."""

import base64
import contextlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.intake.channels import MODULES, generic
from functions.intake.channels.payloads import BadPayload
from functions.shared.domain.channel_hooks import ChannelHook, HookKind
from tests.factories import NOON, default_config

SAMPLES = Path(__file__).parents[2] / "events" / "channels"
SECRET = b"secret"


def hook(**changes: Any) -> ChannelHook:
    fields = {"message_id": "id", "text": "text", **changes}
    return ChannelHook.model_validate({"id": "tool", "fields": fields})


def headers(body: bytes, *, at: int = int(NOON.timestamp()), secret: bytes = SECRET) -> dict[str, str]:
    return {generic.TIMESTAMP: str(at), generic.SIGNATURE: generic.sign(body, at, secret)}


def test_every_kind_of_channel_has_a_module_and_a_sample() -> None:
    assert set(MODULES) == set(HookKind)
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(HookKind)


def test_the_sample_is_read_as_the_default_desk_says() -> None:
    (webchat,) = default_config().channels
    message = generic.read((SAMPLES / "generic.json").read_bytes(), webchat)

    assert (message.message_id, message.conversation_id, message.sender_id) == ("m-1", "c-20261122-17", "v-8821")
    assert (message.name, message.phone, message.address) == ("王芳", "138 0013 8000", None)
    assert message.text.startswith("门店的报表打不开")
    assert [(file.name, file.content_type, file.content) for file in message.files] == [
        ("错误.txt", "text/plain", b"HTTP 504\n")
    ]


def test_a_signature_holds_for_its_body_its_secret_and_five_minutes() -> None:
    body, at = b'{"a": 1}', int(NOON.timestamp())

    def holds(sent: dict[str, str], secrets: list[bytes], *, late: int = 0, said: bytes = body) -> bool:
        return generic.is_genuine(sent, said, secrets, now=NOON + timedelta(seconds=late))

    good = headers(body)
    assert holds(good, [SECRET])
    assert holds(good, [b"new", SECRET])
    assert holds(good, [SECRET], late=300)
    assert holds(good, [SECRET], late=-300)
    assert not holds(good, [SECRET], late=301)
    assert not holds(good, [SECRET], late=-301)
    assert not holds(good, [b"other"])
    assert not holds(good, [SECRET], said=body + b" ")
    assert not holds({**good, generic.TIMESTAMP: str(at + 1)}, [SECRET])
    assert not holds({}, [SECRET])
    for nonsense in ("", "x", "-1", "１", "9" * 30, "1e3"):
        assert not holds({**good, generic.TIMESTAMP: nonsense}, [SECRET])


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff", "not JSON"),
        (b"{}", "message_id"),
        (b"[]", "message_id"),
        (b'{"id": "1", "text": "  "}', "text"),
        (b'{"id": {"a": 1}, "text": "x"}', "message_id: not a text"),
        (b'{"id": "a\\ud800", "text": "x"}', "message_id"),
        (b'{"id": "1", "text": "x", "files": [{"name": "a", "content": "?"}]}', "files"),
        (b'{"id": "1", "text": "x", "files": ["a"]}', "files"),
        (b'{"id": "1", "text": "x", "files": 7}', "files"),
    ],
)
def test_a_payload_without_a_message_is_refused_with_what_is_missing(body: bytes, why: str) -> None:
    with pytest.raises(BadPayload, match=why):
        generic.read(body, hook(address="mail", files="files"))


def with_file(**file: Any) -> bytes:
    return json.dumps({"id": "1", "text": "x", "files": [{"name": "a.txt", "content": "eA==", **file}]}).encode()


def test_a_file_is_what_its_bytes_say_under_a_name_that_fools_nobody() -> None:
    def file(content: bytes = b"x", **said: Any) -> tuple[str, str]:
        body = with_file(content=base64.b64encode(content).decode(), **said)
        (read,) = generic.read(body, hook(files="files")).files
        return read.name, read.content_type

    zipped = b"PK\x03\x04" + bytes(40)
    assert file(content_type="text/plain\nX: y") == ("a.txt", "text/plain")
    assert "\n" not in file(zipped, content_type="application/vnd.openxmlformats-\nX: y")[1]
    assert file(b"MZ" + bytes(60), content_type="image/png") == ("a.txt", "application/octet-stream")
    assert file(name="a\ud800")[0] == "a"
    assert file(name="../a\r\nX: y\u202egpj.exe")[0] == "aX ygpj.exe"
    assert file(name="\ud800")[0] == "attachment-1"
    assert file(name=None)[0] == "attachment-1"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"mail": "not an email"}, "address: not an email"),
        ({"phone": "abc"}, "phone: abc"),
        ({"phone": "0012"}, "phone: 0012"),
        ({"phone": {"a": 1}}, "phone: {'a': 1}"),
        ({"name": "n" * 121}, "name: " + "n" * 121),
        ({"talk": "c" * 201}, "conversation_id: " + "c" * 201),
    ],
)
def test_words_count_more_than_what_is_said_of_the_sender(said: dict[str, Any], why: str) -> None:
    mapping = hook(address="mail", phone="phone", name="name", conversation_id="talk", company="company")
    message = generic.read(json.dumps({"id": "1", "text": "x", "company": "蓝海", **said}).encode(), mapping)

    assert (message.text, message.company, message.left_out) == ("x", "蓝海", (why,))
    assert (message.address, message.phone, message.name, message.conversation_id) == (None, None, "", None)


def test_half_a_character_costs_no_words() -> None:
    assert generic.read(b'{"id": "1", "text": "a\\ud800b", "n": "c\\udc00"}', hook(name="n")).text == "ab"


def test_words_of_which_nothing_is_seen_are_none() -> None:
    with pytest.raises(BadPayload, match="text: Please fill this in"):
        generic.read(json.dumps({"id": "1", "text": "\u200b\u3164\n"}).encode(), hook())


def test_files_that_are_no_list_are_said_to_be_none_whatever_the_expression() -> None:
    listed = hook(files="message.files[].{name: name, content: base64}")
    with pytest.raises(BadPayload, match="files: not a list"):
        generic.read(b'{"id": "1", "text": "x", "message": {"files": "a.txt"}}', listed)
    assert not generic.read(b'{"id": "1", "text": "x", "message": {"files": null}}', listed).files


def test_numbers_stand_for_texts_and_what_is_empty_is_left_out() -> None:
    message = generic.read(b'{"id": 7, "text": "x", "mail": ""}', hook(address="mail"))

    assert (message.message_id, message.address) == ("7", None)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_payload_breaks_the_reader(body: bytes) -> None:
    with contextlib.suppress(BadPayload):
        generic.read(body, hook(address="mail", files="files", name="a.b[0]"))


def test_an_expression_that_is_none_is_found_when_the_configuration_is_checked() -> None:
    with pytest.raises(ValidationError, match="no JMESPath"):
        hook(text="message.[")
