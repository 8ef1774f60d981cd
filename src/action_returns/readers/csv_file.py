"""The format of CSV files: encoding, delimiter, records with their lines, and the batch in them."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, LAST_ROW, Columns
from action_returns.errors import FileError
from action_returns.readers import read_bytes
from action_returns.readers.batch_columns import NO_ANSWERS, BatchHeader, ColumnAnswers, find_columns, signature_of
from action_returns.readers.batch_file import LoadedBatch
from action_returns.readers.headers import HEADER_SEARCH_ROWS, names_action_id

DELIMITERS: Final[Mapping[str, str]] = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""What may stand between fields, and its name for people."""

_MOST_BYTES: Final = 200 * 2**20
_LONGEST_FIELD: Final = 2**20
_DELIMITER_LINE: Final = "sep="


def matches(_head: bytes, _name: str) -> bool:
    """Return True: every file that has no other format is read as CSV, or refused with its reason."""
    return True


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Return the records of a file with their lines, with the delimiter that shows a header row soonest.

    Raises:
        FileError: when it is no CSV.
    """
    text = CsvText(read_bytes(path), path.name)
    return text.records(min(text.delimiters, key=lambda delimiter: _header_distance(text, delimiter)))


def read_batch(path: Path, *, sheet: str | None, columns: ColumnAnswers) -> LoadedBatch:  # noqa: ARG001  # no sheets
    """Read the batch of a CSV file; see :func:`read_csv`.

    Raises:
        FileError: when it cannot be read as a whole.
    """
    return read_csv(read_bytes(path), path.name, columns)


def _header_distance(text: "CsvText", delimiter: str) -> tuple[bool, int]:
    """Return how well a delimiter shows a header row: smaller is better.

    A recognised header row counts, the higher the better; without one, the most fields in any of the first records.
    """
    most_fields = 0
    with suppress(FileError):  # quoted fields with another delimiter between them look like damage
        for at, (_, record) in enumerate(islice(text.records(delimiter), HEADER_SEARCH_ROWS)):
            if len(record) > 1 and names_action_id(record):
                return False, at
            most_fields = max(most_fields, len(record))
    return True, -most_fields


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
        text, self._codec, self.note = decode(content, name)
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise FileError("file-unreadable", f"{name} holds a NUL character in line {line}, so it is not CSV.")
        self.name = name
        self._content = content
        start = len(_DELIMITER_LINE)
        named = text[start : start + 1] if text[:start].lower() == _DELIMITER_LINE else ""
        self.delimiters: tuple[str, ...] = (named,) if named in DELIMITERS else tuple(DELIMITERS)
        """What may stand between its fields: what a first line ``sep=;`` names, as Excel writes it, else any."""

    def records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Return every record with the line on which it starts.

        Raises:
            FileError: ``file-unreadable`` with the line, when quotes do not pair up.
        """
        yield from self._records(self._lines(), delimiter)

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

    def encoded(self, text: str) -> bytes:
        """Return a piece of text in the encoding of the file."""
        return text.encode(self._bare_codec)

    @property
    def byte_order_mark(self) -> bytes:
        """What stands before the text in the file."""
        return next((mark for mark, _, _ in _BOMS if self._content.startswith(mark)), b"")

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
                yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            raise FileError(
                "file-unreadable",
                f"{self.name} cannot be read from line {line} on: {error}. A quotation mark without its partner does "
                "this. Open the file in the spreadsheet program, look at that line, and save it again.",
            ) from None


_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


def encoding_of(start: bytes) -> str | None:
    """Return the encoding by its byte order mark, or UTF-16 without one by its zero bytes.

    Args:
        start: the first bytes of the file.

    Returns:
        The codec's name, None when only the whole content shows it.
    """
    for mark, codec, _ in _BOMS:
        if start.startswith(mark):
            return codec
    pairs = len(start) // 2
    if pairs and start[1::2].count(0) > pairs * 0.8:
        return "utf-16-le"
    if pairs and start[0::2].count(0) > pairs * 0.8:
        return "utf-16-be"
    return None


def decode(content: bytes, name: str) -> tuple[str, str, str | None]:
    """Read text as UTF-8, UTF-16 or, when it is neither, Windows-1252.

    Args:
        content: the whole file.
        name: the file's name, for the message.

    Returns:
        The text, the codec that reads it, and a note when the encoding was assumed.

    Raises:
        FileError: ``file-unreadable`` when it is none of them.
    """
    codec = encoding_of(content[:4096])
    try:
        if codec is not None:
            return content.decode(codec), codec, None
        try:
            return content.decode("utf-8"), "utf-8", None
        except UnicodeDecodeError:
            note = "The file is neither UTF-8 nor UTF-16; it was read as Windows-1252."
            return content.decode("cp1252"), "cp1252", note
    except UnicodeDecodeError as error:
        raise FileError(
            "file-unreadable",
            f"{name} is not readable text (byte {error.start} fits no encoding). "
            "Save it again as CSV UTF-8 from the spreadsheet program.",
        ) from None


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
    columns, overlong = _columns(text, delimiter, header, line)
    notes = [] if text.note is None else [text.note]
    if delimiter != ",":
        notes.append(f"The columns of {name} are separated by {DELIMITERS[delimiter]}.")
    if overlong:
        notes.append(
            f"{overlong} records have more fields than the header, as when an amount holds a comma. "
            "Their Amount is shown with all that follows it, so that nothing is dropped."
        )
    return LoadedBatch(
        columns,
        f"{name}, header in line {line}",
        (*notes, *header.notes()),
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


def _columns(text: CsvText, delimiter: str, header: BatchHeader, header_line: int) -> tuple[Columns, int]:
    first, amount, last = (header.indexes[column] for column in COLUMN_NAMES)
    picked = [first, amount, last] if header.currency is None else [first, amount, last, header.currency]
    pick, needed = itemgetter(*picked), max(picked) + 1
    cells: list[list[str | None]] = [[] for _ in picked]
    lines: list[int] = []
    width = overlong = 0
    for line, record in text.records(delimiter):
        if line <= header_line:
            width = len(record)
            continue
        if len(record) > width and any(record[width:]):
            # "12,50" without quotes: the comma made two fields of one amount. Taking the first would change money.
            record[amount] = joined(record[amount:], delimiter)
            overlong += 1
        elif len(record) < needed:
            if not any(record):
                continue
            record.extend([""] * (needed - len(record)))
        if not (record[first] or record[amount] or record[last]):
            continue
        lines.append(line)
        for column, cell in zip(cells, pick(record), strict=True):
            column.append(cell or None)
    if not lines:
        raise FileError(
            "no-rows", f"{text.name} has no rows below its header in line {header_line}. Fill in the returns."
        )
    if len(lines) > LAST_ROW:
        raise FileError("file-too-large", f"{text.name} has more than {LAST_ROW:,} rows. Split it into several files.")
    currency = None if header.currency is None else cells[3]
    return Columns(cells[0], cells[1], cells[2], rows=lines, currency=currency), overlong


def joined(fields: list[str], delimiter: str) -> str:
    """Return the fields into which an amount was split, as one."""
    return (" | " if delimiter == "\t" else delimiter).join(fields)
