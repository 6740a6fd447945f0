"""Objects that are replaced as a whole and read again and again: help pages, search indexes."""

from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class ObjectNotFound(LookupError):
    """There is nothing under this key."""


class NotModified(Exception):
    """The object is the one the reader has."""


class Overtaken(Exception):
    """Somebody else replaced the object since it was looked at."""


class StoredObject(NamedTuple):
    """An object's bytes, and the tag that changes with them."""

    body: bytes
    etag: str


class Objects:
    """A bucket of such objects."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, key: str, *, known_etag: str | None = None) -> StoredObject:
        """The object under `key`.

        Raises:
            NotModified: it still is the one called `known_etag`.
            ObjectNotFound: there is none.
        """
        condition: Any = {"IfNoneMatch": known_etag} if known_etag else {}
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key, **condition)
        except ClientError as error:
            match _status(error):
                case 304:
                    raise NotModified(key) from error
                case 403 | 404:  # S3 says 403 for a missing key to whoever may not list the bucket
                    raise ObjectNotFound(key) from error
                case _:
                    raise
        return StoredObject(found["Body"].read(), found["ETag"])

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Let `body` be what is under `key`."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def replace(self, key: str, body: bytes, content_type: str, *, seen_etag: str | None) -> None:
        """Put `body` under `key` if the object there still is the one called `seen_etag`; None: if there is none.

        Raises:
            Overtaken: there is another one by now.
        """
        condition: Any = {"IfMatch": seen_etag} if seen_etag else {"IfNoneMatch": "*"}
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, **condition)
        except ClientError as error:
            if _status(error) in (404, 409, 412):
                raise Overtaken(key) from error
            raise

    def delete(self, key: str) -> None:
        """Let there be nothing under `key`."""
        self._client.delete_object(Bucket=self._bucket, Key=key)


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]
