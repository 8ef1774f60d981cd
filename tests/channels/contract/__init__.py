"""The contract of all channels: test_contract.py runs for every registered kind, with a receiver from the module NAME.py.

A module has ``receiver(folder, authority, *, refuses)``, a context manager that runs a real receiver and gives a
:class:`Receiver`.
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
