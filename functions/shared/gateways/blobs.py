"""What is too large for the table: bodies, attachments, raw mail, kept in one bucket."""

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


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

    def size(self, key: str) -> int:
        """Bytes under `key`; raises BlobNotFound."""
        try:
            return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
        except self._client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
                raise BlobNotFound(key) from error
            raise

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

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, seconds: int = 900) -> dict[str, object]:
        """A presigned POST for exactly this key and type, and at most `max_bytes`: `{"url", "fields"}`.

        The client must sign with SigV4 (`Config(signature_version="s3v4")`).
        """
        form = self._client.generate_presigned_post(
            self._bucket,
            key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, max_bytes]],
            ExpiresIn=seconds,
        )
        return {"url": form["url"], "fields": form["fields"]}
