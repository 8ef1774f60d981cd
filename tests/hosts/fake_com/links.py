"""Hyperlinks of a sheet or of a range."""
# ruff: noqa: N802, N803 - the names are Excel's

from tests.hosts.fake_com.com import Collection, ComObject, Stored
from tests.hosts.fake_com.grid import WHOLE_SHEET


class Hyperlink(ComObject):
    Address = Stored("")
    SubAddress = Stored("")
    ScreenTip = Stored("")

    def __init__(self, sheet, cell, address, place, tip):
        super().__init__(sheet)
        self._cell = cell
        vars(self).update(Address=address, SubAddress=place, ScreenTip=tip)

    @property
    def TextToDisplay(self):
        return self.owner.grid.values.get(self._cell)

    @TextToDisplay.setter
    def TextToDisplay(self, text):
        self.owner.grid.put(self._cell, text)

    def Delete(self):
        del self.owner.grid.links[self._cell]


class Hyperlinks(Collection):
    def __init__(self, sheet, area=WHOLE_SHEET):
        super().__init__(sheet)
        self._area = area

    def members(self):
        return [link for cell, link in sorted(self.owner.grid.links.items()) if self._area.holds(cell)]

    def Add(self, Anchor, Address, SubAddress="", ScreenTip="", TextToDisplay=None):
        self.owner.refuse_write(Anchor.area)
        cell = Anchor.area.row, Anchor.area.column
        link = self.owner.grid.links[cell] = Hyperlink(self.owner, cell, Address, SubAddress, ScreenTip)
        if TextToDisplay is not None or cell not in self.owner.grid.values:
            self.owner.grid.put(cell, TextToDisplay or Address or SubAddress)
        self.owner.touched()
        return link

    def Delete(self):
        for cell in [cell for cell in self.owner.grid.links if self._area.holds(cell)]:
            del self.owner.grid.links[cell]
