"""What is not installed is installed by the command that the message names, today and on this machine."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from action_returns import extras
from tests.support.shell_words import words_of

ROOT = Path(__file__).parents[1]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


@pytest.mark.parametrize("extra", DECLARED)
def test_the_command_names_the_packages_and_the_python_that_runs_this(extra):
    python, *words = words_of(extras.install_command(extra))
    assert python == sys.executable
    assert words[:3] == ["-m", "pip", "install"]
    assert words[3:5] == ["-c", str(ROOT / "requirements" / "constraints.txt")]
    names = [package.partition(">")[0] for package in DECLARED[extra]]
    assert sorted(word.partition("<")[0].partition(">")[0] for word in words[5:]) == sorted(names)


@pytest.mark.parametrize("extra", DECLARED)
def test_the_command_works(extra):
    """The packages are here already, so pip needs no index to find that out."""
    words = [*words_of(extras.install_command(extra)), "--no-index", "--disable-pip-version-check"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("already satisfied") >= len(DECLARED[extra])


def test_a_program_in_a_folder_with_blanks_is_quoted(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/my programs/python")
    assert words_of(extras.install_command("sftp"))[:4] == ["/my programs/python", "-m", "pip", "install"]


def test_a_program_that_was_never_installed_names_its_own_folder(monkeypatch):
    def requires(_name):
        raise PackageNotFoundError

    monkeypatch.setattr(extras, "requires", requires)
    assert words_of(extras.install_command("sftp"))[-1] == ".[sftp]"


def test_a_program_without_the_list_of_tested_versions_still_names_the_packages(monkeypatch):
    def missing(_name):
        raise FileNotFoundError

    monkeypatch.setattr(extras, "packaged_file", missing)
    words = words_of(extras.install_command("sftp"))
    assert (words[3], words[4][:8]) == ("install", "paramiko")


def test_what_pip_is_told_to_install_is_what_these_tests_ran_with():
    tested = extras.tested_versions()
    assert {name: version(name) for name in tested if is_installed(name)}.items() <= tested.items()
    assert extras.untested_versions() == []


@pytest.mark.parametrize("lock", ["runtime.lock", "dev.lock"])
def test_the_list_of_tested_versions_and_the_lock_files_name_the_same_versions(lock):
    """Every package that a user gets is in each of the lists; development tools are in one only."""
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE))
    tested = extras.tested_versions()
    assert {name: locked[name] for name in tested.keys() & locked.keys()}.items() <= tested.items()
    assert (locked.keys() if lock == "runtime.lock" else set()) <= tested.keys()
    assert lock == "runtime.lock" or tested.keys() <= locked.keys()


def test_a_package_in_another_version_than_was_tested_is_told(monkeypatch):
    monkeypatch.setattr(extras, "version", lambda name: "9.9" if name == "click" else version(name))
    assert extras.untested_versions() == [("click", "9.9", extras.tested_versions()["click"])]


def is_installed(name):
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def test_no_text_names_a_package_index_that_does_not_have_it():
    root = ROOT
    texts = [
        *(root / "src").rglob("*.py"),
        *(root / "docs").glob("*.md"),
        *root.glob("R*.md"),
        root / "CONTRIBUTING.md",
    ]
    texts += [*(root / "addin").rglob("*.*"), root / "workbook_templates" / "mobile_actions.toml"]
    wrong = [
        str(path)
        for path in texts
        if "pip install action-returns" in path.read_text("utf-8", "replace").replace('"', "")
    ]
    assert wrong == []
