"""How a text file is encoded is found piece by piece: with the same result as a reading of the whole text."""

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.readers import text_encoding
from action_returns.readers.csv_file import CsvText
from action_returns.readers.text_encoding import encoding_of, find_codec


def plainly(content):
    """Return the codec and whether it was assumed, or where no codec goes on, by decoding the whole text."""
    codec = encoding_of(content[:4096])
    assumed = [(codec, False)] if codec else [("utf-8", False), ("cp1252", True)]
    for name, is_assumed in assumed:
        try:
            content.decode(name)
        except UnicodeDecodeError as error:
            place = error.start
        else:
            return name, is_assumed
    return place


def piecewise(content):
    try:
        codec, note = find_codec(content, "file.csv")
    except FileError as error:
        return int(error.message.partition("(byte ")[2].partition(" ")[0])
    return codec, note is not None


characters = st.text("aé€😀\r\n,\0", max_size=12)
contents = st.one_of(
    st.binary(max_size=12),
    characters.map(str.encode),
    characters.map(lambda text: codecs.BOM_UTF8 + text.encode()),
    characters.map(lambda text: text.encode("utf-16")),
    characters.map(lambda text: text.encode("utf-16-be")),
    st.tuples(characters.map(lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be")), st.binary(max_size=3)).map(
        b"".join
    ),
    st.tuples(characters.map(str.encode), st.binary(max_size=3)).map(b"".join),
)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@given(content=contents)
@example(content="a€".encode())
@example(content="a€".encode()[:-1])
@example(content=codecs.BOM_UTF16_LE + b"a\0b")
@example(content=b"\x81 abc")
def test_the_encoding_is_the_one_that_reads_the_whole_text(size, content):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_encoding, "_PIECE", size)
        assert piecewise(content) == plainly(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_nul_character_is_named_with_its_line_in_every_encoding(encoding):
    with pytest.raises(FileError, match="a NUL character in line 3,"):
        CsvText("Müller GmbH\na,b\nc,d\0\n".encode(encoding), "file.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_line_that_names_the_delimiter_is_found_in_every_encoding(encoding):
    assert CsvText("sep=;\r\nMüller GmbH;a\r\n".encode(encoding), "file.csv").delimiters == (";",)
    assert CsvText("sepä;\r\nMüller GmbH;a\r\n".encode(encoding), "file.csv").delimiters == (",", ";", "\t")
