"""Decide what a CSV record holds that does not look like its header row: more fields, fewer, or none of the three cells.

RFC 4180, 2.4: each line should contain the same number of fields. Where that does not hold, a field may have been cut at
a comma that had no quotation marks around it, and the cells after it stand one field too far to the right. Blank fields
at the end of a record are harmless only where no other reading is possible: spreadsheet programs write such fields too.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from action_returns.batch.cells import strip_white_space
from action_returns.errors import FileError
from action_returns.readers.batch_columns import BatchHeader
from action_returns.readers.headers import fold_header

_APART: Final = " | "
"""Stands between fields that are shown as one where no correction may make a number of them."""
_LEAST_FIELDS: Final = 3
"""Fields of a row at least: the three cells."""

# A field is judged in one search, with whatever stands around it. No part of a pattern takes back what another one may
# have (possessive), so the time grows with the length of the field only.
_AROUND: Final = "[^0-9A-Za-z]*+"
_AMOUNT: Final = rf"{_AROUND}(?:[A-Za-z]{{1,3}}{_AROUND})?[0-9][^A-Za-z]*+(?:[A-Za-z]{{1,3}}{_AROUND})?"
_is_id = re.compile(rf"{_AROUND}[Mm]\.[0-9]++\.[0-9.]++{_AROUND}").fullmatch
_is_code = re.compile(rf"{_AROUND}(?:[A-Z]++(?:_[A-Z]++)*+|[A-Za-z]++(?:_[A-Za-z]++)++|rejected){_AROUND}").fullmatch
_is_amount = re.compile(_AMOUNT).fullmatch
_may_be_amount = re.compile(rf"{_AMOUNT}|{_AROUND}").fullmatch
_starts_as_rest = re.compile("[^0-9A-Za-z\u002d\u2013\u2014]*+[0-9\u002d\u2013\u2014]").match
"""What follows the comma of an amount begins with a digit (``12,50``) or is a dash (``12,-``)."""
_is_rest_of_amount = re.compile(r"[.,]?[0-9]{1,3}(?:[.,'\u2019 ][0-9]{1,3})*+[^0-9]{0,4}").fullmatch
_has_letter = re.compile("[A-Za-z]").search
_fields_of = re.compile(r"[,;\t|]").split


def is_row(fields: Sequence[str]) -> bool:
    """Return whether texts look like the fields of a row: an id, and an amount or a reason beside it."""
    if len(fields) < _LEAST_FIELDS:
        return False
    texts = [strip_white_space(field).strip('"') for field in fields]
    others = [text for text in texts if not _is_id(text)]  # an id is like an amount with a currency: M 1.2
    return len(others) < len(texts) and any(_is_amount(text) or _is_code(text) for text in others)


def _records(count: int) -> str:
    return "1 record has" if count == 1 else f"{count} records have"


class RecordShape:
    """The shape that the header row gives to the records below it.

    Args:
        header: the header row.
        delimiter: what stands between fields.
        name: the file, for messages.
    """

    def __init__(self, header: BatchHeader, delimiter: str, name: str) -> None:
        self._id, self._amount, self._reason = (header.indexes[column] for column in ("ActionId", "Amount", "Reason"))
        self.delimiter = delimiter
        self._file = name
        self.width = len(header.headers)
        """Fields of the header row."""
        self.named = max(at for at, text in enumerate(header.headers) if fold_header(text)) + 1
        """Fields of the header row up to the last one that is not blank."""
        self.needed = max(header.indexes.values()) + 1
        """Fields that a record needs for its three cells."""
        self._longer = self._shorter = 0
        self._first_longer = self._first_shorter = 0
        self._rests: set[int] = set()
        self._split_points = tuple(map(self._first_look, self._columns_that_a_comma_may_split()))

    def fit(self, line: int, record: list[str]) -> list[str] | None:
        """Return a record with its three cells in their places, so that none of them is wrong without a finding.

        The Amount of a record that can be read in two ways shows the fields that may belong to it; this is no number.

        Args:
            line: the line on which the record starts.
            record: its fields; its Amount may be changed in place.

        Returns:
            The record, None when it is blank, or is text beside the three columns only.
        """
        size = len(record)
        if size < self.needed:
            return self._fit_shorter(line, record)
        if not (record[self._id] or record[self._amount] or record[self._reason]):
            return self._fit_without_cells(line, record)
        if size > self.named and self._is_doubtful(record):
            self._longer += 1
            self._first_longer = self._first_longer or line
            record[self._amount] = self._joined(record)
        return record

    def refuse_broken_amounts(self, records: Iterable[tuple[int, list[str]]]) -> None:
        """Refuse a file in which a line break without quotation marks cut an amount.

        Args:
            records: all records of the file once more; they are read only where a part of an amount stands alone.

        Raises:
            FileError: ``file-unreadable`` with the line.
        """
        if not self._rests:
            return
        is_open = False
        for line, record in records:
            if line in self._rests and (is_open or self._amount == 0):
                raise FileError(
                    "file-unreadable",
                    f'{self._file} cannot be read from line {line} on: it holds "{strip_white_space(record[0])}" where a '
                    "row is due, as when a line break without quotation marks stands in an amount. Write each row in one "
                    "line, delete a line that is none, and save the file again.",
                )
            is_open = len(record) == self._amount + 1 and _is_amount(record[self._amount]) is not None

    def _fit_shorter(self, line: int, record: list[str]) -> list[str] | None:
        if not strip_white_space("".join(record)):
            return None
        if _is_rest_of_amount(strip_white_space(record[0])):
            self._rests.add(line)
        if not any(record[at] for at in (self._id, self._amount, self._reason) if at < len(record)):
            return self._fit_without_cells(line, record)
        return record + [""] * (self.needed - len(record))

    def _fit_without_cells(self, line: int, record: list[str]) -> list[str] | None:
        """Return a record with nothing in the three columns; None when it is text beside them."""
        if len(record) == self.width and not any(is_row(_fields_of(field)) for field in record):
            return None
        if not strip_white_space("".join(record)):
            return None
        self._shorter += 1
        self._first_shorter = self._first_shorter or line
        fitting = record + [""] * (self.needed - len(record))
        fitting[self._amount] = _APART.join(fitting)
        return fitting

    def _is_doubtful(self, record: Sequence[str]) -> bool:
        """Return whether a comma may have cut a field of a record with more fields than there are named headers."""
        beyond = record[self.named :]
        if any(beyond):
            return self._has_text_beyond(record) or self._is_split(record)
        return len(record) > self.width and self._is_split(record)

    def _has_text_beyond(self, record: Sequence[str]) -> bool:
        return bool(strip_white_space("".join(record[self.width :])))

    def notes(self) -> Iterator[str]:
        """Return what the user has to know about the records so far, one sentence each."""
        if self._longer:
            mark = "tab" if self.delimiter == "\t" else f'"{self.delimiter}"'
            yield (
                f"{_records(self._longer)} more fields than the header (the first one in line {self._first_longer}), as "
                "when an amount holds a comma. Their Amount is shown with all that follows it, so that nothing is dropped. "
                f"Write quotation marks around a text with a {mark} in it. If the lines only end with a {mark} too many, "
                "write one at the end of the header line, too."
            )
        if self._shorter:
            yield (
                f"{_records(self._shorter)} text in other columns than the header says (the first one in line "
                f"{self._first_shorter}), as when the line as a whole stands in quotation marks or another delimiter divides "
                "it. Their Amount shows all their fields, so that nothing is dropped. Delete the lines that are no returns."
            )

    def _joined(self, record: Sequence[str]) -> str:
        """Return the Amount of a doubtful record with all that follows it.

        A text such as ``12,50`` can be corrected to 12.50. So the delimiter stands between the fields only where they
        can be nothing but parts of the amount, or no number comes of them.
        """
        fields = record[self._amount :]
        text = self.delimiter.join(fields)
        is_certain = self._has_text_beyond(record) and not self._is_split(record, other_than=self._amount)
        if self.delimiter == "\t" or not is_certain or (self.named > self._amount + 1 and not _has_letter(text)):
            return _APART.join(fields)
        return text

    def _columns_that_a_comma_may_split(self) -> Iterator[int]:
        """Return one column for each place in which a further field would move some of the three cells.

        -1 stands for all places before the first of the three, and for a header row that lacks its first header, as R
        writes it (write.table). A comma in an ActionId or a Reason leaves a cell that is refused anyway.
        """
        yield -1
        three = sorted((self._id, self._amount, self._reason))
        for left, right in pairwise(three):
            if left == self._amount:
                yield left
            if right - left > 1:
                yield left + 1
        if three[-1] == self._amount:
            yield self._amount

    def _is_split(self, record: Sequence[str], other_than: int | None = None) -> bool:
        """Return whether a comma may have split a field, by what the cells would be.

        Args:
            record: a record with more fields than there are named headers.
            other_than: a column that is not looked at.
        """
        for by in range(1, len(record) - self.named + 1):
            for at, column, matches in self._split_points:
                if matches(record[column + by]) and at != other_than and self._fits(record, at, by):
                    return True
        return False

    def _first_look(self, at: int) -> tuple[int, int, Callable[[str], object]]:
        """Return a split column with one cell that has to look right after it, and the search that tells.

        Most records are settled by this one search; :meth:`_fits` looks at every cell.
        """
        if self._id > at:
            return at, self._id, _is_id
        if self._amount == at:
            return at, at, _starts_as_rest
        if self._reason > at:
            return at, self._reason, _is_code
        return at, self._amount, _may_be_amount

    def _fits(self, record: Sequence[str], at: int, by: int) -> bool:
        """Return whether the cells look right when the field of column ``at`` is ``by`` fields too long."""
        if self._id > at and not _is_id(record[self._id + by]):
            return False
        if self._amount == at and not all(map(_starts_as_rest, record[at + 1 : at + by + 1])):
            return False
        if self._reason > at:
            reason = record[self._reason + by]
            if not (_is_code(reason) or (at == self._amount and not strip_white_space(reason))):
                return False
        if self._amount > at:
            amount = record[self._amount + by]
            is_blank = not strip_white_space(amount)
            return len(record) > self.width if is_blank else _may_be_amount(amount) is not None
        return True
