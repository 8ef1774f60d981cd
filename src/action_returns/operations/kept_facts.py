"""Write and read the file of facts about one kept download. What it holds is checked: it may be damaged."""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from action_returns.errors import FileError
from action_returns.files import Paths, write_atomically
from action_returns.operations.pending_source import KeptFacts, PendingSource
from action_returns.private_files import read_own_file

_LARGEST: Final = 1_000_000
_YEARS: Final = range(2, 9999)
"""Years of moments that every time zone has."""
_LOAD_AGAIN: Final = "Load the download again: click Load pending, or name it with --pending FILE"


def write_facts(path: Path, source: PendingSource) -> None:
    """Write what is on record about a kept download.

    Raises:
        OSError: it cannot be written. What was on record is as it was.
    """
    facts = source.kept
    if facts is None:
        return
    written = {
        **asdict(facts),
        "loaded_at": facts.loaded_at.isoformat(),
        "as_of": facts.as_of.isoformat(),
        "columns": dict(source.columns),
        "day_first": source.day_first,
    }
    write_atomically(path, json.dumps(written, indent=1).encode(), overwrite=True)


def read_facts(path: Path, paths: Paths) -> PendingSource:
    """Read what is on record about a kept download.

    Args:
        path: the file of facts, beside the folder of the copy.
        paths: where the saved answers are.

    Raises:
        FileNotFoundError: there is no such file.
        FileError: ``pending-kept-changed``: it cannot be read.
    """
    try:
        facts: dict[str, Any] = json.loads(read_own_file(path, largest=_LARGEST))
        kept = KeptFacts(
            name=_name(facts["name"]),
            loaded_at=_moment(facts["loaded_at"]),
            as_of=_moment(facts["as_of"]),
            basis=str(facts["basis"]),
            rows=int(facts["rows"]),
            sha256=str(facts["sha256"]),
            size=int(facts["size"]),
        )
        columns = {str(field): str(header) for field, header in facts["columns"].items()}
        day_first = _yes_no_or_none(facts["day_first"])
    except FileNotFoundError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it was changed or damaged"
        raise kept_changed(f"What is on record about a kept pending download, {path}, cannot be used ({why})") from None
    return PendingSource(path.with_suffix("") / kept.name, paths.pending_answers, columns, day_first, kept)


def kept_changed(what: str) -> FileError:
    """Return the error about a kept download that is not what was kept.

    Args:
        what: what is wrong, as the beginning of a sentence.
    """
    return FileError("pending-kept-changed", f"{what}, so no kept download is used. {_LOAD_AGAIN}")


def _name(text: object) -> str:
    name = str(text)
    if not name or "\0" in name or Path(name).name != name:
        raise ValueError(name)
    os.fsencode(name)  # half of a character, which no file has in its name
    return name


def _yes_no_or_none(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(value)


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None or moment.astimezone(UTC).year not in _YEARS:
        raise ValueError(text)
    return moment
