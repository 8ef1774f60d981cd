"""What a ledger needs of a database: the ``Store`` protocol, its migrations, and names for processes, users and machines.

The stores are ``sqlite.py`` for one machine and ``postgresql.py`` for a team.
"""

import getpass
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from action_returns.errors import LedgerError
from action_returns.ledger.recordable import LONGEST_NAME, plain_line


class LedgerAwayError(LedgerError):
    """The ledger cannot be reached or is busy at this moment; a moment later it may answer."""


class Store(Protocol):
    """An open database with the tables of ``migrations/``.

    Statements are written with ``?`` for every value and hold no other question mark and no percent sign.
    Every method raises :class:`action_returns.errors.LedgerError` when the database cannot do it.
    """

    @property
    def in_list(self) -> str:
        """SQL for "is one of these", with one ``?`` for the value of :meth:`as_list`."""

    @property
    def read_only(self) -> bool:
        """Whether a newer version of this program wrote the ledger: then it can be read here, not written."""

    @property
    def event_forms(self) -> Mapping[int, tuple[str, ...]]:
        """The columns of an event that its hash covers, by the event's form and in the order in which they are hashed."""

    @property
    def chains_events(self) -> bool:
        """Whether the database itself computes the hash of a new event, whatever is given for it."""

    @property
    def recorder(self) -> str:
        """SQL for the two columns of a batch or an event that tell which user of the database recorded it, and when.

        Both are empty texts where the database has no users, and in what was recorded before it wrote them.
        """

    @property
    def ended(self) -> str:
        """What is certain of a process that left a batch without an outcome: ``ended``, or ``lost its connection`` too."""

    def database_user(self) -> str:
        """Return the user of the database who is signed in, ``""`` where the database has no users."""

    def as_list(self, values: Iterable[str | int]) -> object:
        """Return texts or numbers as one value for :attr:`in_list`."""

    def transaction(self) -> AbstractContextManager[None]:
        """Open a transaction in which no other program writes.

        Afterwards all of its changes are on the disk, or none is.
        """

    def snapshot(self) -> AbstractContextManager[None]:
        """Open a transaction in which every query sees the database as it was at the first one. Nothing is written."""

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows that a statement selects."""

    def execute(self, statement: str, *values: object) -> int:
        """Run a statement that writes, inside a transaction, and return how many rows it changed."""

    def add_rows(self, number: int, rows: Sequence[tuple[str, int, str]]) -> None:
        """Write the rows of a batch (ActionId, cents, reason), inside a transaction."""

    def content_sha256(self, number: int) -> str:
        """Return the SHA-256 of the bytes of a batch in hex, ``""`` when they are missing."""

    def process_name(self) -> str:
        """Return a name for this process that no later one has, to record which program sends a batch."""

    def register_sender(self, number: int) -> None:
        """Show other programs that this one is at work on a batch, for as long as it runs; call inside the claim."""

    def is_abandoned(self, number: int, process: str) -> bool:
        """Return whether the process that worked on a batch has certainly ended, or has no time left to work on it."""

    def sending_until(self, number: int) -> datetime | None:
        """Return until when the process that sends a batch may still be at it although its connection is lost.

        None where it is connected, has ended, or has no time left.
        """

    def copy_to(self, target: Path) -> None:
        """Write a whole copy to a file that is empty or does not exist."""

    def close(self) -> None:
        """Close the database."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One change of the tables, applied once and recorded.

    Args:
        number: counted from 1.
        script: its SQL statements.
    """

    number: int
    script: str


def load_migrations(database: str) -> list[Migration]:
    """Read the migrations for a kind of database from ``migrations/``, in order.

    Args:
        database: ``sqlite`` or ``postgresql``.
    """
    files = sorted((Path(__file__).with_name("migrations") / database).glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [Migration(number, file.read_text(encoding="utf-8")) for number, file in enumerate(files, 1)]


_START_TOLERANCE = 2.0
"""Seconds by which the start of one and the same process may differ after the system's clock was set."""


def process_name() -> str:
    """Return a name for this process: its number and the moment it started."""
    return f"{os.getpid()}@{_start_time(os.getpid()):.2f}"


def is_running(name: str) -> bool:
    """Return whether the process of that name may still run on this machine.

    A number alone may belong to another process by now, so the moment it started is compared as well.
    """
    import psutil

    number, _, started = name.partition("@")
    try:
        return abs(float(started) - _start_time(int(number))) < _START_TOLERANCE
    except (ValueError, psutil.NoSuchProcess):  # ZombieProcess included: a zombie process has ended
        return False
    except psutil.AccessDenied:  # there is such a process, and the system does not say when it started
        return True


def _start_time(number: int) -> float:
    import psutil

    process = psutil.Process(number)
    if process.status() == psutil.STATUS_ZOMBIE:
        raise psutil.ZombieProcess(number)
    return process.create_time()


def user_name() -> str:
    """Return the name of the user who runs this, as the system gives it; ``""`` for a process without a named user."""
    try:
        return plain_line(getpass.getuser(), LONGEST_NAME)
    except (OSError, KeyError, ImportError):  # as in some containers
        return ""


def host_name() -> str:
    """Return the name of this machine."""
    return plain_line(platform.node(), LONGEST_NAME)


def user_and_host() -> str:
    """Return both, as people read them: ``ann on laptop``."""
    return f"{user_name()} on {host_name()}"
