"""The contract of all channels: test_contract.py runs for every registered kind, with a receiver from the module NAME.py.

A module has ``receiver(folder, authority, behaviour)``, a context manager that runs a real receiver and gives a
:class:`Receiver`, and ``CAN``, the behaviours that this kind of receiver can have at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from action_returns.channels.base import State

USER = "contract-user"
PASSWORD = "s3cret-canary-of-the-contract"
REFERENCE = "env:CONTRACT_PASSWORD"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a receiver behaves.

    Args:
        refuses: it takes no file.
        holds: it holds another file of the name already.
        hides: it does not show what it holds.
        keeps_half: it confirms every file and keeps half of it.
        loses_answers: it takes the file, and breaks off instead of confirming it.
    """

    refuses: bool = False
    holds: bool = False
    hides: bool = False
    keeps_half: bool = False
    loses_answers: bool = False


NAME = "Batch_1.csv"
"""Of the file that is sent, and of the other one that a receiver may hold."""
THEIRS = b"rows of another sender"


@dataclass(frozen=True, slots=True)
class Receiver:
    """A running receiver.

    Args:
        table: the channel in config.toml that reaches it.
        arrived: returns name -> content of every file that it holds.
        delivered: what a channel may claim after it took a file.
    """

    table: dict[str, Any]
    arrived: Callable[[], dict[str, bytes]]
    delivered: State


def files_in(folder: Path) -> dict[str, bytes]:
    """Name -> content of every file in a folder, hidden and unfinished ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
