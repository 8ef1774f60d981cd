"""What is kept of a batch for people: its exact bytes and its receipt as files, and a copy of the ledger.

The ledger holds everything already, so nothing here may hide what became of the batch.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from action_returns.settings import Places, write_atomically
from action_returns.submission.pages import keep_receipt
from action_returns.submission.records import keep_copy_of_today

if TYPE_CHECKING:
    from action_returns.ledger import Ledger
    from action_returns.submission.account import Account
    from action_returns.submission.submit import Submission


def keep_papers(
    done: "Submission", account: "Account", ledger: "Ledger", places: Places, today: date
) -> tuple[str, list[str]]:
    """Put the exact bytes and the receipt where people find them, and keep today's copy of the ledger.

    Args:
        done: the batch.
        account: the profile it went out under.
        ledger: where it is recorded.
        places: where things lie.
        today: the day.

    Returns:
        The receipt's file, ``""`` when it could not be written; and what could not be kept, in sentences. Never
        raises: the file has left, and that has to be told.
    """
    receipt, unkept = "", []
    try:
        receipt = str(keep_receipt(ledger.batch(int(done.batch)), ledger, _keep_bytes(done, ledger, places).parent))
    except Exception as error:  # noqa: BLE001  # whatever it is
        unkept.append(
            f"The receipt could not be written ({error}). The ledger holds everything: "
            f"action-returns history receipt {done.batch}"
        )
    try:
        keep_copy_of_today(account, ledger, places, today)
    except Exception as error:  # noqa: BLE001  # whatever it is
        unkept.append(f"Today's copy of the ledger could not be made ({error}). The ledger itself is as it should be.")
    return receipt, unkept


def _keep_bytes(done: "Submission", ledger: "Ledger", places: Places) -> Path:
    folder = places.submissions / done.batch
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / done.file_name
    if not path.exists():
        write_atomically(path, ledger.content(int(done.batch)), overwrite=False)
    return path
