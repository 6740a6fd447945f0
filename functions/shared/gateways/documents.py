"""Documents of one kind in S3, each written once and never changed; somebody else keeps the pointer to the newest."""

from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Document = TypeVar("Document", bound=BaseModel)


class Documents(Generic[Document]):
    """Keeps what was read or written last: reading thousands of rules again takes time."""

    def __init__(self, s3: "S3Client", bucket: str, kind: type[Document]) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._kind = kind
        self._kept: tuple[str, Document] | None = None

    def read(self, key: str) -> Document:
        """The document under `key`; raises pydantic.ValidationError where it cannot be read any more."""
        if self._kept is None or self._kept[0] != key:
            body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            self._kept = key, self._kind.model_validate_json(body)
        return self._kept[1]

    def write(self, key: str, document: Document) -> None:
        """Put `document` under `key`."""
        body = document.model_dump_json(by_alias=True).encode()
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")
        self._kept = key, document
