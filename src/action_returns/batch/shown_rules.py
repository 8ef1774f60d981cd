"""The rules about what a sheet shows of the three columns: number formats, currencies, hidden rows and columns.

What a cell shows is what its user means. A number format can show other digits than the cell holds, and the cell's
digits are sent (ECMA-376 Part 1, 18.8.30).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Final

from action_returns.batch.amounts import LIMIT
from action_returns.batch.cells import COLUMN_NAMES, Columns
from action_returns.batch.checked_cells import CheckedCells, Found, RowFindings
from action_returns.batch.context import Context

_NUMBERS: Final = frozenset({float, int})


def percentages(columns: Columns) -> frozenset[int]:
    """Return the positions of the numbers that their format shows as percentages."""
    if not columns.amount_formats:
        return frozenset()
    from action_returns.batch.number_formats import read_format

    found: set[int] = set()
    for code, positions in columns.amount_formats.items():
        number_format = read_format(code)
        if number_format.may_be_percent:
            found.update(
                at
                for at in positions
                if (cell := columns.amount[at]).__class__ in {float, int}
                and abs(cell) < LIMIT
                and number_format.is_percent(cell)
            )
    return frozenset(found)


def main_currency(columns: Columns) -> str:
    """Return the currency that most rows are in, by its code where it has one; ``""`` when none is known.

    With as many rows of each, it is the first one.
    """
    counted: Counter[str]
    if columns.currency is not None:
        counted = Counter(cell for cell in columns.currency if isinstance(cell, str) and cell.strip())
    else:
        shown = [
            (min(numbers), currency, len(numbers))
            for currency, positions in _currency_formats(columns)
            if (numbers := _numbers(columns, positions))
        ]
        counted = Counter()
        for _, currency, number in sorted(shown):
            counted[currency] += number
    if not counted:
        return ""
    from action_returns.batch.currencies import code_of

    rows_of: Counter[str] = Counter()
    for text, rows in counted.items():
        rows_of[code_of(text)] += rows
    return rows_of.most_common(1)[0][0]


def currency_note(columns: Columns) -> str:
    """Return the note that the currency of number formats is not sent, ``""`` when no format names one.

    The reader of a file notes the same about a currency column.
    """
    named = dict.fromkeys(
        currency
        for currency, positions in _currency_formats(columns)
        if any(columns.amount[at].__class__ in _NUMBERS for at in positions)
    )
    if not named or columns.currency is not None:
        return ""
    return (
        f"The file that leaves has no currency (the number formats of Amount show {', '.join(named)}): every amount counts "
        "in the currency of its action."
    )


def _currency_formats(columns: Columns) -> Iterable[tuple[str, Sequence[int]]]:
    """Return each currency that a number format names, with the positions of its cells."""
    if not columns.amount_formats:
        return
    from action_returns.batch.number_formats import read_format

    for code, positions in columns.amount_formats.items():
        currency = read_format(code).currency
        if currency:
            yield currency, positions


def _numbers(columns: Columns, positions: Sequence[int]) -> list[int]:
    """Return the positions that hold a number; a number format shows no text otherwise than it is."""
    kinds = map(type, map(columns.amount.__getitem__, positions))
    return list(compress(positions, map(_NUMBERS.__contains__, kinds)))


def find_percentages(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find numbers that are shown as percentages."""
    yield Found("amount-percent", sorted(batch.percentages))


def find_amounts_shown_otherwise(batch: CheckedCells, context: Context) -> RowFindings:
    """Find amounts of which the cell shows other digits, or another currency than the action's, than are sent."""
    if not batch.columns.amount_formats:
        return
    from action_returns.batch.number_formats import read_format

    for code, positions in batch.columns.amount_formats.items():
        number_format = read_format(code)
        currency = number_format.currency if context.pending is not None else ""
        if number_format.shows_every_amount and not currency:
            continue
        exact, shows_texts = number_format.exact_multiple, number_format.shows_as_sent("0")
        found = []
        for at in positions:
            cell, cents = batch.columns.amount[at], batch.amount(at)
            if isinstance(cents, str):
                continue
            if cell.__class__ is str:
                as_sent = shows_texts
            else:
                as_sent = (cents > 0 and exact > 0 and cents % exact == 0) or number_format.shows_as_sent(cents)
                as_sent = as_sent and not (currency and _is_in_another_currency(batch, at, currency, context))
            if not as_sent:
                found.append(at)
        yield Found("amount-shown-otherwise", found)


def _is_in_another_currency(batch: CheckedCells, position: int, currency: str, context: Context) -> bool:
    from action_returns.batch.currencies import may_be_the_same

    assert context.pending is not None  # noqa: S101  # a currency is compared only with a download
    return not may_be_the_same(currency, context.pending.currency_of(batch.columns.action_id[position]))


def find_leading_zeros(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find amounts above zero that are written with leading zeros, as some systems write cents."""
    amounts, told = batch.columns.amount, batch.rows_with_amount_finding
    yield Found(
        "amount-leading-zeros",
        [
            at
            for at, cents, _ in batch.suspects
            if cents and isinstance(cell := amounts[at], str) and cell[0] == "0" and cell[1] != "." and at not in told
        ],
    )


def find_mixed_currencies(batch: CheckedCells, context: Context) -> RowFindings:
    """Find rows in another currency than most rows, or than their action in the download."""
    columns, main = batch.columns, batch.main_currency
    if not main:
        return
    from action_returns.batch.currencies import may_be_the_same

    if columns.currency is None:
        for currency, positions in _currency_formats(columns):
            if not may_be_the_same(currency, main):
                yield Found("currency-mixed", _numbers(columns, positions))
        return
    texts = {cell for cell in columns.currency if isinstance(cell, str) and cell.strip()}
    others = {text for text in texts if not may_be_the_same(text, main)}
    found = (
        {at for at, cell in enumerate(columns.currency) if isinstance(cell, str) and cell in others}
        if others
        else set()
    )
    pending = context.pending
    if pending is not None:
        found.update(
            at
            for at, (cell, action_id) in enumerate(zip(columns.currency, columns.action_id, strict=True))
            if isinstance(cell, str) and not may_be_the_same(cell, pending.currency_of(action_id))
        )
    yield Found("currency-mixed", sorted(found))


def find_hidden_columns(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find columns that are hidden as a whole; each is told once, at the first row."""
    for column in COLUMN_NAMES:
        if column in batch.columns.hidden_columns and len(batch.columns):
            yield Found("column-hidden", [0], column)


def find_hidden_rows(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find rows that are hidden or filtered away in the sheet."""
    hidden = batch.columns.hidden
    if hidden:
        yield Found("row-hidden", [at for at, row in enumerate(batch.columns.rows) if row in hidden])
