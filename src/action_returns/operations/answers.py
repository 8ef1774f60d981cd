"""Keep the user's answers to which column is which, for later files with the same headers."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from action_returns.files import write_atomically
from action_returns.private_files import make_private_folder, read_own_file

_LARGEST_FILE: Final = 10_000_000

Answers = Mapping[str, Mapping[str, str]]
"""Signature of a set of headers -> field -> header, as the user named it."""


def saved_answers(file: Path) -> Answers:
    """Return the saved answers; none when there are none, or none that can be used: then the user answers again.

    Answers that another user could have changed are not used: they say which column holds the amounts.

    Args:
        file: the file of answers about one kind of file.
    """
    try:
        saved = json.loads(read_own_file(file, largest=_LARGEST_FILE))
    except (OSError, ValueError):
        return {}
    return saved if isinstance(saved, dict) else {}


def save_answers(file: Path, signature: str, answers: Mapping[str, str]) -> None:
    """Write the user's answers about one set of headers; answers about others stay. Call it when they proved right.

    A folder that cannot be written is no reason to stop: what the user asked for is done, and is asked again next time.

    Args:
        file: the file of answers about one kind of file.
        signature: what is the same for all files with these headers.
        answers: field -> header; without any, nothing is written.
    """
    saved = saved_answers(file)
    if not answers or saved.get(signature) == dict(answers):
        return
    with suppress(OSError):
        make_private_folder(file.parent)
        write_atomically(file, json.dumps({**saved, signature: dict(answers)}, indent=1).encode(), overwrite=True)
