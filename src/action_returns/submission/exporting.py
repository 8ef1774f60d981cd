"""The clean CSV as a file, without sending it."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from action_returns.batch import csv_bytes
from action_returns.settings import Places, write_atomically
from action_returns.submission.checking import Checked
from action_returns.submission.errors import ExportProblem, NothingReady


@dataclass(frozen=True, slots=True)
class Exported:
    """The bytes of a file and where they lie.

    Args:
        content: the exact bytes.
        sha256: their hash, in hex.
        path: the file, None when the bytes go to standard output.
    """

    content: bytes
    sha256: str
    path: Path | None = None


def make_file(checked: Checked) -> Exported:
    """Make the bytes of the rows that may be sent.

    Raises:
        NothingReady: when there is no such row.
    """
    if not checked.rows:
        raise NothingReady(
            f"None of the {checked.report.rows} rows of {checked.file} may be sent. "
            f"Repair them first: action-returns check {checked.file}"
        )
    content = csv_bytes(checked.rows)
    return Exported(content, hashlib.sha256(content).hexdigest())


def export(checked: Checked, places: Places, *, target: Path | None, today: date, overwrite: bool = False) -> Exported:
    """Write the file.

    Args:
        checked: the batch.
        places: where exports go when no target is named.
        target: the file to write.
        today: the date in the name of a file without a target.
        overwrite: whether another file of that name may be replaced.

    Raises:
        NothingReady: when no row may be sent.
        ExportProblem: when the file cannot be written, or another one would be lost.
    """
    made = make_file(checked)
    path = target or places.exports / f"Batch_Mods_Reversals_{today:%Y_%m_%d}_{made.sha256[:12]}.csv"
    source = Path(checked.file)
    if path.exists() and source.exists() and path.samefile(source):
        raise ExportProblem(f"{path} is the file that was checked; it is never written. Choose another name with -o.")
    write_bytes(path, made.content, overwrite=overwrite)
    return Exported(made.content, made.sha256, path)


def write_bytes(path: Path, content: bytes, *, overwrite: bool = False) -> None:
    """Write a file for the user, whole or not at all; a file that holds the same bytes already is left as it is.

    Args:
        path: the file; its folder is made where there is none.
        content: all of it.
        overwrite: whether another file of that name may be replaced.

    Raises:
        ExportProblem: when it cannot be written, or another file would be lost.
    """
    try:
        if not overwrite and path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content, overwrite=overwrite)
    except FileExistsError:
        raise ExportProblem(
            f"{path} exists already and holds something else. It was left as it is. "
            "Choose another name with -o, or replace it with --force."
        ) from None
    except OSError as error:
        raise ExportProblem(
            f"{path} cannot be written: {error.strerror or error}. Nothing was written. "
            "Choose another folder with -o, or make room."
        ) from None
