"""Write the XML of a workbook in other ways that mean the same: by a real parser, event by event.

Each way is one that programs really use or that XML and ECMA-376 allow: prefixes (Open XML SDK, ClosedXML), single
quotes and white space inside tags, attributes in another order, UTF-16, character references, CDATA sections, comments
between elements, and the namespaces of ISO/IEC 29500 Strict. The parser is expat with its own handlers here, so this
shares no code with the product.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


@dataclass(frozen=True)
class Way:
    """One way of writing.

    Args:
        prefix: what is put before the names of SpreadsheetML, ``x:``.
        quote: the quote of attributes.
        reverse: whether the attributes come in the opposite order.
        space: what stands between attributes and before the end of a tag.
        encoding: of the part.
        text: returns how characters are written.
        comments: whether a comment follows each start tag outside of texts.
        strict: whether the namespaces are those of Strict.
        pairs: whether an element without content has an end tag.
    """

    prefix: str = ""
    quote: str = '"'
    reverse: bool = False
    space: str = " "
    encoding: str = "utf-8"
    text: Callable[[str], str] = escape
    comments: bool = False
    strict: bool = False
    pairs: bool = False


def _references(text):
    return "".join(f"&#x{ord(sign):x};" for sign in text)


def _cdata(text):
    return "".join(f"<![CDATA[{piece}]]>" for piece in text.replace("]]>", "]]\0>").split("\0"))


WAYS = {
    "every element prefixed": Way(prefix="x:"),
    "single quotes and white space": Way(quote="'", space="\n\t "),
    "attributes in the opposite order": Way(reverse=True, pairs=True),
    "UTF-16": Way(encoding="utf-16"),
    "character references": Way(text=_references),
    "CDATA sections": Way(text=_cdata),
    "comments": Way(comments=True),
    "namespaces of Strict": Way(strict=True),
    "all of them": Way("s:", "'", True, " \r\n", "utf-16", _references, comments=True, pairs=True),
}


class _Writer:
    """Writes what a parser reads, in one way."""

    def __init__(self, way):
        self.way, self.out, self.open_tag, self.kept_text, self.main = way, [], None, 0, False

    def start(self, name, attributes):
        self._finish_tag(empty=False)
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        if len(self.out) == 0:
            self.main = ("xmlns", MAIN) in pairs
        self.open_tag = name, pairs
        self.kept_text += name in {"t", "v", "f"}

    def end(self, name):
        if self.open_tag is not None and not self.way.pairs:
            self._finish_tag(empty=True)
        else:
            self._finish_tag(empty=False)
            self.out.append(f"</{self._named(name)}>")
        self.kept_text -= name in {"t", "v", "f"}

    def characters(self, text):
        self._finish_tag(empty=False)
        self.out.append(self.way.text(text) if self.kept_text else escape(text))

    def _named(self, name):
        return f"{self.way.prefix}{name}" if self.main and ":" not in name else name

    def _finish_tag(self, *, empty):
        if self.open_tag is None:
            return
        (name, pairs), self.open_tag = self.open_tag, None
        way = self.way
        if way.prefix and self.main:
            pairs = [(f"xmlns:{way.prefix[:-1]}" if key == "xmlns" else key, value) for key, value in pairs]
        if way.strict:
            pairs = [(key, _STRICT.get(value, value)) for key, value in pairs]
        if way.reverse:
            pairs.reverse()
        signs = {way.quote: "&quot;" if way.quote == '"' else "&apos;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
        written = "".join(f"{way.space}{key}={way.quote}{escape(value, signs)}{way.quote}" for key, value in pairs)
        tail = way.space if way.space != " " else ""
        self.out.append(f"<{self._named(name)}{written}{tail}{'/' if empty else ''}>")
        if way.comments and not empty and not self.kept_text:
            self.out.append("<!-- <c r='A1'><v>1</v></c> -->")


def rewritten(content, way):
    """Return a part of a workbook written in this way."""
    writer = _Writer(way)
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = writer.start, writer.end
    parser.CharacterDataHandler = writer.characters
    parser.Parse(content, True)  # the last piece
    head = f"<?xml version={way.quote}1.0{way.quote} encoding={way.quote}{way.encoding}{way.quote} ?>"
    return (head + "".join(writer.out)).encode(way.encoding)


def rewrite(source, target, way):
    """Write a workbook in this way: every part of SpreadsheetML, and no other."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, rewritten(content, way) if _is_spreadsheet(name) else content)


def _is_spreadsheet(name):
    known = ("xl/worksheets/sheet", "xl/tables/", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml")
    return name.endswith(".xml") and name.startswith(known)
