"""What Excel finds on a sheet: the end of a block, the region around a cell, the cells that are shown."""

from tests.hosts.fake_com.grid import LAST_COLUMN, LAST_ROW, Area, bounds, runs

_STEPS = {-4121: (1, 0), -4162: (-1, 0), -4161: (0, 1), -4159: (0, -1)}  # xlDown, xlUp, xlToRight, xlToLeft
VISIBLE, BLANKS, FORMULAS = 12, 4, -4123


def end(filled, area, direction):
    """Where Ctrl and an arrow key lead from the first cell of the area."""
    down, right = _STEPS[direction]
    row, column = area.row, area.column
    if {(row, column), (row + down, column + right)} <= filled:
        while (row + down, column + right) in filled:
            row, column = row + down, column + right
        return row, column
    ahead = [
        cell
        for cell in filled
        if (cell[1] == column and (cell[0] - row) * down > 0) or (cell[0] == row and (cell[1] - column) * right > 0)
    ]
    if ahead:
        return min(ahead, key=lambda cell: abs(cell[0] - row) + abs(cell[1] - column))
    return {1: LAST_ROW, -1: 1, 0: row}[down], {1: LAST_COLUMN, -1: 1, 0: column}[right]


def region(filled, area):
    """The block around the area that empty rows and columns close in."""
    while True:
        (bottom, right), (top, left) = area.end, area[:2]
        near = Area.between((max(top - 1, 1), max(left - 1, 1)), (bottom + 1, right + 1))
        grown = bounds([(top, left), (bottom, right), *(cell for cell in filled if near.holds(cell))])
        if grown == area:
            return area
        area = grown


def shown(grid, area):
    """The parts of the area that are not in hidden rows or columns."""
    rows = runs(row for row in area.rows if row not in grid.hidden_rows)
    columns = runs(column for column in area.columns if column not in grid.hidden_columns)
    return [Area(row, column, height, width) for row, height in rows for column, width in columns]


def _stacks(kept):
    """Cells as areas, one for every unbroken stretch of a column."""
    columns = {column for _, column in kept}
    return [
        Area(row, column, height)
        for column in sorted(columns)
        for row, height in runs(row for row, other in kept if other == column)
    ]


def blank(grid, area):
    within = area.overlap(grid.used())
    return _stacks(set(within.cells()) - grid.filled()) if within else []


def formulas(grid, area):
    return _stacks({cell for cell in grid.formulas if area.holds(cell)})


SPECIAL = {VISIBLE: shown, BLANKS: blank, FORMULAS: formulas}
