"""Filters of a table or of a sheet, and the rows they hide."""
# ruff: noqa: N802 - the names are Excel's

from tests.hosts.fake_com import cells
from tests.hosts.fake_com.com import Collection, ComObject, excel_error

AND, VALUES = 1, 7  # xlAnd, xlFilterValues
UNKNOWN = "a filter that came with the file"


class Filtering:
    """One filter: `place` tells the area it stands on, header row included."""

    def __init__(self, sheet, place):
        self.sheet, self.place = sheet, place
        self.criteria = {}

    @property
    def body(self):
        area = self.place()
        return area._replace(row=area.row + 1, height=area.height - 1)

    def set(self, field, criteria1, operator=AND, criteria2=None):
        if field is None:
            self.show_all()
            return
        if criteria1 is None:
            self.criteria.pop(field, None)
        else:
            self.criteria[field] = tuple(criteria1) if operator == VALUES else criteria1, operator, criteria2
        self.apply()

    def show_all(self):
        self.criteria.clear()
        self.apply()

    def apply(self):
        body = self.body
        self.sheet.grid.hidden_rows.difference_update(body.rows)
        self.sheet.grid.hidden_rows.update(row for row in body.rows if not self._passes(row))

    def _passes(self, row):
        return all(
            self._matches(self.sheet.grid.values.get((row, self.place().column + field - 1)), *criteria)
            for field, criteria in self.criteria.items()
        )

    def _matches(self, held, criteria1, operator, criteria2):
        text = cells.formula_text(held).lower()
        if operator == VALUES:
            return text in {str(wanted).lower().removeprefix("=") for wanted in criteria1}
        if operator != AND or criteria2 is not None or (criteria1[0] in "<>" and criteria1[:2] != "<>"):
            raise self.sheet.line.missing(f"AutoFilter({criteria1}, {operator}, {criteria2})")
        wanted = criteria1.lower().removeprefix("<>").removeprefix("=")
        return (text != wanted) if criteria1.startswith("<>") else (text == wanted)


class Filter(ComObject):
    """What one column is filtered by."""

    def __init__(self, owner, criteria):
        super().__init__(owner)
        self._criteria = criteria

    @property
    def On(self):
        return self._criteria is not None

    @property
    def Criteria1(self):
        return self._part(0)

    @property
    def Operator(self):
        return self._part(1)

    @property
    def Criteria2(self):
        criteria2 = self._part(2)
        if criteria2 is None:
            raise excel_error("Application-defined or object-defined error")
        return criteria2

    def _part(self, which):
        if self._criteria is None:
            raise excel_error("Application-defined or object-defined error")
        return self._criteria[which]


class Filters(Collection):
    def members(self):
        filtering = self.owner.filtering
        return [Filter(self, filtering.criteria.get(field + 1)) for field in range(filtering.place().width)]


class AutoFilter(ComObject):
    """The filter as Excel shows it to programs."""

    def __init__(self, sheet, filtering):
        super().__init__(sheet)
        self.filtering = filtering

    @property
    def FilterMode(self):
        return bool(self.filtering.criteria)

    @property
    def Range(self):
        return self.owner.part(self.filtering.place())

    @property
    def Filters(self):
        return Filters(self)

    def ApplyFilter(self):
        self.filtering.apply()

    def ShowAllData(self):
        self.owner.refuse_format()
        self.filtering.show_all()
