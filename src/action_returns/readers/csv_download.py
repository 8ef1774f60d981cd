"""Read the records of a download in CSV: find its delimiter by its header row, and refuse cells in wrong columns."""

import sys
from collections.abc import Iterator
from itertools import islice

from action_returns.errors import FileError
from action_returns.readers.csv_file import DELIMITERS, CsvText
from action_returns.readers.headers import HEADER_SEARCH_ROWS, best_header


def records_of(text: CsvText) -> Iterator[tuple[int, list[str]]]:
    """Return the records of a file with their lines, with the delimiter that shows the best header row.

    Raises:
        FileError: when it is no CSV, or a record below its header row may be divided in the wrong places.
    """
    divisions = [_Division(text, delimiter) for delimiter in text.delimiters]
    best = min(divisions, key=lambda division: division.unfitness)
    return _records(text, best.delimiter, best.header_line)


def _records(text: CsvText, delimiter: str, header_line: int) -> Iterator[tuple[int, list[str]]]:
    """Return the records; refuse one that is longer than the header row, for its cells may stand in wrong columns.

    Blank fields at the end are taken for harmless when every record has the same number of them, as some programs end
    each line with a delimiter.

    Raises:
        FileError: ``file-unreadable`` with the line.
    """
    records = text.records(delimiter)
    width = sys.maxsize
    for line, record in records:
        yield line, record
        if line == header_line:
            width = len(record)
            break
    same = None
    for line, record in records:
        size = len(record)
        if size != same or size > width:
            if same is None and any(record):
                same = size
            if any(record[width:]) or (size != same and max(size, same or 0) > width and any(record)):
                raise FileError(
                    "file-unreadable",
                    f"{text.name} cannot be read from line {line} on: the line has {size} fields, and the header row has "
                    f"{width}. As when a text or an amount holds a {DELIMITERS[delimiter][:-1]} without quotation marks around it, "
                    "its cells may stand in wrong columns. Save or download it again; each column needs a header.",
                )
        yield line, record


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
            for line, record in islice(text.records(delimiter), HEADER_SEARCH_ROWS):
                found.append((line, record))
        except FileError:
            is_damaged = True  # quoted fields with another delimiter between them look like damage
        best = best_header(record if len(record) > 1 else () for _, record in found)
        self.header_line = 0 if best is None else found[best[1]][0]
        """The line of the header row, 0 when none is recognised."""
        fit = (-max((len(record) for _, record in found), default=0), 0) if best is None else (-best[0], best[1])
        self.unfitness = (best is None, is_damaged, *fit)
        """Smaller is better: a recognised header row, then no damage, then the score of the header row and its place;
        without one, the most fields in any record."""
