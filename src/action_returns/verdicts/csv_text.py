"""CSV (RFC 4180) in memory: rows to text that the ledger keeps, and back."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_LONGEST: Final = 2**31 - 1
"""Characters of a field: an order id may be as long as the file that it was read from."""


class _Lines(list[str]):
    """Takes what a csv writer writes."""

    write = list.append


def write_csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV in UTF-8 with a header; half of a character becomes ``?``."""
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(columns)
    writer.writerows(rows)
    return "".join(lines).encode("utf-8", "replace")


def read_csv_text(columns: Sequence[str], content: bytes) -> Iterator[list[str]]:
    """Return the rows of such text.

    Raises:
        ValueError: it is not UTF-8, has another header, or was cut.
    """
    csv.field_size_limit(_LONGEST)
    lines = content.decode("utf-8").split("\n")
    if lines[-1]:
        raise ValueError("its last line has no end")
    del lines[-1]
    # Only a field in quotes can go on in the next line, and nearly no text has one.
    rows = csv.reader([f"{line}\n" for line in lines] if b'"' in content else lines)
    if next(rows, []) != list(columns):
        raise ValueError("the header is another one")
    return rows
