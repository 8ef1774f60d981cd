"""What is not installed is installed by the command that the message names, today and on this machine."""

import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from action_returns import extras

DECLARED = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.mark.parametrize("extra", DECLARED)
def test_the_command_names_the_packages_and_the_python_that_runs_this(extra):
    python, *words = shlex.split(extras.install_command(extra))
    assert python == sys.executable
    assert words[:3] == ["-m", "pip", "install"]
    names = [package.partition(">")[0] for package in DECLARED[extra]]
    assert sorted(word.partition("<")[0].partition(">")[0] for word in words[3:]) == sorted(names)


@pytest.mark.parametrize("extra", DECLARED)
def test_the_command_works(extra):
    """The packages are here already, so pip needs no index to find that out."""
    words = [*shlex.split(extras.install_command(extra)), "--no-index", "--disable-pip-version-check"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("already satisfied") >= len(DECLARED[extra])


def test_a_program_in_a_folder_with_blanks_is_quoted(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/my programs/python")
    assert extras.install_command("sftp").startswith('"/my programs/python" -m pip install "paramiko')


def test_a_program_that_was_never_installed_names_its_own_folder(monkeypatch):
    def requires(_name):
        raise PackageNotFoundError

    monkeypatch.setattr(extras, "requires", requires)
    assert extras.install_command("sftp").endswith(' -m pip install ".[sftp]"')


def test_no_text_names_a_package_index_that_does_not_have_it():
    root = Path(__file__).parents[1]
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
