"""Write values into cells of the open workbook, so that every text stays the text it is.

Excel reads a text as if a user had typed it: ``=1+3`` becomes a formula, ``1/2`` a date, ``00123`` a number. A text that
opens a formula and is none makes Excel refuse the whole block. In a cell with the number format Text nothing of that
happens, so all texts get that format first, whatever they say: what is read as a date or a number depends on the
language of the computer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import is_ as is_same
from typing import Any, Final, NamedTuple

from action_returns.batch.cells import LONGEST_TEXT, area, column_letters, column_number, split_address, utf16_length
from action_returns.excel.engine import MAC, WINDOWS, engine_of, is_refusal, number_format

TEXT_FORMAT: Final = "@"
_LONGEST_ADDRESS: Final = 255
"""Characters of an address that Excel takes (Excel VBA reference, Application.Range)."""
_MOST_PLACES: Final = 50
"""Places in a column that are written one by one."""
_CUT: Final = " … [cut here: the text has {:,} characters, a cell holds {:,}]"
_REFUSED: Final = "[Excel does not take this text of {:,} characters]"


_TEXTS: Final = {str, type(None)}


class Formula(str):
    """A formula of the program's own, with its ``=``. No other text is ever written as a formula."""

    __slots__ = ()


class _Part(NamedTuple):
    """Some cells of a block: positions in it from 0, the last ones not included."""

    left: int
    top: int
    right: int
    bottom: int


def write_cells(sheet: Any, target: Any, rows: Sequence[Sequence[object]], *, are_text: bool = False) -> None:
    """Write a block: texts as texts, formulas as formulas, numbers as numbers, None and ``""`` as blank cells.

    A text that no cell can hold is cut, with a mark. Should Excel refuse a text all the same, its cell says so, and all
    other cells are written.

    Args:
        sheet: xlwings' sheet.
        target: address of the block, or xlwings' range.
        rows: as many rows and columns as the block has; each text is a str, each formula a :class:`Formula`.
        are_text: whether all cells are known to have the number format Text.

    Raises:
        Exception: what the program raises where nothing can be written, as on a protected sheet.
    """
    cells = sheet.range(target) if isinstance(target, str) else target
    given: list[Sequence[object]] = list(zip(*rows, strict=True))
    columns = given
    kinds = [set(map(type, column)) for column in columns]
    texts = [] if are_text else list(_text_parts(columns, kinds))
    whole = _Part(0, 0, len(columns), len(rows))
    if texts and not _format_as_text(sheet, cells, target, texts, whole):
        # In a cell of another format the apostrophe is hidden, and what follows is a text (Excel, Range.PrefixCharacter).
        columns = [[f"'{cell}" if type(cell) is str and cell else cell for cell in column] for column in columns]
        texts = []
    is_mac = engine_of(cells) == MAC
    held = [_held(column, kind, is_mac=is_mac) for column, kind in zip(columns, kinds, strict=True)]
    is_as_given = all(map(is_same, held, given))
    _write_block(sheet, cells, target, held, rows if is_as_given else zip(*held, strict=True))
    if texts or are_text:
        _keep_apostrophes(sheet, cells, target, held, kinds)


def write_scattered(sheet: Any, cells: Mapping[str, object]) -> None:
    """Write cells wherever they stand: those below each other at once, and those of columns that stand side by side.

    Of very many places in a column, the cells between them are written too, with the texts that stand in them: each
    place costs several calls, and a change that takes minutes is more easily broken off in the middle.

    Args:
        sheet: xlwings' sheet.
        cells: address such as ``B7`` -> its new value, as in :func:`write_cells`.
    """
    columns: dict[int, dict[int, object]] = {}
    for address, value in cells.items():
        letters, row = split_address(address)
        columns.setdefault(column_number(letters), {})[row] = value
    for beside in _side_by_side(columns):
        values = [columns[number] for number in beside]
        first, last = column_letters(beside[0]), column_letters(beside[-1])
        ordered = sorted(values[0])
        # Rows that follow each other are as far from their places in the order as the first of them.
        runs = [[row for _, row in run] for _, run in groupby(enumerate(ordered), key=lambda one: one[1] - one[0])]
        span = f"{first}{ordered[0]}:{last}{ordered[-1]}"
        are_text = len(runs) > 1 and number_format(sheet.range(span)) == TEXT_FORMAT
        if are_text and len(runs) > _MOST_PLACES and (between := _texts_in(sheet.range(span))) is not None:
            block = [
                [column.get(row, text) for column, text in zip(values, texts, strict=True)]
                for row, texts in enumerate(between, ordered[0])
            ]
            write_cells(sheet, span, block, are_text=True)
            continue
        for run in runs:
            block = [[column[row] for column in values] for row in run]
            write_cells(sheet, f"{first}{run[0]}:{last}{run[-1]}", block, are_text=are_text)


def _side_by_side(columns: Mapping[int, Mapping[int, object]]) -> list[list[int]]:
    """Return the numbers of columns, those together that stand side by side and have values in the same rows."""
    found: list[list[int]] = []
    for number, values in columns.items():
        if found and found[-1][-1] == number - 1 and values.keys() == columns[number - 1].keys():
            found[-1].append(number)
        else:
            found.append([number])
    return found


def _texts_in(cells: Any) -> list[list[object]] | None:
    """Return the rows of cells that hold texts or nothing, None where one of them could become another by writing.

    What stands in a cell is compared with its formula, which is another text for a number, a date and a formula.
    """
    values = [[value or None for value in row] for row in cells.raw_value]
    formulas = [[formula or None for formula in row] for row in cells.formula]
    return values if values == formulas and {type(value) for row in values for value in row} <= _TEXTS else None


def _text_parts(columns: Sequence[Sequence[object]], kinds: Sequence[set[type]]) -> Iterator[_Part]:
    """Return the parts of a block that hold texts: whole columns, and runs of rows in a column with numbers, too."""
    for is_text, run in groupby(range(len(columns)), key=lambda at: str in kinds[at] and kinds[at] <= _TEXTS):
        across = list(run)
        if is_text:
            yield _Part(across[0], 0, across[-1] + 1, len(columns[0]))
            continue
        for at in across:
            if str not in kinds[at]:
                continue
            for is_str, rows in groupby(enumerate(columns[at]), key=lambda row: type(row[1]) is str):
                down = [row for row, _ in rows]
                if is_str:
                    yield _Part(at, down[0], at + 1, down[-1] + 1)


def _held(column: Sequence[object], kinds: set[type], *, is_mac: bool) -> Sequence[object]:
    """Return a column as Excel takes it: texts cut to what a cell holds, formulas as plain texts."""
    if is_mac:
        # appscript has no blank cell, and Excel ignores its long integers (xlwings 0.37.8, Engine.prepare_xl_data_element).
        column = ["" if cell is None else float(cell) if type(cell) is int else cell for cell in column]
    if kinds <= {float, int, bool, type(None)}:
        return column
    if Formula in kinds or max(map(len, _texts(column, kinds)), default=0) > LONGEST_TEXT // 2:
        return [_cut(str(cell)) if isinstance(cell, str) else cell for cell in column]
    return column


def _texts(column: Sequence[Any], kinds: set[type]) -> Iterable[str]:
    """Return the texts of a column, without a look at each of its cells where there is nothing else in it."""
    return filter(None, column) if kinds <= _TEXTS else (cell for cell in column if type(cell) is str)


def _cut(text: str) -> str:
    """Return a text as long as a cell holds; Excel counts the code units of UTF-16."""
    if utf16_length(text) <= LONGEST_TEXT:
        return text
    mark = _CUT.format(len(text), LONGEST_TEXT)
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (LONGEST_TEXT - len(mark))]
    return kept.decode("utf-16-le", "ignore") + mark


def _format_as_text(sheet: Any, cells: Any, target: Any, texts: list[_Part], whole: _Part) -> bool:
    """Set the number format Text; return whether all these cells have it, which a protected sheet may prevent."""
    parts = [cells] if texts == [whole] else list(_ranges(sheet, cells, target, texts))
    try:
        for part in parts:
            part.number_format = TEXT_FORMAT
    except Exception as error:  # the type depends on the program: com_error, CommandError
        if is_refusal(error):
            raise
        return all(number_format(part) == TEXT_FORMAT for part in parts)
    return True


def _ranges(sheet: Any, cells: Any, target: Any, parts: Iterable[_Part]) -> Iterator[Any]:
    """Return the ranges of parts of a block, on Windows many in one: each range costs calls to Excel."""
    addresses = [_address(_corner(cells, target), part) for part in parts]
    if engine_of(cells) != WINDOWS:
        yield from map(sheet.range, addresses)
        return
    together = addresses[0]
    for address in addresses[1:]:
        if len(together) + len(address) < _LONGEST_ADDRESS:
            together = f"{together},{address}"
        else:
            yield sheet.range(together)
            together = address
    yield sheet.range(together)


def _corner(cells: Any, target: Any) -> tuple[int, int]:
    """Return column and row of the first cell of a block."""
    left, top, _, _ = area(target if isinstance(target, str) else cells.address) or (1, 1, 1, 1)
    return left, top


def _address(corner: tuple[int, int], part: _Part) -> str:
    left, top = corner
    first = f"{column_letters(left + part.left)}{top + part.top}"
    return f"{first}:{column_letters(left + part.right - 1)}{top + part.bottom - 1}"


def _write_block(
    sheet: Any, cells: Any, target: Any, columns: Sequence[Sequence[object]], rows: Iterable[Iterable[object]]
) -> None:
    """Write all columns at once; where Excel refuses that, write the cells around the one that it refuses.

    Args:
        sheet: xlwings' sheet.
        cells: the block.
        target: address of the block, or xlwings' range.
        columns: what the cells get.
        rows: the same, row by row.
    """
    try:
        cells.raw_value = list(map(list, rows))
    except Exception as error:  # the type depends on the program: com_error, CommandError
        if is_refusal(error):
            raise
        corner = _corner(cells, target)
        waiting = [_Part(0, 0, len(columns), len(columns[0]))]
        while waiting:
            part = waiting.pop()
            if not _is_written(sheet.range(_address(corner, part)), columns, part):
                waiting += _halves(part)


def _is_written(cells: Any, columns: Sequence[Sequence[object]], part: _Part) -> bool:
    """Write a part of a block; a single cell that Excel refuses gets a text that says so.

    Returns:
        Whether it stands there: False where Excel refused more than one cell.
    """
    block = [
        list(row)
        for row in zip(*(column[part.top : part.bottom] for column in columns[part.left : part.right]), strict=True)
    ]
    is_one = len(block) == len(block[0]) == 1
    try:
        cells.raw_value = block[0][0] if is_one else block  # alone, a text may be longer (Microsoft, KB 832136)
    except Exception as error:  # the type depends on the program: com_error, CommandError
        if is_refusal(error) or (is_one and not isinstance(block[0][0], str)):
            raise
        if is_one:
            cells.raw_value = _REFUSED.format(len(block[0][0]))
        return is_one
    return True


def _halves(part: _Part) -> list[_Part]:
    left, top, right, bottom = part
    if bottom - top > 1:
        middle = (top + bottom) // 2
        return [_Part(left, middle, right, bottom), _Part(left, top, right, middle)]
    middle = (left + right) // 2
    return [_Part(middle, top, right, bottom), _Part(left, top, middle, bottom)]


def _keep_apostrophes(
    sheet: Any, cells: Any, target: Any, columns: Sequence[Sequence[object]], kinds: Sequence[set[type]]
) -> None:
    """Write texts with an apostrophe in front a second time, with two, where the program hides the first one.

    No documentation says whether Excel hides it in a cell with the format Text too, so the first of them is read back.
    """
    found = [
        (at, row)
        for at, column in enumerate(columns)
        if str in kinds[at] and "\0'" in "\0".join(["", *_texts(column, kinds[at])])
        for row, cell in enumerate(column)
        if type(cell) is str and cell[:1] == "'"
    ]
    if not found:
        return
    (at, row), corner = found[0], _corner(cells, target)
    if sheet.range(_address(corner, _Part(at, row, at + 1, row + 1))).raw_value == columns[at][row]:
        return
    again = [list(column) for column in columns]
    for at, row in found:
        again[at][row] = f"'{again[at][row]}"
    _write_block(sheet, cells, target, again, zip(*again, strict=True))
