"""Open a workbook's package; check size, number of parts, compression ratio and document types before parsing.

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
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from action_returns.errors import FileError
from action_returns.readers import open_error
from action_returns.readers.workbook_file import OLE_START, ZIP_START
from action_returns.readers.xlsx.prolog import DOCUMENT_TYPE, refusal_of_prolog


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may ask for; no workbook of returns comes near.

    Args:
        parts: how many parts it has.
        directory: bytes of the zip's directory, about a thousand for each part; zipfile reads all of it at once.
        total: bytes that all parts unpack to; a worksheet filled to its last row is about 200 MB of XML.
        part: bytes that one part unpacks to.
        ratio: how many times its packed size a part unpacks to.
        ratio_from: bytes from which on that ratio counts; short parts of blank XML pack better.
        prolog: bytes of a part before its first element.
    """

    parts: int = 2_000
    directory: int = 2**21
    total: int = 400 * 2**20
    part: int = 300 * 2**20
    ratio: int = 100
    ratio_from: int = 2**20
    prolog: int = 2**16


LIMITS = Limits()
"""The limits of every workbook that is opened without others."""

_END_RECORD: Final = 22
_LOCATOR_64: Final = 20
_END_RECORD_64: Final = 56
_MOST_COMMENT: Final = 2**16
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_other_encoding = re.compile(rb"""<\?xml[^<>]*?encoding\s*+=\s*+["'](?!utf-8["'])""", re.IGNORECASE).search


class UnsupportedXmlError(Exception):
    """A part is written in a way the fast reader does not know; not a problem of the file."""


class Package:
    """An opened workbook; a context manager that closes it.

    Parts are found by their names as the packaging conventions compare them: in any capitals, with or without a slash
    in front (ECMA-376 part 2, 6.2.2.3 and 7.3.4), and with the backslashes that some programs write.

    Args:
        path: the file; never written.
        limits: what it may ask for.

    Raises:
        FileError: when the file is no workbook, is protected, or is built to do harm.
    """

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.name = path.name
        self._path = path
        self._limits = limits or LIMITS
        with self._translate_errors():
            if _directory_size(path) > self._limits.directory:
                raise self._too_large(f"it has far more than {self._limits.parts:,} parts")
            try:
                self._zip = zipfile.ZipFile(path)
            except zipfile.BadZipFile:
                raise _not_a_zip(path) from None
        try:
            with self._translate_errors():
                self._refuse_hostile()
                self._parts = self._named_parts()
                self._refuse_document_types()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._zip.close()

    @property
    def largest(self) -> int:
        """How many bytes the largest part unpacks to."""
        return max(part.file_size for part in self._parts.values())

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._parts

    def size_of(self, part: str) -> int:
        """Return how many bytes a part unpacks to.

        Raises:
            FileError: when it is missing.
        """
        return self._entry(part).file_size

    def read(self, part: str) -> bytes:
        """Read a whole part."""
        with self.open(part) as stream:
            return stream.read()

    @contextmanager
    def open(self, part: str) -> Iterator[IO[bytes]]:
        """Open a part for reading from its start to its end, where its checksum is compared."""
        entry = self._entry(part)
        with self._translate_errors():
            if _is_drawing(entry.filename):  # the others were looked at when the workbook was opened
                self._refuse_document_type(entry)
        with self._translate_errors(), self._zip.open(entry) as stream:
            yield stream

    def _entry(self, part: str) -> zipfile.ZipInfo:
        entry = self._parts.get(_key(part))
        if entry is None:
            raise FileError("file-unreadable", f"{self.name} is damaged: its part {part} is missing. Save it again.")
        return entry

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
        limits = self._limits
        parts = self._zip.infolist()
        total = sum(part.file_size for part in parts)
        if len(parts) > limits.parts:
            raise self._too_large(f"it has {len(parts):,} parts")
        if total > limits.total or any(part.file_size > limits.part for part in parts):
            raise self._too_large(f"it unpacks to {total >> 20:,} MB")
        for part in parts:
            if part.flag_bits & 1:
                raise FileError("file-protected", f"{self.name} is encrypted. Save it without a password.")
            if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise FileError(
                    "file-unreadable",
                    f"{self.name} is packed by method {part.compress_type}, which workbooks never are (ECMA-376 part 2). "
                    "Open it in the spreadsheet program and save it again.",
                )
            if part.file_size > limits.ratio_from and part.file_size > limits.ratio * max(part.compress_size, 1):
                raise self._too_large(f"its part {part.filename} unpacks to more than {limits.ratio} times its size")

    def _named_parts(self) -> dict[str, zipfile.ZipInfo]:
        """Return the parts by their names as they are compared.

        Raises:
            FileError: when two have the same name: spreadsheet programs take one or the other.
        """
        parts: dict[str, zipfile.ZipInfo] = {}
        for entry in self._zip.infolist():
            key = _key(entry.filename)
            if key.endswith("/"):  # a folder
                continue
            if key in parts:
                raise FileError(
                    "file-unreadable",
                    f"{self.name} is damaged: it holds the part {entry.filename} twice, so nothing tells which of them "
                    "counts. Nothing of it was used. Open it in the spreadsheet program, look at the rows, and save it again.",
                )
            parts[key] = entry
        return parts

    def _refuse_document_types(self) -> None:
        # Folders too: one that holds something is a part for a reader that takes names as they are.
        for part in self._zip.infolist():
            if not _is_drawing(part.filename):
                self._refuse_document_type(part)

    def _refuse_document_type(self, part: zipfile.ZipInfo) -> None:
        with self._zip.open(part) as stream:
            why = refusal_of_prolog(stream, self._limits.prolog)
        if why is not None:
            raise self._too_large(f"its part {part.filename} {why}")

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
    return too_large(name, f"its part {part} {DOCUMENT_TYPE}")


def refuse_other_encoding(start: bytes) -> None:
    """Refuse parts that are not UTF-8; the exact way reads them.

    Raises:
        UnsupportedXmlError: when the part declares another encoding.
    """
    if _other_encoding(start[:200]) or start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UnsupportedXmlError("not UTF-8")


def _key(name: str) -> str:
    """Return a part's name in the form in which names are compared (ECMA-376 part 2, 6.2.2.3)."""
    if "%" in name:
        from urllib.parse import unquote

        name = unquote(name)
    return name.replace("\\", "/").lstrip("/").lower()


def _is_drawing(name: str) -> bool:
    """Return whether a part is a picture in SVG, such as a logo, which is no part of any cell.

    Spreadsheet programs keep such a file as it is, and drawing programs write a document type into it (SVG 1.1, 1.3).
    """
    return name.endswith(".svg")


def _directory_size(path: Path) -> int:
    """Return the size of the zip's directory as its end record has it (APPNOTE.TXT 4.3.14, 4.3.16), 0 without one."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _MOST_COMMENT - _END_RECORD - _LOCATOR_64 - _END_RECORD_64))
        tail = file.read()
    at = len(tail) - _END_RECORD  # without a comment; zipfile looks there first
    if not (tail[at : at + 4] == b"PK\x05\x06" and tail.endswith(b"\0\0")):
        at = tail.rfind(b"PK\x05\x06")
    if not 0 <= at <= len(tail) - _END_RECORD:
        return 0
    record_64 = at - _LOCATOR_64 - _END_RECORD_64
    if record_64 >= 0 and tail[at - _LOCATOR_64 :].startswith(b"PK\x06\x07"):
        return int.from_bytes(tail[record_64 + 40 : record_64 + 48], "little")
    return int.from_bytes(tail[at + 12 : at + 16], "little")


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
    elif start.startswith(ZIP_START):
        what = "is not a workbook, or its end is missing, as after a download that stopped"
    elif head.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")):
        what = "is a web page or XML with the name of a workbook"
    elif not start:
        what = "is empty"
    else:
        what = "is not a workbook"
    return FileError("file-unreadable", f"{path.name} {what}. Open it in the spreadsheet program and save it as .xlsx.")
