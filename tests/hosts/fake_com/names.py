"""Defined names."""
# ruff: noqa: N802, N803 - the names are Excel's

from tests.hosts.fake_com.com import Collection, ComObject, Stored, excel_error
from tests.hosts.fake_com.grid import Area
from tests.hosts.fake_com.tables import structured_area


class Name(ComObject):
    """A name of the book, or of one sheet when `sheet` is given."""

    Visible = Stored(value=True)

    def __init__(self, book, name, refers_to, sheet=None):
        super().__init__(book)
        self.book, self.name, self.refers_to, self.sheet = book, name, refers_to, sheet

    def area(self):
        """The sheet and the area that are meant; a LookupError where the name stands for something else."""
        place = self.refers_to.removeprefix("=")
        if "!" not in place:
            return structured_area(self.book, place)
        title, address = place.rsplit("!", 1)
        title = title.strip("'").replace("''", "'")
        sheet = next((sheet for sheet in self.book.sheets if sheet.name.lower() == title.lower()), None)
        area = Area.parse(address)
        if not (sheet and area):
            raise LookupError(place)
        return sheet, area

    @property
    def Name(self):
        return f"{self.sheet.name}!{self.name}" if self.sheet else self.name

    @Name.setter
    def Name(self, name):
        self.name = name

    @property
    def RefersTo(self):
        return self.refers_to

    @RefersTo.setter
    def RefersTo(self, refers_to):
        self.refers_to = refers_to

    @property
    def RefersToRange(self):
        try:
            sheet, area = self.area()
        except LookupError:
            raise excel_error("Application-defined or object-defined error") from None
        return sheet.part(area)

    def Delete(self):
        self.book.names.remove(self)


class Names(Collection):
    """The names of a book, those of its sheets included, or of one sheet."""

    def __init__(self, owner, book, sheet=None):
        super().__init__(owner)
        self._book, self._sheet = book, sheet

    def members(self):
        return [name for name in self._book.names if self._sheet in (None, name.sheet)]

    def Add(self, Name, RefersTo, Visible=True):
        name = new_name(self._book, Name, RefersTo, self._sheet)
        vars(name)["Visible"] = Visible
        return name


def new_name(book, name, refers_to, sheet=None):
    book.names[:] = [old for old in book.names if (old.name.lower(), old.sheet) != (name.lower(), sheet)]
    book.names.append(made := Name(book, name, refers_to, sheet))
    return made


def named_area(book, text, sheet):
    """What `sheet.Range(text)` means: a name of the sheet, of the book, or a part of a table."""
    for scope in (sheet, None):
        for name in book.names:
            if name.sheet is scope and name.name.lower() == text.lower():
                found = name.area()
                break
        else:
            continue
        break
    else:
        found = structured_area(book, text)
    if found[0] is not sheet:
        raise LookupError(text)
    return found[1]
