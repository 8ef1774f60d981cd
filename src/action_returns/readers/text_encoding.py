"""Find out how a text file is encoded, and read its text."""

import codecs
from typing import Final

from action_returns.errors import FileError

BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


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


def decode(content: bytes, name: str) -> tuple[str, str, str | None]:
    """Read text as UTF-8, UTF-16 or, when it is neither, Windows-1252.

    Args:
        content: the whole file.
        name: the file's name, for the message.

    Returns:
        The text, the codec that reads it, and a note when the encoding was assumed.

    Raises:
        FileError: ``file-unreadable`` when it is none of them.
    """
    codec = encoding_of(content[:4096])
    try:
        if codec is not None:
            return content.decode(codec), codec, None
        try:
            return content.decode("utf-8"), "utf-8", None
        except UnicodeDecodeError:
            note = "The file is neither UTF-8 nor UTF-16; it was read as Windows-1252."
            return content.decode("cp1252"), "cp1252", note
    except UnicodeDecodeError as error:
        raise FileError(
            "file-unreadable",
            f"{name} is not readable text (byte {error.start} fits no encoding). "
            "Save it again as CSV UTF-8 from the spreadsheet program.",
        ) from None
