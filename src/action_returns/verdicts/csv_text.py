"""CSV (RFC 4180) in memory: rows to text that the ledger keeps, and back."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
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
    try:
        if next(rows, []) != list(columns):
            raise ValueError("the header is another one")
        yield from rows
    except csv.Error as error:
        raise ValueError(str(error)) from None


def moment_of(text: str) -> datetime | None:
    """Return a time in ISO 8601 with its offset, None for no text.

    Raises:
        ValueError: it is none, or has no offset, so that it can be compared with no other one.
    """
    moment = datetime.fromisoformat(text) if text else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return moment
