"""Outcomes that could not be recorded, kept on this computer until the ledger can take them.

One private file for each, in the folder of submissions. It holds the outcome, the facts that name one batch of one ledger,
and a hash of all of it: a file that is damaged, or of another batch, is never recorded.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from action_returns.files import write_atomically
from action_returns.ledger.records import FAILED, HANDED_OVER, SENT, UNKNOWN, label
from action_returns.private_files import make_private_folder, read_own_file

_FORM: Final = 1
_MOST_BYTES: Final = 1_000_000
_PATTERN: Final = "outcome-*.json"
_NAMES: Final = ("file_name", "sha256", "process")
"""Texts by which the ledger is asked for the batch."""
_TEXTS: Final = (*_NAMES, "state", "message", "at")


@dataclass(frozen=True, slots=True)
class KeptOutcome:
    """An outcome that is not on record yet.

    Args:
        number: the batch.
        file_name: the name of its file, which holds the tag of its ledger.
        sha256: hash of its bytes.
        process: the program that sent it, as the ledger names it.
        state: ``sent``, ``handed-over``, ``failed`` or ``unknown``.
        message: the outcome in words.
        evidence: what the receiver answered.
        at: when the outcome was known, UTC in ISO 8601.
        path: its file.
    """

    number: int
    file_name: str
    sha256: str
    process: str
    state: str
    message: str
    evidence: Mapping[str, str | int]
    at: str
    path: Path = field(default=Path(), compare=False)

    @property
    def label(self) -> str:
        """The number of the batch as people see it: ``0001``."""
        return label(self.number)


def keep_outcome(outcome: KeptOutcome, folder: Path) -> Path:
    """Write an outcome to its file, whole or not at all, and return the path.

    Args:
        outcome: the outcome.
        folder: where it is kept; created where there is none.

    Raises:
        OSError: it cannot be written.
    """
    facts = _facts(outcome)
    content = json.dumps({"form": _FORM, "outcome": facts, "hash": _hash(facts)}, indent=1)
    make_private_folder(folder)
    path = folder / f"outcome-{Path(outcome.file_name).stem}.json"
    write_atomically(path, content.encode(), overwrite=True)
    return path


def kept_outcomes(folder: Path) -> Iterator[KeptOutcome]:
    """Return the outcomes that are kept in a folder; a file that is damaged or of another user is left out."""
    for path in _files(folder):
        if (outcome := _read(path)) is not None:
            yield replace(outcome, path=path)


def damaged_files(folder: Path) -> list[Path]:
    """Return the files of outcomes in a folder that cannot be used."""
    return [path for path in _files(folder) if _read(path) is None]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob(_PATTERN))
    except OSError:
        return []


def _facts(outcome: KeptOutcome) -> dict[str, Any]:
    return {name: value for name, value in asdict(outcome).items() if name != "path"}


def _hash(facts: Mapping[str, Any]) -> str:
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> KeptOutcome | None:
    """Return the outcome in a file, None where it is not as this program wrote it."""
    try:
        kept = json.loads(read_own_file(path, largest=_MOST_BYTES))
        facts = kept["outcome"]
        if kept["form"] != _FORM or kept["hash"] != _hash(facts):
            return None
        if not _are_right(facts):
            return None
        return KeptOutcome(**facts)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _are_right(facts: Mapping[str, Any]) -> bool:
    """Return whether every fact is of its kind: any program can compute a hash."""
    return (
        type(facts["number"]) is int  # not True, which counts as 1
        and 0 < facts["number"] < 2**62
        and all(isinstance(facts[name], str) for name in _TEXTS)
        and all(facts[name].isprintable() for name in _NAMES)
        and facts["state"] in {SENT, HANDED_OVER, FAILED, UNKNOWN}
        and isinstance(facts["evidence"], dict)
        and all(type(value) in {str, int} for value in facts["evidence"].values())
    )
