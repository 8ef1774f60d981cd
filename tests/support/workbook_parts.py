"""Small workbooks put together part by part, so that a test can write each part as some program or some damage would."""

import re
import warnings
import zipfile
from xml.sax.saxutils import escape

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OOXML = "http://schemas.openxmlformats.org"
MAIN = f"{_OOXML}/spreadsheetml/2006/main"
RELATIONS = f"{_OOXML}/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = "application/vnd.openxmlformats-package"

CONTENT_TYPES, ROOT, WORKBOOK, RELATED, SHEET, STYLES, STRINGS, SHEET_RELATED, TABLE = (
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/worksheets/_rels/sheet1.xml.rels",
    "xl/tables/table1.xml",
)


def text(address, value):
    """Return the XML of a cell that holds a text."""
    return f'<c r="{address}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def shared(address, index):
    """Return the XML of a cell that holds a shared text."""
    return f'<c r="{address}" t="s"><v>{index}</v></c>'


def number(address, value, style=None):
    """Return the XML of a cell that holds a number."""
    return f'<c r="{address}"{"" if style is None else f" s={chr(34)}{style}{chr(34)}"}><v>{value}</v></c>'


def row(at, *cells):
    """Return the XML of a row."""
    return f'<row r="{at}">{"".join(cells)}</row>'


HEADER = row(1, text("A1", "ActionId"), text("B1", "Amount"), text("C1", "Reason"))
ROW = row(2, text("A2", "M.1.2.3"), number("B2", 12.5), text("C2", "ORDER_UPDATE"))


def sheet(rows=HEADER + ROW, before="", after=""):
    """Return the XML of a worksheet."""
    return f'{_DECLARATION}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def styles(*formats):
    """Return the XML of the styles: one cell format for each number format, after the first, which is General."""
    cells = "".join(
        f'<xf numFmtId="{at}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for at in (0, *formats)
    )
    return (
        f'{_DECLARATION}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
        '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs>{cells}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def strings(*texts):
    """Return the XML of the shared texts."""
    items = "".join(f"<si><t>{escape(each)}</t></si>" for each in texts)
    return f'{_DECLARATION}<sst xmlns="{MAIN}" count="{len(texts)}" uniqueCount="{len(texts)}">{items}</sst>'


def table(area="A1:C2", headers=("ActionId", "Amount", "Reason"), name="Actions"):
    """Return the XML of a table."""
    columns = "".join(f'<tableColumn id="{at}" name="{escape(header)}"/>' for at, header in enumerate(headers, 1))
    return (
        f'{_DECLARATION}<table xmlns="{MAIN}" id="1" name="{name}" displayName="{name}" ref="{area}" totalsRowShown="0">'
        f'<autoFilter ref="{area}"/><tableColumns count="{len(headers)}">{columns}</tableColumns></table>'
    )


def relations(**targets):
    """Return the XML of relations: kind -> target; their ids are rId1, rId2 and so on."""
    each = "".join(
        f'<Relationship Id="rId{at}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'{_DECLARATION}<Relationships xmlns="{_OOXML}/package/2006/relationships">{each}</Relationships>'


def parts(**changed):
    """Return the parts of a workbook with one sheet, header and one row: name -> XML.

    Args:
        changed: sheet, styles, strings, workbook, related, root or content_types as text or bytes; None leaves it out.
            table and sheet_related likewise; without them there is no table.
    """
    kinds = {WORKBOOK: "sheet.main", SHEET: "worksheet", STYLES: "styles", STRINGS: "sharedStrings", TABLE: "table"}
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in kinds.items()
        if part != TABLE or "table" in changed
    )
    content_types = (
        f'{_DECLARATION}<Types xmlns="{_OOXML}/package/2006/content-types"><Default Extension="rels" '
        f'ContentType="{_PACKAGE}.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>"
    )
    workbook = (
        f'{_DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Returns" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    plain = {
        "content_types": (CONTENT_TYPES, content_types),
        "root": (ROOT, relations(officeDocument=WORKBOOK)),
        "workbook": (WORKBOOK, workbook),
        "related": (
            RELATED,
            relations(worksheet="worksheets/sheet1.xml", styles="styles.xml", sharedStrings="sharedStrings.xml"),
        ),
        "sheet": (SHEET, sheet()),
        "styles": (STYLES, styles()),
        "strings": (STRINGS, strings()),
        "sheet_related": (SHEET_RELATED, None),
        "table": (TABLE, None),
    }
    unknown = changed.keys() - plain.keys()
    assert not unknown, unknown
    made = {part: changed.get(name, xml) for name, (part, xml) in plain.items()}
    return {part: xml for part, xml in made.items() if xml is not None}


def with_table(**changed):
    """Return the parts of the same workbook with the table Actions over its cells."""
    related = relations(table="../tables/table1.xml")
    with_part = sheet(after=f'<tableParts xmlns:r="{RELATIONS}" count="1"><tablePart r:id="rId1"/></tableParts>')
    return parts(**{"sheet": with_part, "sheet_related": related, "table": table(), **changed})


def pack(path, named, *, compression=zipfile.ZIP_DEFLATED, **options):
    """Write a zip of parts and return its path.

    Args:
        path: the file.
        named: name -> content, or pairs of them where a name comes twice.
        compression: how they are packed.
        options: of ZipFile.
    """
    pairs = named.items() if isinstance(named, dict) else named
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", compression, **options) as new:
        warnings.simplefilter("ignore", UserWarning)  # zipfile says when a name comes twice
        for part, content in pairs:
            # Of 1980 whatever the clock says, so that the same parts make the same file.
            new.writestr(zipfile.ZipInfo(part), content, compression, new.compresslevel)
    return path


def prefixed(xml):
    """Return XML with a prefix before every element, as Open XML SDK writes it."""
    return re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", xml).replace('xmlns="', 'xmlns:x="', 1)
