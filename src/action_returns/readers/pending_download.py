"""Read the pending-actions download: what the network has about the actions before anything is changed."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from action_returns.batch.amounts import LIMIT, cents_of_number, cents_of_text
from action_returns.batch.cells import campaign_of, strip_white_space
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.errors import FileError
from action_returns.readers.dates import UndecidedOrderError, day_comes_first, parse_moment
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
    """Return the headers of a download.

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
    """Read a download; refuse a wrong one before it changes any finding.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.
        wanted: the ids of the batch, others are only counted; None to keep all of them.
        time_zone: dates without an offset are in it; a date without a time is the start of that day.
        columns: field -> header, where the user named it.
        day_first: whether 05/06/2026 is the fifth of June; None when the user did not choose.

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
    reader = _Reader(path.name, fields, wanted, time_zone, day_first=day_first)
    reader.read(chain(sample, rows))
    return reader.result(path)


def _order_of_dates(sample: list[Row], at: int, name: str) -> bool | None:
    try:
        return day_comes_first(row[at] for row in sample if len(row) > at)
    except UndecidedOrderError:
        raise FileError(
            "pending-dates-unclear",
            f"{name} writes lock dates like 05/06/2026, and none of them shows whether the day or the month comes "
            "first. Choose one: --pending-dates dmy or --pending-dates mdy",
        ) from None


def _refuse_unreadable_dates(sample: list[Row], at: int, zone: tzinfo, *, day_first: bool | None, name: str) -> None:
    dates = [row[at] for row in sample if len(row) > at and row[at] not in ("", None)]
    bad = sum(parse_moment(date, zone, day_first=day_first) is None for date in dates)
    if bad * 2 > len(dates):
        raise FileError(
            "pending-dates-bad",
            f"{bad} of the first {len(dates)} lock dates in {name} cannot be read, so it is unknown what is locked. "
            "Download it again, with dates like 2026-11-30.",
        )


class _Reader:
    """Reads rows into facts, and counts what it could not read."""

    def __init__(
        self,
        name: str,
        fields: Mapping[str, int],
        wanted: Collection[str] | None,
        zone: tzinfo,
        *,
        day_first: bool | None,
    ) -> None:
        self._name = name
        self._fields = fields
        self._wanted = None if wanted is None else frozenset(wanted)
        self._zone = zone
        self._day_first = day_first
        self._actions: dict[str, PendingAction] = {}
        self._differing: set[str] = set()
        self._campaigns: set[str] = set()
        self._currencies: set[str] = set()
        self._moments: dict[str | datetime, datetime | None] = {}
        self.count = self.bad_dates = self.bad_amounts = 0

    def read(self, rows: Iterator[Row]) -> None:
        """Read every row; only wanted actions are kept."""
        id_at, currency_at = self._fields["action_id"], self._fields.get("currency")
        wanted, campaigns, currencies = self._wanted, self._campaigns, set[str]()
        for row in rows:
            cell = row[id_at] if len(row) > id_at else None
            action_id = str(cell).strip() if cell else ""
            if not action_id:
                continue
            self.count += 1
            if currency_at is not None and len(row) > currency_at and (currency := row[currency_at]):
                if currency.__class__ is not str:
                    raise self._no_currency(action_id)
                currencies.add(currency)
            if wanted is None or action_id in wanted:
                self._keep(action_id, row)
            elif not self._actions:
                campaigns.add(campaign_of(action_id))
        self._currencies = {text for currency in currencies if (text := strip_white_space(currency))}

    def _no_currency(self, action_id: str) -> FileError:
        return FileError(
            "pending-currencies-mixed",
            f"{self._name} has a currency that is not a text, for the action {action_id}. Amounts of a batch are in the "
            "account's one currency, so the download cannot be compared. Download Pending Actions again.",
        )

    def _keep(self, action_id: str, row: Row) -> None:
        action = PendingAction(
            cents=self._cents(self._cell(row, "amount")),
            locks_at=self._moment(self._cell(row, "locks_at")),
            state=_text(self._cell(row, "state")),
            order_id=_text(self._cell(row, "order_id")),
            partner=_text(self._cell(row, "partner")),
            currency=strip_white_space(self._cell(row, "currency") or "") or None,
        )
        before = self._actions.get(action_id)
        if before is not None and before != action:
            # It is unknown which of the two is true; what they agree on is kept.
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
        if not isinstance(cell, str | datetime):  # a list from JSON is no key of a dictionary either
            self.bad_dates += 1
            return None
        if cell not in self._moments:
            self._moments[cell] = parse_moment(cell, self._zone, day_first=self._day_first)
        moment = self._moments[cell]
        self.bad_dates += moment is None
        return moment

    def result(self, path: Path) -> PendingDownload:
        """Return what was read.

        Raises:
            FileError: when it is the wrong download.
        """
        self._refuse_wrong()
        return PendingDownload(
            actions=self._actions,
            count=self.count,
            as_of=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            as_of_basis=f"the date of {path.name}",
            currency=next(iter(self._currencies), None),
            notes=tuple(self._notes()),
        )

    def _refuse_wrong(self) -> None:
        name = self._name
        if not self.count:
            raise FileError("pending-empty", f"{name} holds no actions. Download Pending Actions again.")
        if len(self._currencies) > 1:
            raise FileError(
                "pending-currencies-mixed",
                f"{name} mixes currencies ({_first_three(self._currencies)}). Amounts of a batch are in the account's one currency. "
                "Download the actions of one account, in its currency.",
            )
        ours = {campaign_of(action_id.strip()) for action_id in self._wanted or () if action_id} - {""}
        theirs = self._campaigns - {""}
        if ours and theirs and not self._actions and not ours & theirs:
            raise FileError(
                "pending-other-account",
                f"{name} holds none of the actions of this batch: its campaigns are {_first_three(theirs)}, the batch has "
                f"{_first_three(ours)}. It is probably the download of another account.",
            )

    def _notes(self) -> Iterator[str]:
        name = self._name
        for field, what in _OPTIONAL.items():
            if field not in self._fields:
                yield f"{name} has no column for {field}, so it could not be checked {what}."
        if self.bad_dates:
            yield f"{self.bad_dates} lock dates in {name} cannot be read; whether those actions are locked is unknown."
        if self.bad_amounts:
            yield f"{self.bad_amounts} amounts in {name} cannot be read exactly; those actions were not compared."
        if self._differing:
            yield (
                f"{len(self._differing)} actions stand in {name} twice with different facts ({_first_three(self._differing)}); "
                "what differs was not used."
            )


def _cents(cell: Any) -> int | None:
    """Read a current amount exactly; reports write up to four places, of which the last two must be zeros."""
    if isinstance(cell, str):
        text = cell.strip()
        longer = _four_places(text)
        return cents_of_text(longer[1] if longer else text)
    if isinstance(cell, float) and 0 <= cell < LIMIT:
        return cents_of_number(cell)
    return None


def _text(cell: Any) -> str | None:
    return None if cell is None else str(cell).strip()


def _first_three(names: Collection[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")  # noqa: PLR2004
