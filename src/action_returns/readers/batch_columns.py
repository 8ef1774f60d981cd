"""Decide which columns of a file are ActionId, Amount and Reason, and know the ones beside them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, ColumnName, column_letters
from action_returns.errors import FileError, UsageError
from action_returns.readers.headers import fold_header, header_signature
from action_returns.shell import option_with_name

BATCH_ALIASES: Final[Mapping[ColumnName, frozenset[str]]] = {
    # Folded spellings. "Sale Amount", "Revenue" and "Refund" are none of them: they may hold what the order was worth
    # before, or what was refunded, and the Amount that is sent is the order's new total.
    "ActionId": frozenset({"actionid"}),
    "Amount": frozenset({"amount", "newamount", "newtotal", "neworderamount"}),
    "Reason": frozenset({"reason", "reasoncode"}),
}

_TOOL_COLUMNS: Final = frozenset({"Check", "Result", "What to do"})
"""Columns of the table Actions that only a workbook of this program has."""

_CURRENCY: Final = (
    "currency",
    "currencycode",
    "isocurrency",
    "isocurrencycode",
    "currencyiso",
    "currencyofsale",
    "ordercurrency",
    "salecurrency",
    "originalcurrency",
    "waehrung",
    "währung",
    "devise",
    "moneda",
    "valuta",
)
"""Folded headers of a currency column, the likeliest first."""

_ITEMS: Final = frozenset(
    {
        *("sku", "skuid", "itemsku", "lineitemsku", "productsku", "item", "itemid", "itemname", "itemprice", "items"),
        *("quantity", "qty", "itemquantity", "lineitemquantity", "lineitemname", "lineitemprice", "lineitem"),
        *("product", "productid", "productname", "producttitle", "asin", "menge", "artikel", "artikelnummer"),
    }
)

_LOCK_DATES: Final = frozenset({"lockingdate", "lockdate", "lockeddate", "payout", "clearingdate"})
_ACTION_FACTS: Final = frozenset({"status", "state", "actiondate", "eventdate", "creationdate", "mediapartner"})


@dataclass(frozen=True, slots=True)
class ColumnAnswers:
    """What the user said about the columns of a file.

    Args:
        given: column -> header, as the user names it now. It may have its letter before it: ``C New Amount``.
        saved: signature of a set of headers -> column -> header, as the user named it for an earlier file.
    """

    given: Mapping[ColumnName, str] = field(default_factory=dict)
    saved: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, headers: Sequence[object]) -> dict[ColumnName, str]:
        """Return column -> header for a row with these headers; what is named now comes before what was saved."""
        saved = self.saved.get(signature_of(headers), {}) if self.saved else {}
        return {name: self.given.get(name) or saved[name] for name in COLUMN_NAMES if name in {*self.given, *saved}}


NO_ANSWERS: Final = ColumnAnswers()


@dataclass(frozen=True, slots=True)
class BatchHeader:
    """The header row of a batch.

    Args:
        headers: its cells, left to right.
        left: number of the first one's column, 1 for A.
        indexes: which of them are the three.
        remembered: those that a saved answer named.
    """

    headers: Sequence[object]
    left: int
    indexes: Mapping[ColumnName, int]
    remembered: tuple[ColumnName, ...] = ()

    @property
    def labels(self) -> dict[ColumnName, str]:
        """Each of the three with its letter and its header as it stands: ``C New Amount``."""
        return {name: self.label(self.indexes[name]) for name in COLUMN_NAMES}

    @property
    def numbers(self) -> tuple[int, int, int]:
        """The column numbers of ActionId, Amount and Reason, 1 for A."""
        first, second, third = (self.indexes[name] + self.left for name in COLUMN_NAMES)
        return first, second, third

    @property
    def currency(self) -> int | None:
        """The index of the currency column, None without one. A column that the user named as one of the three is none."""
        own = self.indexes.values()
        folded = ["" if at in own else fold_header(header) for at, header in enumerate(self.headers)]
        return next((folded.index(alias) for alias in _CURRENCY if alias in folded), None)

    def label(self, at: int) -> str:
        """Return a column with its letter, ``C New Amount``."""
        return label(self.headers, at, self.left)

    def notes(self) -> list[str]:
        """Return what the user has to know about these columns, one sentence each."""
        notes = [
            f'{name} is read from the column "{plain_header(self.headers[self.indexes[name]])}", as --column said for an '
            f'earlier file with the same headers. To read another one: --column {name}="HEADER"'
            for name in self.remembered
        ]
        items = [self.label(at) for at, header in enumerate(self.headers) if fold_header(header) in _ITEMS]
        if items:
            notes.append(
                f"Items are not sent (column{'s' if len(items) > 1 else ''} {', '.join(items)}): an action is a whole "
                "order, so Amount has to be the new total of the whole order."
            )
        if self.currency is not None:
            notes.append(
                f"The file that leaves has no currency (column {self.label(self.currency)} is not sent): every amount "
                "counts in the currency of the account."
            )
        return notes


def find_columns(headers: Sequence[object], answers: ColumnAnswers | None = None, left: int = 1) -> BatchHeader | None:
    """Find ActionId, Amount and Reason in one row of cells.

    Args:
        headers: the cells of the row, left to right.
        answers: what the user said about columns; None where the user cannot say anything.
        left: number of the first cell's column.

    Returns:
        The three columns, or None when the row is not their header row.

    Raises:
        FileError: all three are there, but one stands there twice (``columns-repeated``), or Amount may hold what
            the order is worth now (``columns-missing``).
    """
    named = {} if answers is None else answers.of(headers)
    folded = [fold_header(header) for header in headers]
    found = {name: _named(header, headers, folded, left) for name, header in named.items()}
    taken = {at for indexes in found.values() for at in indexes}
    for name in COLUMN_NAMES:
        if name not in found:
            found[name] = [at for at, text in enumerate(folded) if text in BATCH_ALIASES[name] and at not in taken]
    if not all(found.values()):
        return None
    indexes = {name: _only(name, found[name], headers, left, may_choose=answers is not None) for name in COLUMN_NAMES}
    for name in COLUMN_NAMES:
        others = [other for other in COLUMN_NAMES if other != name and indexes[other] == indexes[name]]
        if others:
            raise FileError(
                "columns-repeated",
                f'The column "{plain_header(headers[indexes[name]])}" cannot be both {name} and {others[0]}. '
                "Name another one for one of them with --column.",
            )
    if answers is not None and "Amount" not in named and folded[indexes["Amount"]] == "amount":
        _refuse_amount_of_download(headers, folded, indexes["Amount"])
    given = () if answers is None else answers.given
    return BatchHeader(headers, left, indexes, tuple(name for name in named if name not in given))


def own_table(headers: Sequence[str], left: int, answers: ColumnAnswers = NO_ANSWERS) -> BatchHeader | None:
    """Return the three columns of the table Actions as this program makes it, None for any other table.

    Its headers are fixed, and the buttons read the same three: what the user added beside them is never meant.

    Raises:
        UsageError: the user names another column for one of them.
    """
    if not set(COLUMN_NAMES).issubset(headers) or not _TOOL_COLUMNS.issubset(headers):
        return None
    for name, header in answers.given.items():
        if fold_header(header) != fold_header(name):
            raise UsageError(
                f"{column_option(name, header)} is not for a workbook of this program: the columns of its table Actions are "
                f"fixed, and the buttons in it read the same ones. Copy the cells into its column {name}."
            )
    return BatchHeader(headers, left, {name: headers.index(name) for name in COLUMN_NAMES})


def signature_of(headers: Sequence[object]) -> str:
    """Return what is the same for all files with these headers, wherever they stand and however they are spelled."""
    return header_signature([header for header in headers if fold_header(header)])


def label(headers: Sequence[object], at: int, left: int = 1) -> str:
    """Return a column with its letter and its header as it stands, ``C New Amount``."""
    return f"{column_letters(at + left)} {headers[at]}"


def plain_header(header: object) -> str:
    """Return a header in one line: every white space in it as one blank."""
    return " ".join(str(header).split())


def column_option(name: ColumnName, header: object) -> str:
    """Return the words that say which column is which, as they can be pasted after a command."""
    return option_with_name("--column", plain_header(header), name)


def action_facts(folded: Collection[str]) -> bool:
    """Return whether these folded headers are those of a download of actions: lock date, payout, status and date."""
    return not _LOCK_DATES.isdisjoint(folded) or len(_ACTION_FACTS.intersection(folded)) > 1


def _named(header: str, headers: Sequence[object], folded: Sequence[str], left: int) -> list[int]:
    """Return the columns that have a header the user named, with or without its letter."""
    wanted = fold_header(header)
    found = [at for at, text in enumerate(folded) if text and text == wanted]
    return found or [at for at, text in enumerate(folded) if text and fold_header(label(headers, at, left)) == wanted]


def _only(name: ColumnName, indexes: list[int], headers: Sequence[object], left: int, *, may_choose: bool) -> int:
    if len(indexes) == 1:
        return indexes[0]
    found = ", ".join(f'"{plain_header(headers[at])}"' for at in indexes)
    choose = " or ".join(column_option(name, label(headers, at, left)) for at in indexes)
    raise FileError(
        "columns-repeated",
        f"The column {name} stands there {len(indexes)} times ({found}), so it is not certain which one counts. "
        + (f"Choose one: {choose}" if may_choose else "Keep one of them and rename or delete the others."),
    )


def _refuse_amount_of_download(headers: Sequence[object], folded: Sequence[str], at: int) -> None:
    """Refuse a bare Amount among the columns of a download, where it is what the order is worth now.

    Raises:
        FileError: ``columns-missing``.
    """
    if action_facts(folded):
        facts = [i for i, text in enumerate(folded) if text in _LOCK_DATES | _ACTION_FACTS]
        beside = ", ".join(f'"{plain_header(headers[i])}"' for i in facts)
        raise FileError(
            "columns-missing",
            f'The column "{plain_header(headers[at])}" stands beside columns of a download of actions ({beside}). There '
            "it is what the order is worth now, not its new total. Write the new totals in a column New Amount. If the "
            f"new totals are in it already, add: {column_option('Amount', headers[at])}",
        )
