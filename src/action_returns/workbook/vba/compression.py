"""Compression of modules and of the ``dir`` stream (MS-OVBA 2.4.1).

Every reader takes any valid sequence of tokens. Like the specification's own search (2.4.1.3.19.4), this one looks for
the longest match at every place; among equally long ones it takes the first instead of the nearest.
"""

import struct
from typing import Final

from action_returns.workbook.vba.errors import VbaProblem

_CHUNK: Final = 4096
_SHORTEST_MATCH: Final = 3
_LONGEST_COMPRESSED: Final = 2 + _CHUNK
"""A chunk with its header holds at most this many bytes (2.4.1.1.5)."""


def compress(data: bytes) -> bytes:
    """Compress into a CompressedContainer (2.4.1.1.1): a signature byte, then a chunk for every 4096 bytes.

    Args:
        data: any bytes.

    Raises:
        VbaProblem: when a last chunk shorter than 4096 bytes does not shrink; only whole chunks can be kept as they
            are (2.4.1.3.10).
    """
    return b"\x01" + b"".join(_chunk(data[at : at + _CHUNK]) for at in range(0, len(data), _CHUNK))


def _chunk(data: bytes) -> bytes:
    """Give a CompressedChunk (2.4.1.1.4): a header of 12 bits size, the signature 0b011 and the flag "compressed"."""
    tokens = _tokens(data)
    if 2 + len(tokens) <= _LONGEST_COMPRESSED:
        return struct.pack("<H", 0xB000 | (len(tokens) - 1)) + tokens
    if len(data) < _CHUNK:
        raise VbaProblem(
            f"The last {len(data)} bytes do not get smaller, and only whole blocks of {_CHUNK} bytes can be kept as "
            "they are. Program text always gets smaller: take out what is not, such as encoded pictures or keys."
        )
    return struct.pack("<H", 0x3000 | (_CHUNK - 1)) + data


def _tokens(data: bytes) -> bytes:
    """Give the TokenSequences of a chunk (2.4.1.1.7): a byte of flags, then up to eight literals and copies."""
    out = bytearray()
    at = 0
    while at < len(data):
        flags_at = len(out)
        out.append(0)
        for bit in range(8):
            offset, length = _longest_match(data, at)
            if length >= _SHORTEST_MATCH:
                token, length = _copy_token(at, offset, length)
                out += token
                out[flags_at] |= 1 << bit
            else:
                out += data[at : at + 1]
                length = 1
            at += length
            if at >= len(data):
                break
    return bytes(out)


def _longest_match(data: bytes, at: int) -> tuple[int, int]:
    """Find the longest earlier stretch of a chunk that equals what follows; the two may overlap.

    Returns:
        How many bytes back it starts, and its length; a length below 3 is none.
    """
    start, length = 0, _SHORTEST_MATCH - 1
    # What is longer can only be found where the shorter one was found first, or later: the search never goes back.
    while at + length < len(data) and (found := data.find(data[at : at + length + 1], start, at + length)) >= 0:
        start = found
        length += 1
        while at + length < len(data) and data[start + length] == data[at + length]:
            length += 1
    return at - start, length


def _copy_token(at: int, offset: int, length: int) -> tuple[bytes, int]:
    """Pack a CopyToken (2.4.1.1.8); the further into the chunk, the more bits are for the offset (2.4.1.3.19.1).

    Returns:
        The token, and the length it could hold.
    """
    offset_bits = max(4, (at - 1).bit_length())
    length = min(length, (0xFFFF >> offset_bits) + _SHORTEST_MATCH)
    return struct.pack("<H", (offset - 1) << (16 - offset_bits) | (length - _SHORTEST_MATCH)), length
