"""Read the pending-actions download: what the network has about the actions before anything is changed."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from action_returns.batch.amounts import Cents
from action_returns.batch.cells import campaign_of, display_cell, strip_white_space
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.errors import FileError
from action_returns.readers.amount_column import AmountColumn, Unread, currencies
from action_returns.readers.dates import LatestDate, UndecidedOrderError, day_comes_first, parse_moment
from action_returns.readers.pending_rows import ID_AT, PendingRows, read_pending_rows
from action_returns.readers.pending_unknown import Unknown, first_three
from action_returns.readers.table_file import Row
from action_returns.returns.order_ids import loose_key

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Added to, not converted from: Windows' C library converts no moment before it."""
_SAMPLE: Final = 20_000
"""Rows whose dates decide how dates are written."""


def read_pending_download(
    path: Path,
    *,
    wanted: Collection[str] | None,
    time_zone: tzinfo,
    orders: Collection[str] | None = None,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    now: datetime | None = None,
) -> PendingDownload:
    """Read a download; refuse a wrong one before it changes any finding.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.
        wanted: the ids of the batch, others are only counted; None to keep all of them, or those of ``orders``.
        time_zone: dates without an offset are in it; a date without a time is the start of that day.
        orders: keys of :func:`action_returns.returns.order_ids.loose_key`; rows of these orders are kept as well.
        columns: field -> header, where the user named it.
        day_first: whether 05/06/2026 is the fifth of June; None when the user did not choose.
        now: later dates of actions do not tell how old the download is; None: those later than its file.

    Raises:
        FileError: when it cannot be used.
    """
    download = read_pending_rows(path, columns or {})
    fields = download.fields
    sample = list(islice(download.rows, _SAMPLE))
    if "locks_at" in fields and day_first is None:
        day_first = _order_of_dates(sample, fields["locks_at"], path.name)
    if "locks_at" in fields:
        _refuse_unreadable_dates(sample, fields["locks_at"], time_zone, day_first=day_first, name=path.name)
    file_date = (_EPOCH + timedelta(seconds=path.stat().st_mtime)).astimezone(time_zone)
    if orders is not None and "order_id" not in fields:
        raise _no_orders(path.name)
    reader = partial(_Reader, path.name, fields, wanted, orders, time_zone, day_first=day_first)
    latest = partial(LatestDate, download.dates, sample, time_zone, day_first=day_first, limit=now or file_date)
    read = _read_needed(download, wanted, orders, reader(), latest())
    if read is None:
        read = reader(), latest()
        read[0].read(chain(sample, download.rows), read[1])
    return read[0].result(file_date, read[1])


def _read_needed(
    download: PendingRows,
    wanted: Collection[str] | None,
    orders: Collection[str] | None,
    reader: "_Reader",
    latest: LatestDate,
) -> tuple["_Reader", LatestDate] | None:
    """Read only the rows that matter, which gives the same result; None when all rows have to be read.

    Args:
        download: the download.
        wanted: the ids that are looked for, None for none.
        orders: the keys of the orders that are looked for, None for none.
        reader: reads the rows.
        latest: looks at the dates.
    """
    lines = download.lines
    if lines is None or (wanted is None) == (orders is None):
        return None
    from action_returns.readers.csv_lines import SpreadRecordError
    from action_returns.readers.needed_lines import NeededLines

    key: Literal["action_id", "order_id"] = "action_id" if orders is None else "order_id"
    needed = NeededLines(download, lines, key, wanted or orders or (), reader.amounts, latest)
    try:
        reader.read(download.with_id(needed.records()), latest)
    except SpreadRecordError:
        return None
    reader.count += needed.left_out
    # Where nothing is found, the campaigns of all rows tell whether the download is another account's.
    return (reader, latest) if reader.has_found() or orders is not None else None


def _order_of_dates(sample: list[Row], at: int, name: str) -> bool | None:
    try:
        return day_comes_first(row[at] for row in sample)
    except UndecidedOrderError:
        raise FileError(
            "pending-dates-unclear",
            f"{name} writes lock dates like 05/06/2026, and none of them shows whether the day or the month comes "
            "first. Choose one: --pending-dates dmy or --pending-dates mdy",
        ) from None


def _refuse_unreadable_dates(sample: list[Row], at: int, zone: tzinfo, *, day_first: bool | None, name: str) -> None:
    dates = [row[at] for row in sample if not _is_blank(row[at])]
    bad = sum(parse_moment(date, zone, day_first=day_first) is None for date in dates)
    if bad * 2 > len(dates):
        raise FileError(
            "pending-dates-bad",
            f"{bad} of the first {len(dates)} lock dates in {name} cannot be read, so it is unknown what is locked. "
            "Download it again, with dates like 2026-11-30.",
        )


def _no_orders(name: str) -> FileError:
    return FileError(
        "pending-columns-missing",
        f"{name} has no column for the order ID, so the actions of an order cannot be found in it. Download it again with "
        'the column OID; or say which column it is: --pending-column order_id="HEADER"',
    )


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not strip_white_space(cell))


def _word_of(cell: Any) -> str | None:
    """Return an order id or a partner as a text; None for a blank cell and for what is none."""
    if isinstance(cell, str):
        return strip_white_space(cell) or None
    return display_cell(cell) if isinstance(cell, float) else None


_Facts: TypeAlias = tuple[Any, datetime | None, str | None, str | None, str | None, str | None, Any]
"""What one row says of its action, in the order of PendingAction; the amounts as they are written, for only the whole
column tells how to read them."""
_FIELDS: Final = ("amount", "locks_at", "state", "order_id", "partner", "currency", "original_amount")


def _cells_of(indexes: Sequence[int | None]) -> Callable[[Row], Sequence[Any]]:
    """Return a function that returns the cells of a row at these indexes, None where an index is None."""
    if None not in indexes:
        return itemgetter(*indexes)
    return lambda row: [None if at is None else row[at] for at in indexes]


class _Reader:
    """Reads rows into facts, and counts what it could not read."""

    def __init__(
        self,
        name: str,
        fields: Mapping[str, int],
        wanted: Collection[str] | None,
        orders: Collection[str] | None,
        zone: tzinfo,
        *,
        day_first: bool | None,
    ) -> None:
        self._name = name
        self._fields = fields
        self._cells = _cells_of([fields.get(field) for field in _FIELDS])
        self._keeps_all = wanted is None and orders is None
        self._wanted = frozenset(wanted or ())
        self._orders = frozenset(orders or ()) - {""}
        self._zone = zone
        self._day_first = day_first
        self.amounts = AmountColumn()
        self._found: dict[str, _Facts] = {}
        self._differing: dict[str, list[_Facts]] = {}
        self._unknown = Unknown(name, fields)
        self._campaigns: set[str] = set()
        self._currencies: set[str] = set()
        self._moments: dict[object, datetime | None] = {}
        self._stripped: dict[str, str | None] = {}
        self.count = 0

    def read(self, rows: Iterator[Row], latest: LatestDate) -> None:
        """Read every row; only wanted actions are kept. How amounts are written is looked at in every row."""
        currency_at, amount_at, order_at = map(self._fields.get, ("currency", "amount", "order_id"))
        wanted, campaigns, seen = self._wanted, self._campaigns, set[str]()
        keeps_all, orders = self._keeps_all, self._orders
        note, proven, has_dates = self.amounts.note, self.amounts.proven, bool(latest.columns)
        count = 0
        for row in rows:
            count += 1
            action_id = row[ID_AT]
            if currency_at is not None and (currency := row[currency_at]) is not None:
                if currency.__class__ is not str:  # ["EUR"] from JSON would hide another currency
                    raise self._no_currency(action_id)
                seen.add(currency)
            if amount_at is not None and (amount := row[amount_at]).__class__ is str and amount[-3:-2] not in proven:
                note(amount)  # of a long column, nearly every amount is left out here
            if has_dates:
                latest.look(row)
            if (
                keeps_all
                or action_id in wanted
                or (orders and order_at is not None and loose_key(_word_of(row[order_at]) or "") in orders)
            ):
                self._keep(action_id, row)
            elif not self._found:
                campaigns.add(campaign_of(action_id))
        self.count = count
        self._currencies = {text for currency in seen if (text := strip_white_space(currency))}

    def has_found(self) -> bool:
        """Return whether any row was kept."""
        return bool(self._found)

    def _no_currency(self, action_id: str) -> FileError:
        return FileError(
            "pending-currencies-mixed",
            f"{self._name} has a currency that is not a text, for the action {action_id}. Amounts of a batch are in the "
            "account's one currency, so the download cannot be compared. Download Pending Actions again.",
        )

    def _keep(self, action_id: str, row: Row) -> None:
        amount, locks_at, state, order_id, partner, currency, original = self._cells(row)
        known = self._stripped.get  # of most columns, many rows have the same word
        facts = (
            amount,
            self._moments.get(locks_at) or self._moment(locks_at),
            known(state) or self._state(state, action_id),
            self._text(order_id),
            known(partner) or self._word(partner),
            known(currency) or self._strip(currency),
            original,
        )
        before = self._found.setdefault(action_id, facts)
        if before is not facts and before != facts:
            self._differing.setdefault(action_id, [before]).append(facts)

    def _moment(self, cell: Any) -> datetime | None:
        if cell not in self._moments:
            self._moments[cell] = parse_moment(cell, self._zone, day_first=self._day_first)
        moment = self._moments[cell]
        if moment is None:
            is_blank = _is_blank(cell)
            self._unknown.lock_dates_missing += is_blank
            self._unknown.lock_dates_unread += not is_blank
        return moment

    def _state(self, cell: Any, action_id: str) -> str | None:
        if cell is None or isinstance(cell, str):
            return self._strip(cell)
        if isinstance(cell, float):
            return display_cell(cell)
        raise FileError(  # ['APPROVED'] from JSON would hide that the action is locked
            "pending-states-bad",
            f"{self._name} has a state that is not a text, for the action {action_id}, so it is unknown whether "
            "that action can still be changed. Download Pending Actions again.",
        )

    def _strip(self, word: str | None) -> str | None:
        """Return a word that many rows have, without white space around it; None for a blank one."""
        if word is None:
            return None
        if word not in self._stripped:
            self._stripped[word] = strip_white_space(word) or None
        return self._stripped[word]

    def _word(self, cell: Any) -> str | None:
        return self._strip(cell) if isinstance(cell, str) else self._text(cell)

    def _text(self, cell: Any) -> str | None:
        word = _word_of(cell)
        self._unknown.words_left_out += word is None and cell is not None and not isinstance(cell, str)
        return word

    def result(self, file_date: datetime, latest: LatestDate) -> PendingDownload:
        """Return what was read.

        Args:
            file_date: the date of the file.
            latest: the latest date of an action in it.

        Raises:
            FileError: when it is the wrong download.
        """
        self._refuse_wrong()
        currency = self._one_currency()
        actions = {action_id: self._action(self._found.pop(action_id), currency) for action_id in list(self._found)}
        for action_id, several in list(self._differing.items()):
            # It is unknown which of them is true; what they agree on is kept.
            first, *others = (self._action(facts, currency, counts=False) for facts in several)
            agreed = {
                key: fact for key, fact in first._asdict().items() if all(getattr(o, key) == fact for o in others)
            }
            actions[action_id] = PendingAction(**agreed)
            if all(other == first for other in others):
                del self._differing[action_id]
        return PendingDownload(
            actions=actions,
            count=self.count,
            as_of=file_date if latest.moment is None else min(latest.moment, file_date),
            as_of_basis=self._basis(file_date, latest),
            currency=currency,
            notes=tuple(self._unknown.notes(self.amounts, self._differing)),
        )

    def _action(self, facts: _Facts, currency: str | None, *, counts: bool = True) -> PendingAction:
        amount, locks_at, state, order_id, partner, named, before = facts
        cents: Cents | Unread | None = self.amounts.read(amount, currency)
        if isinstance(cents, Unread):
            if counts:
                self._unknown.amounts[cents].append(amount)
            cents = None
        original = None if before is None else self.amounts.read(before, currency)
        if isinstance(original, Unread):  # an import does without it; no row is checked with it
            original = None
        return PendingAction(cents, locks_at, state, order_id, partner, named, original)

    def _one_currency(self) -> str | None:
        """Return the currency of the download: its currency column decides, else the signs beside the amounts.

        Raises:
            FileError: the signs are of different currencies.
        """
        if self._currencies:
            return next(iter(self._currencies))
        possible: frozenset[str] | None = None
        for text, *_ in self._found.values():
            if text.__class__ is str and not (text[:1].isdigit() and text[-1:].isdigit()):
                named = currencies(strip_white_space(text))
                if named:
                    possible = named if possible is None else possible & named
        if possible is not None and not possible:
            raise self._mixed("the signs beside its amounts are of several")
        return next(iter(possible)) if possible and len(possible) == 1 else None

    def _mixed(self, which: str) -> FileError:
        return FileError(
            "pending-currencies-mixed",
            f"{self._name} mixes currencies ({which}). Amounts of a batch are in the account's one currency. "
            "Download the actions of one account, in its currency.",
        )

    def _refuse_wrong(self) -> None:
        name = self._name
        if not self.count:
            raise FileError("pending-empty", f"{name} holds no actions. Download Pending Actions again.")
        if len(self._currencies) > 1:
            raise self._mixed(first_three(self._currencies))
        ours = {campaign_of(strip_white_space(action_id)) for action_id in self._wanted if action_id} - {""}
        theirs = self._campaigns - {""}
        if ours and theirs and not self._found and not ours & theirs:
            raise FileError(
                "pending-other-account",
                f"{name} holds none of the actions of this batch: its campaigns are {first_three(theirs)}, the batch has "
                f"{first_three(ours)}. It is probably the download of another account.",
            )

    def _basis(self, file_date: datetime, latest: LatestDate) -> str:
        """Return what the age of the download rests on."""
        if latest.moment is None and latest.columns:
            return f"the date of {self._name}; the dates of its actions do not tell its age"
        if latest.moment is None:
            return f"the date of {self._name}, which has no dates of its actions"
        return f"its latest action is of {latest.moment.astimezone(self._zone):%Y-%m-%d %H:%M %Z}, the file is of {file_date:%Y-%m-%d}"
