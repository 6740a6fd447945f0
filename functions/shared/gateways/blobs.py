"""What is too large for the table: bodies, attachments, raw mail, kept in one bucket."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


_NAME = "name"
"""Metadata that keeps the customer's file name, percent-encoded: metadata is ASCII."""


@dataclass(frozen=True)
class BlobInfo:
    """What a blob is: its original name, type, and size in bytes."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class UploadForm:
    """Where and with which form fields a browser posts a file; the file's own field comes last and is called `file`."""

    url: str
    fields: dict[str, str]


class BlobNotFound(LookupError):
    """There is no blob under this key."""


class Blobs:
    """A bucket, by keys that never contain the customer's words."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Store `body`; the same key may be written again with the same bytes."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, key: str) -> bytes:
        """Raises BlobNotFound."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey as error:
            raise BlobNotFound(key) from error

    def remove(self, key: str) -> None:
        """Delete the blob, where there is one."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def describe(self, key: str) -> BlobInfo:
        """What is known of the blob without reading it; raises BlobNotFound."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except self._client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
                raise BlobNotFound(key) from error
            raise
        name = unquote(head["Metadata"].get(_NAME, ""))
        return BlobInfo(name=name, content_type=head["ContentType"], size=head["ContentLength"])

    def link(self, key: str, *, file_name: str, content_type: str, seconds: int = 300) -> str:
        """A short-lived address that downloads the blob and never shows it inside a page."""
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
                "ResponseContentType": content_type,
            },
            ExpiresIn=seconds,
        )

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
