"""Read the records of a download in CSV: find its delimiter by its header row, and refuse cells in wrong columns."""

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import dropwhile, islice

from action_returns.errors import FileError
from action_returns.readers.csv_file import DELIMITERS, CsvText
from action_returns.readers.csv_lines import CsvLines
from action_returns.readers.headers import ALIASES, HEADER_SEARCH_ROWS, best_header, fold_header, looks_like_id

_is_whole = re.compile(r"[^0-9]*[0-9]+\s*").fullmatch
_are_two_digits = re.compile(r"\s*[0-9]{2}[^0-9]*").fullmatch


class CsvRecords(Iterator[tuple[int, list[str]]]):
    """The records of a file with their lines.

    Args:
        text: the file.
        delimiter: what stands between its fields.
        header_line: the line of the header row, 0 when none is recognised.
    """

    def __init__(self, text: CsvText, delimiter: str, header_line: int) -> None:
        self._text = text
        self._delimiter = delimiter
        self._records = _records(text, delimiter, header_line)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:  # noqa: PYI034  # it is an iterator all the same
        return self._records  # whose steps are faster than those of this class

    def __next__(self) -> tuple[int, list[str]]:
        return next(self._records)

    def lines_below(self, line: int, header: Sequence[object]) -> CsvLines | None:
        """Return the lines below the header row, None when the file cannot be read line by line.

        Args:
            line: the line on which the header row starts.
            header: its fields.
        """
        lines = self._text.lines_from(line, self._delimiter, len(header))
        return None if lines is None else lines.below(header)


def records_of(text: CsvText) -> CsvRecords:
    """Return the records of a file, with the delimiter that shows the best header row.

    Raises:
        FileError: when it is no CSV, or a record below its header row may be divided in the wrong places.
    """
    divisions = [_Division(text, delimiter) for delimiter in text.delimiters]
    best = min(divisions, key=lambda division: division.unfitness)
    return CsvRecords(text, best.delimiter, best.header_line)


def _records(text: CsvText, delimiter: str, header_line: int) -> Iterator[tuple[int, list[str]]]:
    """Return the records; refuse one that is longer than the header row, for its cells may stand in wrong columns.

    Blank fields at the end are taken for harmless when every record has the same number of them, as some programs end
    each line with a delimiter. Records shorter than the header row have lost their last blank fields, or are no rows.

    Args:
        text: the file.
        delimiter: what stands between its fields.
        header_line: the line of the header row; 0 when the user has to name its columns: the first filled record is it
            then, unless that is a title of one field.

    Raises:
        FileError: ``file-unreadable`` with the line.
    """
    records = text.records(delimiter)
    header: list[str] = []
    width = sys.maxsize
    for line, record in records:
        yield line, record
        if line == header_line or (not header_line and any(record)):
            header, width = record, len(record) if header_line or len(record) > 1 else sys.maxsize
            break
    plain = same = None
    moved = 0
    for line, record in records:
        size = len(record)
        if size != plain and size >= width:
            if same is None and any(record):
                same = size
                plain = width if size == width else None
                moved = line if size > width else 0
            if any(record[width:]) or (size != same and max(size, same or 0) > width and any(record)):
                raise _may_be_moved(text.name, delimiter, line, size, width)
            if moved and any(record) and not _looks_moved(header, record):
                moved = 0
        yield line, record
    if moved and same is not None:
        raise _may_be_moved(text.name, delimiter, moved, same, width)


def _looks_moved(header: Sequence[str], record: Sequence[str]) -> bool:
    """Return whether the cells of a record that is longer than the header row look as if they stand in wrong columns.

    An amount stands in two fields (``12,50``); or the id stands one field too far to the right, as in the files of R
    (write.table), whose header row lacks the first header.
    """
    for at, text in enumerate(header):
        here, beside, folded = record[at], record[at + 1], fold_header(text)
        if folded in ALIASES["amount"] and _is_whole(here) and _are_two_digits(beside):
            return True
        if folded in ALIASES["action_id"] and looks_like_id(beside) and not looks_like_id(here):
            return True
    return False


def _may_be_moved(name: str, delimiter: str, line: int, size: int, width: int) -> FileError:
    more = f"the header row has {width}" if size > width else "a line above it has more than the header row"
    return FileError(
        "file-unreadable",
        f"{name} cannot be read from line {line} on: the line has {size} fields, and {more}. Cells may stand in wrong "
        f"columns, as when a text or an amount holds a {DELIMITERS[delimiter][:-1]} without quotation marks around it. Save "
        "or download it again; each column needs a header.",
    )


class _Division:
    """How well a delimiter divides the first records of a download.

    Args:
        text: the file.
        delimiter: what may stand between its fields.
    """

    def __init__(self, text: CsvText, delimiter: str) -> None:
        self.delimiter = delimiter
        found: list[tuple[int, list[str]]] = []
        is_damaged = False
        try:
            filled = dropwhile(lambda numbered: not any(numbered[1]), text.records(delimiter))
            for line, record in islice(filled, HEADER_SEARCH_ROWS):
                found.append((line, record))
        except FileError:
            is_damaged = True  # quoted fields with another delimiter between them look like damage
        best = best_header(record if len(record) > 1 else () for _, record in found)
        self.header_line = 0 if best is None else found[best[1]][0]
        """The line of the header row, 0 when none is recognised."""
        widest = max((len(record) for _, record in found), default=sys.maxsize)
        fit = (-widest, 0) if best is None else (-best[0], best[1])
        self.unfitness = (best is None, is_damaged, *fit)
        """Smaller is better: a recognised header row, then no damage, then the score of the header row and its place;
        without one, the most fields in any record, or no record that is filled."""
