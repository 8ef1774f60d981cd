"""Read a shop's returns export: find its header row, recognise its source, and read its columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from action_returns.batch.cells import display_cell, strip_white_space
from action_returns.errors import FileError
from action_returns.readers.amount_column import AmountColumn, Unread
from action_returns.readers.headers import fold_header, header_signature
from action_returns.readers.table_file import read_table
from action_returns.returns.export import Certainty, MappedColumn, Money, ShopExport, UnreadAmount
from action_returns.returns.source import MONEY_FIELDS, Field, Source
from action_returns.returns.sources import find_source

_EXAMPLES: Final = 3


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
    table = read_table(path)
    if table is None:
        raise FileError("no-rows", f"{path.name} is empty.")
    headers = [str(header or "") for header in table.headers]
    folded = list(map(fold_header, headers))
    source = find_source(folded)
    signature = header_signature([header for header in headers if fold_header(header)])
    indexes = _find(source, headers, folded, columns or {}, (remembered or {}).get(signature, {}))
    lines: list[int] = []
    cells: list[list[Any]] = [[] for _ in indexes]
    for line, row in table.rows:
        lines.append(line)
        for column, (at, _) in zip(cells, indexes.values(), strict=True):
            column.append(row[at] if at < len(row) else None)
    texts: dict[Field, Sequence[str | None]] = {}
    amounts: dict[Field, Sequence[Money]] = {}
    for name, column in zip(indexes, cells, strict=True):
        if name in MONEY_FIELDS:
            amounts[name] = _read_amounts(column)
        texts[name] = list(map(_text, column))
    mapping = tuple(
        MappedColumn(name, headers[at], at, certainty, tuple(dict.fromkeys(filter(None, texts[name])))[:_EXAMPLES])
        for name, (at, certainty) in indexes.items()
    )
    return ShopExport(path.name, source, mapping, headers, lines, texts, amounts, signature)


def _find(
    source: Source,
    headers: Sequence[str],
    folded: Sequence[str],
    columns: Mapping[Field, str],
    remembered: Mapping[str, str],
) -> dict[Field, tuple[int, Certainty]]:
    found: dict[Field, tuple[int, Certainty]] = {}
    for name in Field:
        chosen = columns.get(name) or remembered.get(name)
        if chosen is not None and fold_header(chosen) in folded:
            certainty = Certainty.CHOSEN if name in columns else Certainty.REMEMBERED
            found[name] = folded.index(fold_header(chosen)), certainty
            continue
        alias = next((alias for alias in source.aliases.get(name, ()) if alias in folded), None)
        if alias is not None:
            found[name] = folded.index(alias), Certainty.KNOWN if source.signatures else Certainty.ALIAS
    if Field.ORDER not in found:
        raise FileError(
            "export-columns-missing",
            f'It has no column with order numbers. Name it: --map order="HEADER". Its headers are {", ".join(headers)}.',
        )
    return found


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    return strip_white_space(cell if isinstance(cell, str) else display_cell(cell)) or None


def _read_amounts(cells: Sequence[Any]) -> list[Money]:
    column = AmountColumn()
    for cell in cells:
        column.note(cell)
    return [_money(cell, column) for cell in cells]


def _money(cell: Any, column: AmountColumn) -> Money:
    read = column.read(cell)
    if not isinstance(read, Unread):
        return read
    return None if read is Unread.BLANK else UnreadAmount(str(cell), read.value)
