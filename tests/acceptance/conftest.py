"""What the tests of the command line share: a profile, a list of returns, and commands run in this process."""

import json
from dataclasses import dataclass

import pytest

from action_returns.cli.app import run as run_command
from tests.acceptance.test_cli import CSV, profile

ONE, TWO = "M.8882.4808.1063415", "M.8882.4808.1063416"
LIST = CSV + f"{ONE},0,REJECTED\r\n{TWO},49.9,ORDER_UPDATE\r\n"


@pytest.fixture
def outbox(home, tmp_path):
    folder = tmp_path / "outbox"
    folder.mkdir()
    profile(home, {"kind": "outbox", "directory": str(folder)})
    return folder


@dataclass
class Result:
    code: int
    out: str
    said: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def facts(self):
        """What the JSON object of a command that succeeded says, beside the two keys that every object has."""
        told = self.json
        assert told.pop("problem") is None
        assert told.pop("message")
        return told


@pytest.fixture
def run(capsys):
    """Runs a command as a script would: in this process, because starting one takes longer than most commands."""

    def command(*arguments):
        capsys.readouterr()
        code = run_command(arguments)
        return Result(code, *capsys.readouterr())

    return command


@pytest.fixture
def file(tmp_path):
    """Writes a file of returns."""

    def write(text=LIST):
        path = tmp_path / "returns.csv"
        path.write_text(text, newline="")
        return str(path)

    return write
