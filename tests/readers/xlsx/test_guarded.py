"""Every parser stops at a document type, before anything in it is read."""

import pytest

from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser, is_known_encoding


class RefusedError(Exception):
    """Raised in place of a refusal."""


def refuse(*_):
    raise RefusedError


def parse(content, size=None, **options):
    """Parse in pieces of some bytes; return the elements that were seen."""
    seen = []
    parser = guarded_parser(refuse, **options)
    parser.StartElementHandler = lambda name, _: seen.append(name)
    for at in range(0, len(content), size or len(content)):
        parser.Parse(content[at : at + (size or len(content))], False)
    parser.Parse(b"", True)
    return seen


@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE a>",
        "<!DOCTYPE a []>",
        "<!DOCTYPE a SYSTEM 'b.dtd'>",
        "<!DOCTYPE a PUBLIC 'b' 'b.dtd'>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>",
        "<!DOCTYPE a [<!ENTITY % b 'c'>]>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'c' NDATA d>]>",
        "<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]>",
        "<!-- b --><?b c?>\n<!DOCTYPE a>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [1, None])
def test_a_document_type_ends_the_parsing_at_its_start(declared, encoding, size):
    with pytest.raises(RefusedError):
        parse(f"{declared}<a/>".encode(encoding), size)


def test_nothing_behind_the_name_of_a_document_type_is_needed_to_refuse_it():
    parser = guarded_parser(refuse)
    with pytest.raises(RefusedError):
        parser.Parse(b"<!DOCTYPE a [", False)


def test_other_xml_is_read_with_or_without_its_namespaces():
    assert parse(b"<a xmlns='u'><b/></a>") == ["a", "b"]
    assert parse(b"<a xmlns='u'><b/></a>", separator=" ") == ["u a", "u b"]
    assert parse(b"<a xmlns='u'><b/></a>", separator=" ", names={"u a": "A"}) == ["A", "u b"]


@pytest.mark.parametrize("content", [b"<a>&b;</a>", b"<a", b"<?xml version='1.0' encoding='no-such'?><a/>"])
def test_damage_raises_one_of_the_errors_that_callers_know(content):
    with pytest.raises(ERRORS):
        parse(content)


def test_encodings_that_every_reader_reads_alike_are_known():
    known = [None, "UTF-8", "utf8", "UTF-16", "utf-16le", "us-ascii", "ISO-8859-1", "windows-1252"]
    assert all(map(is_known_encoding, known))
    other = [
        "",
        "utf-7",
        "utf-32",
        "cp037",
        "IBM500",
        "shift_jis",
        "gb18030",
        "iso-8859-12",
        "unicode_escape",
        "utf-8\n",
    ]
    assert not any(map(is_known_encoding, other))
