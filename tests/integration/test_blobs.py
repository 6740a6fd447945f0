"""Blobs in a real bucket, and their stand-in: what is looked at is what is kept."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config

from functions.shared.domain.errors import FileBeingChecked, UnsafeFile
from functions.shared.domain.file_standing import FileStanding
from functions.shared.gateways.blobs import BlobNotFound, Blobs
from tests.fakes import InMemoryBlobs

Place = tuple[Any, Callable[[bytes], None]]


@pytest.fixture(params=["bucket", "memory"])
def place(request: pytest.FixtureRequest, aws: None) -> Place:
    """Blobs, and what uploads to `uploads/x`."""
    del aws
    if request.param == "memory":
        memory = InMemoryBlobs()
        memory.upload_form("uploads/x", name="截图.png", content_type="image/png", max_bytes=10)
        return memory, memory.upload
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="blobs")

    def upload(body: bytes) -> None:
        name = {"name": "%E6%88%AA%E5%9B%BE.png"}
        s3.put_object(Bucket="blobs", Key="uploads/x", Body=body, ContentType="image/png", Metadata=name)

    return Blobs(s3, "blobs"), upload


def test_what_is_looked_at_is_what_is_kept(place: Place) -> None:
    blobs, upload = place
    upload(b"0123456789")
    info = blobs.describe("uploads/x")

    assert blobs.beginning("uploads/x", 4, etag=info.etag) == b"0123"
    blobs.keep_copy("uploads/x", "attachments/x", name=info.name, content_type="image/jpeg", etag=info.etag)
    kept = blobs.describe("attachments/x")
    assert (kept.name, kept.content_type, kept.size) == ("截图.png", "image/jpeg", 10)


def test_an_empty_blob_begins_with_nothing(place: Place) -> None:
    blobs, upload = place
    upload(b"")

    assert blobs.beginning("uploads/x", 4, etag=blobs.describe("uploads/x").etag) == b""


def test_a_blob_that_was_replaced_meanwhile_is_not_kept(place: Place) -> None:
    blobs, upload = place
    upload(b"looked at")
    seen = blobs.describe("uploads/x").etag
    upload(b"swapped")

    with pytest.raises(BlobNotFound):
        blobs.beginning("uploads/x", 4, etag=seen)
    if isinstance(blobs, InMemoryBlobs):  # moto copies whatever the condition says
        with pytest.raises(BlobNotFound):
            blobs.keep_copy("uploads/x", "attachments/x", name="", content_type="image/png", etag=seen)


def test_a_copy_is_asked_for_on_the_condition_that_the_blob_is_the_one_looked_at(aws: None) -> None:
    del aws
    asked: list[dict[str, str]] = []
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="blobs")
    s3.put_object(Bucket="blobs", Key="uploads/x", Body=b"x")
    s3.meta.events.register("before-call.s3.CopyObject", lambda params, **_: asked.append(params["headers"]))
    Blobs(s3, "blobs").keep_copy("uploads/x", "attachments/x", name="", content_type="image/png", etag="e")

    assert asked[0]["x-amz-copy-source-if-match"] == '"e"'


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [
        (None, FileBeingChecked),
        ("THREATS_FOUND", UnsafeFile),
        ("UNSUPPORTED", UnsafeFile),
        ("NO_THREATS_FOUND", None),
    ],
)
def test_where_files_are_scanned_only_clean_ones_have_a_link(
    aws: None, verdict: str | None, refusal: type[Exception] | None
) -> None:
    del aws
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="blobs")
    s3.put_object(Bucket="blobs", Key="a", Body=b"x")
    if verdict:
        tags = [{"Key": "GuardDutyMalwareScanStatus", "Value": verdict}]
        s3.put_object_tagging(Bucket="blobs", Key="a", Tagging={"TagSet": tags})  # type: ignore[typeddict-item]

    assert "attachment" in Blobs(s3, "blobs").link("a", file_name="a.png", content_type="image/png")
    if refusal is None:
        assert Blobs(s3, "blobs", scanned=True).link("a", file_name="a.png", content_type="image/png")
    else:
        with pytest.raises(refusal):
            Blobs(s3, "blobs", scanned=True).link("a", file_name="a.png", content_type="image/png")


def test_what_the_scan_keeps_back_is_told_with_its_reason(aws: None) -> None:
    del aws
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="blobs")
    for key, verdict in (("bad", "THREATS_FOUND"), ("good", "NO_THREATS_FOUND"), ("new", "")):
        s3.put_object(
            Bucket="blobs", Key=key, Body=b"x", Tagging=f"GuardDutyMalwareScanStatus={verdict}" * bool(verdict)
        )

    asked = ["bad", "good", "new", "bad", "gone"]
    assert Blobs(s3, "blobs", scanned=True).withheld(asked) == {
        "bad": FileStanding.UNSAFE,
        "new": FileStanding.BEING_CHECKED,
    }
    assert Blobs(s3, "blobs").withheld(asked) == {}


def test_what_is_not_there_is_not_found(place: Place) -> None:
    blobs, _ = place
    with pytest.raises(BlobNotFound):
        blobs.describe("uploads/none")
    with pytest.raises(BlobNotFound):
        blobs.beginning("uploads/none", 4, etag="x")
    with pytest.raises(BlobNotFound):
        blobs.keep_copy("uploads/none", "x", name="", content_type="image/png", etag="x")


@pytest.mark.parametrize("active", ["text/html", "text/html; charset=utf-8", "image/svg+xml", "Text/JavaScript"])
def test_a_link_never_names_a_type_that_a_browser_would_run(aws: None, active: str) -> None:
    del aws
    blobs = Blobs(boto3.client("s3", config=Config(signature_version="s3v4")), "blobs")

    assert "response-content-type=application%2Foctet-stream" in blobs.link("a", file_name="a", content_type=active)
    plain = blobs.link("a", file_name="a.html", content_type="image/png")
    assert "response-content-type=image%2Fpng" in plain
    assert "response-content-disposition=attachment" in plain
