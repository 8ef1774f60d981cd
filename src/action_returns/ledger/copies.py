"""Daily copies of the ledger of one machine: whole or not there, the newest ones kept."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from action_returns.files import write_atomically
from action_returns.private_files import make_private_folder

KEPT_COPIES: Final = 30
"""Daily copies that are kept; older ones are deleted."""
_COPY_NAME: Final = re.compile(r"ledger-\d{4}-\d{2}-\d{2}\.sqlite3")


def list_copies(folder: Path) -> list[Path]:
    """Return the daily copies in a folder, the latest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if _COPY_NAME.fullmatch(path.name)), reverse=True)


def keep_daily_copy(folder: Path, today: date, copy_to: Callable[[Path], None]) -> Path | None:
    """Write today's copy of the ledger unless there is one, and delete all but the newest 30.

    Args:
        folder: the folder of the copies; created where there is none.
        today: the day in the copy's name.
        copy_to: writes a whole copy into the empty file whose path it is given.

    Returns:
        The copy that was written, None when there was one already.

    Raises:
        LedgerError: the ledger cannot be read; the other copies stay as they are.
        OSError: the copy cannot be written; the other copies stay as they are.
    """
    copy = folder / f"ledger-{today:%Y-%m-%d}.sqlite3"
    if copy.exists():
        return None
    make_private_folder(folder)
    try:
        write_atomically(copy, copy_to, overwrite=False)
    except FileExistsError:  # another program was faster
        return None
    for old in list_copies(folder)[KEPT_COPIES:]:
        with suppress(OSError):  # on Windows a copy that a program has open stays until tomorrow
            old.unlink()
    return copy
