"""What the tests of the command line share: a folder to work in, lists of returns, and commands run in this process."""

import pytest

from tests.support.batches import LIST
from tests.support.cli import run_here


@pytest.fixture
def run(capsys):
    """Runs a command as a script would, in this process."""

    def command(*arguments):
        return run_here(capsys, *arguments)

    return command


@pytest.fixture
def work(tmp_path, monkeypatch):
    """The folder in which commands are run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def returns(tmp_path):
    """A file with two rows that are ready; in the folder ``work``, where a test works in one."""
    path = tmp_path / "returns.csv"
    path.write_text(LIST, newline="")
    return str(path)


@pytest.fixture
def file(tmp_path):
    """Writes a file of returns."""

    def write(text=LIST):
        path = tmp_path / "returns.csv"
        path.write_text(text, newline="")
        return str(path)

    return write
