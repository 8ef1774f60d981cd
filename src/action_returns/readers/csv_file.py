"""The format of CSV files: encoding, delimiter, records with their lines, and the batch in them."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, LAST_ROW, Columns
from action_returns.errors import FileError
from action_returns.readers import read_bytes
from action_returns.readers.batch_columns import NO_ANSWERS, BatchHeader, ColumnAnswers, find_columns, signature_of
from action_returns.readers.batch_file import LoadedBatch
from action_returns.readers.csv_lines import CsvLines
from action_returns.readers.csv_shape import RecordShape, is_row
from action_returns.readers.headers import HEADER_SEARCH_ROWS
from action_returns.readers.text_encoding import BYTE_ORDER_MARKS, find_codec

DELIMITERS: Final[Mapping[str, str]] = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""What may stand between fields, and its name for people."""

_MOST_BYTES: Final = 200 * 2**20
_LONGEST_FIELD: Final = 2**20
_DELIMITER_LINE: Final = "sep="
_HEAD: Final = 16
"""Bytes that hold such a line."""
_LIKE_ASCII: Final = frozenset({"utf-8", "cp1252"})


def matches(_head: bytes, _name: str) -> bool:
    """Return True: every file that has no other format is read as CSV, or refused with its reason."""
    return True


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Return the records of a download with their lines; see :func:`action_returns.readers.csv_download.records_of`.

    Raises:
        FileError: when it is no CSV, or a record below its header row may be divided in the wrong places.
    """
    from action_returns.readers.csv_download import records_of

    return records_of(read_text(path))


def read_text(path: Path) -> "CsvText":
    """Read the text of a CSV file.

    Raises:
        FileError: when it cannot be opened, is too large, or is no text.
    """
    return CsvText(read_bytes(path), path.name)


def read_batch(path: Path, *, sheet: str | None, columns: ColumnAnswers) -> LoadedBatch:  # noqa: ARG001  # no sheets
    """Read the batch of a CSV file; see :func:`read_csv`.

    Raises:
        FileError: when it cannot be read as a whole.
    """
    return read_csv(read_bytes(path), path.name, columns)


class CsvText:
    """A CSV file that was found to be readable text.

    Args:
        content: the whole file.
        name: its name, for messages.

    Raises:
        FileError: when it is too large, or no text.
    """

    def __init__(self, content: bytes, name: str) -> None:
        if len(content) > _MOST_BYTES:
            raise FileError(
                "file-too-large", f"{name} is larger than {_MOST_BYTES >> 20} MB. Split it into several files."
            )
        if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            raise FileError(
                "file-unreadable",
                f"{name} is a web page or XML, not CSV. "
                "Open it in the spreadsheet program and save it as .xlsx or CSV UTF-8.",
            )
        self._codec, self.note = find_codec(content, name)
        self.name = name
        self._content = content
        plain = content if self._bare_codec in _LIKE_ASCII else content.decode(self._codec).encode()
        if (nul := plain.find(b"\0")) >= 0:
            line = plain.count(b"\n", 0, nul) + 1
            raise FileError(
                "file-unreadable",
                f"{name} holds a NUL character in line {line}, so it is not CSV. "
                "Open it in the program that made it, look at that line, and save it as .xlsx or CSV UTF-8.",
            )
        head = plain[:_HEAD].removeprefix(codecs.BOM_UTF8).decode("ascii", "replace")
        start = len(_DELIMITER_LINE)
        named = head[start : start + 1] if head[:start].lower() == _DELIMITER_LINE else ""
        self.delimiters: tuple[str, ...] = (named,) if named in DELIMITERS else tuple(DELIMITERS)
        """What may stand between its fields: what a first line ``sep=;`` names, as Excel writes it, else any."""

    def records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Return every record with the line on which it starts.

        Raises:
            FileError: ``file-unreadable`` with the line, when quotes do not pair up.
        """
        return self._records(self._lines(), delimiter)

    def records_with_text(self, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
        """Return every record with the line on which it starts and its text as it stands there, line ends included.

        Raises:
            FileError: ``file-unreadable`` with the line, when quotes do not pair up.
        """
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for text in self._lines():
                taken.append(text)
                yield text

        for line, record in self._records(lines(), delimiter):
            yield line, record, "".join(taken)
            taken.clear()

    def lines_from(self, line: int, delimiter: str, width: int) -> CsvLines | None:
        """Return the lines from one on, None in an encoding that has not all ASCII characters as they are.

        Args:
            line: its number.
            delimiter: what stands between the fields.
            width: fields of the header row.
        """
        if self._bare_codec not in _LIKE_ASCII:
            return None
        start = len(self.byte_order_mark)
        for _ in range(line - 1):
            start = self._content.find(b"\n", start) + 1
        return CsvLines(self._content, start, delimiter, self._bare_codec, width)

    def encoded(self, text: str) -> bytes:
        """Return a piece of text in the encoding of the file."""
        return text.encode(self._bare_codec)

    @property
    def is_open_ended(self) -> bool:
        """Whether the last line has no line end, as when the file was cut."""
        return not self._content.rstrip(b"\0").endswith((b"\n", b"\r"))

    @property
    def byte_order_mark(self) -> bytes:
        """What stands before the text in the file."""
        return next((mark for mark, _, _ in BYTE_ORDER_MARKS if self._content.startswith(mark)), b"")

    @property
    def _bare_codec(self) -> str:
        """The codec that writes no byte order mark of its own."""
        match self.byte_order_mark:
            case codecs.BOM_UTF8:
                return "utf-8"
            case codecs.BOM_UTF16_LE:
                return "utf-16-le"
            case codecs.BOM_UTF16_BE:
                return "utf-16-be"
            case _:
                return self._codec

    def _lines(self) -> Iterator[str]:
        # Decoded piece by piece: the whole text would take four times its size in a StringIO.
        return io.TextIOWrapper(io.BytesIO(self._content), self._codec, newline="")

    def _records(self, lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(_LONGEST_FIELD)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        line = 1
        try:
            for record in reader:
                end = reader.line_num
                if end != line:
                    self._refuse_swallowed_rows(line, record, delimiter)
                yield line, record
                line = end + 1
        except csv.Error as error:
            raise FileError(
                "file-unreadable",
                f"{self.name} cannot be read from line {line} on: {error}. A quotation mark without its partner does "
                "this. Open the file in the spreadsheet program, look at that line, and save it again.",
            ) from None

    def _refuse_swallowed_rows(self, line: int, record: list[str], delimiter: str) -> None:
        """Refuse a field of several lines that holds a row: quotation marks of two rows, each alone, make a pair.

        Raises:
            FileError: ``file-unreadable`` with the line.
        """
        for field in record:
            has_id = "M." in field or "m." in field  # looking at every line of every note would be slow
            if has_id and any(is_row(part.split(delimiter)) for part in field.splitlines()[1:]):
                raise FileError(
                    "file-unreadable",
                    f"{self.name} cannot be read from line {line} on: one field of it holds the row below it as well. A "
                    "quotation mark without its partner does this. Open the file in the spreadsheet program, look at that "
                    "line, and save it again. A note that holds a whole row has to stand in one line.",
                )


def read_csv(content: bytes, name: str, answers: ColumnAnswers = NO_ANSWERS) -> LoadedBatch:
    """Read a batch from the bytes of a CSV file.

    Cells stay the texts they are, an empty field is None. Row numbers are the lines on which the records start.

    Args:
        content: the whole file.
        name: its name, for messages.
        answers: what the user said about its columns.

    Raises:
        FileError: when it cannot be read as a whole.
    """
    text = CsvText(content, name)
    delimiter, header, line = find_header(text, answers)
    shape = RecordShape(header, delimiter, name)
    columns = _columns(text, shape, header, line)
    notes = [] if text.note is None else [text.note]
    if delimiter != ",":
        notes.append(f"The columns of {name} are separated by {DELIMITERS[delimiter]}.")
    return LoadedBatch(
        columns,
        f"{name}, header in line {line}",
        (*notes, *shape.notes(), *header.notes()),
        headers=header.labels,
        signature=signature_of(header.headers),
        header_row=line,
    )


def find_header(text: CsvText, answers: ColumnAnswers) -> tuple[str, BatchHeader, int]:
    """Return the delimiter of a text, its header row, and the line that is in.

    Raises:
        FileError: no row names the three columns, or it is not certain which column is meant.
    """
    searched: list[list[list[str]]] = []
    damage: FileError | None = None
    for delimiter in text.delimiters:
        searched.append([])
        records = islice(text.records(delimiter), HEADER_SEARCH_ROWS)
        while True:
            try:
                line, record = next(records)
            except StopIteration:
                break
            except FileError as error:  # or the quoted fields have another delimiter between them
                damage = damage or error
                break
            header = find_columns(record, answers)
            if header is not None:
                return delimiter, header, line
            searched[-1].append(record)
    if damage is not None:
        raise damage
    from action_returns.readers.missing_columns import columns_missing

    raise columns_missing(searched, text.name, answers)


def _columns(text: CsvText, shape: RecordShape, header: BatchHeader, header_line: int) -> Columns:
    first, amount, last = (header.indexes[column] for column in COLUMN_NAMES)
    currency = header.currency
    ids: list[str | None] = []
    amounts: list[str | None] = []
    reasons: list[str | None] = []
    currencies: list[str | None] = []
    lines: list[int] = []
    width, named, needed = shape.width, shape.named, shape.needed
    records = text.records(shape.delimiter)
    for line, _ in records:
        if line == header_line:
            break
    for line, record in records:
        # A field that a comma without quotation marks cut in two moves those after it: the shape decides.
        size = len(record)
        if (
            size < needed
            or (size > named and (size > width or any(record[named:])))
            or not (record[first] or record[amount] or record[last])
        ):
            fitting = shape.fit(line, record)
            if fitting is None:
                continue
            record = fitting  # noqa: PLW2901
        lines.append(line)
        ids.append(record[first] or None)
        amounts.append(record[amount] or None)
        reasons.append(record[last] or None)
        if currency is not None:
            currencies.append((record[currency] or None) if currency < size else None)
    shape.refuse_broken_amounts(text.records(shape.delimiter))
    if not lines:
        raise FileError(
            "no-rows", f"{text.name} has no rows below its header in line {header_line}. Fill in the returns."
        )
    if len(lines) > LAST_ROW:
        raise FileError("file-too-large", f"{text.name} has more than {LAST_ROW:,} rows. Split it into several files.")
    return Columns(ids, amounts, reasons, rows=lines, currency=None if currency is None else currencies)
