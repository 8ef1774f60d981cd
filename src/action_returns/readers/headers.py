"""Find columns by their headers, however these are spelled."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, ColumnName
from action_returns.errors import FileError

HEADER_SEARCH_ROWS: Final = 50
"""First rows of a file among which the header row is looked for."""

_SEPARATORS: Final = re.compile(r"[\s_\-\u00ad\u200b-\u200d\u2060\ufeff]+")

BATCH_ALIASES: Final[Mapping[ColumnName, frozenset[str]]] = {
    # Spellings seen in impact.com's own help pages, reports and API answers.
    "ActionId": frozenset({"actionid"}),
    "Amount": frozenset({"amount", "saleamount", "revenue"}),
    "Reason": frozenset({"reason", "reasoncode"}),
}


def fold_header(header: object) -> str:
    """Return the spelling-free form of a header: no blanks, underscores or hyphens, one case."""
    return _SEPARATORS.sub("", header).casefold() if isinstance(header, str) else ""


def find_columns(headers: Sequence[object]) -> dict[ColumnName, int] | None:
    """Find ActionId, Amount and Reason in one row of cells.

    Args:
        headers: the cells of the row, left to right.

    Returns:
        The index of each of the three, or None when the row is not their header row.

    Raises:
        FileError: ``columns-repeated`` when all three are there but one stands there twice.
    """
    folded = [fold_header(header) for header in headers]
    indexes = {name: [i for i, text in enumerate(folded) if text in BATCH_ALIASES[name]] for name in COLUMN_NAMES}
    if not all(indexes.values()):
        return None
    return {name: _only_index(name, indexes[name], folded, headers) for name in COLUMN_NAMES}


def _only_index(name: ColumnName, indexes: list[int], folded: list[str], headers: Sequence[object]) -> int:
    exact = [i for i in indexes if folded[i] == name.casefold()]
    candidates = exact or indexes
    if len(candidates) > 1:
        found = ", ".join(f'"{headers[i]}"' for i in candidates)
        raise FileError(
            "columns-repeated",
            f"The column {name} stands there {len(candidates)} times ({found}), so it is not certain which one counts. "
            "Keep one of them and rename or delete the others.",
        )
    return candidates[0]


def columns_missing(rows: Sequence[Sequence[object]], name: str) -> FileError:
    """Return the refusal that names which of the three columns were not found.

    Args:
        rows: the rows that were searched.
        name: the file or sheet, for the message.
    """
    found = max(([column for column in COLUMN_NAMES if _has(row, column)] for row in rows), key=len, default=[])
    missing = [column for column in COLUMN_NAMES if column not in found]
    has = f"It has {' and '.join(found)}, but not {' and '.join(missing)}. " if found else ""
    return FileError(
        "columns-missing",
        f"{name} has no row with the headers ActionId, Amount and Reason. {has}"
        "Write the three headers in one row above the data; other columns may stand beside them.",
    )


def _has(row: Sequence[object], column: ColumnName) -> bool:
    return any(fold_header(cell) in BATCH_ALIASES[column] for cell in row)


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
}
"""Field -> folded headers it may have."""

_ID_ALIASES: Final = frozenset(ALIASES["action_id"])


def names_action_id(row: Sequence[object]) -> bool:
    """Return whether a row looks like the header row of a download: one of its cells names the ActionId."""
    return any(fold_header(cell) in _ID_ALIASES for cell in row)


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
        fields[field] = folded.index(fold_header(header))
    for field, aliases in ALIASES.items():
        if field not in fields:
            at = _index_of(field, aliases, folded, headers)
            if at is not None:
                fields[field] = at
    return fields


def _index_of(field: str, aliases: Sequence[str], folded: Sequence[str], headers: Sequence[object]) -> int | None:
    for alias in aliases:
        indexes = [at for at, text in enumerate(folded) if text == alias]
        if len(indexes) > 1:
            raise FileError(
                "pending-columns-unclear",
                f'The download has {len(indexes)} columns named "{headers[indexes[0]]}", so it is not certain which is the {field}. '
                "Delete the one that is not meant.",
            )
        if indexes:
            return indexes[0]
    return None


def pending_columns_missing(headers: Sequence[object], name: str) -> FileError:
    """Return the refusal of a download without a column of ids."""
    return FileError(
        "pending-columns-missing",
        f"{name} does not look like a pending-actions download: it has no column Action ID. It has: {_listed(headers)}. "
        'Download it under Pending Payouts, Actions; or say which column it is: --pending-column action_id="HEADER"',
    )


def _listed(headers: Sequence[object]) -> str:
    shown = [str(header) for header in headers if header not in (None, "")]
    return ", ".join(shown[:20]) + (", …" if len(shown) > 20 else "") if shown else "nothing"  # noqa: PLR2004
