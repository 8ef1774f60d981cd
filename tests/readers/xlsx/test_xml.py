"""A part is read as any XML parser reads it, in any encoding a workbook may have; damage and document types are refused."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.readers.xlsx.package import Package
from action_returns.readers.xlsx.xml import XmlParser, parse, parse_in_pieces
from tests.readers.xlsx.spellings import MAIN, book, plain

PART = "xl/worksheets/sheet1.xml"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


# Stands for a package, which is asked for its name only.
NAMED = SimpleNamespace(name="b.xlsx")


class Events:
    """Notes what it is called with; texts that come in pieces are joined."""

    def __init__(self):
        self.seen = []

    def start(self, name, attributes):
        self.seen.append((name, attributes))

    def end(self, name):
        self.seen.append(f"/{name}")

    def text(self, text):
        if self.seen and self.seen[-1][:1] == "=":
            text = self.seen.pop()[1:] + text
        self.seen.append(f"={text}")


@pytest.fixture
def package(tmp_path):
    with Package(book(tmp_path / "b.xlsx", plain({}))) as opened:
        yield opened


def events(package, xml, size=None):
    """Return what a handler is called with, fed in pieces of some bytes."""
    handler = Events()
    parser = XmlParser(package, PART, handler)
    content = xml.encode() if isinstance(xml, str) else xml
    size = size or len(content) or 1
    for at in range(0, len(content), size):
        parser.feed(content[at : at + size])
    parser.feed(b"", last=True)
    return handler.seen


def refusal(package, xml, size=None):
    with pytest.raises(FileError) as caught:
        events(package, xml, size)
    return caught.value


@pytest.mark.parametrize("uri", [MAIN, STRICT, RELATIONS])
@pytest.mark.parametrize("prefix", ["", "x:", "é:"])
def test_names_of_the_format_have_no_prefix(package, uri, prefix):
    declared = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    xml = f"<{prefix}a {declared}='{uri}'><{prefix}b t=\"1\" >x</{prefix}b ></{prefix}a>"
    assert events(package, xml) == [("a", {}), ("b", {"t": "1"}), "=x", "/b", "/a"]


def test_names_of_other_namespaces_keep_theirs(package):
    xml = f'<a xmlns="{MAIN}" xmlns:e="urn:x" xmlns:x="{MAIN}"><e:b e:t="1" x:t="2" t="3"/></a>'
    assert events(package, xml) == [
        ("a", {}),
        ("urn:x b", {"urn:x t": "1", f"{MAIN} t": "2", "t": "3"}),
        "/urn:x b",
        "/a",
    ]


def test_a_prefix_that_is_declared_anew_is_followed(package):
    xml = f'<x:a xmlns:x="{MAIN}"><x:b xmlns:x="urn:x"/><b xmlns="urn:x"/></x:a>'
    assert [name for name, *_ in events(package, xml) if name[0] != "/"] == ["a", "urn:x b", "urn:x b"]


def test_attributes_are_read_whatever_their_quotes_blanks_order_and_references(package):
    xml = "<a one='1' \n two\t=\r\n\"&#50;&lt;&quot;\" three = '&#x33; \n'/>"
    assert events(package, xml)[0] == ("a", {"one": "1", "two": '2<"', "three": "3  "})


def test_sections_comments_and_references_are_what_they_mean(package):
    xml = "<a>1<!-- 2 --><![CDATA[<3>&amp;]]>&#52;<?x 5?>&amp;\r\n6</a>"
    assert events(package, xml) == [("a", {}), "=1<3>&amp;4&\n6", "/a"]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        (None, "utf-8"),
        (None, "utf-8-sig"),
        (None, "utf-16"),
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("utf-16le", "utf-16-le"),
        ("UTF-16BE", "utf-16-be"),
        ("ISO-8859-1", "iso-8859-1"),
        ("iso-8859-15", "iso-8859-15"),
        ("windows-1252", "windows-1252"),
        ("Windows-1251", "windows-1251"),
        ("us-ascii", "ascii"),
    ],
)
def test_every_encoding_of_workbooks_is_read(package, declared, encoding):
    text = {"ascii": "e", "windows-1251": "Ж", "iso-8859-15": "é€", "windows-1252": "é€"}.get(encoding, "é")
    head = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    assert events(package, f"{head}<a>{text}</a>".encode(encoding)) == [("a", {}), f"={text}", "/a"]


@pytest.mark.parametrize(
    "declared", ["unicode_escape", "utf-7", "rot13", "hex", "idna", "big5", "none", "cp500", "iso-8859-99", "x" * 10**5]
)
def test_other_encodings_are_refused(package, declared):
    error = refusal(package, f"<?xml version='1.0' encoding='{declared}'?><a>1</a>")
    assert error.problem == "file-unreadable"
    assert len(error.message) < 600


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "text",
        "<a>",
        "<a></b>",
        "<a/><a/>",
        "<a/>text",
        "<a t='1' t='2'/>",
        "<a t=1/>",
        "<a>&unknown;</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<x:a/>",
        b"<a>\xff</a>",
        b"<a>\xed\xa0\x80</a>",
        b"<a>\x00</a>",
        "<?xml version='1.0' encoding='utf-16'?><a/>",
        "\ufeff<a>".encode("utf-16-le") + b"\x00\xd8" + "</a>".encode("utf-16-le"),
    ],
)
def test_damaged_xml_is_refused_with_the_part_and_what_to_do(package, xml):
    error = refusal(package, xml)
    assert error.problem == "file-unreadable"
    assert error.message.startswith(f"b.xlsx is damaged: its part {PART} is no XML that can be read (")
    assert "Open it in the spreadsheet program and save it again." in error.message


def test_what_a_handler_cannot_read_refuses_the_part(package):
    class Reader(Events):
        def start(self, name, attributes):
            int(attributes["n"])

    parser = XmlParser(package, PART, Reader())
    with pytest.raises(FileError, match="invalid literal") as caught:
        parser.feed(b"<a n='x'/>", last=True)
    assert caught.value.problem == "file-unreadable"


@pytest.mark.parametrize("size", [None, 1])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", ["<!DOCTYPE a>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<!DOCTYPE a SYSTEM 'file:///b'>"])
def test_a_document_type_is_refused_in_any_encoding(package, kind, encoding, size):
    error = refusal(package, f"{kind}<a>1</a>".encode(encoding), size)
    assert error.problem == "file-too-large"
    assert f"its part {PART} declares a document type" in error.message


documents = st.recursive(
    st.text(st.characters(categories=("L", "N", "Zs"), include_characters="\n\t"), max_size=10),
    lambda inner: st.builds(
        lambda name, value, body: f"<{name} t='{value}'>{''.join(body)}</{name}>",
        st.sampled_from(["a", "e:b"]),
        st.sampled_from(["", "1", "é"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=10,
)


@given(documents, st.sampled_from(["utf-8", "utf-16"]), st.integers(1, 7))
def test_where_the_pieces_are_cut_makes_no_difference(document, encoding, size):
    xml = f"<r xmlns:e='urn:x'>{document}</r>".encode(encoding)
    assert events(NAMED, xml, size) == events(NAMED, xml)


def test_a_part_is_parsed_from_its_start_to_its_end(package):
    whole, in_pieces = Events(), Events()
    parse(package, PART, whole)
    pieces = sum(1 for _ in parse_in_pieces(package, PART, in_pieces))
    assert whole.seen == in_pieces.seen == [("worksheet", {}), ("sheetData", {}), "/sheetData", "/worksheet"]
    assert pieces == 2


def test_a_missing_part_is_told(package):
    with pytest.raises(FileError, match=r"its part xl/none\.xml is missing"):
        parse(package, "xl/none.xml", Events())
