"""Find out how a text file is encoded."""

import codecs
from typing import Final

from action_returns.errors import FileError

BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_PIECE: Final = 2**16
"""Bytes that are looked at in one go."""


def encoding_of(start: bytes) -> str | None:
    """Return the encoding by its byte order mark, or UTF-16 without one by its zero bytes.

    Args:
        start: the first bytes of the file.

    Returns:
        The codec's name, None when only the whole content shows it.
    """
    for mark, codec, _ in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return codec
    pairs = len(start) // 2
    if pairs and start[1::2].count(0) > pairs * 0.8:
        return "utf-16-le"
    if pairs and start[0::2].count(0) > pairs * 0.8:
        return "utf-16-be"
    return None


def find_codec(content: bytes, name: str) -> tuple[str, str | None]:
    """Return the codec that reads a text, which is UTF-8, UTF-16 or, when it is neither, Windows-1252.

    Args:
        content: the whole file.
        name: the file's name, for the message.

    Returns:
        The codec, and a note when it was assumed.

    Raises:
        FileError: ``file-unreadable`` when it is none of them.
    """
    codec = encoding_of(content[:4096])
    try:
        if codec is not None:
            _refuse_other(content, codec)
            return codec, None
        if content.isascii():  # nearly always, and faster
            return "utf-8", None
        try:
            _refuse_other(content, "utf-8")
        except UnicodeDecodeError:
            note = "The file is neither UTF-8 nor UTF-16; it was read as Windows-1252."
            content.decode("cp1252")
            return "cp1252", note
    except UnicodeDecodeError as error:
        raise FileError(
            "file-unreadable",
            f"{name} is not readable text (byte {error.start} fits no encoding). "
            "Save it again as CSV UTF-8 from the spreadsheet program.",
        ) from None
    return "utf-8", None


def _refuse_other(content: bytes, codec: str) -> None:
    """Raise an error when a text is not in an encoding.

    Raises:
        UnicodeDecodeError: with the place in the whole text.
    """
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for at in range(0, len(content), _PIECE):  # a text of the whole file would take long to get its memory
            decoder.decode(content[at : at + _PIECE], final=at + _PIECE >= len(content))
    except UnicodeDecodeError:
        content.decode(codec)
        raise
