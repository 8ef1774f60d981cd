"""The folder of a batch in ``submissions``: its exact bytes and its receipt, for people and apart from the ledger.

The receipt names a hash of the ledger's chain of events, which no change of the ledger reaches. Numbers of batches
repeat when an older copy of the ledger was put back, and between the ledgers of two profiles: so what lies in a folder is
compared with the batch before anything is written beside it.
"""

import hashlib
import re
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.files import write_atomically

if TYPE_CHECKING:
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchInFull, BatchRecord

RECEIPT: Final = "receipt.html"
ANCHOR: Final = "Record"
"""Label of the line of a receipt that names the hash of the batch's latest event."""
_find_anchor = re.compile(rb'<th scope="row">' + ANCHOR.encode() + rb"</th><td>([0-9a-f]{64})</td>").search
_MOST_BYTES: Final = 8_000_000
"""Bytes of a receipt that are read; one with its 5,000 rows has fewer than 1,000,000."""


def find_folder(found: "BatchInFull", submissions: Path) -> Path | None:
    """Return the folder with the bytes or the receipt of a batch, None when there is none."""
    return next((folder for folder in _folders(found.record.label, submissions) if _is_of(found, folder)), None)


def choose_folder(found: "BatchInFull", submissions: Path) -> tuple[Path, str]:
    """Return the folder for the bytes and the receipt of a batch; it may not exist yet.

    A folder of the batch's number that holds anything of another batch is left as it is, and the next name is taken:
    ``0007``, ``0007-2``, ``0007-3``.

    Returns:
        The folder; and a sentence about a file that lies under the batch's name and holds other bytes, else ``""``.
    """
    told = ""
    for folder in _names(found.record.label, submissions):
        if not folder.is_dir() or not any(folder.iterdir()) or _is_of(found, folder):
            return folder, told
        if other := _other_bytes(found.record, folder):
            told = other
    raise AssertionError  # names never end


def keep_bytes(found: "BatchInFull", content: bytes, folder: Path) -> None:
    """Write the exact bytes of a batch to its folder, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / found.record.file_name
    if not path.exists():
        write_atomically(path, content, overwrite=False)


def changed_copy(found: "BatchInFull", submissions: Path) -> str:
    """Return a sentence about a file under the name of a batch that holds other bytes; ``""`` when there is none."""
    told = (_other_bytes(found.record, folder) for folder in _folders(found.record.label, submissions))
    return next(filter(None, told), "")


def good_copy(record: "BatchRecord", submissions: Path) -> Path | None:
    """Return the file in a batch's folder whose hash is the recorded one, None when there is none."""
    files = (folder / record.file_name for folder in _folders(record.label, submissions))
    return next((path for path in files if _sha256(path) == record.sha256), None)


def receipts_without_record(ledger: "Ledger", submissions: Path) -> list[str]:
    """Return which receipts name a hash that the ledger does not have, one sentence each.

    Only receipts beside files of this ledger count: the names of those hold its tag.
    """
    tag, told = ledger.tag(), []
    for folder in sorted(submissions.iterdir()) if submissions.is_dir() else ():
        receipt = folder / RECEIPT
        anchor = _anchor(receipt)
        if anchor and any(folder.glob(f"*_{tag}-*.csv")) and not ledger.has_event_hash(anchor):
            told.append(
                f"The receipt {receipt} is of a batch that the ledger does not have as the receipt was written: the "
                "ledger was changed, or an older copy of it was put back. Rows that were sent since that copy may go out "
                "again. Compare with what the receiver has before you send."
            )
    return told


def _names(label: str, submissions: Path) -> Iterator[Path]:
    return (submissions / name for name in chain([label], (f"{label}-{number}" for number in count(2))))


def _folders(label: str, submissions: Path) -> Iterator[Path]:
    """Return the folders of a number that there are."""
    for folder in _names(label, submissions):
        if not folder.is_dir():
            return
        yield folder


def _is_of(found: "BatchInFull", folder: Path) -> bool:
    """Return whether what lies in a folder is of this batch, as far as its receipt and its bytes tell."""
    record, receipt = found.record, folder / RECEIPT
    if _other_bytes(record, folder):
        return False
    if anchor := _anchor(receipt):
        return any(event.chain == anchor for event in found.events)
    if receipt.exists():  # of a version that printed no hash: it names the second in which the batch was recorded
        return record.created_at is not None and f"{record.created_at:%Y-%m-%d %H:%M:%S} UTC".encode() in _read(receipt)
    return (folder / record.file_name).exists()


def _other_bytes(record: "BatchRecord", folder: Path) -> str:
    path = folder / record.file_name
    if not path.exists() or _sha256(path) == record.sha256:
        return ""
    return (
        f"{path} lies under the name of batch {record.label} and holds other bytes than those on record. It was left as it "
        "is. It is no proof of what was sent: it was changed, or an older copy of the ledger was put back and the number "
        "was given again. Compare with what the receiver has before you send more."
    )


def _sha256(path: Path) -> str:
    """Return the hash of a file in hex, ``""`` when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _anchor(receipt: Path) -> str:
    match = _find_anchor(_read(receipt))
    return match[1].decode() if match else ""


def _read(path: Path) -> bytes:
    """Return the beginning of a file, nothing when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""
