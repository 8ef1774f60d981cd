"""How cells look: fill, font and the other properties that Excel keeps for every cell."""
# ruff: noqa: N802 - the names are Excel's

from tests.hosts.fake_com.com import ComObject

NO_FILL, SOME_FILL = -4142, 1
WHITE, BLACK = 0xFFFFFF, 0


def kept_per_cell(name, default):
    """A property of a range that every cell keeps for itself; a mixed range answers None. Set, it reaches all areas."""

    def get(self):
        return self.sheet.grid.layers[name].common(self.area, default)

    def put(self, value):
        self.sheet.refuse_format()
        for area in getattr(self, "areas", (self.area,)):
            self.sheet.grid.layers[name].put(area, value)
        self.sheet.touched()

    return property(get, put)


class _Look(ComObject):
    def __init__(self, whole):
        super().__init__(whole)
        self.sheet, self.area = whole.sheet, whole.area


class Interior(_Look):
    Color = kept_per_cell("Interior.Color", WHITE)

    @property
    def ColorIndex(self):
        color = self.sheet.grid.layers["Interior.Color"].common(self.area, "none")
        return NO_FILL if color == "none" else SOME_FILL

    @ColorIndex.setter
    def ColorIndex(self, index):
        if index != NO_FILL:
            raise self.line.missing(f"Interior.ColorIndex={index}")
        self.sheet.refuse_format()
        self.sheet.grid.layers["Interior.Color"].drop(self.area)


class Font(_Look):
    Bold = kept_per_cell("Font.Bold", default=False)
    Italic = kept_per_cell("Font.Italic", default=False)
    Color = kept_per_cell("Font.Color", BLACK)
    Name = kept_per_cell("Font.Name", "Calibri")
    Size = kept_per_cell("Font.Size", 11.0)
