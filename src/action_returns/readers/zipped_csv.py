"""Read the CSV file in a zip, as Google Play offers its sales report (``salesreport_202611.zip``)."""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from action_returns.clean_text import clean_line
from action_returns.errors import FileError
from action_returns.files import open_to_read
from action_returns.readers import translate_open_errors
from action_returns.readers.csv_file import CsvText

_LOCAL_HEADER: Final = b"PK\x03\x04"
_HEAD: Final = 1024
_NAME_SIZE_AT: Final = 26
_NAME_AT: Final = 30
_MOST_NAMED: Final = 5
_BESIDE: Final = ("__MACOSX/", ".DS_Store")
"""What a Mac adds to a zip."""


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What a zip may ask for; no report comes near.

    Args:
        members: files in it.
        unpacked: bytes that its CSV file unpacks to.
    """

    members: int = 100
    unpacked: int = 200 * 2**20


LIMITS = ZipLimits()


def is_zipped_csv(path: Path) -> bool:
    """Return whether a file is a zip whose first file is a CSV or a zip; the parts of a workbook have other names.

    Raises:
        FileError: when it cannot be opened.
    """
    with translate_open_errors(path), open_to_read(path) as file:
        head = file.read(_HEAD)
    if not head.startswith(_LOCAL_HEADER):
        return False
    size = int.from_bytes(head[_NAME_SIZE_AT : _NAME_SIZE_AT + 2], "little")
    name = head[_NAME_AT : _NAME_AT + size].decode("utf-8", "replace").lower()
    return name.endswith((".csv", ".zip"))


def read_text(path: Path, limits: ZipLimits | None = None) -> CsvText:
    """Read the one CSV file of a zip.

    Args:
        path: the zip.
        limits: what it may ask for.

    Raises:
        FileError: it is damaged, protected or too large, or it has another number of CSV files than one.
    """
    limits = limits or LIMITS
    try:
        with translate_open_errors(path), zipfile.ZipFile(path) as archive:
            member = _only_member(archive, path.name, limits)
            with archive.open(member) as stream:
                content = stream.read(limits.unpacked + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise FileError(
            "file-unreadable",
            f"{path.name} is damaged: {error}. Download it again, or unpack it and give the CSV file.",
        ) from None
    if len(content) > limits.unpacked:
        raise _too_large(path.name, limits)
    return CsvText(content, f"{path.name}, {clean_line(member.filename)}")


def _only_member(archive: zipfile.ZipFile, name: str, limits: ZipLimits) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > limits.members:
        raise FileError(
            "file-too-large", f"{name} has {len(members):,} files in it. Unpack it and give the one CSV file."
        )
    files = [
        member
        for member in members
        if not member.is_dir()
        and not member.filename.startswith(_BESIDE[0])
        and not member.filename.endswith(_BESIDE[1])
    ]
    if len(files) != 1 or not files[0].filename.lower().endswith(".csv"):
        listed = ", ".join(clean_line(member.filename) for member in files[:_MOST_NAMED]) or "none"
        raise FileError(
            "file-unreadable",
            f"{name} holds these files: {listed}. A zip is read when it has one CSV file and no other. Unpack it and give "
            "the CSV file.",
        )
    (member,) = files
    if member.flag_bits & 1:
        raise FileError("file-protected", f"{name} is protected with a password. Unpack it and give the CSV file.")
    if member.file_size > limits.unpacked:
        raise _too_large(name, limits)
    return member


def _too_large(name: str, limits: ZipLimits) -> FileError:
    return FileError(
        "file-too-large",
        f"{name} unpacks to more than {limits.unpacked >> 20} MB. Export a shorter time, or several files.",
    )
