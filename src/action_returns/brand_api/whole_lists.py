"""Read a list of the Brand API as a whole or not at all: stretches of time, and the pages of each."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, NamedTuple, TypeVar

from action_returns.brand_api import problems
from action_returns.brand_api.answers import Answer, JsonObject, UnreadableAnswerError
from action_returns.brand_api.client import BrandApi
from action_returns.brand_api.problems import RequestRefusedError
from action_returns.errors import ApiError

INCOMPLETE: Final = "api-incomplete"
PAGE_SIZE: Final = 20_000
MOST_PAGES: Final = 10
"""Pages of one request; of more, the API answers an error (documentation of Actions)."""
MOST_DAYS: Final = 45
"""Days of one stretch."""
READINGS: Final = 3
"""How often a list is read at most, when it changes while it is read."""
_SHORTEST: Final = timedelta(minutes=1)
_OF_TIME: Final = ("date", "page")
"""Words in the names of parameters that a shorter stretch changes."""

Row = TypeVar("Row")


class Stretch(NamedTuple):
    """One campaign in a stretch of time, both ends included."""

    campaign: str
    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"campaign {self.campaign}, {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"

    def halves(self) -> "tuple[Stretch, Stretch] | None":
        """Return its two halves, which share the second between them; None when it is too short."""
        half = self.start + timedelta(seconds=int((self.end - self.start).total_seconds()) // 2)
        if half - self.start < _SHORTEST:
            return None
        return self._replace(end=half), self._replace(start=half)


class TooManyRowsError(Exception):
    """A stretch holds more rows than the API answers for one request.

    Args:
        error: what the user reads when no shorter stretch helps.
    """

    def __init__(self, error: ApiError) -> None:
        super().__init__()
        self.error = error


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A list of the API.

    Args:
        path: below the account.
        key: the key of its rows in an answer.
        parameters: the filters.
        what: which list that is, for sentences: ``campaign 1000, 2026-11-01 to 2026-12-01``.
        noun: what one row is, and several are.
        read: returns a row as it is wanted. Raises UnreadableAnswerError.
        identity: what tells a row from every other one; None where rows may be alike, and only their number is compared.
        address: where the list is, when an answer names that; else it is at the path.
    """

    path: str
    key: str
    parameters: Mapping[str, str]
    what: str
    noun: tuple[str, str]
    read: Callable[[JsonObject], Row]
    identity: Callable[[Row], Hashable] | None
    address: str = ""


def stretches(campaign: str, start: datetime, end: datetime) -> list[Stretch]:
    """Return the stretches of at most 45 days that cover a time, the earliest one first.

    Neighbours share one second: an event between the last second of one and the first of the next would be in none.
    """
    found = []
    while start < end:
        until = min(start + timedelta(days=MOST_DAYS), end)
        found.append(Stretch(campaign, start, until))
        start = until
    return found


def time_text(moment: datetime) -> str:
    """Return a moment as the API takes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_whole(api: BrandApi, listing: Listing[Row], host: str, tell: Callable[[str], None]) -> list[Row]:
    """Read every row of a list.

    A row that changes while pages are read moves those behind it, and one of them may be on no page. So a list counts only
    when each page names the same total, and as many different rows were read.

    Args:
        api: the API.
        listing: what is read.
        host: of the API, for messages.
        tell: takes sentences about a list that is read again.

    Raises:
        TooManyRowsError: its stretch of time has to be halved.
        ApiError: it cannot be read.
    """
    difference = ""
    for reading in range(1, READINGS + 1):
        rows, difference = _read_once(api, listing, host)
        if not difference:
            return rows
        if reading < READINGS:
            tell(f"{listing.what}: {difference}, so it is read again …")
    raise ApiError(
        INCOMPLETE,
        f"{listing.what}: {difference}, {READINGS} times in a row. So {listing.noun[1]} may be missing, and nothing was "
        "written. The network may be changing them at this moment. Run the same command again later.",
    )


def _read_once(api: BrandApi, listing: Listing[Row], host: str) -> tuple[list[Row], str]:
    """Return the rows of a list, and how they differ from what the API counts: ``""`` when they do not."""
    rows: list[Row] = []
    totals: set[int | None] = set()
    one, many = listing.noun
    for number, answer in enumerate(_pages(api, listing), 1):
        try:
            totals.add(answer.total)
            if (answer.pages or 0) > MOST_PAGES or number > MOST_PAGES:
                raise TooManyRowsError(_too_many(listing))
            rows += map(listing.read, answer.rows(listing.key))
        except UnreadableAnswerError as error:
            raise problems.unusable(str(error), host) from None
    found = len(rows) if listing.identity is None else len(set(map(listing.identity, rows)))
    if None in totals:
        raise problems.unusable(f"it does not say how many {many} there are (@total)", host)
    if len(totals) > 1:
        return rows, f"the number of its {many} changed while it was read"
    (total,) = totals
    if total != found or total != len(rows):
        twice = f", {len(rows) - found:,} of them twice" if len(rows) > found else ""
        return rows, f"the API counts {total:,} {one if total == 1 else many} and sent {len(rows):,}{twice}"
    return rows, ""


def _pages(api: BrandApi, listing: Listing[Row]) -> Iterator[Answer]:
    try:
        yield from api.pages_at(listing.address) if listing.address else api.pages(listing.path, listing.parameters)
    except RequestRefusedError as error:
        # What the API says of too many rows is not documented. So any refusal may be that one, unless it names a
        # parameter that stays the same.
        if all(any(word in field.lower() for word in _OF_TIME) for field in error.fields):
            raise TooManyRowsError(error) from None
        raise


def _too_many(listing: Listing[Row]) -> ApiError:
    return ApiError(
        INCOMPLETE,
        f"{listing.what}: there are more than {PAGE_SIZE * MOST_PAGES:,} {listing.noun[1]} within a minute, more than the "
        "API lists. Nothing was written. Download Pending Actions in the network instead.",
    )
