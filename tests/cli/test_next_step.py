"""The command of the next step is complete: what the user said to this command is in the next one too."""

import os
import re

import pytest

from action_returns.cli.next_step import repaired_name
from tests.support.batches import BAD, CSV, LIST
from tests.support.cli import run_here
from tests.support.shell_words import words_of

NEEDS_A_PERSON = CSV + "M.8882.4808.1063415,,REJECTED\r\n"
DOWNLOAD = "Action ID,Order value,Currency\r\nM.8882.4808.1063415,20,EUR\r\n"


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new pending.csv").write_text(DOWNLOAD, newline="")
    return tmp_path


@pytest.fixture
def next_of(work, capsys, outbox):
    """Runs a command for a file of these rows; returns the words of the command it names as the next step."""

    def words(rows, *arguments, name="November returns.csv"):
        (work / name).write_text(rows, newline="")
        command, *options = arguments
        said = run_here(capsys, command, name, *options).err
        (line,) = [line for line in said.splitlines() if line.startswith("Next: ")]
        program, *words = words_of(line.removeprefix("Next: "))
        assert program == "action-returns"
        return words

    return words


PENDING = ("--pending", "new pending.csv", "--pending-column", "amount=Order value", "--profile", "acme")


def test_good_rows_are_reviewed_next(next_of):
    assert next_of(LIST, "check") == ["review", "November returns.csv"]


def test_the_options_of_a_check_are_in_the_next_command(next_of):
    words = next_of(LIST, "check", *PENDING, "--sheet", "Actions 2")
    assert words[:2] == ["review", "November returns.csv"]
    assert set(words[2:]) == {*PENDING, "--sheet", "Actions 2"}


def test_safe_corrections_are_made_next_in_a_new_file(next_of, capsys, work):
    words = next_of(BAD, "check", *PENDING)
    assert words[:2] == ["fix", "November returns.csv"]
    assert words[-2:] == ["-o", "November returns-repaired.csv"]
    assert set(words[2:-2]) == set(PENDING)
    assert run_here(capsys, *words).code == 0
    assert (work / "November returns-repaired.csv").exists()


def test_the_new_file_is_checked_with_the_same_options(next_of):
    words = next_of(BAD, "fix", *PENDING, "-o", "new returns.csv", "--sheet", "Actions 2")
    assert words[:2] == ["check", "new returns.csv"]
    assert set(words[2:]) == set(PENDING)


def test_rows_that_need_a_person_are_checked_again(next_of):
    words = next_of(NEEDS_A_PERSON, "check", *PENDING)
    assert words[:2] == ["check", "November returns.csv"]
    assert set(words[2:]) == set(PENDING)


def test_rows_that_all_went_out_before_lead_to_the_history(next_of, capsys):
    next_of(LIST, "check")
    assert run_here(capsys, "send", "November returns.csv", "--yes").code == 0
    assert next_of(LIST, "check") == ["history", "list"]


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        (NEEDS_A_PERSON, ["--yes"], 3),
        (NEEDS_A_PERSON, ["--only-ready", "--yes"], 3),
        (LIST, ["--confirm-rows", "77"], 2),
        (LIST + "M.8882.4808.1063499,88888888,ORDER_UPDATE\r\n", ["--strict", "--yes"], 4),
    ],
)
def test_the_command_in_a_refusal_to_send_reads_the_file_the_same_way(work, outbox, capsys, rows, options, code):
    (work / "November returns.csv").write_text(rows, newline="")
    refused = run_here(capsys, "send", "November returns.csv", *PENDING, *options)
    assert refused.code == code
    (named,) = re.findall(r"action-returns check ['\"][^)]+", refused.err)
    assert set(words_of(named)[1:]) == {"check", "November returns.csv", *PENDING}


def test_a_file_whose_name_looks_like_an_option_can_be_pasted(work, outbox, capsys):
    (work / "-o.csv").write_text(LIST, newline="")
    said = run_here(capsys, "check", "./-o.csv").err
    assert "Next: action-returns review ./-o.csv" in said
    here = os.path.join(".", "-o.csv")  # noqa: PTH118  # a Path leaves out what is to be tested
    assert f"Next: action-returns review {here}" in run_here(capsys, "check", "--", "-o.csv").err


@pytest.mark.parametrize(
    ("file", "there", "name"),
    [
        ("returns.csv", [], "returns-repaired.csv"),
        ("returns.xlsm", [], "returns-repaired.xlsx"),
        ("returns.xlsx", ["returns-repaired.xlsx"], "returns-repaired-2.xlsx"),
        ("returns.csv", ["returns-repaired.csv", "returns-repaired-2.csv"], "returns-repaired-3.csv"),
        ("folder/my returns.csv", [], "folder/my returns-repaired.csv"),
        ("-", [], "returns-repaired.csv"),
    ],
)
def test_the_new_file_has_a_name_that_is_free(work, file, there, name):
    for taken in there:
        (work / taken).touch()
    assert repaired_name(file).replace("\\", "/") == name
