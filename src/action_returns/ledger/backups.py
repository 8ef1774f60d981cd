"""Copies of a ledger file, one a day, the last thirty kept beside it."""

import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

KEPT: Final = 30
_COPY: Final = re.compile(r"ledger-\d{4}-\d{2}-\d{2}\.sqlite3")


def copies(folder: Path) -> list[Path]:
    """Give the copies in a folder, the latest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if _COPY.fullmatch(path.name)), reverse=True)


def keep_copy_of_today(folder: Path, today: date, copy_to: Callable[[Path], None]) -> Path | None:
    """Make today's copy unless there is one, and let go of the oldest beyond thirty.

    Args:
        folder: where the copies lie; made where there is none.
        today: the day.
        copy_to: writes a whole copy to a file that does not exist yet.

    Returns:
        The copy that was made, None when there was one already.

    Raises:
        OSError: when it cannot be written; the other copies stay as they are.
    """
    path = folder / f"ledger-{today:%Y-%m-%d}.sqlite3"
    if path.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{path.name}.{os.getpid()}.part"
    draft.unlink(missing_ok=True)
    try:
        copy_to(draft)
        draft.chmod(0o600)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    for old in copies(folder)[KEPT:]:
        old.unlink()
    return path
