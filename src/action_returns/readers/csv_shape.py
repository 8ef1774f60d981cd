"""Decide what a CSV record holds that does not look like its header row: more fields, fewer, or none of the three cells.

RFC 4180, 2.4: each line should contain the same number of fields. Where that does not hold, a field may have been cut at
a comma that had no quotation marks around it, and the cells after it stand one field too far to the right. Blank fields
at the end of a record are harmless only where no other reading is possible: spreadsheet programs write such fields too.
"""

import re
from collections.abc import Iterator, Sequence
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

_is_id = re.compile(r"[Mm]\.[0-9]+\.[0-9.]+").fullmatch
_is_code = re.compile(r"[A-Z]+(?:_[A-Z]+)*|[A-Za-z]+(?:_[A-Za-z]+)+|rejected").fullmatch
_is_amount = re.compile(r"(?:[A-Za-z]{1,3}\s?)?[^A-Za-z0-9]{0,4}[0-9][^A-Za-z]*(?:[A-Za-z]{1,3})?").fullmatch
_starts_as_rest = re.compile("[0-9\u002d\u2013\u2014]").match
"""What follows the comma of an amount begins with a digit (``12,50``) or is a dash (``12,-``)."""
_is_rest_of_amount = re.compile(r"[.,]?[0-9]{1,3}(?:[.,'\u2019 ][0-9]{1,3})*[^0-9]{0,4}").fullmatch
_has_letter = re.compile("[A-Za-z]").search
_fields_of = re.compile(r"[,;\t|]").split


def is_row(fields: Sequence[str]) -> bool:
    """Return whether texts look like the fields of a row: an id, and an amount or a reason beside it."""
    if len(fields) < _LEAST_FIELDS:
        return False
    texts = [strip_white_space(field).strip('"') for field in fields]
    return any(map(_is_id, texts)) and any(_is_amount(text) or _is_code(text) for text in texts)


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
        self.longer = 0
        """Records so far in which a comma may have cut a field."""
        self.shorter = 0
        """Records so far whose text stands in none of the three columns, though it may be a row."""
        self._first_longer = self._first_shorter = 0
        self._ended_in_amount = 0
        self._split_points = tuple(self._columns_that_a_comma_may_split())

    def fit(self, line: int, record: list[str], above: int = 0) -> list[str] | None:
        """Return a record with its three cells in their places, so that none of them is wrong without a finding.

        The Amount of a record that can be read in two ways shows the fields that may belong to it; this is no number.

        Args:
            line: the line on which the record starts.
            record: its fields; changed in place.
            above: the line of the row above, 0 when it does not matter.

        Returns:
            The record, None when it is blank, or is text beside the three columns only.

        Raises:
            FileError: ``file-unreadable``, an amount is broken over two lines.
        """
        size = len(record)
        if size != self.width and not strip_white_space("".join(record)):
            return None
        if not any(record[at] for at in (self._id, self._amount, self._reason) if at < size):
            return self._without_cells(line, record)
        if size > self.named and self._is_doubtful(record):
            self.longer += 1
            self._first_longer = self._first_longer or line
            record[self._amount] = self._joined(record)
        elif size < self.needed:
            self._refuse_broken_amount(line, record, above)
            record.extend([""] * (self.needed - size))
        if size == self._amount + 1:
            self._ended_in_amount = line
        return record

    def _is_doubtful(self, record: Sequence[str]) -> bool:
        """Return whether a comma may have cut a field of a record with more fields than there are named headers."""
        if self._has_text_beyond(record):
            return True
        is_odd = len(record) > self.width or any(record[self.named :])
        return is_odd and next(self._splits(record), None) is not None

    def _has_text_beyond(self, record: Sequence[str]) -> bool:
        return bool(strip_white_space("".join(record[self.width :])))

    def notes(self) -> Iterator[str]:
        """Return what the user has to know about the records so far, one sentence each."""
        if self.longer:
            yield (
                f"{self.longer} records have more fields than the header (the first one in line {self._first_longer}), as "
                "when an amount holds a comma. Their Amount is shown with all that follows it, so that nothing is dropped."
            )
        if self.shorter:
            yield (
                f"{self.shorter} records have their text in other columns than the header says (the first one in line "
                f"{self._first_shorter}), as when the whole line stands in quotation marks or another delimiter divides it. "
                "Their Amount shows all their fields, so that nothing is dropped."
            )

    def _without_cells(self, line: int, record: list[str]) -> list[str] | None:
        """Return a record with nothing in the three columns; None when it is text beside them."""
        if len(record) == self.width and not any(is_row(_fields_of(field)) for field in record):
            return None
        self.shorter += 1
        self._first_shorter = self._first_shorter or line
        record.extend([""] * (self.needed - len(record)))
        record[self._amount] = _APART.join(record)
        return record

    def _refuse_broken_amount(self, line: int, record: Sequence[str], above: int) -> None:
        """Refuse a short record that is a part of an amount: the row above or below would have the other part.

        Raises:
            FileError: ``file-unreadable`` with the line.
        """
        text = strip_white_space(record[0])
        is_above_open = above == line - 1 and (self._amount == self.width - 1 or above == self._ended_in_amount)
        is_below_open = self._amount == 0 and len(record) == 1
        if (is_above_open or is_below_open) and _is_rest_of_amount(text):
            raise FileError(
                "file-unreadable",
                f'{self._file} cannot be read from line {line} on: it holds "{text}" where a row is due, as when a line '
                "break without quotation marks stands in an amount. Write each row in one line, delete a line that is "
                "none, and save the file again.",
            )

    def _joined(self, record: Sequence[str]) -> str:
        """Return the Amount of a doubtful record with all that follows it.

        A text such as ``12,50`` can be corrected to 12.50. So the delimiter stands between the fields only where they
        can be nothing but parts of the amount, or no number comes of them.
        """
        fields = record[self._amount :]
        text = self.delimiter.join(fields)
        is_certain = self._has_text_beyond(record) and not any(at != self._amount for at in self._splits(record))
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

    def _splits(self, record: Sequence[str]) -> Iterator[int]:
        """Return the columns in which a comma may have split a field, by what the cells would be."""
        most = len(record) - self.named
        for at in self._split_points:
            if any(self._fits(record, at, by) for by in range(1, most + 1)):
                yield at

    def _fits(self, record: Sequence[str], at: int, by: int) -> bool:
        """Return whether the cells look right when the field of column ``at`` is ``by`` fields too long."""
        if self._id > at and not _is_id(strip_white_space(record[self._id + by])):
            return False
        if self._reason > at:
            reason = strip_white_space(record[self._reason + by])
            if not (_is_code(reason) or (not reason and at == self._amount)):
                return False
        if self._amount == at:
            return all(_starts_as_rest(strip_white_space(part)) for part in record[at + 1 : at + by + 1])
        if self._amount > at:
            amount = strip_white_space(record[self._amount + by])
            return bool(_is_amount(amount)) if amount else len(record) > self.width
        return True
