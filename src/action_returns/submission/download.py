"""The pending-actions download to compare with, and what the user told about its columns, remembered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from action_returns.settings import write_atomically


@dataclass(frozen=True, slots=True)
class PendingSource:
    """Which pending-actions download to use, and the answers to what its headers leave open.

    Args:
        path: the download.
        kept: where answers are remembered for downloads with the same headers.
        columns: field -> header, for columns that cannot be told by their name.
        day_first: whether 05/06/2026 is the fifth of June; None when nobody said.
    """

    path: Path
    kept: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    day_first: bool | None = None


def with_remembered(source: PendingSource, kept: Path) -> PendingSource:
    """Add what the user told before about a download with these headers; what is told now counts more.

    Args:
        source: the download.
        kept: the file the answers are in.

    Raises:
        action_returns.sources.SourceProblem: when the download cannot be read.
    """
    if not kept.exists():
        return source
    known = _read(kept).get(_signature(source), {})
    return replace(source, columns={**known, **source.columns})


def remember(source: PendingSource, kept: Path) -> None:
    """Keep what the user told about a download, once it has proven right.

    Args:
        source: the download and the answers.
        kept: the file the answers are in.
    """
    if source.columns:
        answers = {**_read(kept), _signature(source): dict(source.columns)}
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, json.dumps(answers, indent=1).encode(), overwrite=True)


def _signature(source: PendingSource) -> str:
    from action_returns.sources import header_signature
    from action_returns.sources.pending import headers_of

    return header_signature(headers_of(source.path))


def _read(kept: Path) -> dict[str, Mapping[str, str]]:
    try:
        found = json.loads(kept.read_bytes())
    except (OSError, ValueError):  # answers that cannot be read are asked for again
        return {}
    return found if isinstance(found, dict) else {}
