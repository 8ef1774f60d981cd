"""Pending downloads for the tests of their reader."""

import csv
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import pytest

from action_returns.batch.context import PendingDownload
from action_returns.errors import FileError
from action_returns.readers.pending_download import read_pending_download
from action_returns.readers.table_file import read_table

FIRST = 1063415
ID, OTHER = f"M.8882.4808.{FIRST}", f"M.8882.4808.{FIRST + 1}"


def written(folder: Path, rows: Sequence[Mapping[str, str | None]], *, dates: bool = True) -> Path:
    """Write a download: one action a row, with the columns that are not None in its first row.

    Args:
        folder: where to.
        rows: header -> cell.
        dates: whether a column of lock dates is added.
    """
    path = folder / "pending.csv"
    headers = [header for header, cell in rows[0].items() if cell is not None]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Action ID", *headers, *(["Locking Date"] if dates else [])])
        table.writerows(
            [f"M.8882.4808.{FIRST + at}", *(row[header] for header in headers), *(["2026-12-01"] if dates else [])]
            for at, row in enumerate(rows)
        )
    return path


def read(path: Path, wanted: Collection[str] | None = (ID,), zone: tzinfo = UTC, **options: Any) -> PendingDownload:
    """Read a download in UTC, for one action where no others are wanted."""
    return read_pending_download(path, wanted=None if wanted is None else set(wanted), time_zone=zone, **options)


def refusal(path: Path, **options: Any) -> FileError:
    """Return the error that a download is refused with."""
    with pytest.raises(FileError) as caught:
        read(path, **options)
    return caught.value


def rows_of(path: Path) -> list[list[Any]]:
    """Return the rows of a download, its header row first."""
    table = read_table(path)
    return [] if table is None else [list(table.headers), *(list(row) for _, row in table.rows)]
