"""A run under Windows' own Python counts only when every test ran that is not named with its reason."""

import pytest

from tests.hosts.windows import judge, not_run

LIST = {
    "tests/batch/test_rules.py::test_fork": not_run.SIGNALS,
    "tests/ledger/test_postgresql.py": not_run.DATABASE,
}


@pytest.fixture(autouse=True)
def short_list(monkeypatch):
    monkeypatch.setattr(not_run, "NOT_RUN", LIST)
    monkeypatch.setattr(judge, "NOT_RUN", LIST)


def report(nodeid, outcome="passed"):
    when = "setup" if outcome == "skipped" else "call"
    reason = ("file.py", 1, "Skipped: no fork here") if outcome == "skipped" else None
    return pytest.TestReport(nodeid, ("", 0, ""), {}, outcome, reason, when)


def faults(*reports):
    judged = judge.Judge()
    for area in judge.AREAS:
        for number in range(40):
            judged.pytest_runtest_logreport(report(f"tests/{area}/test_a.py::test_{number}"))
    for one in reports:
        judged.pytest_runtest_logreport(one)
    return judged.faults()


FORK = report("tests/batch/test_rules.py::test_fork[1]", "skipped")
DATABASE = report("tests/ledger/test_postgresql.py::test_a", "skipped")


def test_a_run_in_which_only_named_tests_were_skipped_has_no_faults():
    assert faults(FORK, DATABASE) == []


def test_a_skipped_test_that_is_not_named_is_a_fault_with_its_reason():
    other = report("tests\\batch\\test_rules.py::test_forked", "skipped")
    assert faults(FORK, DATABASE, other) == [
        "skipped and not on the list: tests/batch/test_rules.py::test_forked: Skipped: no fork here"
    ]


def test_a_name_of_no_test_is_a_fault():
    assert faults(FORK) == [
        "tests/ledger/test_postgresql.py is on the list of what is not run, and no test has that name"
    ]


def test_an_area_of_which_too_little_ran_is_a_fault():
    many = [report(f"tests/batch/test_rules.py::test_fork[{number}]", "skipped") for number in range(3)]
    assert faults(*many, DATABASE) == ["batch: 93.0% of the tests ran"]


def test_what_no_windows_could_run_does_not_count():
    many = [report(f"tests/ledger/test_postgresql.py::test_{number}", "skipped") for number in range(50)]
    assert faults(FORK, *many) == []


@pytest.mark.parametrize(
    ("nodeid", "entry"),
    [
        ("tests/batch/test_rules.py::test_fork", "tests/batch/test_rules.py::test_fork"),
        ("tests/batch/test_rules.py::test_fork[case]", "tests/batch/test_rules.py::test_fork"),
        ("tests/batch/test_rules.py::test_forks", None),
        ("tests/batch/test_rules.py", None),
        ("tests/ledger/test_postgresql.py::test_a", "tests/ledger/test_postgresql.py"),
        ("tests/ledger/test_postgresql.pyx::test_a", None),
    ],
)
def test_a_name_stands_for_its_cases_and_for_no_longer_name(nodeid, entry):
    assert not_run.entry_of(nodeid) == entry
