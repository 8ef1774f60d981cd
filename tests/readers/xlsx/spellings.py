"""Workbooks written by hand: the same cells plainly, and in any way that XML allows (XML 1.0, Namespaces in XML)."""

import random
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape

from action_returns.batch.cells import column_letters

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FONT = '<font><sz val="11"/><name val="Calibri"/></font>'
_FILLS = '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
STYLES = (
    f'{_DECLARATION}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0"/></numFmts>'
    f'<fonts count="1">{_FONT}</fonts><fills count="2">{_FILLS}</fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    + "".join(f'<xf numFmtId="{code}" fontId="0" fillId="0" borderId="0" xfId="0"/>' for code in (0, 14, 164))
    + "</cellXfs></styleSheet>"
)
"""Cell formats: 0 is General, 1 a date, 2 one decimal."""
_PARTS = {
    "[Content_Types].xml": f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{_RELATED}"><sheets>'
    '<sheet name="Returns" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATED}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{_RELATED}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def book(path, sheet, strings=(), styles=STYLES):
    """Write a workbook of one sheet.

    Args:
        path: where to.
        sheet: the XML of the sheet, text or bytes.
        strings: the shared strings, or the XML of their part.
        styles: the XML of the styles.
    """
    if not isinstance(strings, str | bytes):
        strings = shared_strings(strings)
    parts = {**_PARTS, "xl/worksheets/sheet1.xml": sheet, "xl/styles.xml": styles, "xl/sharedStrings.xml": strings}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


def sheet(rows, *, before="", after="", root=f'worksheet xmlns="{MAIN}"'):
    """Return the XML of a sheet with these rows."""
    return f"{_DECLARATION}<{root}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def shared_strings(texts):
    """Return the XML of shared strings, plainly written."""
    items = "".join(f'<si><t xml:space="preserve">{_escaped(text)}</t></si>' for text in texts)
    return f'{_DECLARATION}<sst xmlns="{MAIN}" count="{len(texts)}" uniqueCount="{len(texts)}">{items}</sst>'


def inline(address, text):
    """Return the XML of a cell with a text of its own."""
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is></c>'


def _escaped(text):
    return escape(text, {"\r": "&#13;"})


@dataclass(frozen=True)
class Written:
    """A cell as XML has it.

    Args:
        kind: its type, ``inlineStr`` for a text of its own.
        value: the text of its value; None when it has none.
        style: its format, None when it names none.
        formula: whether it has a formula.
    """

    kind: str = "n"
    value: str | None = None
    style: int | None = None
    formula: bool = False


def plain(rows, **around):
    """Write rows as spreadsheet programs do.

    Args:
        rows: number of a row -> number of a column -> cell.
        around: see :func:`sheet`.
    """
    return sheet("".join(_plain_row(number, cells) for number, cells in rows.items()), **around)


def _plain_row(number, cells):
    return f'<row r="{number}">' + "".join(_plain_cell(number, at, cell) for at, cell in cells.items()) + "</row>"


def _plain_cell(number, column, cell):
    kind = "" if cell.kind == "n" else f' t="{cell.kind}"'
    head = f'<c r="{column_letters(column)}{number}"' + ("" if cell.style is None else f' s="{cell.style}"') + kind
    body = "<f>1+1</f>" if cell.formula else ""
    if cell.value is not None:
        value = _escaped(cell.value)
        body += f'<is><t xml:space="preserve">{value}</t></is>' if cell.kind == "inlineStr" else f"<v>{value}</v>"
    return f"{head}>{body}</c>" if body else f"{head}/>"


class Scribe:
    """Writes a sheet in one of the ways that XML allows.

    Args:
        pick: makes the choices.
        foreign: whether elements of other namespaces stand between those of the sheet.
    """

    def __init__(self, pick: random.Random, *, foreign: bool = True) -> None:
        self._pick = pick
        self._foreign = foreign
        self._prefixes = pick.choice([("",), ("x:",), ("", "x:")])
        self._encoding = pick.choice(["UTF-8", "utf-8", "UTF-16", None])

    def sheet(self, rows):
        """Return the bytes of a sheet with these rows; see :func:`plain`."""
        named = f"xmlns{self._eq()}{self._quoted(MAIN)}" if "" in self._prefixes else ""
        prefixed = f"xmlns:x{self._eq()}{self._quoted(MAIN)}" if "x:" in self._prefixes else ""
        spaces = [space for space in (named, prefixed, "xmlns:e='urn:example:other'") if space]
        self._pick.shuffle(spaces)
        data = self._element("sheetData", [], self._between([self._row(*row) for row in self._numbered(rows)]))
        name = self._pick.choice(self._prefixes) + "worksheet"
        text = f"<{name} {' '.join(spaces)}{self._blank()}>{self._blank()}{data}{self._blank()}</{name}{self._blank()}>"
        declared = f"<?xml version='1.0' encoding={self._quoted(self._encoding)} ?>" if self._encoding else ""
        whole = declared + text + self._pick.choice(["", "\n", "<!-- end -->"])
        if self._encoding == "UTF-16":
            return whole.encode("utf-16")
        return whole.encode(self._pick.choice(["utf-8", "utf-8-sig"]))

    def strings(self, texts):
        """Return the bytes of shared strings."""
        self._prefixes = ("y:",)
        items = self._between([self._element("si", [], self._text(text)) for text in texts])
        return f"<y:sst xmlns:y='{MAIN}' xmlns:e='urn:example:other'>{items}</y:sst>".encode()

    def _numbered(self, rows):
        """Return rows with the number that they name, None when it follows from their place."""
        last = 0
        for number, cells in rows.items():
            named = None if number == last + 1 and self._pick.random() < 0.3 else number
            last = number
            yield number, named, cells

    def _row(self, number, named, cells):
        attributes = [] if named is None else [("r", str(number))]
        written, last = [], 0
        for column, cell in cells.items():
            address = f"{column_letters(column)}{number}"
            written.append(self._cell(None if column == last + 1 and self._pick.random() < 0.3 else address, cell))
            last = column
        attributes += self._pick.choice([[], [("spans", "1:3")], [("ht", "15"), ("customHeight", "1")]])
        return self._element("row", attributes, self._between(written))

    def _cell(self, address, cell):
        attributes = [] if address is None else [("r", address)]
        attributes += [] if cell.style is None else [("s", str(cell.style))]
        if cell.kind != "n" or self._pick.random() < 0.2:
            attributes.append(("t", cell.kind))
        body = (
            [self._element("f", self._pick.choice([[], [("t", "shared"), ("si", "0")]]), "1+1")] if cell.formula else []
        )
        if cell.value is not None:
            body.append(
                self._element("is", [], self._text(cell.value))
                if cell.kind == "inlineStr"
                else self._element("v", [], self._characters(cell.value))
            )
        return self._element("c", attributes, self._between(body))

    def _text(self, text):
        preserve = [("xml:space", "preserve")]
        if self._pick.random() < 0.5:
            return self._between([self._element("t", preserve, self._characters(text))])
        at = self._pick.randrange(len(text) + 1)
        runs = [
            self._element("r", [], self._between([font, self._element("t", preserve, self._characters(part))]))
            for part, font in ((text[:at], ""), (text[at:], self._element("rPr", [], self._element("b", [], ""))))
        ]
        hint = self._element("rPh", [("sb", "0"), ("eb", "1")], self._element("t", [], "hint"))
        return self._between([*runs, hint, self._element("phoneticPr", [("fontId", "1")], "")])

    def _element(self, name, attributes, content):
        tag = self._pick.choice(self._prefixes) + name
        attributes = [f"{key}{self._eq()}{self._value(value)}" for key, value in attributes]
        foreign = [f'e:{key}="{value}"' for key, value in (("t", "n"), ("r", "B7"), ("s", "1"), ("hidden", "1"))]
        attributes += self._pick.sample(foreign, self._pick.choice([0, 0, 0, 1, 2]))
        self._pick.shuffle(attributes)
        head = "".join(f"{self._gap()}{attribute}" for attribute in attributes)
        if not content and self._pick.random() < 0.5:
            return f"<{tag}{head}{self._blank()}/>"
        return f"<{tag}{head}{self._blank()}>{content}</{tag}{self._blank()}>"

    def _between(self, elements):
        """Join elements with what may stand between them."""
        others = ["", "", "", "\n  ", "<!-- <c r='B2'><v>7</v></c> -->", "<?other <v>7</v> ?>"]
        if self._foreign:
            others.append('<e:c r="B2" t="n"><e:v>7</e:v>7</e:c>')
        pieces = [self._pick.choice(others)]
        for element in elements:
            pieces += [element, self._pick.choice(others)]
        return "".join(pieces)

    def _characters(self, text):
        """Write a text: as it is, with references, in sections, with comments in it."""
        written = []
        while text:
            size = self._pick.randrange(1, len(text) + 1)
            part, text = text[:size], text[size:]
            plainly = _escaped(part)
            section = f"<![CDATA[{part}]]>" if "]]>" not in part and "\r" not in part else plainly
            reference = self._pick.choice([f"&#{ord(part[0])};", f"&#x{ord(part[0]):x};"]) + _escaped(part[1:])
            written.append(self._pick.choice([plainly, plainly, section, reference]))
            written.append(self._pick.choice(["", "", "<!-- 7 -->", "<?other 7?>"]))
        return "".join(written)

    def _value(self, value):
        at = self._pick.randrange(len(value) + 1)
        rest = f"&#{ord(value[at])};{value[at + 1 :]}" if at < len(value) and self._pick.random() < 0.3 else value[at:]
        return self._quoted(value[:at] + rest)

    def _quoted(self, value):
        quote = self._pick.choice("'\"")
        return f"{quote}{value}{quote}"

    def _eq(self):
        return self._pick.choice(["=", "=", " = ", "\n=\t"])

    def _gap(self):
        return self._pick.choice([" ", " ", "  ", "\n", "\r\n\t"])

    def _blank(self):
        return self._pick.choice(["", "", "", " ", "\n"])
