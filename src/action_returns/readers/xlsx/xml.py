"""Parse a part of a workbook with expat, however it is written: prefixes, quotes, blanks, encodings, CDATA, comments.

Names of elements come without the two namespaces of spreadsheets (ECMA-376 parts 1 and 4: transitional and strict) and
that of packages; every other name keeps its own, ``uri name``. Expat resolves entities of XML itself and of characters.
"""

from collections.abc import Iterator
from typing import Final, Protocol
from xml.parsers import expat

from action_returns.errors import FileError
from action_returns.readers.xlsx.package import Package, declares_type

_PIECE: Final = 2**16
_KNOWN: Final = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/package/2006/relationships",
    }
)


class PartHandler(Protocol):
    """What is called for each part of the XML, in order."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element. Attributes without a prefix have bare names, others ``uri name``."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take text between tags; a longer one comes in several pieces."""


class _Names(dict[str, str]):
    """Names as expat has them -> names as a handler takes them."""

    def __missing__(self, name: str) -> str:
        uri, _, local = name.rpartition(" ")
        self[name] = shown = local if uri in _KNOWN else name
        return shown


class XmlParser:
    """Feeds pieces of one part to a handler.

    Args:
        package: the workbook, for messages.
        part: the part's name.
        handler: what is called.
    """

    def __init__(self, package: Package, part: str, handler: PartHandler) -> None:
        self._package = package
        self._part = part
        names = _Names()
        start, end = handler.start, handler.end
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: start(names[name], attributes)
        parser.EndElementHandler = lambda name: end(names[name])
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = self._refuse_type
        self._parser = parser

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Parse a piece.

        Raises:
            FileError: ``file-unreadable`` when the XML is damaged or ends early, ``file-too-large`` when it declares a
                document type.
        """
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, ValueError) as error:  # ValueError: an encoding that Python does not know
            raise FileError(
                "file-unreadable",
                f"{self._package.name} is damaged: its part {self._part} is no XML that can be read ({error}), so cells "
                "may be missing or wrong. Nothing of it was used. Open it in the spreadsheet program and save it again.",
            ) from None

    def _refuse_type(self, *_: object) -> None:
        raise declares_type(self._package.name, self._part)


def parse_in_pieces(package: Package, part: str, handler: PartHandler) -> Iterator[None]:
    """Parse a part, and return to the caller after each piece of it.

    Raises:
        FileError: when the part is missing, damaged, ends early, or declares a document type.
    """
    parser = XmlParser(package, part, handler)
    with package.open(part) as stream:
        while piece := stream.read(_PIECE):
            parser.feed(piece)
            yield
    parser.feed(b"", last=True)
    yield


def parse(package: Package, part: str, handler: PartHandler) -> None:
    """Parse a whole part.

    Raises:
        FileError: as :func:`parse_in_pieces` does.
    """
    for _ in parse_in_pieces(package, part, handler):
        pass
