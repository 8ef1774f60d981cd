"""A command in a message runs nothing but this program, whatever a stranger called a sheet or a column."""

import os
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.readers.batch_columns import column_option
from action_returns.shell import option_with_name

names = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), st.sampled_from("$()`'\"\\!& \u202e\u201d")
    )
)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("November", '--sheet "November"'),
        ("Q4 & more", '--sheet "Q4 & more"'),
        ("$(calc)", "--sheet '$(calc)'"),
        ("it's $5", """--sheet 'it'"'"'s $5'"""),
        ("a`b`", "--sheet 'a`b`'"),
        ("a\u202eb", r"--sheet $'a\342\200\256b'"),
    ],
)
def test_a_sheet_is_named_so_that_it_can_be_pasted(name, shown, monkeypatch):
    monkeypatch.setattr(os, "name", "posix")
    assert option_with_name("--sheet", name) == shown


def test_a_sheet_is_named_so_that_it_can_be_pasted_on_windows(monkeypatch):
    monkeypatch.setattr(os, "name", "nt")
    assert option_with_name("--sheet", "November") == '--sheet "November"'
    assert option_with_name("--sheet", "$(calc)") == "--sheet '$(calc)'"
    assert option_with_name("--sheet", "\u201d; calc \u201c") == "--sheet '\u201d; calc \u201c'"
    assert option_with_name("--column", "$(calc) & calc", "Amount") == "--column NAME"


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@given(names)
def test_bash_reads_every_name_back_exactly_and_runs_none(name):
    options = f"{option_with_name('--sheet', name)} {column_option('Amount', name)}"
    read = subprocess.run(["bash", "-c", f"printf '%s\\0' {options}"], capture_output=True, check=True).stdout
    words = ["--sheet", name, "--column", f"Amount={' '.join(name.split())}"]
    assert read == b"".join(os.fsencode(word) + b"\0" for word in words)
