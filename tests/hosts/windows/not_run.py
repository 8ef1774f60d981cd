"""The tests that do not run under Windows' own Python, each with its reason. Whatever else is skipped there fails the run."""

from typing import Final

import pytest

MODES: Final = "POSIX modes, owners, links and pipes; Windows has access lists instead"
SIGNALS: Final = "needs fork, SIGKILL or SIGSTOP"
UNIX_SERVERS: Final = "a server program that exists for Unix only"
DATABASE: Final = "starts a PostgreSQL server of Debian"
OFFICE: Final = "LibreOffice through uno; Wine has none"
LINUX_TOOLS: Final = "made with programs of Linux (strace, sh, apt)"

ELSEWHERE: Final = frozenset({UNIX_SERVERS, DATABASE, OFFICE})
"""Reasons of tests that no Windows could run; the share of tests that run leaves them out."""

NOT_RUN: Final[dict[str, str]] = {
    "tests/mutants/test_mutants.py": SIGNALS,
}
"""File, file::test or file::test[case -> reason. A name stands for everything that begins with it."""


def entry_of(nodeid: str) -> str | None:
    """Return the entry of a test, ``None`` when it has to run."""
    nodeid = nodeid.replace("\\", "/")
    return next((name for name in NOT_RUN if nodeid == name or nodeid.startswith((f"{name}::", f"{name}["))), None)


def skip_what_cannot_run(items: list[pytest.Item]) -> None:
    """Mark the tests of the list as skipped."""
    for item in items:
        if entry := entry_of(item.nodeid):
            item.add_marker(pytest.mark.skip(reason=NOT_RUN[entry]))
