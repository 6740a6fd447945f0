"""Files that customers send: uploaded aside, looked at, and only then kept where they can be downloaded from."""

import re
from collections.abc import Sequence
from typing import Final, Literal, Protocol

import filetype

from functions.intake.requests import UploadRequest
from functions.shared.bodies import scoped, upload_key
from functions.shared.contracts.events import Attachment
from functions.shared.contracts.words import DeskId, TicketId
from functions.shared.domain.errors import FieldError, InvalidInput
from functions.shared.domain.saying import Saying
from functions.shared.gateways.blobs import BlobInfo, BlobNotFound, UploadForm
from functions.shared.reports import ATTACHMENTS

READ_BYTES: Final = 8192
"""What a file's type is told from."""

OCTETS: Final = "application/octet-stream"
_PLAIN: Final = "text/plain"

_ID: Final = re.compile(r"^att_[0-9a-z]{32}\Z")
_PROGRAMS: Final = frozenset({"application/x-msdownload", "application/x-executable", "application/x-mach-binary"})
_MACH_O: Final = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_IN_ZIP: Final = ("application/vnd.openxmlformats-", "application/vnd.oasis.opendocument.", "application/epub+zip")
"""Documents that are a ZIP archive from outside."""
_TEXTS: Final = frozenset({_PLAIN, "text/csv", "text/markdown", "application/json", "message/rfc822"})
"""Texts that no program runs or renders; every other text is plain."""


class Files(Protocol):
    """Where files are kept."""

    def describe(self, key: str) -> BlobInfo: ...

    def beginning(self, key: str, count: int, *, etag: str) -> bytes: ...

    def keep_copy(self, source: str, target: str, *, name: str, content_type: str, etag: str) -> None: ...

    def upload_form(self, key: str, *, name: str, content_type: str, max_bytes: int) -> UploadForm: ...


class Uploads:
    """The uploads of one desk. Nothing that is uploaded can be downloaded before it was reported."""

    def __init__(self, files: Files, desk: DeskId) -> None:
        self._files = files
        self._desk = desk

    def prepare(self, request: UploadRequest, attachment_id: str) -> UploadForm:
        """Where to post the file that will be called `attachment_id`."""
        return self._files.upload_form(
            upload_key(self._desk, attachment_id),
            name=request.name,
            content_type=request.content_type,
            max_bytes=request.size,
        )

    def accept(
        self, ids: Sequence[str], field: str = ATTACHMENTS, scope: str = "", ticket: TicketId = ""
    ) -> tuple[Attachment, ...]:
        """The uploaded files `ids`, kept under keys that no upload can reach any more, each for its message alone.

        Raises:
            InvalidInput: one of them was never uploaded, or is a program; `field` is told to hold it.
        """
        files: list[Attachment] = []
        errors: list[FieldError] = []
        for at, attachment_id in enumerate(ids):
            found = self._accept(attachment_id, scope, ticket) if _ID.match(attachment_id) else None
            if found is None:
                errors.append(FieldError(f"{field}.{at}", "not_uploaded", Saying.of("objection.not_uploaded")))
            elif found == "program":
                errors.append(FieldError(f"{field}.{at}", "not_accepted", Saying.of("objection.not_accepted")))
            else:
                files.append(found)
        if errors:
            raise InvalidInput(errors)
        return tuple(files)

    def _accept(self, attachment_id: str, scope: str, ticket: TicketId) -> Attachment | Literal["program"] | None:
        """The file, why it is refused, or None where there is none."""
        aside = upload_key(self._desk, attachment_id)
        try:
            info = self._files.describe(aside)
            content_type = type_of(self._files.beginning(aside, READ_BYTES, etag=info.etag), info.content_type)
            if content_type is None:
                return "program"
            # The key says which bytes were looked at: whoever uploads again gets another key.
            key = scoped("attachments", self._desk, f"{attachment_id}.{info.etag}", scope, ticket)
            self._files.keep_copy(aside, key, name=info.name, content_type=content_type, etag=info.etag)
        except BlobNotFound:
            return None
        return Attachment(key=key, name=info.name, content_type=content_type, size=info.size)


def type_of(beginning: bytes, declared: str) -> str | None:
    """What a file is by its first bytes, whatever its sender calls it; None for a program."""
    found = filetype.guess_mime(beginning)
    if found in _PROGRAMS or beginning[:2] == b"MZ" or beginning[:4] in (b"\x7fELF", *_MACH_O):
        return None
    if found == "application/zip":
        return declared if declared.startswith(_IN_ZIP) else found
    if found:
        return str(found)
    if _is_text(beginning):
        return declared if declared in _TEXTS else _PLAIN
    return OCTETS


def _is_text(beginning: bytes) -> bool:
    if b"\0" in beginning:
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the last character may be cut off
            try:
                beginning[: len(beginning) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
