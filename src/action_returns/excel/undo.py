"""The last change this program made to the user's own cells, kept so that it can be taken back.

Excel's own Undo is empty after a program wrote (Excel VBA reference, Application.Undo), so the cells as they were are
kept beside the ledger, one file a workbook.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from action_returns.settings import write_atomically

Plain: TypeAlias = str | float | bool | None
"""What a cell of the user's may hold for a change of it to be taken back."""


@dataclass(frozen=True, slots=True)
class LastChange:
    """Cells of Actions that were changed, as they were and as they became.

    Args:
        what: what was done, in words.
        before: address -> what stood there.
        after: address -> what stands there now.
    """

    what: str
    before: Mapping[str, Plain]
    after: Mapping[str, Plain]


def keep(path: Path, change: LastChange) -> None:
    """Keep a change, before it is made; the one before it can no longer be taken back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"what": change.what, "before": dict(change.before), "after": dict(change.after)}
    write_atomically(path, json.dumps(facts).encode(), overwrite=True, private=True)


def last(path: Path) -> LastChange | None:
    """Give the last change, None when there is none that can be taken back."""
    try:
        facts = json.loads(path.read_bytes())
        return LastChange(str(facts["what"]), dict(facts["before"]), dict(facts["after"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget(path: Path) -> None:
    """Forget the last change, once it was taken back."""
    path.unlink(missing_ok=True)
