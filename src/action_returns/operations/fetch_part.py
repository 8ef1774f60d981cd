"""What was read of a fetch that did not end, so that the next one goes on there: a private file of each profile.

Each line is one JSON text: first what is fetched, then each stretch of time with its actions, or that it was halved. A
line is written when its stretch was read as a whole, so a line that breaks off belongs to no stretch.
"""

import errno
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from action_returns.brand_api.actions import COLUMNS, ActionRow
from action_returns.brand_api.whole_lists import Stretch
from action_returns.errors import ApiError, OutputFileError
from action_returns.files import once_free
from action_returns.private_files import make_private_folder, private_opener

_FORMAT: Final = 1
_LOCKED: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """What is fetched.

    Args:
        account_sid: the account.
        host: the host of the API.
        port: its port.
        campaigns: the campaigns.
        days_back: days before the beginning whose events are read.
        began: when the fetch began, which is also the end of the time that is read.
    """

    account_sid: str
    host: str
    port: int
    campaigns: tuple[str, ...]
    days_back: int
    began: datetime

    def span(self) -> tuple[datetime, datetime]:
        """Return the first and the last moment of the events that are read, in UTC."""
        end = self.began.astimezone(UTC)
        return end - timedelta(days=self.days_back), end

    def facts(self) -> dict[str, object]:
        """Return it as the first line has it."""
        return {
            "format": _FORMAT,
            "account": self.account_sid,
            "host": f"{self.host}:{self.port}",
            "campaigns": list(self.campaigns),
            "days_back": self.days_back,
            "began": self.began.isoformat(),
        }


class FetchPart:
    """The open file of a fetch. A context manager that closes it.

    Args:
        path: the file.
        plan: what is fetched.
        file: the file, open.

    Attributes:
        thrown_away: why an older part is not used; ``""`` where there was none.
        counts: stretch -> number of its actions, for those that were read.
        halved: stretches that hold too many actions for one request.
    """

    def __init__(self, path: Path, plan: FetchPlan, file: BinaryIO) -> None:
        self.path = path
        self.plan = plan
        self.thrown_away = ""
        self.counts: dict[Stretch, int] = {}
        self.halved: set[Stretch] = set()
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # every line was flushed; what could not be written was told
            self._file.close()

    @property
    def rows(self) -> int:
        """Number of actions that were read; one at the edge of two stretches counts twice."""
        return sum(self.counts.values())

    def load(self) -> None:
        """Read what the file holds of the plan. A line that breaks off is cut off; a part of another plan, as a whole."""
        whole = 0
        for number, line in enumerate(self._lines()):
            try:
                facts = json.loads(line)
                if number == 0:
                    self.thrown_away = _why_not_used(facts, self.plan)
                    if self.thrown_away:
                        break
                    self.plan = replace(self.plan, began=datetime.fromisoformat(facts["began"]))
                elif "halved" in facts:
                    self.halved.add(_stretch(facts["halved"]))
                else:
                    _check_rows(facts["rows"])
                    self.counts[_stretch(facts["stretch"])] = len(facts["rows"])
            except (ValueError, TypeError, LookupError, AttributeError):
                break
            whole += len(line)
        self._file.truncate(whole)
        if not whole:
            self._write(self.plan.facts())

    def add(self, stretch: Stretch, rows: Sequence[ActionRow]) -> None:
        """Keep the actions of a stretch.

        Raises:
            OutputFileError: the file cannot be written.
        """
        self._write({"stretch": _facts(stretch), "rows": rows})
        self.counts[stretch] = len(rows)

    def add_halved(self, stretch: Stretch) -> None:
        """Keep that a stretch has to be halved.

        Raises:
            OutputFileError: the file cannot be written.
        """
        self._write({"halved": _facts(stretch)})
        self.halved.add(stretch)

    def stretches(self) -> Iterator[list[ActionRow]]:
        """Return the actions of each stretch, in the order in which they were read; one stretch at a time is in memory."""
        for line in self._lines():
            facts = json.loads(line)
            if "rows" in facts:
                yield [tuple(row) for row in facts["rows"]]

    def remove(self) -> None:
        """Remove the file: everything was read and written elsewhere."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):  # a fetch of today would go on there, and one of tomorrow throw it away
            once_free(self.path.unlink)

    def _lines(self) -> Iterator[bytes]:
        self._file.seek(0)
        for line in self._file:
            if not line.endswith(b"\n"):
                return
            yield line

    def _write(self, facts: Mapping[str, object]) -> None:
        try:
            self._file.write(json.dumps(facts, separators=(",", ":")).encode("ascii") + b"\n")
            self._file.flush()
        except OSError as error:
            raise _unwritable(self.path, error) from None


def open_part(folder: Path, profile: str, plan: FetchPlan) -> FetchPart:
    """Open the part of a profile's fetch; go on with it when it is of the same day and fetches the same.

    Args:
        folder: of the parts.
        profile: name of the profile.
        plan: what is to be fetched now.

    Returns:
        The part. Where it goes on with another fetch, its plan is that of the other one.

    Raises:
        OutputFileError: the file cannot be written.
        ApiError: another fetch of this profile is at work.
    """
    path = folder / f"{profile}.part"
    try:
        make_private_folder(folder)
        file = open(path, "a+b", opener=private_opener)  # noqa: SIM115  # the part closes it
        try:
            _refuse_other_fetch(file, profile)
            part = FetchPart(path, plan, file)
            part.load()
        except BaseException:
            file.close()
            raise
    except OSError as error:
        raise _unwritable(path, error) from None
    return part


def _why_not_used(facts: Mapping[str, object], plan: FetchPlan) -> str:
    wanted = plan.facts()
    day = str(facts["began"])[:10]
    if day != str(wanted["began"])[:10]:
        return f"it is of {day}"
    if {**facts, "began": ""} != {**wanted, "began": ""}:
        return "the settings of the API in the profile are others now"
    return ""


def _facts(stretch: Stretch) -> list[str]:
    return [stretch.campaign, stretch.start.isoformat(), stretch.end.isoformat()]


def _stretch(facts: list[str]) -> Stretch:
    campaign, start, end = facts
    return Stretch(campaign, datetime.fromisoformat(start), datetime.fromisoformat(end))


def _check_rows(rows: Sequence[Sequence[object]]) -> None:
    """Check that the rows of a line are rows of actions; a damaged line may be valid JSON.

    Raises:
        ValueError: they are none.
    """
    if not isinstance(rows, list) or any(len(row) != len(COLUMNS) for row in rows):
        raise ValueError(len(rows))
    if not set(map(type, chain.from_iterable(rows))) <= {str}:
        raise ValueError(len(rows))


def _refuse_other_fetch(file: BinaryIO, profile: str) -> None:
    try:
        _lock(file.fileno())
    except OSError as error:
        if error.errno in _LOCKED:
            raise ApiError(
                "api-at-work",
                f"Another command fetches the pending actions of profile {profile} at this moment. Wait until it has ended.",
            ) from None
        # Some network drives cannot lock; there, two commands at once read the same.


def _lock(handle: int) -> None:
    """Lock an open file until it is closed.

    Raises:
        OSError: another program holds the lock, or the file cannot be locked.
    """
    if sys.platform == "win32":
        import msvcrt

        # Far beyond the end: on Windows, locked bytes cannot be read or written.
        os.lseek(handle, 2**40, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unwritable(path: Path, error: OSError) -> OutputFileError:
    return OutputFileError(
        f"{path} cannot be written: {error.strerror or error}. What was read has to be kept there until all is read. Make "
        "room, or set ACTION_RETURNS_HOME to a folder that can be written."
    )
