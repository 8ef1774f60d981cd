"""How a part begins: a document type is seen in every encoding that some parser reads, also far behind the start."""

import io

import pytest

from action_returns.readers.xlsx.prolog import DOCUMENT_TYPE, OTHER_ENCODING, refusal_of_prolog

MOST = 2**16
HEAD = "<?xml version='1.0' encoding='{}'?>"
KNOWN = ["utf-8", "utf-16", "us-ascii", "iso-8859-1", "windows-1252"]
NOT_EXPATS = [
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    "utf-7",
    "shift_jis",
    "gb18030",
    "big5",
    "euc-jp",
    "iso2022_jp",
    "cp037",
    "no-such",
]
"""Encodings of which another parser may know some; a few of them Python gives to expat."""


def encoded(encoding, body):
    """Return XML that declares an encoding and is written in it; in ASCII where nobody knows it."""
    return (HEAD.format(encoding) + body).encode("ascii" if encoding == "no-such" else encoding)


def judged(content, **options):
    return refusal_of_prolog(io.BytesIO(content), MOST, **options)


@pytest.mark.parametrize("comment", ["", f"<!-- {'x' * 10_000} -->"], ids=["at once", "after a comment"])
@pytest.mark.parametrize("encoding", KNOWN + NOT_EXPATS)
@pytest.mark.parametrize("other_parsers", [False, True])
def test_a_document_type_is_seen_in_any_encoding(encoding, comment, other_parsers):
    content = encoded(encoding, f"{comment}<!DOCTYPE a><a/>")
    assert judged(content, other_parsers=other_parsers) == DOCUMENT_TYPE


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"", "utf-16-le"),
        (b"\xff\xfe", "utf-16-le"),
        (b"", "utf-16-be"),
        (b"\xfe\xff", "utf-16-be"),
        (b"", "utf-32-le"),
        (b"\xff\xfe\x00\x00", "utf-32-le"),
        (b"", "utf-32-be"),
        (b"\x00\x00\xfe\xff", "utf-32-be"),
    ],
)
def test_it_is_seen_with_and_without_a_mark_of_the_byte_order(mark, encoding):
    for comment in ("", f"<!-- {'x' * 3_000} -->"):
        assert judged(mark + f"{comment}<!DOCTYPE a><a/>".encode(encoding)) == DOCUMENT_TYPE


@pytest.mark.parametrize("encoding", KNOWN)
def test_encodings_of_workbooks_are_for_every_parser(encoding):
    for body in ("<a/>", "<!-- b -->\n<a/>"):
        assert judged(encoded(encoding, body), other_parsers=True) is None


@pytest.mark.parametrize("encoding", NOT_EXPATS)
def test_other_encodings_are_for_no_other_parser(encoding):
    assert judged(encoded(encoding, "<a/>"), other_parsers=True) == OTHER_ENCODING
    assert judged(encoded(encoding, "<a/>")) is None, "ours refuses them itself, where it reads the part"


@pytest.mark.parametrize("encoding", ["koi8-r", "cp500", "mac-roman", "iso-8859-16"])
def test_nor_are_those_of_one_byte_that_python_gives_to_expat(encoding):
    content = encoded(encoding, "<a/>") if encoding != "cp500" else HEAD.format("cp500").encode() + b"<a/>"
    assert judged(content, other_parsers=True) == (None if encoding == "iso-8859-16" else OTHER_ENCODING)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"\xd0\xcf\x11\xe0" + bytes(600),
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"MZ\x90",
    ],
)
def test_what_is_no_xml_is_let_through(content):
    assert judged(content) is None
    assert judged(content, other_parsers=True) is None
