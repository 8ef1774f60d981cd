"""The steps that bring a ledger's tables up to date, numbered from 1, one file each. Only forward, never changed.

From step 2 on a table only ever gains columns, so that an older program can still read what a newer one wrote.
"""

from dataclasses import dataclass
from pathlib import Path


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
    files = sorted(Path(__file__).with_name(database).glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [Step(number, file.read_text(encoding="utf-8")) for number, file in enumerate(files, 1)]
