"""The folder of a batch in ``submissions``: its exact bytes and its receipt, for people and apart from the ledger.

The receipt names a hash of the ledger's chain of events, which no change of the ledger reaches. Numbers of batches
repeat when an older copy of the ledger was put back, and between the ledgers of two profiles: so what lies in a folder is
compared with the batch before anything is written beside it.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.batch.csv_format import parse_csv_bytes
from action_returns.errors import LedgerError
from action_returns.files import Paths, write_atomically
from action_returns.operations.account import keep_daily_copy_of
from action_returns.operations.receipt import ANCHOR, confirmed, page_of, read_receipt, receipt_page
from action_returns.operations.texts import command
from action_returns.private_files import make_private_folder

if TYPE_CHECKING:
    from datetime import date

    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord, Event
    from action_returns.operations.account import Account
    from action_returns.operations.submit import Submission

RECEIPT: Final = "receipt.html"
_find_anchor = re.compile(rb'<th scope="row">' + ANCHOR.encode() + rb"</th><td>([0-9a-f]{64})</td>").search
_not_in_names = re.compile("[^A-Za-z0-9._-]")
_is_device = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)").match  # on Windows, whatever the folder
_LONGEST_NAME: Final = 200
_MOST_BYTES: Final = 8_000_000
"""Bytes of a receipt that are read; one with its 10,000 rows has fewer than 2,000,000."""


def save_receipt_and_backup(
    done: "Submission", account: "Account", ledger: "Ledger", paths: Paths, today: "date"
) -> tuple[str, list[str]]:
    """Write the exact bytes and the receipt to the folder of submissions, and today's copy of the ledger.

    Never raises: the file has left, and the user has to learn that whatever fails afterwards.

    Args:
        done: the batch.
        account: the profile it went out under.
        ledger: the ledger that has it.
        paths: where the folders are.
        today: the date of the copy.

    Returns:
        The receipt's path, an empty text when it could not be written; and one sentence for each thing that could not
        be written.
    """
    receipt, problems = "", []
    try:
        number = int(done.batch)
        record, events, content = ledger.batch(number), ledger.events(number), ledger.content(number)
        folder, other = choose_folder(record, events, paths.submissions)
        problems += [other] if other else []
        keep_bytes(record, content, folder)
        page = receipt_page(
            record,
            list(parse_csv_bytes(content)),
            confirmed(events),
            anchor=events[-1].chain if events else "",
            events=events,
        )
        receipt = str(_write_receipt(folder, page))
    except Exception as error:  # noqa: BLE001  # the file has left
        problems.append(
            f"The receipt could not be written ({error}). The ledger holds everything: "
            f"action-returns history receipt {done.batch}"
        )
    try:
        keep_daily_copy_of(account, ledger, paths, today)
    except Exception as error:  # noqa: BLE001  # the file has left
        problems.append(
            f"Today's copy of the ledger could not be made ({error}). The ledger itself is as it should be."
        )
    return receipt, problems


def renew_receipt(number: int, ledger: "Ledger", paths: Paths) -> Path | None:
    """Write the receipt of a batch again where there is one, because its outcome is out of date.

    Returns:
        The page's path, None where there is no receipt of the batch.

    Raises:
        action_returns.errors.LedgerError: the ledger cannot be read.
        OSError: the receipt cannot be written.
    """
    found, results = read_receipt(number, ledger)
    folder = find_folder(found.record, found.events, paths.submissions)
    if folder is None:
        receipts = [folder / RECEIPT for folder in _folders(found.record.label, paths.submissions)]
        if any(os.path.lexists(receipt) and not _read(receipt) for receipt in receipts):
            raise OSError("it cannot be read, so it may be of this batch or of another")
        return None
    if not (folder / RECEIPT).exists():
        return None
    return _write_receipt(folder, page_of(found, results))


def current_receipt(number: int, ledger: "Ledger", paths: Paths) -> tuple[Path, str]:
    """Write the receipt of a batch where it is missing or out of date, and return its path.

    Args:
        number: the batch.
        ledger: the ledger that has it.
        paths: where the folder of submissions is.

    Returns:
        The page; and a sentence about what lies under the batch's name or number and is of another batch, else ``""``.

    Raises:
        action_returns.errors.NoSuchBatchError: there is no batch of that number.
        LedgerError: the ledger cannot be read, or the receipt cannot be written.
    """
    found, results = read_receipt(number, ledger)
    page = page_of(found, results)
    try:
        folder, other = choose_folder(found.record, found.events, paths.submissions)
        make_private_folder(folder)
        if _read(folder / RECEIPT) != page:
            _write_receipt(folder, page)
    except OSError as error:
        raise LedgerError(
            f"The receipt of batch {found.record.label} cannot be written to {paths.submissions}: {error.strerror or error}. "
            f"The ledger holds everything. Write it elsewhere with: {command('history', 'receipt', found.record.label)} "
            "--html FILE"
        ) from None
    return folder / RECEIPT, other


def _write_receipt(folder: Path, page: bytes) -> Path:
    write_atomically(folder / RECEIPT, page, overwrite=True)
    return folder / RECEIPT


def find_folder(record: "BatchRecord", events: "Sequence[Event]", submissions: Path) -> Path | None:
    """Return the folder with the bytes or the receipt of a batch, None when there is none."""
    return next((folder for folder in _folders(record.label, submissions) if _is_of(record, events, folder)), None)


def choose_folder(record: "BatchRecord", events: "Sequence[Event]", submissions: Path) -> tuple[Path, str]:
    """Return the folder for the bytes and the receipt of a batch; it may not exist yet.

    A folder of the batch's number that holds anything of another batch is left as it is, and the next name is taken:
    ``0007``, ``0007-2``, ``0007-3``.

    Returns:
        The folder; and a sentence about what lies under the batch's name or number and is of another batch of this
        ledger, else ``""``.
    """
    told = ""
    for folder in _names(record.label, submissions):
        if not folder.is_dir() or not any(folder.iterdir()) or _is_of(record, events, folder):
            return folder, told
        told = told or _other_bytes(record, folder) or _same_number(record, folder)
    raise AssertionError  # names never end


def keep_bytes(record: "BatchRecord", content: bytes, folder: Path) -> None:
    """Write the exact bytes of a batch to its folder, unless they are there."""
    make_private_folder(folder)
    path = _copy_in(folder, record)
    if not path.exists():
        write_atomically(path, content, overwrite=False)


def changed_copy(record: "BatchRecord", submissions: Path) -> str:
    """Return a sentence about a file under the name of a batch that holds other bytes; ``""`` when there is none."""
    told = (_other_bytes(record, folder) for folder in _folders(record.label, submissions))
    return next(filter(None, told), "")


def good_copy(record: "BatchRecord", submissions: Path) -> Path | None:
    """Return the file in a batch's folder whose hash is the recorded one, None when there is none."""
    files = (_copy_in(folder, record) for folder in _folders(record.label, submissions))
    return next((path for path in files if _sha256(path) == record.sha256), None)


def receipts_without_record(ledger: "Ledger", submissions: Path) -> list[str]:
    """Return which receipts name a hash that the ledger does not have, one sentence each.

    Only receipts beside files of this ledger count: the names of those hold its tag.
    """
    tag, hashes, told = ledger.tag(), ledger.event_hashes(), []
    for folder in sorted(submissions.iterdir()) if submissions.is_dir() else ():
        receipt = folder / RECEIPT
        anchor = _anchor(receipt)
        if anchor and anchor not in hashes and any(folder.glob(f"*_{tag}-*.csv")):
            told.append(
                f"The receipt {receipt} is of a batch that the ledger does not have as the receipt was written: the "
                "ledger was changed, or an older copy of it was put back. Rows that were sent since that copy may go out "
                "again. Compare with what the receiver has before you send."
            )
    return told


def check_record(ledger: "Ledger", submissions: Path) -> None:
    """Compare everything on record with each other, and with the files and receipts in the folder of submissions.

    Raises:
        LedgerError: what was changed or is missing, and what to do.
    """
    from action_returns.ledger.integrity import summary

    changed = (changed_copy(record, submissions) for record in ledger.batches())
    problems = [*ledger.problems(), *filter(None, changed)]
    with suppress(LedgerError):  # without a tag, no receipt can be told from those of other ledgers
        problems += receipts_without_record(ledger, submissions)
    if problems:
        raise LedgerError(summary(problems))


def _names(label: str, submissions: Path) -> Iterator[Path]:
    return (submissions / name for name in chain([label], (f"{label}-{number}" for number in count(2))))


def _folders(label: str, submissions: Path) -> Iterator[Path]:
    """Return the folders of a number that there are."""
    for folder in _names(label, submissions):
        if not folder.is_dir():
            return
        yield folder


def _copy_in(folder: Path, record: "BatchRecord") -> Path:
    """Return the path of a batch's file in a folder; a name that another program recorded leads nowhere else."""
    name = _not_in_names.sub("_", record.file_name)[:_LONGEST_NAME].strip(".")
    return folder / (f"_{name}" if not name or _is_device(name) else name)


def _is_of(record: "BatchRecord", events: "Sequence[Event]", folder: Path) -> bool:
    """Return whether what lies in a folder is of this batch, as far as its receipt and its bytes tell."""
    receipt = folder / RECEIPT
    if _other_bytes(record, folder):
        return False
    if anchor := _anchor(receipt):
        return any(event.chain == anchor for event in events)
    if receipt.exists():  # of a version that printed no hash: it names the second in which the batch was recorded
        return record.created_at is not None and f"{record.created_at:%Y-%m-%d %H:%M:%S} UTC".encode() in _read(receipt)
    return os.path.lexists(_copy_in(folder, record))


def _other_bytes(record: "BatchRecord", folder: Path) -> str:
    path = _copy_in(folder, record)
    if not os.path.lexists(path) or _sha256(path) == record.sha256:
        return ""
    return (
        f"{path} lies under the name of batch {record.label} and holds other bytes than those on record. It was left as it "
        "is. It is no proof of what was sent: it was changed, or an older copy of the ledger was put back and the number "
        "was given again. Compare with what the receiver has before you send more."
    )


def _same_number(record: "BatchRecord", folder: Path) -> str:
    ending = f"_{record.file_name.rpartition('_')[2]}"  # the ledger's tag and the number, after the date
    if not any(path.name.endswith(ending) for path in folder.iterdir()):
        return ""
    return (
        f"{folder} holds the file of another batch {record.label} of this ledger, and was left as it is: an older copy of "
        "the ledger was put back, and the number was given again. Rows that were sent since that copy may have gone out "
        "again. Compare with what the receiver has before you send more."
    )


def _sha256(path: Path) -> str:
    """Return the hash of a file in hex, ``""`` when it cannot be read."""
    try:
        if not path.is_file():  # a pipe would never end
            return ""
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
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""
