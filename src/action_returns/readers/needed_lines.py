"""Find the lines of a long download in CSV that matter, without dividing the others into fields.

Of a million pending actions, few are those of a batch or of an export. A line is left out only when reading it would
change nothing but the number of rows. All of this holds for it:

- its ActionId is printable ASCII without white space, and it has as many fields as the header row;
- its order id, or its ActionId, is none of those that are looked for;
- its amount is blank, a whole number, or has the decimal sign that an amount above it has proven already;
- its currency is written as in a line above it;
- its dates were looked at, or are earlier than one that was.

One pattern tests this for all lines of a block at once. What it does not fit is read like any other record.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import compress
from typing import Literal

from action_returns.batch.cells import strip_white_space
from action_returns.readers.amount_column import AmountColumn
from action_returns.readers.csv_lines import CsvLines
from action_returns.readers.dates import LatestDate
from action_returns.readers.pending_rows import PendingRows
from action_returns.readers.table_file import NumberedRow
from action_returns.readers.usual_lines import AlikeDates, DownloadColumns, UsualLines, like_line


class NeededLines:
    """The records of a download that matter.

    Args:
        download: which columns are needed.
        lines: its lines.
        key: the field by which rows are looked for.
        keys: the ActionIds that are looked for, or the keys of :func:`action_returns.returns.order_ids.loose_key`.
        amounts: where the caller notes the amounts of the records that it gets.
        latest: where the dates of the lines that it does not get are looked at.
    """

    def __init__(
        self,
        download: PendingRows,
        lines: CsvLines,
        key: Literal["action_id", "order_id"],
        keys: Collection[str],
        amounts: AmountColumn,
        latest: LatestDate,
    ) -> None:
        self._lines = lines
        columns = {field: download.columns[at] for field, at in download.fields.items()}
        self._dates = {download.columns[at]: at for at in download.dates}
        self._columns = DownloadColumns(
            columns["action_id"],
            columns["order_id"] if key == "order_id" else None,
            columns.get("amount"),
            columns.get("currency"),
            tuple(self._dates),
        )
        # All in one go is faster. Parts of a key that has line feeds only lead to more lines, which the caller looks at.
        self._keys = {*"\n".join(keys).encode("utf-8", "surrogatepass").split(b"\n"), b""}
        """The keys; b"" is that of an unusual line."""
        self._amounts = amounts
        self._latest = latest
        self.left_out = 0
        """Rows that were left out so far."""

    def blocks(self) -> Iterator[list[NumberedRow]]:
        """Return the records that matter, in the order of the file and some in one go; those of the first block all do.

        Raises:
            SpreadRecordError: a line may not be one record.
        """
        usual = None
        for block in self._lines.blocks():
            lines = block.split(b"\n") if usual is None else self._needed(usual, block)
            yield [(0, record) for record in self._lines.records(lines)]
            usual = usual or self._usual_lines(block)  # by now, the caller has noted the amounts of the block

    def _needed(self, usual: UsualLines, block: bytes) -> Sequence[bytes]:
        found = usual.find(block)
        if not found:
            return ()
        groups = list(zip(*found, strict=True))
        for column, group in usual.dates.items():
            self._look(column, groups[group], usual.alike.get(column))
        keys = map(bytes.lower, groups[usual.key]) if usual.has_capitals else groups[usual.key]
        needed = tuple(compress(groups[0], map(self._keys.__contains__, keys)))
        self.left_out += len(found) - len(needed)
        return needed

    def _look(self, column: int, dates: Sequence[bytes], alike: AlikeDates | None) -> None:
        at, codec = self._dates[column], self._lines.codec
        if alike is not None and not alike.fit(dates):
            dates = tuple(filter(None, dates))
            alike = alike if dates and alike.fit(dates) else None
        if alike is None or not self._latest.look_at(at, max(dates).decode(codec)):
            for date in set(dates):
                self._latest.look_at(at, date.decode(codec))

    def _usual_lines(self, block: bytes) -> UsualLines | None:
        """Return how the lines of a block are usually written, None when it does not show that."""
        lines, columns, delimiter = self._lines, self._columns, self._lines.delimiter.encode()
        if columns.overlap():
            return None
        texts = block.split(b"\n")
        records = list(map(lines.record, texts))
        for line, record in zip(texts, records, strict=True):
            is_whole = len(record) == lines.width == line.count(delimiter) + 1
            if is_whole and strip_white_space(record[columns.action_id]):
                return like_line(
                    line,
                    delimiter,
                    columns,
                    point=self._amounts.point,
                    capitals=_have_capitals(columns.order_id, records),
                )
        return None


def _have_capitals(at: int | None, records: Sequence[Sequence[str]]) -> bool:
    """Return whether the cells of a column have capital letters; False without a column."""
    return at is not None and any(record[at] != record[at].lower() for record in records if len(record) > at)
