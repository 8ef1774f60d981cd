"""What UNO wants its arguments wrapped in.

`uno` is imported only when something is made: a machine without LibreOffice can still import these modules.
"""


def struct(name, *values, **fields):
    """A struct such as `table.CellAddress`; the name goes without "com.sun.star."."""
    import uno

    made = uno.createUnoStruct(f"com.sun.star.{name}", *values)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def constant(kind, value):
    """A member of an enumeration such as `sheet.FillDirection`."""
    import uno

    return uno.Enum(f"com.sun.star.{kind}", value)


def properties(**values):
    return tuple(struct("beans.PropertyValue", Name=name, Value=value) for name, value in values.items())


def place_of(area, sheet_number):
    """An area as LibreOffice writes it; its sheets, rows and columns count from 0."""
    bottom, right = area.end
    return struct("table.CellRangeAddress", sheet_number, area.column - 1, area.row - 1, right - 1, bottom - 1)


def system_path(url):
    import uno

    return uno.fileUrlToSystemPath(url)
