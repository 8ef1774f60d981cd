"""The pending-actions download: what the network says about the actions before anything is changed."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from action_returns.batch.amounts import cents_of_number, cents_of_text
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.errors import FileError
from action_returns.readers.headers import find_fields, pending_columns_missing
from action_returns.readers.table_file import Row, read_rows

_SAMPLE: Final = 20_000
"""Rows whose dates decide how dates are written."""
_four_places = re.compile(r"([0-9]+\.[0-9]{2})0{1,2}").fullmatch
_OPTIONAL: Final = {
    "amount": "whether an amount is above the current one, unchanged, or was 0",
    "locks_at": "whether an action is locked",
}


def read_headers(path: Path) -> list[str]:
    """Give the headers of a download.

    Raises:
        FileError: when it cannot be read.
    """
    return [str(cell) for cell in next(read_rows(path), [])]


def read_pending_download(
    path: Path,
    *,
    wanted: Collection[str] | None,
    time_zone: tzinfo,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
) -> PendingDownload:
    """Read a download. A wrong one is named before it changes any verdict.

    Args:
        path: CSV, workbook, or the API's list of actions as JSON.
        wanted: the ids that matter, others are only counted; None for all of them.
        time_zone: dates without an offset are in it; a date without a time is the start of that day.
        columns: field -> header, where the user told it.
        day_first: whether 05/06/2026 is the fifth of June; None when nobody said.

    Raises:
        FileError: when it cannot be used.
    """
    rows = read_rows(path)
    headers = next(rows, None)
    if headers is None:
        raise FileError("pending-empty", f"{path.name} is empty. Download Pending Actions again.")
    fields = find_fields(headers, columns or {})
    if "action_id" not in fields:
        raise pending_columns_missing(headers, path.name)
    sample = list(islice(rows, _SAMPLE))
    if "locks_at" in fields and day_first is None:
        day_first = _order_of_dates(sample, fields["locks_at"], path.name)
    if "locks_at" in fields:
        _refuse_unreadable_dates(sample, fields["locks_at"], time_zone, day_first=day_first, name=path.name)
    reader = _Reader(fields, wanted, time_zone, day_first=day_first)
    reader.read(chain(sample, rows))
    return reader.result(path)


def _order_of_dates(sample: list[Row], at: int, name: str) -> bool | None:
    try:
        return day_comes_first(row[at] for row in sample if len(row) > at)
    except UndecidedOrderError:
        raise FileError(
            "pending-dates-unclear",
            f"{name} writes lock dates like 05/06/2026, and none of them tells whether the day or the month comes "
            "first. Say which: --pending-dates dmy or --pending-dates mdy",
        ) from None


def _refuse_unreadable_dates(sample: list[Row], at: int, zone: tzinfo, *, day_first: bool | None, name: str) -> None:
    dates = [row[at] for row in sample if len(row) > at and row[at] not in ("", None)]
    bad = sum(parse_moment(date, zone, day_first=day_first) is None for date in dates)
    if bad * 2 > len(dates):
        raise FileError(
            "pending-dates-bad",
            f"{bad} of the first {len(dates)} lock dates in {name} cannot be read, so nobody could tell what is locked. "
            "Download it again, with dates like 2026-11-30.",
        )


class _Reader:
    """Reads rows into facts, and counts what it could not read."""

    def __init__(
        self, fields: Mapping[str, int], wanted: Collection[str] | None, zone: tzinfo, *, day_first: bool | None
    ) -> None:
        self._fields = fields
        self._wanted = None if wanted is None else frozenset(wanted)
        self._zone = zone
        self._day_first = day_first
        self._actions: dict[str, PendingAction] = {}
        self._differing: set[str] = set()
        self._campaigns: set[str] = set()
        self._currencies: set[str] = set()
        self._moments: dict[Any, datetime | None] = {}
        self.count = self.bad_dates = self.bad_amounts = 0

    def read(self, rows: Iterator[Row]) -> None:
        """Read every row; only wanted actions are kept."""
        id_at, currency_at = self._fields["action_id"], self._fields.get("currency")
        wanted, campaigns = self._wanted, self._campaigns
        for row in rows:
            cell = row[id_at] if len(row) > id_at else None
            action_id = str(cell).strip() if cell else ""
            if not action_id:
                continue
            self.count += 1
            if currency_at is not None and len(row) > currency_at and row[currency_at]:
                self._currencies.add(row[currency_at])
            if wanted is None or action_id in wanted:
                self._keep(action_id, row)
            elif not self._actions:
                campaigns.add(_campaign(action_id))

    def _keep(self, action_id: str, row: Row) -> None:
        action = PendingAction(
            cents=self._cents(self._cell(row, "amount")),
            locks_at=self._moment(self._cell(row, "locks_at")),
            state=_word(self._cell(row, "state")),
            order_id=_word(self._cell(row, "order_id")),
            partner=_word(self._cell(row, "partner")),
            currency=_word(self._cell(row, "currency")),
        )
        before = self._actions.get(action_id)
        if before is not None and before != action:
            # Which of the two is true nobody knows; what they agree on is kept.
            self._differing.add(action_id)
            agreed = {field: new for field, new in action._asdict().items() if new == getattr(before, field)}
            action = PendingAction(**agreed)
        self._actions[action_id] = action

    def _cell(self, row: Row, field: str) -> Any:
        at = self._fields.get(field)
        return None if at is None or len(row) <= at or row[at] == "" else row[at]

    def _cents(self, cell: Any) -> int | None:
        cents = _cents(cell)
        self.bad_amounts += cell is not None and cents is None
        return cents

    def _moment(self, cell: Any) -> datetime | None:
        if cell is None:
            return None
        if cell not in self._moments:
            self._moments[cell] = parse_moment(cell, self._zone, day_first=self._day_first)
        found = self._moments[cell]
        self.bad_dates += found is None
        return found

    def result(self, path: Path) -> PendingDownload:
        """Give what was read.

        Raises:
            FileError: when it is the wrong download.
        """
        self._refuse_wrong(path.name)
        return PendingDownload(
            actions=self._actions,
            count=self.count,
            as_of=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            as_of_basis=f"the date of {path.name}",
            currency=next(iter(self._currencies), None),
            notes=tuple(self._notes(path.name)),
        )

    def _refuse_wrong(self, name: str) -> None:
        if not self.count:
            raise FileError("pending-empty", f"{name} holds no actions. Download Pending Actions again.")
        if len(self._currencies) > 1:
            raise FileError(
                "pending-currencies-mixed",
                f"{name} mixes currencies ({_some(self._currencies)}). Amounts of a batch are in the account's one currency. "
                "Download the actions of one account, in its currency.",
            )
        ours = {_campaign(action_id) for action_id in self._wanted or () if action_id} - {""}
        theirs = self._campaigns - {""}
        if ours and theirs and not self._actions and not ours & theirs:
            raise FileError(
                "pending-other-account",
                f"{name} holds none of the actions of this batch: its campaigns are {_some(theirs)}, the batch has "
                f"{_some(ours)}. It is probably the download of another account.",
            )

    def _notes(self, name: str) -> Iterator[str]:
        for field, what in _OPTIONAL.items():
            if field not in self._fields:
                yield f"{name} has no column for {field}, so it could not be checked {what}."
        if self.bad_dates:
            yield f"{self.bad_dates} lock dates in {name} cannot be read; whether those actions are locked is unknown."
        if self.bad_amounts:
            yield f"{self.bad_amounts} amounts in {name} cannot be read exactly; those actions were not compared."
        if self._differing:
            yield (
                f"{len(self._differing)} actions stand in {name} twice with different facts ({_some(self._differing)}); "
                "what differs was not used."
            )


def _cents(cell: Any) -> int | None:
    """Read a current amount exactly; reports write up to four places, of which the last two must be zeros."""
    if isinstance(cell, str):
        text = cell.strip()
        longer = _four_places(text)
        return cents_of_text(longer[1] if longer else text)
    if isinstance(cell, float) and 0 <= cell < 10**15:
        return cents_of_number(cell)
    return None


def _word(cell: Any) -> str | None:
    return None if cell is None else str(cell).strip()


def _campaign(action_id: str) -> str:
    parts = action_id.strip().split(".")
    return parts[1] if parts[0] == "M" and len(parts) > 1 else ""


def _some(names: Collection[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")  # noqa: PLR2004


_SLASHED: Final = re.compile(
    r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})(?:,?[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_NOON: Final = 12


class UndecidedOrderError(ValueError):
    """The column does not tell whether 05/06/2026 is in May or in June."""


def day_comes_first(values: Iterable[object]) -> bool | None:
    """Tell from a whole column whether dates like 05/06/2026 start with the day.

    Returns:
        True or False when any date tells; None when no date is written that way.

    Raises:
        UndecidedOrderError: when there are such dates and none of them tells.
    """
    first_over = second_over = slashed = False
    for value in values:
        match = _SLASHED.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is not None:
            slashed = True
            first_over |= int(match[1]) > _NOON
            second_over |= int(match[2]) > _NOON
    if first_over != second_over:
        return first_over
    if slashed:
        raise UndecidedOrderError
    return None


def parse_moment(value: object, zone: tzinfo, *, day_first: bool | None = None) -> datetime | None:
    """Read a date; one without a time means the start of that day, one without an offset is in the zone.

    Args:
        value: ISO 8601, ``05/06/2026 10:00``, or a datetime.
        zone: the account's time zone.
        day_first: how dates with slashes are written.

    Returns:
        The moment with its time zone, None when it is none: downloads hold impossible dates such as 2017-02-31.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if not isinstance(value, str):
        return None
    text = value.strip()
    parsed: datetime | None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = _slashed(text, day_first=day_first)
    if parsed is None:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def _slashed(text: str, *, day_first: bool | None) -> datetime | None:
    match = _SLASHED.fullmatch(text)
    if match is None or day_first is None:
        return None
    day, month = (match[1], match[2]) if day_first else (match[2], match[1])
    hour = int(match[4] or 0)
    if match[7]:
        hour = hour % _NOON + (_NOON if match[7] in "Pp" else 0)
    try:
        start = datetime(int(match[3]), int(month), int(day))  # noqa: DTZ001  # the caller gives it its zone
        return start + timedelta(hours=hour, minutes=int(match[5] or 0), seconds=int(match[6] or 0))
    except (ValueError, OverflowError):
        return None
