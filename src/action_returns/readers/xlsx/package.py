"""Open a workbook's package; check size, number of parts, compression ratio and DTDs before parsing.

A workbook is a zip of XML parts (ECMA-376, part 2). Sizes, counts and ratios are limited, and
document type declarations refused: with them a small file becomes gigabytes of memory, and no spreadsheet program
writes them.
"""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from action_returns.errors import FileError
from action_returns.readers import open_error
from action_returns.readers.workbook_file import OLE_START

_MOST_PARTS: Final = 2_000
_MOST_BYTES: Final = 400 * 2**20
"""A worksheet filled to its last row is about 200 MB of XML."""
_MOST_IN_PART: Final = 300 * 2**20
_MOST_IN_DIRECTORY: Final = 2**21
"""Bytes of the zip's directory; a thousand for each of two thousand parts. zipfile reads all of it before the first part."""
_MOST_RATIO: Final = 100
_RATIO_COUNTS_FROM: Final = 2**20
_PROLOG: Final = 4096
_END_RECORD: Final = 22
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_declares = re.compile(rb"<!(?:DOCTYPE|ENTITY)").search
_other_encoding = re.compile(rb"""<\?xml[^>]*encoding=["'](?!utf-8["'])""", re.IGNORECASE).search


class UnsupportedXmlError(Exception):
    """A part is written in a way the fast reader does not know; not a problem of the file."""


class Package:
    """An opened workbook; a context manager that closes it.

    Raises:
        FileError: when the file is no workbook, is protected, or is built to do harm.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        with self._translate_errors():
            if _directory_size(path) > _MOST_IN_DIRECTORY:
                raise self._too_large(f"it has far more than {_MOST_PARTS:,} parts")
            try:
                self._zip = zipfile.ZipFile(path)
            except zipfile.BadZipFile:
                raise _not_a_zip(path) from None
        try:
            with self._translate_errors():
                self._refuse_hostile()
        except BaseException:
            self._zip.close()
            raise
        self._parts = frozenset(self._zip.namelist())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._zip.close()

    @property
    def largest(self) -> int:
        """How many bytes the largest part unpacks to."""
        return max(part.file_size for part in self._zip.infolist())

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def read(self, part: str) -> bytes:
        """Read a whole part."""
        with self.open(part) as stream:
            return stream.read()

    @contextmanager
    def open(self, part: str) -> Iterator[IO[bytes]]:
        """Open a part for reading from its start to its end."""
        if part not in self._parts:
            raise FileError("file-unreadable", f"{self.name} is damaged: its part {part} is missing. Save it again.")
        with self._translate_errors(), self._zip.open(part) as stream:
            yield stream

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Convert what the zip reader raises for a file that cannot be opened or is damaged."""
        try:
            yield
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            ValueError,
            RuntimeError,
            OSError,
        ) as error:
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise open_error(self._path, error) from None  # EINVAL is a place before the file's beginning
            raise FileError(
                "file-unreadable",
                f"{self.name} is damaged and cannot be unpacked ({error}). Open it in the spreadsheet program and save it again.",
            ) from None

    def _refuse_hostile(self) -> None:
        parts = self._zip.infolist()
        total = sum(part.file_size for part in parts)
        if len(parts) > _MOST_PARTS:
            raise self._too_large(f"it has {len(parts):,} parts")
        if total > _MOST_BYTES or any(part.file_size > _MOST_IN_PART for part in parts):
            raise self._too_large(f"it unpacks to {total >> 20:,} MB")
        for part in parts:
            if part.flag_bits & 1:
                raise FileError("file-protected", f"{self.name} is encrypted. Save it without a password.")
            if part.file_size > _RATIO_COUNTS_FROM and part.file_size > _MOST_RATIO * max(part.compress_size, 1):
                raise self._too_large(f"its part {part.filename} unpacks to more than {_MOST_RATIO} times its size")
            if part.filename.endswith((".xml", ".rels", ".vml")):
                self._refuse_declarations(part)

    def _refuse_declarations(self, part: zipfile.ZipInfo) -> None:
        with self._zip.open(part) as stream:
            start = stream.read(_PROLOG)
        if _declares(start):
            raise declares_type(self.name, part.filename)

    def _too_large(self, why: str) -> FileError:
        return too_large(self.name, why)


def too_large(name: str, why: str) -> FileError:
    """Refuse a workbook that would take too much time or memory.

    Args:
        name: the file.
        why: what is too much about it.
    """
    return FileError(
        "file-too-large",
        f"{name} was refused: {why}. No spreadsheet of returns looks like that. "
        "Copy the three columns into a new workbook and save it.",
    )


def declares_type(name: str, part: str) -> FileError:
    """Return the refusal of a workbook in which a part declares a document type."""
    return too_large(name, f"its part {part} declares a document type, which can make it grow without limit")


def refuse_other_encoding(start: bytes) -> None:
    """Refuse parts that are not UTF-8; openpyxl reads them.

    Raises:
        UnsupportedXmlError: when the part declares another encoding.
    """
    if _other_encoding(start[:200]) or start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UnsupportedXmlError("not UTF-8")


def _directory_size(path: Path) -> int:
    """Return the size of the zip's directory as its end record has it (APPNOTE.TXT 4.3.16), 0 when there is none."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 2**16 - _END_RECORD))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[at + 12 : at + 16], "little") if 0 <= at <= len(tail) - _END_RECORD else 0


def _not_a_zip(path: Path) -> FileError:
    with path.open("rb") as file:
        start = file.read(2**20)
    head = start[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(OLE_START) and _ENCRYPTED in start:
        return FileError(
            "file-protected", f"{path.name} is protected with a password. Open it, remove the password, and save it."
        )
    if start.startswith(OLE_START):
        what = "is a workbook of the old kind (.xls)"
    elif head.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")):
        what = "is a web page or XML with the name of a workbook"
    elif not start:
        what = "is empty"
    else:
        what = "is not a workbook"
    return FileError("file-unreadable", f"{path.name} {what}. Open it in the spreadsheet program and save it as .xlsx.")
