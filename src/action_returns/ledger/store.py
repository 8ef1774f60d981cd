"""What a ledger needs of a database. One file each: ``sqlite.py`` for one machine, ``postgresql.py`` for a team."""

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Store(Protocol):
    """An open database with the tables of ``migrations/``.

    Statements are written with ``?`` for every value and hold no other question mark and no percent sign.
    Every method raises :class:`action_returns.errors.LedgerError` when the database does not do its part.
    """

    @property
    def in_list(self) -> str:
        """SQL for "is one of these", with one ``?`` for what :meth:`as_list` makes."""

    @property
    def read_only(self) -> bool:
        """Whether a newer version of this program wrote it: then it can be read here, not written."""

    def as_list(self, values: Iterable[str]) -> object:
        """Write texts as one value for :attr:`in_list`."""

    def transaction(self) -> AbstractContextManager[None]:
        """Do several things as one, alone among all who write.

        Afterwards all of them are on the disk, or none happened.
        """

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read."""

    def change(self, statement: str, *values: object) -> int:
        """Write, inside a transaction.

        Returns:
            How many rows were changed.
        """

    def add_rows(self, number: int, rows: Sequence[tuple[str, int, str]]) -> None:
        """Add the rows of a batch (ActionId, cents, reason), inside a transaction."""

    def this_process(self) -> str:
        """Give a name for this process that no later one has, to record who is sending."""

    def hold(self, number: int) -> None:
        """Show others that this process is at work on a batch, for as long as it runs; call inside the claim."""

    def is_abandoned(self, number: int, process: str) -> bool:
        """Tell whether the process that worked on a batch has certainly ended."""

    def copy_to(self, target: Path) -> None:
        """Write a whole copy to a file that does not exist yet."""

    def close(self) -> None:
        """Close it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Args:
        number: counted from 1.
        script: its statements.
    """

    number: int
    script: str


def steps(database: str) -> list[Step]:
    """Give the steps for a kind of database, in order.

    Args:
        database: ``sqlite`` or ``postgresql``.
    """
    files = sorted((Path(__file__).with_name("migrations") / database).glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [Step(number, file.read_text(encoding="utf-8")) for number, file in enumerate(files, 1)]


_SAME_START = 2.0
"""Seconds by which a system may give the start of one and the same process differently, after its clock was set."""


def this_process() -> str:
    """Give a name for this process: its number and the moment it started."""
    return f"{os.getpid()}@{_started(os.getpid()):.2f}"


def is_running(name: str) -> bool:
    """Tell whether the process of that name may still run on this machine.

    A number alone may belong to another process by now, so the moment it started has to agree.
    """
    import psutil

    number, _, started = name.partition("@")
    try:
        return abs(float(started) - _started(int(number))) < _SAME_START
    except (ValueError, psutil.NoSuchProcess):  # ZombieProcess included: it has ended and only waits to be counted
        return False
    except psutil.AccessDenied:  # there is such a process, and the system tells no more
        return True


def _started(number: int) -> float:
    import psutil

    process = psutil.Process(number)
    if process.status() == psutil.STATUS_ZOMBIE:
        raise psutil.ZombieProcess(number)
    return process.create_time()
