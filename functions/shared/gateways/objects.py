"""Objects that are replaced as a whole and read again and again: help pages, search indexes."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


_NOTE: Final = "note"
# S3 answers 403 for a missing key to whoever may not list the bucket.
_MISSING: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_OVERTAKEN: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)


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


class SeenObject(NamedTuple):
    """What an object says of itself: its tag, and the note it was stored with."""

    etag: str
    note: str


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
            if _status(error) == HTTPStatus.NOT_MODIFIED:
                raise NotModified(key) from error
            if _status(error) in _MISSING:
                raise ObjectNotFound(key) from error
            raise
        return StoredObject(found["Body"].read(), found["ETag"])

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Let `body` be what is under `key`."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def look(self, key: str) -> SeenObject:
        """What the object under `key` says of itself, without its bytes; raises ObjectNotFound."""
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if _status(error) in _MISSING:
                raise ObjectNotFound(key) from error
            raise
        return SeenObject(found["ETag"], found["Metadata"].get(_NOTE, ""))

    def replace(self, key: str, body: bytes, content_type: str, *, seen_etag: str | None, note: str = "") -> None:
        """Put `body` with a `note` under `key` if the object there still is `seen_etag`; None: if there is none.

        Raises:
            Overtaken: there is another one by now.
        """
        condition: Any = {"IfMatch": seen_etag} if seen_etag else {"IfNoneMatch": "*"}
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=content_type,
                Metadata={_NOTE: note} if note else {},
                **condition,
            )
        except ClientError as error:
            if _status(error) in _OVERTAKEN:
                raise Overtaken(key) from error
            raise

    def delete(self, key: str) -> None:
        """Let there be nothing under `key`."""
        self._client.delete_object(Bucket=self._bucket, Key=key)


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]
