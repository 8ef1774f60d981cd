"""Compare headers however they are spelled, and find the columns of a download of actions by them."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Final

from action_returns.errors import FileError

HEADER_SEARCH_ROWS: Final = 50
"""First rows of a file among which the header row is looked for."""

_SEPARATORS: Final = re.compile(r"[\s_\-\u00ad\u200b-\u200d\u2060\ufeff]+")


def fold_header(header: object) -> str:
    """Return the spelling-free form of a header: no blanks, underscores or hyphens, one case."""
    return _SEPARATORS.sub("", header).casefold() if isinstance(header, str) else ""


ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    # In order of preference. Spellings of impact.com's interface, reports ("Action Listing") and API.
    "action_id": ("actionid", "id"),
    "amount": ("amount", "saleamount", "revenue"),
    "state": ("state", "status"),
    "locks_at": ("lockingdate", "lockdate", "lockeddate"),
    "order_id": ("oid", "orderid"),
    "partner": ("partner", "mediapartner", "mediapartnername", "partnername"),
    "currency": ("currency", "originalcurrency", "currencycode"),
    "campaign": ("campaignid", "campaign", "programid"),
    "original_amount": ("originalamount", "originalsaleamount", "intendedamount"),
}
"""Field -> folded headers it may have."""

FIELD_WORDS: Final[Mapping[str, str]] = {
    "action_id": "Action ID",
    "amount": "current amount",
    "state": "state",
    "locks_at": "lock date",
    "order_id": "order ID",
    "partner": "partner",
    "currency": "currency",
    "campaign": "campaign",
    "original_amount": "amount before any change",
}
"""Field -> its name in messages."""

ACTION_DATES: Final = frozenset(
    {
        "actiondate",
        "eventdate",
        "creationdate",
        "createddate",
        "modificationdate",
        "modifieddate",
        "lastmodified",
        "lastmodifieddate",
        "lastupdated",
        "updateddate",
    }
)
"""Folded headers of dates on which something happened to an action: a download is no older than the latest of them."""

_ID_ALIASES: Final = frozenset(ALIASES["action_id"])
_IDS_BELOW: Final = 100
"""What ids below a row add to its score: more than the score of any row."""
looks_like_id = re.compile(r"\s*[Mm]\.[0-9]+\.[0-9.]+\s*").fullmatch
_FIELD_OF: Final[Mapping[str, str]] = {alias: field for field, aliases in ALIASES.items() for alias in aliases}


def header_score(row: Sequence[object]) -> int:
    """Return how much a row looks like the header row of a download: 0 when no cell of it names the ActionId.

    Each field that it names counts 2. That no cell is a number or a date counts 1: of ``ID,12345``, a line above the headers, and
    ``Action ID,Wert``, which name one field each, the second is the header row.
    """
    folded = {fold_header(cell) for cell in row}
    if _ID_ALIASES.isdisjoint(folded):
        return 0
    fields = {_FIELD_OF[text] for text in folded if text in _FIELD_OF}
    return 2 * len(fields) + (not any(map(_is_number, row)))


def best_header(rows: Iterable[Sequence[object]]) -> tuple[int, int] | None:
    """Return score and index of the row that is the header row of a download.

    A line above the headers may list more of their names than they do, and a row of data may hold the word ID. So a row
    with an id, as of ``M.1.2.3``, is none, and a row with ids below it counts more than one without. The rows below it
    end at the next row that names the ActionId.

    Args:
        rows: the first rows of a file. The highest score counts; of two rows with the same score, the first one.

    Returns:
        The score of :func:`header_score`, higher than any other with ids below it, and the index, counted from 0; None
        when no row names the ActionId.
    """
    scores: list[list[int]] = []
    for at, row in enumerate(rows):
        if any(isinstance(cell, str) and looks_like_id(cell) for cell in row):
            if scores and scores[-1][0] < _IDS_BELOW:
                scores[-1][0] += _IDS_BELOW
        elif score := header_score(row):
            scores.append([score, at])
    if not scores:
        return None
    score, at = max(scores, key=itemgetter(0))
    return score, at


def _is_number(cell: object) -> bool:
    """Return whether a cell is a number or a date, such as ``12,345`` or ``2026-11-30``, or a text without letters."""
    if isinstance(cell, str):
        return any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell))
    return cell is not None


def header_signature(headers: Sequence[object]) -> str:
    """Return a name for a set of headers, so that an answer can be kept for files with the same headers."""
    return hashlib.sha256("\n".join(sorted(map(fold_header, headers))).encode("utf-8", "replace")).hexdigest()[:16]


def find_fields(headers: Sequence[object], by_user: Mapping[str, str]) -> dict[str, int]:
    """Find the fields in a header row.

    Args:
        headers: the cells of the row.
        by_user: field -> header, as the user named it.

    Returns:
        Field -> index of its column, for the fields that are there.

    Raises:
        FileError: ``pending-columns-unclear`` when two columns could be one field, or one that the user named is not there.
    """
    folded = [fold_header(header) for header in headers]
    fields = {}
    for field, header in by_user.items():
        if field not in ALIASES:
            raise FileError(
                "pending-columns-unclear",
                f'--pending-column {field}="{header}": there is no field {field}. Fields are {", ".join(ALIASES)}.',
            )
        if fold_header(header) not in folded:
            raise FileError(
                "pending-columns-unclear",
                f'--pending-column {field}="{header}": the download has no such column. It has: {_listed(headers)}.',
            )
        same = [at for at, text in enumerate(folded) if text == fold_header(header)]
        exact = [at for at in same if headers[at] == header]
        fields[field] = _only(field, exact or same, headers)
    for field, aliases in ALIASES.items():
        if field not in fields:
            at = _index_of(field, aliases, folded, headers)
            if at is not None:
                fields[field] = at
    return fields


def _index_of(field: str, aliases: Sequence[str], folded: Sequence[str], headers: Sequence[object]) -> int | None:
    for alias in aliases:
        indexes = [at for at, text in enumerate(folded) if text == alias]
        if indexes:
            return _only(field, indexes, headers)
    return None


def _only(field: str, indexes: Sequence[int], headers: Sequence[object]) -> int:
    if len(indexes) > 1:
        raise FileError(
            "pending-columns-unclear",
            f'The download has {len(indexes)} columns named "{headers[indexes[0]]}", so it is not certain which is the '
            f"{FIELD_WORDS[field]}. Delete the one that is not meant.",
        )
    return indexes[0]


def pending_columns_missing(headers: Sequence[object], name: str) -> FileError:
    """Return the refusal of a download without a column of ids."""
    return FileError(
        "pending-columns-missing",
        f"{name} does not look like a pending download: it has no column Action ID. It has: {_listed(headers)}. "
        'Download it under Pending Payouts, Actions; or say which column it is: --pending-column action_id="HEADER"',
    )


def _listed(headers: Sequence[object]) -> str:
    shown = [str(header) for header in headers if header not in (None, "")]
    return ", ".join(shown[:20]) + (", …" if len(shown) > 20 else "") if shown else "nothing"  # noqa: PLR2004
