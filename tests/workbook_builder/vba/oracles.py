"""Readers that other people wrote, and one of our own for what none of them reads."""

import struct
import warnings
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import olefile

with warnings.catch_warnings():
    # oletools calls functions of pyparsing by the names they had.
    warnings.simplefilter("ignore", DeprecationWarning)
    from oletools.olevba import VBA_Parser, decompress_stream

XLWINGS = Path(find_spec("xlwings").origin).parent


def opened(content):
    """Open a compound file with olefile; every doubtful byte is an error."""
    file = olefile.OleFileIO(BytesIO(content), raise_defects=olefile.DEFECT_UNSURE)
    assert not file.parsing_issues
    return file


def streams(content):
    with opened(content) as file:
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


def decompressed(content):
    return bytes(decompress_stream(bytearray(content)))


def sources(content):
    """Read the text of every module with olevba, which raises on anything unexpected."""
    parser = VBA_Parser("vbaProject.bin", data=content, relaxed=False)
    try:
        return {path.removeprefix("VBA/"): code for _, path, _, code in parser.extract_all_macros()}
    finally:
        parser.close()


def decrypted(text):
    """Read a protection value (MS-OVBA 2.4.3.3): the key byte of the project, and the data."""
    seed, version, key, *rest = bytes.fromhex(text)
    project_key = key ^ seed
    assert version ^ seed == 2
    before_last, last, plain = version, key, [project_key]
    for byte in rest:
        plain.append(byte ^ (before_last + plain[-1]) & 0xFF)
        before_last, last = last, byte
    data = bytes(plain[1 + (seed & 6) // 2 :])
    (length,) = struct.unpack_from("<I", data)
    assert len(data) == 4 + length
    return project_key, data[4:]


def records(content):
    """Split a ``dir`` stream (MS-OVBA 2.3.4.2) into the numbers of its records and what they hold."""
    at = 0
    while at < len(content):
        number, size = struct.unpack_from("<HI", content, at)
        if number == 0x0009:  # the version states 4 and has 6
            assert size == 4
            size = 6
        yield number, content[at + 6 : at + 6 + size]
        at += 6 + size
    assert at == len(content)
