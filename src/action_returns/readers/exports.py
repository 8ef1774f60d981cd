"""Read a shop's returns export: find its header row, recognise its source, and read its columns."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from action_returns.batch.cells import display_cell, quote
from action_returns.errors import FileError
from action_returns.readers.export_cells import currencies_in, currency_signs, read_amounts, read_orders, read_texts
from action_returns.readers.export_columns import find_export_columns, fold_export_header, unit_of
from action_returns.readers.export_rows import read_cells
from action_returns.readers.export_table import ExportTable, open_export_table
from action_returns.readers.headers import fold_header, header_signature
from action_returns.returns.export import MappedColumn, Money, ShopExport, UnreadAmount
from action_returns.returns.source import MONEY_FIELDS, Amounts, Field

_EXAMPLES: Final = 3
_LONGEST_EXAMPLE: Final = 60
_LOOKED_AT: Final = 1_000
"""Cells of a column among which examples are looked for."""
_NEEDED: Final = MONEY_FIELDS | {Field.ORDER, Field.STATUS, Field.REFUND_ID}
"""Fields without which a line says less than it should."""


def read_export(
    path: Path, *, columns: Mapping[Field, str] | None = None, remembered: Mapping[str, Mapping[str, str]] | None = None
) -> ShopExport:
    """Read an export.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.
        columns: field -> header, as the user names it now.
        remembered: signature of a set of headers -> field -> header, as the user named it for an earlier file.

    Raises:
        FileError: when it cannot be used as a whole.
    """
    chosen = columns or {}
    table = open_export_table(path, frozenset(map(fold_export_header, chosen.values())))
    signature = header_signature([header for header in table.headers if fold_header(header)])
    found = find_export_columns(table.name, table.headers, chosen, (remembered or {}).get(signature, {}))
    source, indexes = found.source, found.indexes
    needed = [at for field, (at, _) in indexes.items() if field in _NEEDED]
    compared = [] if found.action_ids is None else [found.action_ids]
    cells = read_cells(
        table,
        [*(at for at, _ in indexes.values()), *compared],
        needed,
        with_repeats=source.amounts is not Amounts.TO_DATE,
    )
    by_field = dict(zip(indexes, cells.columns[: len(indexes)], strict=True))
    if table.is_open_ended:
        _refuse_cut_amount(table, indexes, by_field, cells.lines[-1])
    texts: dict[Field, Sequence[str | None]] = {}
    damaged: dict[int, str] = {}
    for field, column in by_field.items():
        if field is Field.ORDER:
            texts[field], damaged = read_orders(column)
        else:
            texts[field] = read_texts(column)
    amounts: dict[Field, Sequence[Money]] = dict(
        read_amounts({field: column for field, column in by_field.items() if field in MONEY_FIELDS})
    )
    notes = _read_currencies(table.headers, indexes, by_field, texts, amounts)
    if found.action_ids is not None:
        header = table.headers[found.action_ids]
        notes += (
            f'The ActionIds of the column "{header}" are compared with the actions that are found by the order numbers.',
        )
    mapping = tuple(
        MappedColumn(field, table.headers[at], certainty, _examples(texts[field]))
        for field, (at, certainty) in indexes.items()
    )
    return ShopExport(
        path.name,
        source,
        mapping,
        table.headers,
        cells.lines,
        texts,
        amounts,
        signature,
        notes,
        cells.repeats,
        damaged,
        read_texts(cells.columns[-1]) if compared else (),
    )


def _refuse_cut_amount(
    table: ExportTable, indexes: Mapping[Field, tuple[int, Any]], cells: Mapping[Field, Sequence[Any]], line: int
) -> None:
    """Refuse a file whose last character is that of an amount with fewer decimals than all others have.

    Raises:
        FileError: ``export-truncated``.
    """
    last = next((field for field, (at, _) in indexes.items() if at == len(table.headers) - 1), None)
    if last not in MONEY_FIELDS or last is None:
        return
    *others, cut = cells[last][-_LOOKED_AT:]
    places = {_places(cell) for cell in others if cell}
    if cut and len(places) == 1 and _places(cut) < max(places):
        raise FileError(
            "export-truncated",
            f"{table.name} ends within its last line, line {line}: its last amount is {quote(cut)}, and all others have "
            f"{max(places)} decimals. Nothing was added. Export it again; if the amount is whole, write its decimals.",
        )


def _places(text: str) -> int:
    """Return how many characters stand behind the decimal sign of an amount."""
    _, point, places = text.rpartition("." if "." in text else ",")
    return len(places) if point else 0


def _examples(texts: Sequence[str | None]) -> tuple[str, ...]:
    different = islice(dict.fromkeys(filter(None, texts[:_LOOKED_AT])), _EXAMPLES)
    return tuple(text if len(text) <= _LONGEST_EXAMPLE else f"{text[:_LONGEST_EXAMPLE]}…" for text in different)


def _read_currencies(
    headers: Sequence[str],
    indexes: Mapping[Field, tuple[int, Any]],
    cells: Mapping[Field, Sequence[Any]],
    texts: dict[Field, Sequence[str | None]],
    amounts: dict[Field, Sequence[Money]],
) -> tuple[str, ...]:
    """Add the currency that headers and signs say where no column does; refuse amounts whose sign says another one.

    Returns:
        What the user should know of it, one sentence each.
    """
    if Field.CURRENCY in texts:
        texts[Field.CURRENCY] = _codes(texts[Field.CURRENCY])
    field = next((field for field in (Field.REFUND, Field.NEW_TOTAL, Field.TOTAL) if field in cells), None)
    if field is None:
        return ()
    notes: tuple[str, ...] = ()
    header = headers[indexes[field][0]]
    unit = None if Field.CURRENCY in texts else unit_of(header)
    if unit is not None:
        texts[Field.CURRENCY] = [unit] * len(cells[field])
        notes = (f'The currency is {unit}, as the header "{header}" says.',)
    signs = currencies_in(cells[field])
    if signs is None:
        return notes
    if Field.CURRENCY not in texts:
        texts[Field.CURRENCY] = currency_signs(cells[field])
        return ("The currency of each amount was read from the sign beside it.",)
    named = texts[Field.CURRENCY]
    amounts[field] = [
        UnreadAmount(
            display_cell(cell), "an amount with the sign of another currency than its currency column or header"
        )
        if sign is not None and currency is not None and currency not in sign
        else money
        for money, sign, currency, cell in zip(amounts[field], signs, named, cells[field], strict=True)
    ]
    return notes


def _codes(texts: Sequence[str | None]) -> list[str | None]:
    known = {text: text and text.upper() for text in set(texts)}
    return [known[text] for text in texts]
