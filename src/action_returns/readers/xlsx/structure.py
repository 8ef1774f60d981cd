"""The structure of a workbook: its sheets, their tables, and the parts they point to (ECMA-376, 18.2 and 18.5)."""

import posixpath
import re
from dataclasses import dataclass
from typing import Final

from action_returns.batch.cells import area
from action_returns.errors import FileError
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError, refuse_other_encoding
from action_returns.readers.xlsx.texts import text_of

_relationship = re.compile(r"<Relationship\b[^>]*>").findall
_attribute = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""").findall
_sheet = re.compile(r"<sheet\b[^>]*>").findall
_table = re.compile(r"<table\b[^>]*>").search
_column = re.compile(r"<tableColumn\b[^>]*>").findall
_properties = re.compile(r"<workbookPr\b[^>]*>").search
_TRUE: Final = frozenset({"1", "true"})


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
    """

    name: str
    headers: tuple[str, ...]
    left: int
    top: int
    bottom: int
    totals: int


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
        sheets: the worksheets, in the order of their tabs.
        strings: the part with the shared strings, None without one.
        styles: the part with the cell formats, None without one.
        from_1904: whether dates are counted from 1904.
    """

    sheets: tuple[Sheet, ...]
    strings: str | None
    styles: str | None
    from_1904: bool


def attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag."""
    return {name: text_of((double or single).encode()) for name, double, single in _attribute(tag)}


def structure(package: Package) -> Structure:
    """Read what the workbook consists of.

    Raises:
        FileError: ``file-unreadable`` when it is a zip but no workbook.
        UnsupportedXmlError: when it is written in a way this reader does not know.
    """
    main = next((part for kind, part in _related(package, "").values() if kind == "officeDocument"), None)
    if main is None or main not in package:
        raise _no_workbook(package)
    if main.endswith(".bin"):
        raise FileError(
            "file-unreadable",
            f"{package.name} is a binary workbook (.xlsb), which is not read. In Excel: File, Save As, Excel Workbook (.xlsx).",
        )
    text = _text(package, main)
    related = _related(package, main)
    properties = _properties(text)
    return Structure(
        sheets=tuple(_sheets(package, text, related)),
        strings=next((part for kind, part in related.values() if kind == "sharedStrings"), None),
        styles=next((part for kind, part in related.values() if kind == "styles"), None),
        from_1904=properties is not None and attributes(properties[0]).get("date1904", "0") in _TRUE,
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


def _sheets(package: Package, workbook: str, related: dict[str, tuple[str, str]]) -> list[Sheet]:
    tags = [attributes(tag) for tag in _sheet(workbook)]
    if not tags:
        raise UnsupportedXmlError("no sheets")
    sheets = []
    for tag in tags:
        identity = next((value for name, value in tag.items() if name.endswith(":id")), "")
        kind, part = related.get(identity, ("", ""))
        if kind == "worksheet":
            tables = [
                table
                for what, at in _related(package, part).values()
                if what == "table"
                if (table := _read_table(package, at))
            ]
            sheets.append(Sheet(tag["name"], part, tag.get("state", "visible") == "visible", tuple(tables)))
    return sheets


def _read_table(package: Package, part: str) -> Table | None:
    text = _text(package, part)
    head = _table(text)
    if head is None:
        raise UnsupportedXmlError("table")
    tag_attributes = attributes(head[0])
    table_area = area(tag_attributes.get("ref", ""))
    if table_area is None or tag_attributes.get("headerRowCount", "1") == "0":
        return None
    left, top, _, bottom = table_area
    totals = tag_attributes.get("totalsRowCount", "0")
    if not (totals.isascii() and totals.isdigit()):
        raise UnsupportedXmlError("totals of a table")
    headers = tuple(attributes(tag).get("name", "") for tag in _column(text))
    name = tag_attributes.get("displayName") or tag_attributes.get("name", "")
    return Table(name, headers, left, top, bottom - int(totals), int(totals))


def _related(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part points to: id -> kind and part."""
    folder, _, name = part.rpartition("/")
    source = f"{folder}/_rels/{name}.rels".lstrip("/")
    if source not in package:
        return {}
    found = {}
    text = _text(package, source)
    if ":Relationship " in text:
        raise UnsupportedXmlError("relations with a prefix")
    for tag in _relationship(text):
        tag_attributes = attributes(tag)
        if tag_attributes.get("TargetMode") != "External":
            target = tag_attributes.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[tag_attributes.get("Id", "")] = (tag_attributes.get("Type", "").rpartition("/")[2], full)
    return found


def _text(package: Package, part: str) -> str:
    content = package.read(part)
    refuse_other_encoding(content)
    return content.decode("utf-8-sig", "surrogatepass")
