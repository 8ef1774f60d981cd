"""Write the declared charts of a sheet: horizontal bars with their figures beside them, in one colour.

The charts name whole ranges of cells, also those that are still blank: every program draws such a range, and none needs
a name that grows. A blank cell is drawn as no bar.
"""

from typing import Any, Final

from xlsxwriter.utility import quote_sheetname, xl_cell_to_rowcol, xl_range_abs

from action_returns.workbook_builder.template import Sheet

_SIZE: Final = {"width": 720, "height": 292}
"""Width and height in pixels: 14 rows high, so that the figures of a chart stand beside it."""
_BAR: Final = "#0B6E6E"
_TEXT: Final = "#1F2933"
_LINE: Final = "#C8CDD2"


def insert_charts(book: Any, worksheet: Any, sheet: Sheet) -> None:
    """Insert the charts of a sheet.

    Args:
        book: XlsxWriter's workbook.
        worksheet: XlsxWriter's sheet.
        sheet: the declared sheet.
    """
    for chart in sheet.charts:
        drawn = book.add_chart({"type": "bar"})
        drawn.add_series(
            {
                "name": chart.title,
                "categories": _reference(sheet, chart.categories),
                "values": _reference(sheet, chart.values),
                "fill": {"color": _BAR},
                "gap": 40,
                "data_labels": {"value": True, "num_format": chart.number_format, "font": {"color": _TEXT, "size": 9}},
            }
        )
        font = {"color": _TEXT, "size": 9}
        drawn.set_title({"name": chart.title, "overlay": False, "name_font": {"color": _TEXT, "size": 12}})
        # From the top, as the rows beside the chart; names stay at the left of bars that grow to the left.
        drawn.set_y_axis(
            {
                "reverse": True,
                "label_position": "low",
                "num_font": font,
                "line": {"color": _LINE},
                "major_tick_mark": "none",
            }
        )
        drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "num_format": chart.number_format})
        drawn.set_legend({"none": True})
        drawn.set_size(_SIZE)
        row, column = xl_cell_to_rowcol(chart.at)
        worksheet.insert_chart(row, column, drawn, {"description": chart.alt_text, "object_position": 2})


def _reference(sheet: Sheet, cells: str) -> str:
    first, _, last = cells.partition(":")
    return f"={quote_sheetname(sheet.name)}!{xl_range_abs(*xl_cell_to_rowcol(first), *xl_cell_to_rowcol(last))}"
