"""Divide a large part into blocks of whole elements, such as rows; an XML parser reads what stands around them."""

import re
from collections.abc import Generator, Iterator
from typing import IO, Final

from action_returns.errors import FileError
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError, refuse_other_encoding
from action_returns.readers.xlsx.xml import PartHandler, XmlParser

_BLOCK: Final = 2**18
_LONGEST: Final = 2**23
"""Bytes of one item, or before the first; a row of 16,384 cells has about a megabyte."""


def blocks(
    package: Package, part: str, item: str, container: str, around: PartHandler | None = None
) -> Iterator[bytes]:
    """Return the items of a part in blocks, each from ``<item`` to ``</item>``.

    A prefix that stands before every name is removed. What stands before the first and behind the last item goes to an
    XML parser, so a part that ends early or is not closed is never taken for a whole one.

    Args:
        package: the workbook.
        part: the part's name.
        item: name of the repeated element.
        container: name of the element that holds all items.
        around: is called for what stands around the items, empty items (``<item/>``) behind the last other one included.

    Raises:
        UnsupportedXmlError: when an XML parser has to read the part.
    """
    handler = _Around(item, container, around)
    parser = XmlParser(package, part, handler)
    start = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.-]*:)?%s[ \t\r\n/>]" % item.encode())
    try:
        with package.open(part) as stream:
            tail = stream.read(_BLOCK)
            refuse_other_encoding(tail)
            searched = 0
            while (first := start.search(tail, searched)) is None and (more := stream.read(_BLOCK)):
                searched = max(0, tail.rfind(b"<", searched))  # a tag may go on in the next piece
                tail = _longer(tail, more)
            if first is not None:
                head, tail = tail[: first.start()], tail[first.start() :]
                if b"<!" in head:  # the item may be in a comment
                    raise UnsupportedXmlError("comment")
                parser.feed(head)
                if not handler.is_inside:
                    raise UnsupportedXmlError(f"no {container}")
                tail = yield from _whole_items(stream, tail, item.encode(), first[1] or b"")
        parser.feed(tail, last=True)
    except FileError:
        raise UnsupportedXmlError("damaged, or a document type") from None


def _whole_items(stream: IO[bytes], tail: bytes, item: bytes, prefix: bytes) -> Generator[bytes, None, bytes]:
    """Return blocks; the result is what stands behind the last item.

    Raises:
        UnsupportedXmlError: when anything but white space stands between two items at the border of two blocks.
    """
    closed = b"</%s%s>" % (prefix, item)
    before = re.compile(rb"[ \t\r\n]*+(?=<%s%s[ />])" % (re.escape(prefix), item)).match
    while True:
        end = tail.rfind(closed) + len(closed)
        if end >= len(closed):
            white = before(tail)
            if white is None:
                raise UnsupportedXmlError("text between items")
            block = tail[white.end() : end]
            yield _without_prefix(block, prefix) if prefix else block
            tail = tail[end:]
        more = stream.read(_BLOCK)
        if not more:
            return tail
        tail = _longer(tail, more)


def _longer(tail: bytes, more: bytes) -> bytes:
    """Return both, one after the other.

    Raises:
        UnsupportedXmlError: when that is longer than any item: adding on to it again and again would take long.
    """
    if len(tail) > _LONGEST:
        raise UnsupportedXmlError("long item")
    return tail + more


def _without_prefix(block: bytes, prefix: bytes) -> bytes:
    """Return a block without the prefix of its names.

    Raises:
        UnsupportedXmlError: when a name has none or another one.
    """
    if block.count(b"<") != block.count(b"<" + prefix) + block.count(b"</" + prefix):
        raise UnsupportedXmlError("another prefix")
    return block.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")


class _Around:
    """Notes whether the container is open, refuses what it holds beside empty items, and passes everything on.

    An item that ends in ``</item >`` is found by no search for ``</item>``; behind the last block it would be lost.
    """

    def __init__(self, item: str, container: str, handler: PartHandler | None) -> None:
        self._item = item
        self._container = container
        self._handler = handler
        self.is_inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.is_inside and name != self._item:
            raise UnsupportedXmlError(f"{name} outside of a block")
        self.is_inside |= name == self._container
        if self._handler is not None:
            self._handler.start(name, attributes)

    def end(self, name: str) -> None:
        self.is_inside &= name != self._container

    def text(self, text: str) -> None:
        """Take text between tags, which means nothing here."""
