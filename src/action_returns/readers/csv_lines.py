"""The lines of a CSV file where every line is one record."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

BLOCK_BYTES: Final = 2**16
"""Lines are searched in blocks of this size: it fits the processor's cache, which a larger one does not."""


class SpreadRecordError(ValueError):
    """A record is longer than the header row or may go on in the next line: only the whole file shows what it holds."""


@dataclass(frozen=True, slots=True)
class CsvLines:
    """The lines of a file from one of them on, as bytes.

    Args:
        content: the whole file, in an encoding that has ASCII characters as they are.
        start: where the first of the lines begins.
        delimiter: what stands between the fields.
        codec: the encoding.
        width: fields of the header row.
    """

    content: bytes
    start: int
    delimiter: str
    codec: str
    width: int

    def below(self, header: Sequence[object]) -> "CsvLines | None":
        """Return the lines below the first one, None when that does not hold the header row alone."""
        end = self.content.find(b"\n", self.start) + 1
        try:
            if not end or self.record(self.content[self.start : end - 1]) != list(header):
                return None
        except SpreadRecordError:
            return None
        return replace(self, start=end)

    def blocks(self) -> Iterator[bytes]:
        """Return the lines in blocks of whole lines.

        Raises:
            SpreadRecordError: a line is longer than a block.
        """
        content, at, end = self.content, self.start, len(self.content)
        while at < end:
            below = end if end - at <= BLOCK_BYTES else content.rfind(b"\n", at, at + BLOCK_BYTES) + 1
            if not below:
                raise SpreadRecordError
            yield content[at:below]
            at = below

    def records(self, lines: Sequence[bytes]) -> Iterable[list[str]]:
        """Return the fields of several lines: the same as :meth:`record` for each, and faster.

        Raises:
            SpreadRecordError: one of the records does not end in its line, or has more fields than the header row.
        """
        if not lines:
            return ()
        text = b"\n".join((*lines, b"")).decode(self.codec).replace("\r\n", "\n")
        if '"' in text or "\r" in text:
            return map(self.record, lines)
        records = [line.split(self.delimiter) if line else [] for line in text[:-1].split("\n")]
        if max(map(len, records)) > self.width:
            raise SpreadRecordError
        return records

    def record(self, line: bytes) -> list[str]:
        """Return the fields of one line, without its line feed; none for a blank line.

        A record that begins where a line begins, and ends in it, says nothing of other lines: so the file can be read
        line by line as long as no record fails to.

        Raises:
            SpreadRecordError: the record does not end in this line, or has more fields than the header row.
        """
        text = line.removesuffix(b"\r").decode(self.codec)
        if "\r" in text:  # ends a record, too
            raise SpreadRecordError
        if '"' in text:
            try:
                (record,) = csv.reader([text], delimiter=self.delimiter, strict=True)
            except csv.Error:
                raise SpreadRecordError from None
        else:
            record = text.split(self.delimiter) if text else []
        if len(record) > self.width:
            raise SpreadRecordError
        return record
