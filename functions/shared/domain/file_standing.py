"""Why a customer's file may not be downloaded, where files are scanned for malware."""

from enum import StrEnum


class FileStanding(StrEnum):
    """What keeps a file from being handed out."""

    BEING_CHECKED = "being_checked"
    UNSAFE = "unsafe"
    """The scan found something, or could not look inside."""
