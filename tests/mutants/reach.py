"""A pytest plugin: which test runs which line, and how long each test takes.

It is loaded by its bare name, in a tree of any project. coverage is started by its own ``.pth`` file, in pytest and in
every Python process that a test starts; those take the name of the test from the variable that pytest sets.
"""

import json
import os
from pathlib import Path

import coverage
import pytest
from hypothesis import Phase, settings

REPORT = "MUTANTS_REPORT"
"""The variable that names the file for the durations of the tests that pass."""

CONFIGURATION = """[run]
source = {source}
data_file = {data}
parallel = true
context = ${{PYTEST_CURRENT_TEST-}}
disable_warnings =
    no-data-collected
    module-not-imported
    module-not-measured
"""


def pytest_collection() -> None:
    """Stop hypothesis at the first failure: a smaller example of a known mistake is only waited for."""
    name = settings.get_current_profile_name()
    phases = set(settings.default.phases) - {Phase.shrink, Phase.explain}
    settings.register_profile("mutants", settings.get_profile(name), phases=phases, database=None)
    settings.load_profile("mutants")


def pytest_runtest_logstart(nodeid: str) -> None:
    """Write what runs from here on to the account of this test."""
    if measuring := coverage.Coverage.current():
        measuring.switch_context(nodeid)


class _Durations:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self.skipped: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.skipped:
            self.skipped.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        passed = self.seconds.keys() - self.failed - self.skipped
        seconds = {test: self.seconds[test] for test in sorted(passed)}
        Path(os.environ[REPORT]).write_text(json.dumps({"seconds": seconds, "failed": sorted(self.failed)}))


def pytest_configure(config: pytest.Config) -> None:
    """Measure durations when a report is asked for."""
    if REPORT in os.environ:
        config.pluginmanager.register(_Durations())


def lines_of(data: Path, root: Path) -> dict[str, dict[int, set[str]]]:
    """Read which tests reach which line: file below the root -> line -> tests."""
    if not any(data.parent.glob(f"{data.name}.*")):
        return {}  # No test of this part comes by the product.
    measured = coverage.Coverage(data_file=str(data), config_file=False)
    measured.combine([str(data.parent)], keep=False)
    found: dict[str, dict[int, set[str]]] = {}
    for name in measured.get_data().measured_files():
        contexts = measured.get_data().contexts_by_lineno(name)
        file = Path(name).relative_to(root).as_posix()
        found[file] = {line: {_test(context) for context in by} - {""} for line, by in contexts.items()}
    return found


def _test(context: str) -> str:
    """Return the test in a context; a process of its own carries the phase of the test behind the name."""
    for phase in ("setup", "call", "teardown"):
        context = context.removesuffix(f" ({phase})")
    return context
