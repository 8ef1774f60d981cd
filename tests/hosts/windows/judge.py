"""A pytest plugin that judges a run of the whole suite under Windows' own Python: -p tests.hosts.windows.judge.

The run fails when a test was skipped that is not on the list of :mod:`tests.hosts.windows.not_run`, when a name on the
list stands for no test, or when too few tests of an area were run.
"""

from collections import Counter
from typing import Final

import pytest

from tests.hosts.windows.not_run import ELSEWHERE, NOT_RUN, entry_of

LEAST_SHARE: Final = 0.95
FAULTY: Final = 9
"""Exit code of a run with a fault; running failed tests once more does not mend it."""
AREAS: Final = (
    "batch", "readers", "settings", "ledger", "operations", "channels", "cli", "workbook_builder", "excel",
)  # fmt: skip
"""Folders of the tests that users of Windows depend on."""


class Judge:
    """Counts what was run and what was skipped, from the reports of all workers."""

    def __init__(self) -> None:
        self.run: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.used: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        nodeid = report.nodeid.replace("\\", "/")
        area = nodeid.split("/")[1]
        if report.skipped:
            entry = entry_of(nodeid)
            if entry is None:
                self.unexpected.append(f"{nodeid}: {report.longrepr[-1] if report.longrepr else ''}")
            else:
                self.used.add(entry)
                if NOT_RUN[entry] in ELSEWHERE:
                    return
            self.skipped[area] += 1
        elif report.when == "call":
            self.run[area] += 1

    def faults(self) -> list[str]:
        """Return what makes the run fail, one sentence each."""
        unused = [
            f"{name} is on the list of what is not run, and no test has that name"
            for name in NOT_RUN.keys() - self.used
        ]
        too_few = [
            f"{area}: {self.share(area):.1%} of the tests ran" for area in AREAS if self.share(area) < LEAST_SHARE
        ]
        return [f"skipped and not on the list: {name}" for name in self.unexpected] + sorted(unused) + too_few

    def share(self, area: str) -> float:
        """Return the part of an area's tests that ran, 0 to 1; those that no Windows could run are left out."""
        return self.run[area] / ((self.run[area] + self.skipped[area]) or 1)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("Windows' own Python")
        for area in AREAS:
            counted = self.run[area] + self.skipped[area]
            terminalreporter.write_line(
                f"{area:17} {self.run[area]:5} of {counted:5} tests ran, {self.share(area):.1%}"
            )
        for fault in self.faults():
            terminalreporter.write_line(f"FAULT {fault}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.faults():
            session.exitstatus = FAULTY


def pytest_configure(config: pytest.Config) -> None:
    """Judge where the reports of all workers arrive."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Judge(), "judge")
