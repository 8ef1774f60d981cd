"""Build the CSV and validate it with a second, independent pattern; read it back.

Header ``ActionId,Amount,Reason`` (impact.com, batch modifications for mobile actions), comma, CRLF after every record,
ASCII, no byte order mark, no quotes; RFC 4180 without its optional parts.
"""

import hashlib
import re
from itertools import islice
from typing import Final, NamedTuple

from action_returns.batch.amounts import amount_text
from action_returns.batch.cell_rules import SENDABLE_ID
from action_returns.batch.cells import ReadyRows

HEADER: Final = b"ActionId,Amount,Reason\r\n"

_BLOCK: Final = 4096
_AMOUNT: Final = r"(?:0|(?!0+\.00)(?:0|[1-9][0-9]{0,14})\.[0-9]{2})"
_REASON: Final = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"
"""No field begins with a sign that opens a formula, so that the file can be looked at in a spreadsheet program."""
_EARLIER_REASON: Final = r"[A-Za-z0-9_-]{1,64}"
"""What a code could be before it was forbidden to begin with ``-``; batches on record may have one."""


def _only_records(reason: str) -> re.Pattern[bytes]:
    # Independent of the code that makes the records, so that a mistake in one is found by the other.
    return re.compile(rf"(?:{SENDABLE_ID},{_AMOUNT},{reason}\r\n)*+".encode("ascii"))


_allowed_records = _only_records(_REASON).fullmatch
_FIELDS: Final = r"(?<![^\n])([^,\r\n]++),([0-9]++)(?:\.([0-9]{2}))?+,([^,\r\n]++)\r\n"


class UnsafeBytesError(ValueError):
    """The bytes are not what the format allows; nothing was returned. This is a mistake of the program."""


class CsvFile(NamedTuple):
    """The file that leaves, made once: what is shown, confirmed, recorded and sent.

    Args:
        content: the exact bytes.
        sha256: their SHA-256, in hex.
    """

    content: bytes
    sha256: str


def make_csv(rows: ReadyRows) -> CsvFile:
    """Build the file and its hash.

    Raises:
        UnsafeBytesError: when a row holds what must not leave.
    """
    content = csv_bytes(rows)
    return CsvFile(content, hashlib.sha256(content).hexdigest())


def csv_bytes(rows: ReadyRows) -> bytes:
    """Write the file.

    Args:
        rows: the rows to send, amounts in integer cents.

    Returns:
        The exact bytes; the same rows always lead to the same bytes.

    Raises:
        UnsafeBytesError: when a row holds what must not leave.
    """
    blocks = [HEADER]
    records = iter(rows)
    while batch := list(islice(records, _BLOCK)):
        text = "".join([f"{action_id},{amount_text(cents)},{reason}\r\n" for action_id, cents, reason in batch])
        try:
            block = text.encode("ascii")
        except UnicodeEncodeError as error:
            raise UnsafeBytesError(f"a row holds {text[error.start]!r}, which is not ASCII") from None
        if not _allowed_records(block) or block.count(b"\n") != len(batch):
            raise UnsafeBytesError("a row holds what the file format does not allow")
        blocks.append(block)
    return b"".join(blocks)


def parse_csv_bytes(content: bytes) -> ReadyRows:
    """Read the rows out of bytes that :func:`csv_bytes` made.

    Raises:
        UnsafeBytesError: when the bytes are not exactly of that form.
    """
    body = content.removeprefix(HEADER)
    if not content.startswith(HEADER) or not _only_records(_EARLIER_REASON).fullmatch(body):
        raise UnsafeBytesError("these bytes are not a file of action changes")
    fields = re.findall(_FIELDS, body.decode("ascii"))  # compiled at the first use: a click never reads a file back
    return ReadyRows(
        action_ids=[field[0] for field in fields],
        cents=[int(whole + (places or "00")) for _, whole, places, _ in fields],
        reasons=[field[3] for field in fields],
    )
