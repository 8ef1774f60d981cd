"""Find tags and their attributes in the bytes of XML, and replace pieces of it; every other byte stays as it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser

Splice: TypeAlias = tuple[int, int, bytes]
"""Where a piece begins and ends, and what stands there instead."""

TRUE: Final = frozenset({"1", "true"})


class UnusualXmlError(Exception):
    """A part is written in a way into which no rows can be added. The message says what is unusual, after "its sheet"."""


class Tag(NamedTuple):
    """A start tag.

    Args:
        start: where it begins.
        end: where it ends, behind its ``>``.
        values: attribute -> where its value begins and ends, without the quotation marks.
    """

    start: int
    end: int
    values: Mapping[str, tuple[int, int]]


def read_tag(xml: bytes, start: int) -> Tag:
    """Read the start tag at a place of well-formed XML. A value may hold ``>``."""
    values: dict[str, tuple[int, int]] = {}
    at = start + 1
    while True:
        end = xml.index(b">", at)
        marks = [place for place in (xml.find(b'"', at, end), xml.find(b"'", at, end)) if place >= 0]
        if not marks:
            return Tag(start, end + 1, values)
        opened = min(marks)
        name = xml[at:opened].rstrip().removesuffix(b"=").split()[-1].decode()
        at = xml.index(xml[opened : opened + 1], opened + 1) + 1
        values[name] = opened + 1, at - 1


def with_value(xml: bytes, tag: Tag, name: str, value: str) -> Splice:
    """Return the splice that gives a tag an attribute, or the one that it has another value.

    Args:
        xml: the XML.
        tag: the tag.
        name: the attribute.
        value: its value, without signs that XML escapes.
    """
    if name in tag.values:
        return *tag.values[name], value.encode()
    at = tag.end - (2 if xml.startswith(b"/>", tag.end - 2) else 1)
    return at, at, f' {name}="{value}"'.encode()


def without_attribute(xml: bytes, tag: Tag, name: str) -> Splice:
    """Return the splice that removes an attribute that a tag has, with the white space before it."""
    start, end = tag.values[name]
    at = xml.rindex(name.encode(), tag.start, start)
    return tag.start + len(xml[tag.start : at].rstrip()), end + 1, b""


def spliced(xml: bytes, splices: Sequence[Splice]) -> bytes:
    """Return XML with some pieces replaced, which do not overlap."""
    parts, at = [], 0
    for start, end, replacement in sorted(splices, key=lambda splice: splice[0]):
        parts += [xml[at:start], replacement]
        at = end
    return b"".join([*parts, xml[at:]])


def parse(xml: bytes, start: Callable[[str, dict[str, Any], int], object], end: Callable[[str, int], object]) -> None:
    """Parse XML and call a function for each tag, with its place.

    Args:
        xml: the XML.
        start: is called with the name, the attributes and the place of a start tag.
        end: is called with the name, and with the place of an end tag or the one behind a tag that is first and last.

    Raises:
        UnusualXmlError: it cannot be read, or its characters have more than one byte each.
    """
    refuse_wide_characters(xml)
    parser = guarded_parser(refuse_type)
    parser.StartElementHandler = lambda name, attributes: start(name, attributes, parser.CurrentByteIndex)
    parser.EndElementHandler = lambda name: end(name, parser.CurrentByteIndex)
    try:
        parser.Parse(xml, True)
    except ERRORS as error:
        raise UnusualXmlError(f"cannot be read ({error})") from None


def end_of_element(content: bytes, start: int, at: int) -> int:
    """Return where an element ends.

    Args:
        content: the XML.
        start: where the element begins.
        at: the place that expat tells at its end: that of its last tag, or the one behind a tag that is first and last.
    """
    opened = content.index(b">", start)
    return opened + 1 if content.startswith(b"/", opened - 1) else content.index(b">", at) + 1


def refuse_wide_characters(xml: bytes) -> None:
    """Raise for UTF-16: pieces of one byte for each character would destroy it.

    Raises:
        UnusualXmlError: it is.
    """
    if xml[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in xml[:4]:
        raise UnusualXmlError("is written in UTF-16")


def refuse_type(*_: object) -> NoReturn:
    """Raise for a part that declares a document type.

    Raises:
        UnusualXmlError: always.
    """
    raise UnusualXmlError("declares a document type")
