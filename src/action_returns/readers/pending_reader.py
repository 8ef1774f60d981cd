"""Read the rows of a pending-actions download into actions, and count what they do not tell."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from operator import itemgetter
from typing import Any, Final, TypeAlias

from action_returns.batch.amounts import Cents
from action_returns.batch.cells import campaign_of, display_cell, strip_white_space
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.errors import FileError
from action_returns.readers.amount_column import AmountColumn, Unread, currencies
from action_returns.readers.dates import LatestDate, parse_moment
from action_returns.readers.pending_rows import ID_AT
from action_returns.readers.pending_unknown import Unknown, first_three
from action_returns.readers.table_file import Row
from action_returns.returns.order_ids import loose_key


def is_blank(cell: object) -> bool:
    """Return whether a cell holds nothing but white space."""
    return cell is None or (isinstance(cell, str) and not strip_white_space(cell))


def word_of(cell: Any) -> str | None:
    """Return an order id or a partner as a text; None for a blank cell and for what is none."""
    if isinstance(cell, str):
        return cell if cell.isalnum() and cell.isascii() else strip_white_space(cell) or None
    return display_cell(cell) if isinstance(cell, float) else None


_Facts: TypeAlias = tuple[Any, datetime | None, str | None, str | None, str | None, str | None, Any]
"""What one row says of its action, in the order of PendingAction; the amounts as they are written, for only the whole
column tells how to read them."""
_FIELDS: Final = ("amount", "locks_at", "state", "order_id", "partner", "currency", "original_amount")


def _cells_of(indexes: Sequence[int | None]) -> Callable[[Row], Sequence[Any]]:
    """Return a function that returns the cells of a row at these indexes, None where an index is None."""
    if None not in indexes:
        return itemgetter(*indexes)
    pick = itemgetter(*(-1 if at is None else at for at in indexes))
    return lambda row: pick((*row, None))


class PendingReader:
    """Reads rows into actions, and counts what it could not read.

    Args:
        name: the file.
        fields: field -> index of its cell in a row.
        wanted: the ids of the actions that are kept, None for none.
        orders: the keys of the orders whose actions are kept, None for none; with neither, all are.
        zone: dates without an offset are in it.
        day_first: whether 05/06/2026 is the fifth of June, None when no date is written that way.
    """

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
                or (orders and order_at is not None and loose_key(word_of(row[order_at]) or "") in orders)
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
            is_missing = is_blank(cell)
            self._unknown.lock_dates_missing += is_missing
            self._unknown.lock_dates_unread += not is_missing
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
        word = word_of(cell)
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
