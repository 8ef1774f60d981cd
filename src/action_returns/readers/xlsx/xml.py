"""Parse a part of a workbook with expat, however it is written: prefixes, quotes, blanks, encodings, CDATA, comments.

Names of elements come without the two namespaces of spreadsheets (ECMA-376 parts 1 and 4: transitional and strict) and
that of packages; every other name keeps its own, ``uri name``. Expat resolves entities of XML itself and of characters.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NoReturn, Protocol

from action_returns.errors import FileError
from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser, is_known_encoding
from action_returns.readers.xlsx.package import Package, declares_type

_PIECE: Final = 2**16
SPREADSHEET: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of the parts of a workbook: transitional and strict."""
_KNOWN: Final = frozenset({*SPREADSHEET, "http://schemas.openxmlformats.org/package/2006/relationships"})


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


class PartParser:
    """Feeds pieces of one part to expat, whose handlers the caller sets.

    Args:
        package: the workbook, for messages.
        part: the part's name.
        names: ``uri name`` -> what handlers get instead, for attributes too.
    """

    def __init__(self, package: Package, part: str, names: Mapping[str, str] | None = None) -> None:
        self._package = package
        self._part = part
        self.expat = guarded_parser(self._refuse_type, separator=" ", names=names)
        self.expat.buffer_text = True
        self.expat.XmlDeclHandler = self._refuse_encoding

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Parse a piece.

        Raises:
            FileError: ``file-unreadable`` when the XML is damaged or ends early, ``file-too-large`` when it declares a
                document type.
        """
        try:
            self.expat.Parse(piece, last)
        except ERRORS as error:  # ValueError: a value that a handler cannot read, too
            raise self._damaged(error) from None

    def feed_all(self) -> Iterator[None]:
        """Parse the whole part, and return to the caller after each piece of it.

        Raises:
            FileError: as :meth:`feed` does, and when the part is missing.
        """
        with self._package.open(self._part) as stream:
            while piece := stream.read(_PIECE):
                self.feed(piece)
                yield
        self.feed(b"", last=True)
        yield

    def _damaged(self, why: object) -> FileError:
        return FileError(
            "file-unreadable",
            f"{self._package.name} is damaged: its part {self._part} is no XML that can be read ({why}), so cells "
            "may be missing or wrong. Nothing of it was used. Open it in the spreadsheet program and save it again.",
        )

    def _refuse_type(self, *_: object) -> NoReturn:
        raise declares_type(self._package.name, self._part)

    def _refuse_encoding(self, _: str, encoding: str | None, __: int) -> None:
        if not is_known_encoding(encoding):
            raise self._damaged(f"unknown encoding {str(encoding)[:40]}")


class XmlParser(PartParser):
    """Feeds pieces of one part to a handler.

    Args:
        package: the workbook, for messages.
        part: the part's name.
        handler: what is called.
    """

    def __init__(self, package: Package, part: str, handler: PartHandler) -> None:
        super().__init__(package, part)
        names = _Names()
        start, end = handler.start, handler.end
        self.expat.StartElementHandler = lambda name, attributes: start(names[name], attributes)
        self.expat.EndElementHandler = lambda name: end(names[name])
        self.expat.CharacterDataHandler = handler.text


def parse_in_pieces(package: Package, part: str, handler: PartHandler) -> Iterator[None]:
    """Parse a part, and return to the caller after each piece of it.

    Raises:
        FileError: when the part is missing, damaged, ends early, or declares a document type.
    """
    return XmlParser(package, part, handler).feed_all()


def parse(package: Package, part: str, handler: PartHandler) -> None:
    """Parse a whole part.

    Raises:
        FileError: as :func:`parse_in_pieces` does.
    """
    for _ in parse_in_pieces(package, part, handler):
        pass
