"""Connecting once more where the trouble may pass. Only before anything of the file may have left."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from action_returns.delivery.outcome import Outcome

PAUSES: Final = (2.0, 8.0)
"""Seconds before the second and the third attempt; chance makes them half or half as long again."""

T = TypeVar("T")


class Stopped(Exception):
    """Ends a conversation with the outcome it has led to.

    Args:
        outcome: what is true now.
        may_pass: whether the same may go well a moment later.
    """

    def __init__(self, outcome: Outcome, *, may_pass: bool = False) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome
        self.may_pass = may_pass


def in_three_attempts(once: Callable[[], T], pause: Callable[[float], None]) -> T:
    """Do something that needs a server, up to three times.

    Args:
        once: does it; nothing of a file may leave in it.
        pause: waits that many seconds.

    Returns:
        What it gave.

    Raises:
        Stopped: by an outcome that will not pass, or by the third one that might have.
    """
    for seconds in PAUSES:
        try:
            return once()
        except Stopped as stopped:
            if not stopped.may_pass:
                raise
        pause(seconds * random.uniform(0.5, 1.5))  # noqa: S311  # no secret, only not everybody at once
    try:
        return once()
    except Stopped as stopped:
        if stopped.may_pass:
            told = f"{stopped.outcome.message} It was tried {len(PAUSES) + 1} times."
            raise Stopped(replace(stopped.outcome, message=told)) from None
        raise
