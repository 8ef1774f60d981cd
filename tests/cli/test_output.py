"""What is printed on a terminal is legible there, however narrow it is."""

import re
import string
import sys

import pytest

from action_returns.cli.output import Output


@pytest.mark.parametrize("width", [12, 20, 30, 40, 100])
def test_nothing_is_cut_off_a_table_on_a_narrow_terminal(width, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    cells = string.ascii_lowercase[:9], string.ascii_lowercase[9:18], string.ascii_lowercase[18:]
    Output(color=False).table(("1", "2", "3"), [cells], right=frozenset({1}))
    shown = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
    assert set(string.ascii_lowercase) <= set(shown)
    assert max(map(len, shown.splitlines())) <= width
