"""Read a result file of the receiver: a table of errors, rows with an error beside each, or the API's answer in JSON."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from action_returns.batch.amounts import cents_of_number, cents_of_text
from action_returns.batch.cells import CellError, display_cell, strip_white_space
from action_returns.clean_text import clean_line
from action_returns.errors import FileError
from action_returns.files import open_to_read
from action_returns.readers import read_bytes, translate_open_errors
from action_returns.readers.csv_file import CsvText
from action_returns.readers.headers import fold_header
from action_returns.readers.result_words import FIELDS, entry_of
from action_returns.verdicts.by_result import ReceiverResult, ResultEntry

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_HEADER_SEARCH: Final = 50
_LONGEST_WORD: Final = 300
"""Characters of a word that are shown and kept."""
_SHOWN_HEADERS: Final = 20


@dataclass(frozen=True, slots=True)
class ResultLimits:
    """What a result file may ask for; none comes near.

    Args:
        unpacked: bytes that a compressed one unpacks to.
        rows: rows of a table, a little more than a worksheet has.
    """

    unpacked: int = 200 * 2**20
    rows: int = 1_100_000


LIMITS = ResultLimits()


def read_result_file(path: Path, limits: ResultLimits | None = None) -> ReceiverResult:
    """Read a result file; nothing is assumed that it does not say.

    Args:
        path: a CSV file, packed with gzip or in a zip or not; a workbook; or JSON.
        limits: what it may ask for.

    Raises:
        FileError: it cannot be read, or is no result.
    """
    limits = limits or LIMITS
    with translate_open_errors(path), open_to_read(path) as file:
        head = file.read(4096)
    if head.startswith((_ZIP, _OLE)):
        return _from_zip(path, limits)
    content = read_bytes(path)
    if head.startswith(_GZIP):
        content = _unpack(content, path.name, limits)
    from action_returns.readers import json_file, result_json

    if json_file.matches(content[:4096], path.name):
        return result_json.read_result_json(content, path.name, limits)
    text = CsvText(content, path.name)
    delimiters = sorted(text.delimiters, key=lambda one: -_best_score(islice(_safe(text, one), _HEADER_SEARCH)))
    return from_rows((record for _, record in text.records(delimiters[0])), path.name, limits)


def from_rows(rows: Iterator[Sequence[Any]], name: str, limits: ResultLimits) -> ReceiverResult:
    """Return the result in the rows of a table, its header row among the first.

    Raises:
        FileError: it is no result.
    """
    first = list(islice(rows, _HEADER_SEARCH))
    scores = [_score(row) for row in first]
    at = max(range(len(first)), key=lambda one: (scores[one], -one), default=-1)
    if at < 0 or not scores[at]:
        raise not_a_result(name, first[0] if first else ())
    headers = first[at]
    fields = find_fields(headers, name)
    entries = []
    for row in _below(first[at + 1 :], rows, name, limits):
        facts = {field: text_of(row[one]) for field, one in fields.items() if one < len(row)}
        if any(facts.values()):
            entries.append(read_entry(facts, fields))
    return ReceiverResult(entries)


def find_fields(headers: Sequence[Any], name: str) -> dict[str, int]:
    """Return field -> index of its column.

    Raises:
        FileError: no column tells of an error or of a row, two could be one field, or it is another kind of file.
    """
    folded = [fold_header(header) for header in headers]
    fields: dict[str, int] = {}
    for field, names in FIELDS.items():
        for one in names:
            found = [at for at, header in enumerate(folded) if header == one]
            if len(found) > 1:
                raise FileError(
                    "result-columns-unclear",
                    f"{name} has {len(found)} columns {clean_line(str(headers[found[0]]))}, so it is not certain which one "
                    "counts. Delete the one that is not meant.",
                )
            if found:
                fields[field] = found[0]
                break
    if "lockingdate" in folded or "lockdate" in folded:
        raise FileError(
            "result-not-one",
            f"{name} has lock dates, so it is a pending download and no result of the receiver. Name it with --pending FILE",
        )
    is_of_rows = not {"action_id", "line"}.isdisjoint(fields)
    tells = not {"error", "status"}.isdisjoint(fields) or {"line", "reason"} <= fields.keys()
    if not is_of_rows or not tells:
        raise not_a_result(name, headers)
    return fields


def read_entry(facts: Mapping[str, str], fields: Mapping[str, Any]) -> ResultEntry:
    """Return what one row of a result says.

    Args:
        facts: field -> its text.
        fields: the fields that the result has.
    """
    verdict, why, word = entry_of(facts, has_line="line" in fields)
    digits = facts.get("line", "").removesuffix(".0")
    line = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < len("1000000000") else None
    cents = cents_of_text(amount) if (amount := facts.get("amount", "")) else None
    return ResultEntry(verdict, why, word, facts.get("action_id", ""), cents, line, facts.get("order_id", ""))


def text_of(cell: Any) -> str:
    """Return a cell as a clean text in one line; ``""`` for a blank one."""
    match cell:
        case None:
            return ""
        case str():
            text = str(cell)
        case bool() | CellError():
            text = display_cell(cell)
        case int() | float():
            cents = cents_of_number(float(cell))
            text = f"{cents / 100:.2f}" if cents is not None and cents % 100 else display_cell(cell)
        case _:
            text = display_cell(cell)
    return clean_line(strip_white_space(text)[:_LONGEST_WORD])


def not_a_result(name: str, headers: Sequence[Any]) -> FileError:
    """Return the refusal of a file that is no result of the receiver."""
    shown = [clean_line(str(one)[:_LONGEST_WORD]) for one in headers if one not in (None, "")]
    has = ", ".join(shown[:_SHOWN_HEADERS]) + (", …" if len(shown) > _SHOWN_HEADERS else "")
    return FileError(
        "result-not-one",
        f"{name} is no result of the receiver that can be read: it needs a column Line or ActionId, and one that tells the "
        f"error (Status, Reason or Error). It has: {has or 'nothing'}. Download the errors under File Submissions in the "
        "network, or use a later pending download: --pending FILE",
    )


def _score(row: Sequence[Any]) -> int:
    folded = {fold_header(cell) for cell in row}
    return sum(not folded.isdisjoint(names) for names in FIELDS.values())


def _best_score(rows: Iterator[Sequence[Any]]) -> int:
    return max(map(_score, rows), default=0)


def _safe(text: CsvText, delimiter: str) -> Iterator[Sequence[Any]]:
    """Return records up to the first one that cannot be read with this delimiter."""
    try:
        for _, record in text.records(delimiter):
            yield record
    except FileError:
        return


def _below(
    first: Sequence[Sequence[Any]], rows: Iterator[Sequence[Any]], name: str, limits: ResultLimits
) -> Iterator[Sequence[Any]]:
    yield from first
    for number, row in enumerate(rows, len(first) + 1):
        if number > limits.rows:
            raise FileError(
                "file-too-large", f"{name} has more than {limits.rows:,} rows, more than a file that is sent."
            )
        yield row


def _unpack(content: bytes, name: str, limits: ResultLimits) -> bytes:
    """Return the bytes in a file packed with gzip (RFC 1952).

    Raises:
        FileError: it is damaged, or unpacks to too much.
    """
    unpacking = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacking.decompress(content, limits.unpacked + 1)
    except zlib.error as error:
        raise FileError("file-unreadable", f"{name} is damaged: {error}. Download it again.") from None
    if len(unpacked) > limits.unpacked:
        raise FileError(
            "file-too-large", f"{name} unpacks to more than {limits.unpacked >> 20} MB, too much for a result."
        )
    if not unpacking.eof or unpacking.unused_data:
        raise FileError("file-unreadable", f"{name} is damaged: it does not end as it should. Download it again.")
    return unpacked


def _from_zip(path: Path, limits: ResultLimits) -> ReceiverResult:
    from action_returns.readers import workbook_file, zipped_csv

    if zipped_csv.is_zipped_csv(path):
        text = zipped_csv.read_text(path, zipped_csv.ZipLimits(unpacked=limits.unpacked))
        delimiters = sorted(text.delimiters, key=lambda one: -_best_score(islice(_safe(text, one), _HEADER_SEARCH)))
        return from_rows((record for _, record in text.records(delimiters[0])), path.name, limits)
    return from_rows((row for _, row in workbook_file.rows(path)), path.name, limits)
