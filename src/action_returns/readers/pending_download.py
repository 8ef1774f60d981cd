"""Read the pending download: what the network has about the actions before anything is changed."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, Literal

from action_returns.batch.context import PendingDownload
from action_returns.errors import FileError
from action_returns.readers.dates import LatestDate, UndecidedOrderError, day_comes_first, parse_moment
from action_returns.readers.pending_facts import is_blank, word_of
from action_returns.readers.pending_reader import PendingReader
from action_returns.readers.pending_rows import PendingRows, read_pending_rows
from action_returns.readers.table_file import Row

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Added to, not converted from: Windows' C library converts no moment before it."""
_SAMPLE: Final = 20_000
"""Rows whose dates decide how dates are written."""
_EXAMPLES: Final = 3
"""Order ids that are kept as examples."""


def read_pending_download(
    path: Path,
    *,
    wanted: Collection[str] | None,
    time_zone: tzinfo,
    orders: Collection[str] | None = None,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    now: datetime | None = None,
) -> PendingDownload:
    """Read a download; refuse a wrong one before it changes any finding.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.
        wanted: the ids of the batch, others are only counted; None to keep all of them, or those of ``orders``.
        time_zone: dates without an offset are in it; a date without a time is the start of that day.
        orders: keys of :func:`action_returns.returns.order_ids.loose_key`; rows of these orders are kept as well.
        columns: field -> header, where the user named it.
        day_first: whether 05/06/2026 is the fifth of June; None when the user did not choose.
        now: later dates of actions do not tell how old the download is; None: those later than its file.

    Raises:
        FileError: when it cannot be used.
    """
    download = read_pending_rows(path, columns or {})
    fields = download.fields
    sample = list(islice(download.rows, _SAMPLE))
    if "locks_at" in fields and day_first is None:
        day_first = _order_of_dates(sample, fields["locks_at"], path.name)
    if "locks_at" in fields:
        _refuse_unreadable_dates(sample, fields["locks_at"], time_zone, day_first=day_first, name=path.name)
    file_date = (_EPOCH + timedelta(seconds=path.stat().st_mtime)).astimezone(time_zone)
    if orders is not None and "order_id" not in fields:
        raise _no_orders(path.name)
    reader = partial(PendingReader, path.name, fields, wanted, orders, time_zone, day_first=day_first)
    latest = partial(LatestDate, download.dates, sample, time_zone, day_first=day_first, limit=now or file_date)
    read = _read_needed(download, wanted, orders, reader(), latest())
    if read is None:
        read = reader(), latest()
        read[0].read(chain(sample, download.rows), read[1])
    result = read[0].result(file_date, read[1])
    return result if orders is None else replace(result, order_examples=_first_orders(sample, fields["order_id"]))


def _first_orders(sample: list[Row], at: int) -> tuple[str, ...]:
    """Return the first few different order ids of a download."""
    ids = (order_id for row in sample if (order_id := word_of(row[at])) is not None)
    return tuple(islice(dict.fromkeys(ids), _EXAMPLES))


def _read_needed(
    download: PendingRows,
    wanted: Collection[str] | None,
    orders: Collection[str] | None,
    reader: PendingReader,
    latest: LatestDate,
) -> tuple[PendingReader, LatestDate] | None:
    """Read only the rows that matter, which gives the same result; None when all rows have to be read.

    Args:
        download: the download.
        wanted: the ids that are looked for, None for none.
        orders: the keys of the orders that are looked for, None for none.
        reader: reads the rows.
        latest: looks at the dates.
    """
    lines = download.lines
    if lines is None or (wanted is None) == (orders is None):
        return None
    from action_returns.readers.csv_lines import SpreadRecordError
    from action_returns.readers.needed_lines import NeededLines

    key: Literal["action_id", "order_id"] = "action_id" if orders is None else "order_id"
    needed = NeededLines(download, lines, key, wanted or orders or (), reader.amounts, latest)
    try:
        for records in needed.blocks():
            if rows := list(download.with_id(iter(records))):
                reader.read_block(rows, latest)
    except SpreadRecordError:
        return None
    reader.count += needed.left_out
    # Where nothing is found, the campaigns of all rows tell whether the download is another account's.
    return (reader, latest) if reader.has_found() or orders is not None else None


def _order_of_dates(sample: list[Row], at: int, name: str) -> bool | None:
    try:
        return day_comes_first({row[at] for row in sample})
    except UndecidedOrderError:
        raise FileError(
            "pending-dates-unclear",
            f"{name} writes lock dates like 05/06/2026, and none of them shows whether the day or the month comes "
            "first. Choose one: --pending-dates dmy or --pending-dates mdy",
        ) from None


def _refuse_unreadable_dates(sample: list[Row], at: int, zone: tzinfo, *, day_first: bool | None, name: str) -> None:
    counts = Counter(row[at] for row in sample)  # a date that repeats is read once
    dates = {date: count for date, count in counts.items() if not is_blank(date)}
    rows = sum(dates.values())
    bad = sum(count for date, count in dates.items() if parse_moment(date, zone, day_first=day_first) is None)
    if bad * 2 > rows:
        raise FileError(
            "pending-dates-bad",
            f"{bad} of the first {rows} lock dates in {name} cannot be read, so it is unknown what is locked. "
            "Download it again, with dates like 2026-11-30.",
        )


def _no_orders(name: str) -> FileError:
    return FileError(
        "pending-columns-missing",
        f"{name} has no column for the order ID, so the actions of an order cannot be found in it. Download it again with "
        'the column OID; or say which column it is: --pending-column order_id="HEADER"',
    )
