"""Read the rows of a pending download into actions, and count what they do not tell."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import compress
from operator import or_
from types import NoneType
from typing import Any, Final

from action_returns.batch.cells import campaign_of, strip_white_space
from action_returns.batch.context import PendingDownload
from action_returns.errors import FileError
from action_returns.readers.amount_column import AmountColumn, currencies
from action_returns.readers.dates import LatestDate, parse_moment
from action_returns.readers.pending_facts import FIELDS, PendingFacts, words_of
from action_returns.readers.pending_rows import ID_AT
from action_returns.readers.pending_unknown import Unknown, first_three
from action_returns.readers.table_file import Row, in_blocks
from action_returns.returns.order_ids import loose_key

_BLOCK: Final = 4_096
"""Rows that are read in one go."""


def _loose_keys(words: Sequence[str | None]) -> Iterable[str]:
    """Return the keys of order ids by which they are compared."""
    numbers = list(filter(None, words))
    text = "\n".join(("", *numbers))
    are_whole = len(numbers) == text.count("\n") == len(words)
    if are_whole and "\n0" not in text and text.isascii() and text.replace("\n", "").isdigit():  # nearly always
        return numbers
    return [loose_key(word or "") for word in words]


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
        self._keeps_all = wanted is None and orders is None
        self._wanted = frozenset(wanted or ())
        self._orders = frozenset(orders or ()) - {""}
        self._zone = zone
        self._day_first = day_first
        self.amounts = AmountColumn()
        self._unknown = Unknown(name, fields)
        self._facts = PendingFacts(name, self._unknown, self._moment)
        self._campaigns: set[str] = set()
        self._currencies: set[str] = set()
        self.count = 0

    def read(self, rows: Iterator[Row], latest: LatestDate) -> None:
        """Read every row; only wanted actions are kept. How amounts are written is looked at in every row."""
        for block in in_blocks(rows, _BLOCK):
            self.read_block(block, latest)

    def read_block(self, rows: Sequence[Row], latest: LatestDate) -> None:
        """Read some rows, all of the same width.

        Raises:
            FileError: a currency or a state is not a text.
        """
        self.count += len(rows)
        columns = list(zip(*rows, strict=True))
        if (at := self._fields.get("currency")) is not None:
            self._note_currencies(columns[at], columns[ID_AT])
        if (at := self._fields.get("amount")) is not None:
            proven = self.amounts.proven
            for amount in columns[at]:
                if amount.__class__ is str and amount[-3:-2] not in proven:
                    self.amounts.note(amount)  # of a long column, nearly every amount is left out here
        for at in latest.columns:
            latest.look_at_all(at, columns[at])
        self._keep(columns)

    def _note_currencies(self, cells: Sequence[Any], ids: Sequence[str]) -> None:
        if not {str, NoneType}.issuperset(map(type, cells)):  # ["EUR"] from JSON would hide another currency
            bad = next(at for at, cell in enumerate(cells) if cell is not None and cell.__class__ is not str)
            raise self._no_currency(ids[bad])
        self._currencies |= {text for cell in set(cells) if cell and (text := strip_white_space(cell))}

    def _keep(self, columns: Sequence[Sequence[Any]]) -> None:
        """Keep the rows of wanted actions."""
        ids = columns[ID_AT]
        if not self._keeps_all:
            kept = list(map(self._wanted.__contains__, ids))
            if self._orders and (at := self._fields.get("order_id")) is not None:
                keys = _loose_keys(words_of(columns[at]))
                kept = list(map(or_, kept, map(self._orders.__contains__, keys)))
            if not all(kept):
                if not self.has_found():  # the campaigns are asked for where nothing is found
                    self._campaigns.update(
                        campaign_of(one) for one, is_kept in zip(ids, kept, strict=True) if not is_kept
                    )
                columns = [tuple(compress(column, kept)) for column in columns]
        ids = columns[ID_AT]
        if ids:
            none = (None,) * len(ids)
            indexes = map(self._fields.get, FIELDS)
            self._facts.add(ids, [none if at is None else columns[at] for at in indexes])

    def has_found(self) -> bool:
        """Return whether any row was kept."""
        return bool(self._facts.found)

    def _no_currency(self, action_id: str) -> FileError:
        return FileError(
            "pending-currencies-mixed",
            f"{self._name} has a currency that is not a text, for the action {action_id}. Amounts of a batch are in the "
            "account's one currency, so the download cannot be compared. Download Pending Actions again.",
        )

    def _moment(self, cell: Any) -> datetime | None:
        return parse_moment(cell, self._zone, day_first=self._day_first)

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
        actions = self._facts.actions(self.amounts, currency)
        return PendingDownload(
            actions=actions,
            count=self.count,
            as_of=file_date if latest.moment is None else min(latest.moment, file_date),
            as_of_basis=self._basis(file_date, latest),
            has_dates=latest.moment is not None,
            has_offset=latest.has_offset,
            currency=currency,
            notes=tuple(self._unknown.notes(self.amounts, self._facts.differing)),
        )

    def _one_currency(self) -> str | None:
        """Return the currency of the download: its currency column decides, else the signs beside the amounts.

        Raises:
            FileError: the signs are of different currencies.
        """
        if self._currencies:
            return next(iter(self._currencies))
        possible: frozenset[str] | None = None
        for text, *_ in self._facts.found.values():
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
        if ours and theirs and not self.has_found() and not ours & theirs:
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
