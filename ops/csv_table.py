"""A CSV file as spreadsheets write it, read record by record however long it is.

UTF-8, UTF-16 or GB 18030, with or without a byte order mark; cells set apart by comma, semicolon or tab. A record that
cannot be read costs itself only: what follows it is read as if it were not there.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from ops.failure import Failure

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK: Final = 1 << 20
_DELIMITERS: Final = ",;\t"

_MOST_LINES: Final = 100
"""Lines that one cell may run over; a quotation mark that is open for longer was never closed."""

_FAULTS: Final = {
    "unexpected end": 'a quotation mark (") is opened in this line and never closed',
    "expected after": 'text follows a closing quotation mark; inside a cell it is written twice ("")',
    "field larger": "a cell is longer than can be read",
}
"""What the parser's complaints mean."""


@dataclass(frozen=True)
class Record:
    """One record: what stands under each heading, or what is wrong with it. `line` is its first, counted from 1."""

    line: int
    cells: dict[str, str]
    fault: str
    read_bytes: int


def read_records(path: Path, columns: Sequence[str], required: str = "") -> Iterator[Record]:
    """The records under the headings, without those that are blank.

    Raises:
        Failure: the file cannot be read, or has not the right columns.
    """
    try:
        encoding = _encoding(path)
        with path.open("rb") as file:
            lines = _Lines(io.TextIOWrapper(file, encoding=encoding, newline=""))
            headings, delimiter = _headings(lines, path, columns, required)
            while (line := lines.take()) is not None:
                number = lines.number
                cells, fault = _cells(lines, line, delimiter)
                named, extra = dict(zip(headings, cells, strict=False)), cells[len(headings) :]
                named[""] = next((cell for cell in extra if cell), named.get("", ""))
                filled = {name: cell for name, cell in named.items() if cell}
                if unnamed := filled.pop("", ""):
                    fault = fault or f'"{shortened(unnamed)}" stands under no heading'
                if filled or fault:
                    yield Record(number, filled, fault, file.tell())
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from error


def shortened(text: str) -> str:
    """`text` as far as it fits into a sentence."""
    return text if len(text) <= 60 else f"{text[:59]}…"


class _Lines:
    """Lines with their numbers, which may be put back."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._back: deque[str] = deque()
        self.number = 0
        """That of the line taken last."""

    def take(self) -> str | None:
        line = self._back.popleft() if self._back else self._text.readline()
        self.number += 1 if line else 0
        return line or None

    def put_back(self, lines: Sequence[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)


def _cells(lines: _Lines, first: str, delimiter: str) -> tuple[list[str], str]:
    """The cells of the record that begins with the line `first`, or what is wrong with it."""
    record = [first]
    while True:
        try:
            return [cell.strip() for cell in next(csv.reader(record, delimiter=delimiter, strict=True), [])], ""
        except csv.Error as error:
            is_open = str(error).startswith("unexpected end")
            if is_open and len(record) < _MOST_LINES and (line := lines.take()) is not None:
                record.append(line)
                continue
            # What came after the first line may be sound by itself.
            lines.put_back(record[1:])
            why = "unexpected end" if len(record) > 1 else str(error)
            return [], next((fault for sign, fault in _FAULTS.items() if sign in why), why)


def _headings(lines: _Lines, path: Path, columns: Sequence[str], required: str) -> tuple[list[str], str]:
    only = f" (only {required} is required)" if required else ""
    wanted = f"the columns are {', '.join(columns)}{only}"
    first = lines.take()
    while first is not None and (not first.strip() or first.lower().startswith(("sep=", '"sep='))):
        first = lines.take()  # Excel's own note on what sets cells apart
    if first is None:
        raise Failure(f"{path} is empty; {wanted}.")
    read = {sign: [_heading(cell) for cell in _cells(lines, first, sign)[0]] for sign in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda sign: len(set(read[sign]) & set(columns)))
    headings = read[delimiter]
    for name in headings:
        if name and name not in columns:
            raise Failure(f'{path} has a column "{shortened(name)}"; {wanted}.')
        if name and headings.count(name) > 1:
            raise Failure(f"{path} has the column {name} twice.")
    if not any(headings) or (required and required not in headings):
        raise Failure(f"{path} has no column {required or 'of these'}; {wanted}.")
    return headings, delimiter


def _heading(cell: str) -> str:
    return "_".join(cell.strip().lower().replace("-", " ").replace("_", " ").split())


def _encoding(path: Path) -> str:
    """The first encoding that the whole file can be read in, so that none of it is entered before all is readable."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_UTF_16):
        likely = ["utf-16"]
    elif b"\0" in start[:2]:
        likely = ["utf-16-be" if start[0] == 0 else "utf-16-le"]
    else:
        likely = ["utf-8-sig", "gb18030"]
    for encoding in likely:
        if _reads_as(path, encoding):
            return encoding
    raise Failure(f"{path} is neither UTF-8, UTF-16 nor GB 18030: save it as CSV UTF-8.")


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
