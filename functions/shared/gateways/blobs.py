"""What is too large for the table: bodies, attachments, raw mail, kept in one bucket."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from functions.shared.domain.errors import FileBeingChecked, UnsafeFile
from functions.shared.domain.file_standing import FileStanding

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


_NAME = "name"
"""Metadata that keeps the customer's file name, percent-encoded: metadata is ASCII."""


_OCTETS = "application/octet-stream"
_ACTIVE = frozenset(
    {
        "application/javascript", "application/xhtml+xml", "application/xml", "image/svg+xml",
        "text/html", "text/javascript", "text/xml",
    }
)  # fmt: skip
"""What a browser might run if it showed it: mail and channels bring files under any name."""

_SCAN, _CLEAN = "GuardDutyMalwareScanStatus", "NO_THREATS_FOUND"
"""The tag that GuardDuty's Malware Protection for S3 leaves on what it looked at, and its one good value."""

_AT_ONCE = 8
"""Files whose tags are read at the same time."""


@dataclass(frozen=True)
class BlobInfo:
    """What a blob is: its original name, type, and size in bytes."""

    name: str
    content_type: str
    size: int
    etag: str = ""
    """Another one for other bytes."""


@dataclass(frozen=True)
class UploadForm:
    """Where and with which form fields a browser posts a file; the file's own field comes last and is called `file`."""

    url: str
    fields: dict[str, str]


class BlobNotFound(LookupError):
    """There is no blob under this key."""


class Blobs:
    """A bucket, by keys that never contain the customer's words."""

    def __init__(self, client: "S3Client", bucket: str, *, scanned: bool = False) -> None:
        """`scanned` where GuardDuty looks through the bucket: only what it found clean has a link."""
        self._client = client
        self._bucket = bucket
        self._scanned = scanned

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Store `body`; the same key may be written again with the same bytes."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, key: str) -> bytes:
        """Raises BlobNotFound."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise _gone(error, key) from error

    def remove(self, key: str) -> None:
        """Delete the blob, where there is one."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def erase(self, key: str) -> None:
        """Delete every version of the blob, so that nothing brings it back; nothing where there is none."""
        self._erase(version for version in self._versions(key) if version[0] == key)

    def erase_under(self, prefix: str) -> None:
        """Delete every version of every blob whose key begins with `prefix`."""
        self._erase(self._versions(prefix))

    def _erase(self, versions: Iterable[tuple[str, str]]) -> None:
        for key, version in versions:
            self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version)

    def _versions(self, prefix: str) -> Iterator[tuple[str, str]]:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                yield version["Key"], version["VersionId"]

    def describe(self, key: str) -> BlobInfo:
        """What is known of the blob without reading it; raises BlobNotFound."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            raise _gone(error, key) from error
        name = unquote(head["Metadata"].get(_NAME, ""))
        etag = head["ETag"].strip('"')
        return BlobInfo(name=name, content_type=head["ContentType"], size=head["ContentLength"], etag=etag)

    def beginning(self, key: str, count: int, *, etag: str) -> bytes:
        """The first `count` bytes of the blob that is called `etag`; raises BlobNotFound where it is another by now."""
        try:
            found = self._client.get_object(
                Bucket=self._bucket, Key=key, Range=f"bytes=0-{count - 1}", IfMatch=f'"{etag}"'
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return b""  # no part of an empty blob can be asked for
            raise _gone(error, key) from error
        return found["Body"].read()

    def keep_copy(self, source: str, target: str, *, name: str, content_type: str, etag: str) -> None:
        """Let the blob `source` that is called `etag` be at `target` too; raises BlobNotFound where it is another."""
        try:
            self._client.copy_object(
                Bucket=self._bucket,
                Key=target,
                CopySource={"Bucket": self._bucket, "Key": source},
                CopySourceIfMatch=f'"{etag}"',
                MetadataDirective="REPLACE",
                TaggingDirective="REPLACE",
                ContentType=content_type,
                Metadata={_NAME: quote(name, safe="")},
            )
        except ClientError as error:
            raise _gone(error, source) from error

    def link(self, key: str, *, file_name: str, content_type: str, seconds: int = 300) -> str:
        """A short-lived address that downloads the blob and never shows it inside a page.

        Raises:
            FileBeingChecked: it is scanned, and the result is not there yet.
            UnsafeFile: the scan found something, or could not look inside.
        """
        if self._scanned:
            self._require_clean(key)
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
                "ResponseContentType": _OCTETS if content_type.partition(";")[0].lower() in _ACTIVE else content_type,
            },
            ExpiresIn=seconds,
        )

    def withheld(self, keys: Iterable[str]) -> dict[str, FileStanding]:
        """Those of the blobs that have no link now, and why; none where nothing is scanned."""
        wanted = sorted(set(keys)) if self._scanned else []
        if not wanted:
            return {}
        with ThreadPoolExecutor(min(_AT_ONCE, len(wanted))) as pool:
            found = dict(zip(wanted, pool.map(self._standing, wanted), strict=True))
        return {key: standing for key, standing in found.items() if standing}

    def _require_clean(self, key: str) -> None:
        match self._standing(key):
            case FileStanding.BEING_CHECKED:
                raise FileBeingChecked
            case FileStanding.UNSAFE:
                raise UnsafeFile

    def _standing(self, key: str) -> FileStanding | None:
        try:
            tags = self._client.get_object_tagging(Bucket=self._bucket, Key=key)["TagSet"]
        except self._client.exceptions.NoSuchKey:
            return None  # no link will find it either
        verdict = next((tag["Value"] for tag in tags if tag["Key"] == _SCAN), None)
        if verdict is None:
            return FileStanding.BEING_CHECKED
        return None if verdict == _CLEAN else FileStanding.UNSAFE

    def upload_form(self, key: str, *, name: str, content_type: str, max_bytes: int, seconds: int = 900) -> UploadForm:
        """A presigned POST for exactly this key, name and type, and at most `max_bytes`.

        The client must sign with SigV4 (`Config(signature_version="s3v4")`).
        """
        fields = {"Content-Type": content_type, f"x-amz-meta-{_NAME}": quote(name, safe="")}
        form = self._client.generate_presigned_post(
            self._bucket,
            key,
            Fields=dict(fields),
            Conditions=[*({field: value} for field, value in fields.items()), ["content-length-range", 1, max_bytes]],
            ExpiresIn=seconds,
        )
        return UploadForm(url=form["url"], fields=form["fields"])


def _gone(error: ClientError, key: str) -> Exception:
    """BlobNotFound where that is what `error` says, else the error itself.

    S3 answers 403 for a missing key to whoever may not list the bucket, and 412 where the blob is another by now.
    """
    return BlobNotFound(key) if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404, 412) else error
