"""Files that customers send: what they are told from, and that nobody swaps them afterwards."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.intake.requests import UploadRequest
from functions.intake.uploads import OCTETS, Uploads, type_of
from functions.shared.domain.errors import InvalidInput
from tests.factories import DESK
from tests.fakes import InMemoryBlobs

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
ID = "att_" + "0" * 32
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.txt", "a")
    return file.getvalue()


def uploaded(blobs: InMemoryBlobs, body: bytes, content_type: str = "image/png") -> Uploads:
    uploads = Uploads(blobs, DESK)
    uploads.prepare(UploadRequest(name="截图.png", content_type=content_type, size=len(body)), ID)
    blobs.upload(body)
    return uploads


@pytest.mark.parametrize(
    ("body", "declared", "told"),
    [
        (PNG, "image/png", "image/png"),
        (PNG, "text/html", "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "image/png", "image/jpeg"),
        (b"%PDF-1.7\n", "application/pdf", "application/pdf"),
        (archive(), "application/zip", "application/zip"),
        (archive(), DOCX, DOCX),
        (archive(), "text/html", "application/zip"),
        (b"<html><script>alert(1)</script>", "text/html", "text/plain"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "image/svg+xml", "text/plain"),
        (b"<?xml version='1.0'?><x/>", "text/xml", "text/plain"),
        (b"a,b\n1,2\n", "text/csv", "text/csv"),
        ("日志：报错".encode(), "image/png", "text/plain"),
        ("日志：报错".encode()[:-1], "text/plain", "text/plain"),
        ("日志：报错".encode("gb18030"), "text/plain", "text/plain"),
        (b"", "text/plain", "text/plain"),
        (b"\0\1\2\3" * 20, "image/png", OCTETS),
        (b"MZ\x90\0" + bytes(60), "image/png", None),
        (b"\x7fELF" + bytes(60), "text/plain", None),
        (b"\xcf\xfa\xed\xfe" + bytes(60), OCTETS, None),
    ],
)
def test_a_file_is_what_its_bytes_say(body: bytes, declared: str, told: str | None) -> None:
    assert type_of(body, declared) == told


@given(st.binary(max_size=600), st.sampled_from(["text/html", "image/svg+xml", "application/javascript", "text/xml"]))
def test_nothing_that_a_browser_would_run_is_ever_called_so(body: bytes, declared: str) -> None:
    assert type_of(body, declared) != declared


def test_a_reported_file_stays_what_it_was_whatever_is_uploaded_later() -> None:
    blobs = InMemoryBlobs()
    uploads = uploaded(blobs, PNG)
    (kept,) = uploads.accept([ID])
    assert (kept.name, kept.content_type, kept.size) == ("截图.png", "image/png", len(PNG))
    assert kept.key.startswith(f"attachments/{DESK}/")

    blobs.upload(b"MZ" + bytes(60))
    assert blobs.get(kept.key) == PNG
    blobs.upload(b"swapped")
    (other,) = uploads.accept([ID])
    assert other.key != kept.key
    assert blobs.get(kept.key) == PNG


def test_a_repeated_report_of_an_upload_has_the_same_file_and_another_report_a_copy() -> None:
    uploads = uploaded(InMemoryBlobs(), PNG)

    first = uploads.accept([ID], scope="report 1")
    assert first == uploads.accept([ID], scope="report 1")
    copies = [uploads.accept([ID])[0].key for _ in range(2)] + [first[0].key]
    assert len(set(copies)) == 3


def test_a_program_is_refused_and_never_becomes_an_attachment() -> None:
    blobs = InMemoryBlobs()
    uploads = uploaded(blobs, b"MZ" + bytes(60))

    with pytest.raises(InvalidInput) as refusal:
        uploads.accept([ID], "logs")
    assert [(error.field, error.code) for error in refusal.value.errors] == [("logs.0", "not_accepted")]
    assert not [key for key in blobs.bodies if key.startswith("attachments/")]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a\r\nX: y\u202egpj.exe", "aX ygpj.exe"),
        ("../../etc/passwd", "passwd"),
        ("截图 1.png", "截图 1.png"),
        ("\u202e\x00", "file"),
        ("a" * 190 + ".png", "a" * 138 + ".png"),
    ],
)
def test_an_upload_has_a_name_that_fools_nobody(name: str, kept: str) -> None:
    assert UploadRequest(name=name, content_type="image/png", size=1).name == kept
