"""The time that a receiver may take: for one step, for all steps together, and for a whole file.

A limit for each step alone is none: a server that says one letter every 29 seconds, or takes one byte of a file, keeps
to it for days. So every conversation has a limit for all its steps, too. Both are generous to a line that is slow and
honest: a file of 1 MB may go at 4 kB/s, one of 35 MB at 20 kB/s.
"""

import math
import os
from collections.abc import Callable
from typing import Final, TypeAlias

from action_returns.channels.base import TookTooLongError

Clock: TypeAlias = Callable[[], float]
"""Seconds since any moment; never goes back (``time.monotonic``)."""

ALL_STEPS: Final = 180.0
"""Seconds for connecting, signing in and all else before a file, and again for all that follows it."""
LONGEST_WAIT: Final = 0.5 if os.name == "nt" else math.inf
"""Seconds for which the system is asked to wait at once: on Windows, Ctrl-C ends no wait (python/cpython issue 85609)."""
_BYTES_A_SECOND: Final = 10_000
_LONGEST: Final = 1_800.0
_LONGEST_ANSWER: Final = 600.0


def file_seconds(size: int) -> float:
    """Return the seconds in which a file must have left: three minutes and one for each 10 kB, at most half an hour.

    Args:
        size: its bytes.
    """
    return min(ALL_STEPS + size / _BYTES_A_SECOND, _LONGEST)


def longest_delivery(size: int) -> float:
    """Return the seconds after which a channel has certainly ended, from the moment at which the first byte may leave.

    The file; the ten minutes that a mail server may take to accept it; the steps after it, and a further look at what
    became of it over a new connection, twice. From 22 minutes for a small file to 49.

    Args:
        size: the bytes of the file; a mail has up to half as many again.
    """
    return file_seconds(size * 3 // 2) + _LONGEST_ANSWER + 3 * ALL_STEPS


class TimeLimit:
    """The time that is left for something.

    Args:
        seconds: for all of it, from now on.
        what: what takes them, to follow "it took longer than N seconds"; None for one step of the server.
        within: what it is a part of; when the time for that is over, this is over too.
        clock: see :data:`Clock`.
    """

    def __init__(
        self, seconds: float, what: str | None = None, *, within: "TimeLimit | None" = None, clock: Clock
    ) -> None:
        self._seconds = seconds
        self._what = what
        self._within = within
        self._clock = clock
        self._end = clock() + seconds

    def step(self, seconds: float) -> "TimeLimit":
        """Return the limit of one step of it."""
        return TimeLimit(seconds, within=self, clock=self._clock)

    def renewed(self, seconds: float, what: str) -> "TimeLimit":
        """Return a new limit for something else, by the same clock."""
        return TimeLimit(seconds, what, clock=self._clock)

    def left(self) -> float:
        """Return the seconds that are left, of the whole where it ends before its part.

        Raises:
            TimeoutError: when there are none, for one step.
            TookTooLongError: when there are none, for more than a step.
        """
        most = math.inf if self._within is None else self._within.left()
        seconds = self._end - self._clock()
        if seconds > 0:
            return min(seconds, most)
        if self._what is None:
            raise TimeoutError(f"no answer within {self._seconds:g} seconds")
        raise TookTooLongError(f"it took longer than {round(self._seconds)} seconds {self._what}")
