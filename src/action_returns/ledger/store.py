"""What a ledger needs of a database. One file each: ``sqlite.py`` for one machine, ``postgresql.py`` for a team."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol


class Store(Protocol):
    """An open database with the tables of ``migrations/``.

    Statements are written with ``?`` for every value and hold no other question mark and no percent sign.
    Every method raises :class:`action_returns.ledger.errors.LedgerProblem` when the database does not do its part.
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
