"""The XML of small workbooks, written by hand: each test says in which way."""

import re
import zipfile
from contextlib import contextmanager
from io import BytesIO
from xml.parsers import expat

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
)


def sheet(rows, *, before="", after=""):
    """Return the XML of a worksheet."""
    return f'{_START}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def strings(items):
    """Return the XML of a shared string table, from the XML of its items."""
    return f'{_START}<sst xmlns="{MAIN}">{"".join(items)}</sst>'


def styles(*formats):
    """Return the XML of the formats: cell format 0 is General, the others have these codes."""
    codes = "".join(f'<numFmt numFmtId="{at}" formatCode="{code}"/>' for at, code in enumerate(formats, 164))
    cells = "".join(
        f'<xf numFmtId="{at}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for at in (0, *range(164, 164 + len(formats)))
    )
    return (
        f'{_START}<styleSheet xmlns="{MAIN}"><numFmts count="{len(formats)}">{codes}</numFmts>{_STYLES}'
        f'<cellXfs count="{len(formats) + 1}">{cells}</cellXfs></styleSheet>'
    )


def workbook(path, sheet_xml, *, strings_xml=None, styles_xml=None, parts=()):
    """Write a workbook with one sheet, Returns.

    Args:
        path: the file.
        sheet_xml: its sheet, text or bytes.
        strings_xml: its shared strings, none when left out.
        styles_xml: its formats, General alone when left out.
        parts: further parts, or others in place of these: name and content.
    """
    relation = f'<Relationship Id="{{}}" Type="{_RELATIONS}/{{}}" Target="{{}}"/>'
    related = [("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "styles", "styles.xml")]
    if strings_xml is not None:
        related.append(("r3", "sharedStrings", "sharedStrings.xml"))
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "styles": "styles"}
    overrides |= {"sharedStrings": "sharedStrings"} if strings_xml is not None else {}
    content = {
        "[Content_Types].xml": f'{_START}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="/xl/{n}.xml" ContentType="{types}.{t}+xml"/>' for n, t in overrides.items())
        + "</Types>",
        "_rels/.rels": f'{_START}<Relationships xmlns="{_PACKAGE}">'
        + relation.format("r1", "officeDocument", "xl/workbook.xml")
        + "</Relationships>",
        "xl/workbook.xml": f'{_START}<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="Returns" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_START}<Relationships xmlns="{_PACKAGE}">'
        + "".join(relation.format(*one) for one in related)
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet_xml,
        "xl/styles.xml": styles_xml if styles_xml is not None else styles(),
    }
    if strings_xml is not None:
        content["xl/sharedStrings.xml"] = strings_xml
    content |= dict(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for part, xml in content.items():
            package.writestr(part, xml)
    return path


def text_cell(address, text):
    """Return a cell with an inline text."""
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = (
    '<row r="1">'
    + "".join(text_cell(f"{c}1", n) for c, n in zip("ABC", ("ActionId", "Amount", "Reason"), strict=True))
    + "</row>"
)


def damaged(whole, damages):
    """Return XML with one byte changed, at every place and into each of the damages, where it is no XML any more."""
    for at in range(len(whole)):
        for byte in damages:
            xml = whole[:at] + bytes([byte]) + whole[at + 1 :]
            try:
                expat.ParserCreate(namespace_separator=" ").Parse(xml, True)
            except (expat.ExpatError, LookupError):  # the second for an encoding that does not exist
                yield xml


class OnePart:
    """A workbook of which only one part is read."""

    name = "returns.xlsx"

    def __init__(self, xml):
        self.content = xml if isinstance(xml, bytes) else xml.encode()

    def __contains__(self, part):
        return True

    @contextmanager
    def open(self, part):
        yield BytesIO(self.content)


def with_prefix(xml):
    """Return XML with x: before every name of an element, as Open XML SDK writes it."""
    return re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", xml).replace("xmlns=", "xmlns:x=", 1)
