"""Doctor tells in which versions the packages beside the program are installed."""

from importlib.metadata import version

from action_returns import extras
from action_returns.operations.doctor import run_checks


def packages(paths):
    return next((is_well, seen) for what, is_well, seen in run_checks(paths) if what == "Packages")


def test_a_package_in_another_version_than_was_tested_is_named_with_both(paths, monkeypatch):
    monkeypatch.setattr(extras, "version", lambda name: "0.0.1" if name == "click" else version(name))
    assert packages(paths) == (True, f"other versions than were tested: click 0.0.1 (tested: {version('click')})")


def test_where_all_are_as_tested_doctor_says_so(paths):
    assert packages(paths) == (True, "the versions that were tested")


def test_an_installation_without_the_list_is_told(paths, monkeypatch):
    def missing(name):
        raise FileNotFoundError(f"{name} is missing from this installation")

    monkeypatch.setattr(extras, "packaged_file", missing)
    assert packages(paths) == (False, "requirements/constraints.txt is missing from this installation")
