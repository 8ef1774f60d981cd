"""Which column of a pending-actions download is which.

Its real header set is documented nowhere, so there are aliases, and a question where they do not settle it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from action_returns.sources.errors import SourceProblem
from action_returns.sources.headers import fold

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


def header_signature(headers: Sequence[object]) -> str:
    """Give a name for a set of headers, so that an answer can be remembered for files that look like it."""
    return hashlib.sha256("\n".join(sorted(map(fold, headers))).encode("utf-8", "replace")).hexdigest()[:16]


def find_fields(headers: Sequence[object], told: Mapping[str, str]) -> dict[str, int]:
    """Find the fields in a header row.

    Args:
        headers: the cells of the row.
        told: field -> header, as the user told it.

    Returns:
        Field -> index of its column, for the fields that are there.

    Raises:
        SourceProblem: ``pending-columns-unclear`` when two columns could be one field, or a told one is not there.
    """
    folded = [fold(header) for header in headers]
    fields = {}
    for field, header in told.items():
        if field not in ALIASES:
            raise SourceProblem(
                "pending-columns-unclear",
                f'--pending-column {field}="{header}": there is no field {field}. Fields are {", ".join(ALIASES)}.',
            )
        if fold(header) not in folded:
            raise SourceProblem(
                "pending-columns-unclear",
                f'--pending-column {field}="{header}": the download has no such column. It has: {_listed(headers)}.',
            )
        fields[field] = folded.index(fold(header))
    for field, aliases in ALIASES.items():
        if field not in fields:
            at = _one_of(field, aliases, folded, headers)
            if at is not None:
                fields[field] = at
    return fields


def _one_of(field: str, aliases: Sequence[str], folded: Sequence[str], headers: Sequence[object]) -> int | None:
    for alias in aliases:
        places = [at for at, text in enumerate(folded) if text == alias]
        if len(places) > 1:
            raise SourceProblem(
                "pending-columns-unclear",
                f'The download has {len(places)} columns named "{headers[places[0]]}", so the {field} cannot be told. '
                "Delete the one that is not meant.",
            )
        if places:
            return places[0]
    return None


def columns_missing(headers: Sequence[object], name: str) -> SourceProblem:
    """Say that no column holds the ids."""
    return SourceProblem(
        "pending-columns-missing",
        f"{name} does not look like a pending-actions download: it has no column Action ID. It has: {_listed(headers)}. "
        'Download it under Pending Payouts, Actions; or say which column it is: --pending-column action_id="HEADER"',
    )


def _listed(headers: Sequence[object]) -> str:
    shown = [str(header) for header in headers if header not in (None, "")]
    return ", ".join(shown[:20]) + (", …" if len(shown) > 20 else "") if shown else "nothing"  # noqa: PLR2004
