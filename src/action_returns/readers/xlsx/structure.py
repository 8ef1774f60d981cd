"""The structure of a workbook: its sheets, their tables, and the parts they point to (ECMA-376, 18.2 and 18.5)."""

import posixpath
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from action_returns.batch.cells import area
from action_returns.errors import FileError
from action_returns.readers.xlsx.frame import TRUE
from action_returns.readers.xlsx.package import Package, too_large
from action_returns.readers.xlsx.texts import unescape
from action_returns.readers.xlsx.xml import PartHandler, parse

_RELATION_IDS: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
"""The attribute that names a relation (22.8): transitional and strict."""
_ASCII: Final = 0x80
_MOST_BYTES: Final = 2**26
"""Bytes of a part that is parsed as a whole; styles with all 65,490 formats that Excel takes have about 20 MB."""
_MOST_ELEMENTS: Final = 100_000
_MOST_SHEETS: Final = 1_000
"""Sheets whose first rows are searched for headers; a person cannot go through as many."""
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Table:
    """A table (ListObject).

    Args:
        name: its name.
        headers: its column headers, left to right.
        left: number of its first column, 1 for A.
        top: row of its headers.
        bottom: its last data row; a row of totals does not count.
        totals: rows of totals below that.
        part: the part that holds it.
    """

    name: str
    headers: tuple[str, ...]
    left: int
    top: int
    bottom: int
    totals: int
    part: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet.

    Args:
        name: its name.
        part: the part that holds it.
        visible: False when hidden or very hidden.
        tables: its tables.
    """

    name: str
    part: str
    visible: bool
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    """What a workbook consists of.

    Args:
        sheets: the worksheets, in the order of their tabs; at least one.
        strings: the part with the shared strings, None without one.
        styles: the part with the cell formats, None without one.
        from_1904: whether dates are counted from 1904.
        main: the part that names the sheets.
    """

    sheets: tuple[Sheet, ...]
    strings: str | None
    styles: str | None
    from_1904: bool
    main: str = field(default="", compare=False)


_Relations: TypeAlias = dict[str, tuple[str, str]]
"""What a part points to: id -> kind (the last word of its type) and part."""


class _Elements:
    """Collects the attributes of some elements of a part; a handler for :mod:`action_returns.readers.xlsx.xml`.

    Args:
        wanted: names of the elements.
        too_many: is raised when there are more than any workbook has.
    """

    def __init__(self, wanted: Collection[str], too_many: FileError) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []  # in order
        self.wanted = wanted
        self.too_many = too_many

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        if name in self.wanted:
            self.found.append((name, attributes))
            if len(self.found) > _MOST_ELEMENTS:
                raise self.too_many

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take text between tags."""

    def first(self, name: str) -> dict[str, str] | None:
        """Return the attributes of the first element of a name, None without one."""
        return next((attributes for found, attributes in self.found if found == name), None)


def structure(package: Package) -> Structure:
    """Read what the workbook consists of.

    Raises:
        FileError: ``file-unreadable`` when it is a zip but no workbook, is damaged, or has no worksheet.
    """
    main = _only(package, _relations(package, ""), "officeDocument")
    if main is None or main not in package:
        raise _no_workbook(package)
    if _is_binary(package, main):
        raise _binary_workbook(package)
    elements = _elements(package, main, "sheet", "workbookPr")
    count = sum(name == "sheet" for name, _ in elements.found)
    if count > _MOST_SHEETS:
        raise too_large(package.name, f"it has {count:,} sheets")
    relations = _relations(package, main)
    properties = elements.first("workbookPr") or {}
    sheets = _sheets(package, elements, relations)
    if elements.first("sheet") is None:
        raise _damaged(package, f"its part {main} names no sheet")
    if not sheets:
        raise FileError(
            "file-unreadable",
            f"{package.name} has no worksheet, only charts, macros or dialogues, so there are no cells to read. Name a "
            "workbook that has the returns on a worksheet.",
        )
    return Structure(
        sheets=tuple(sheets),
        strings=_only(package, relations, "sharedStrings"),
        styles=_only(package, relations, "styles"),
        from_1904=properties.get("date1904", "").strip() in TRUE,
        main=main,
    )


def _only(package: Package, relations: _Relations, kind: str) -> str | None:
    """Return the part of a kind of which a workbook has one at most (part 1, 12.3.15, 12.3.20, 12.3.23); None without one."""
    parts = {part for found, part in relations.values() if found == kind}
    if len(parts) > 1:
        raise _damaged(package, f"it has two parts of the kind {kind}, and nothing tells which of them counts")
    return next(iter(parts), None)


def _is_binary(package: Package, part: str) -> bool:
    """Return whether a part holds binary records and no XML, as those of .xlsb do (MS-XLSB 2.1.4)."""
    with package.open(part) as stream:
        start = stream.read(3)
    return part.lower().endswith(".bin") or (start[:1] >= bytes([_ASCII]) and not start.startswith(_BYTE_ORDER_MARKS))


def _binary_workbook(package: Package) -> FileError:
    return FileError(
        "file-unreadable",
        f"{package.name} is a binary workbook (.xlsb), which is not read. In Excel: File, Save As, Excel Workbook (.xlsx).",
    )


def _no_workbook(package: Package) -> FileError:
    """Return the refusal of a zip file that no Excel wrote, with the way to a workbook where its program is known."""
    kind = package.read("mimetype") if "mimetype" in package else b""
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        what = (
            "is an OpenDocument workbook (.ods), which is not read. In LibreOffice: File, Save As, Excel 2007-365 (.xlsx); "
            "in Excel: File, Save As, Excel Workbook (.xlsx)."
        )
    elif "Index/Document.iwa" in package or "Index.zip" in package:
        what = "is a Numbers document, which is not read. In Numbers: File, Export To, Excel (.xlsx)."
    else:
        what = "is a zip file, but not a workbook. Save it as .xlsx from the spreadsheet program."
    return FileError("file-unreadable", f"{package.name} {what}")


def _damaged(package: Package, what: str) -> FileError:
    return FileError(
        "file-unreadable",
        f"{package.name} is damaged: {what}. Nothing of it was used. Open it in the spreadsheet program and save it again.",
    )


def _sheets(package: Package, workbook: _Elements, relations: _Relations) -> list[Sheet]:
    sheets = []
    tables_of: dict[str, tuple[Table, ...]] = {}  # two sheets that name one part must not cost twice
    for element, attributes in workbook.found:
        if element != "sheet":
            continue
        name = unescape(attributes.get("name", ""))
        kind, part = relations.get(_relation_id(attributes), ("", ""))
        if not kind:
            raise _damaged(package, f"its sheet {name} has no part")
        if kind != "worksheet":
            continue
        if part.lower().endswith(".bin"):
            raise _binary_workbook(package)
        if part not in tables_of:
            tables_of[part] = tuple(_tables(package, part))
        state = attributes.get("state", "visible").strip()
        sheets.append(Sheet(name, part, state == "visible", tables_of[part]))
    return sheets


def _tables(package: Package, sheet: str) -> list[Table]:
    parts = dict.fromkeys(part for kind, part in _relations(package, sheet).values() if kind == "table")
    return [table for part in parts if (table := _read_table(package, part)) is not None]


def _read_table(package: Package, part: str) -> Table | None:
    """Read a table; None when it has no headers, or no area on the sheet."""
    elements = _elements(package, part, "table", "tableColumn")
    attributes = elements.first("table")
    if attributes is None:
        raise _damaged(package, f"its part {part} is no table")
    header_rows, totals = (attributes.get(name, usual).strip() for name, usual in _ROW_COUNTS)
    if not (is_number(header_rows) and is_number(totals)):
        raise _damaged(package, f"in its part {part}, the number of rows of headers or totals is no number")
    table_area = area(attributes.get("ref", "").strip())
    if table_area is None or int(header_rows) == 0:
        return None
    left, top, _, bottom = table_area
    headers = tuple(unescape(column.get("name", "")) for name, column in elements.found if name == "tableColumn")
    name = unescape(attributes.get("displayName") or attributes.get("name", ""))
    return Table(name, headers, left, top, bottom - int(totals), int(totals), part)


_ROW_COUNTS: Final = (("headerRowCount", "1"), ("totalsRowCount", "0"))
"""Attributes of a table with their values when they are not written (18.5.1.2)."""


def is_number(text: str) -> bool:
    """Return whether a value of an attribute is a number of up to nine digits."""
    return text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004


def _relation_id(attributes: dict[str, str]) -> str:
    return next((attributes[name] for name in _RELATION_IDS if name in attributes), "")


def _relations(package: Package, part: str) -> _Relations:
    """Return what a part points to inside the package: id -> kind and part (part 2, 6.5)."""
    folder, _, name = part.rpartition("/")
    source = f"{folder}/_rels/{name}.rels".lstrip("/")
    if source not in package:
        return {}
    found: _Relations = {}
    for _, attributes in _elements(package, source, "Relationship").found:
        if attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            identity, relation = attributes.get("Id", ""), (attributes.get("Type", "").rpartition("/")[2], full)
            if found.setdefault(identity, relation) != relation:
                raise _damaged(package, f"its part {source} has two relations with the id {identity}")
    return found


def parse_small(package: Package, part: str, handler: PartHandler) -> None:
    """Parse a part that holds no cells.

    Raises:
        FileError: when it is missing, damaged, too large, or declares a document type.
    """
    size = package.size_of(part)
    if size > _MOST_BYTES:
        raise too_large(package.name, f"its part {part} unpacks to {size >> 20:,} MB")
    parse(package, part, handler)


def _elements(package: Package, part: str, *wanted: str) -> _Elements:
    """Return some elements of a part.

    Raises:
        FileError: when the part is missing, damaged, or declares a document type.
    """
    too_many = too_large(package.name, f"its part {part} has more than {_MOST_ELEMENTS:,} elements {wanted[0]}")
    elements = _Elements(wanted, too_many)
    parse_small(package, part, elements)
    return elements
