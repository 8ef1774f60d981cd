"""Which column is what, on the command line: told, asked about, named with --column, and remembered."""

import csv
import io

import pytest

from action_returns.operations.api import load
from tests.support.batches import ONE
from tests.support.shell_words import words_of
from tests.support.workbooks import write

OLD_AND_NEW = f"Action ID,Sale Amount,New Amount,Reason\r\n{ONE},99.00,12.50,ORDER_UPDATE\r\n"
OLD_AND_REFUND = f"Action ID,OID,Sale Amount,Refund,Currency,Reason\r\n{ONE},1,99.00,12.50,EUR,ORDER_UPDATE\r\n"
GERMAN = f"Aktions-ID;Betrag;Grund\r\n{ONE};12,50;ORDER_UPDATE\r\n"
READ_NEW = {"ActionId": "A Action ID", "Amount": "C New Amount", "Reason": "D Reason"}
IN_GERMAN = ["--column", "ActionId=Aktions-ID", "--column", "Amount=Betrag", "--column", "Reason=Grund"]
COMMANDS = {
    "check": [],
    "review": [],
    "export": ["-o", "-"],
    "fix": ["--dry-run"],
    "send": ["--dry-run"],
}


def leaves(run, *arguments):
    """Return the amounts of the file that would leave."""
    exported = run("export", *arguments, "-o", "-")
    assert exported.code == 0, exported.err
    return [row["Amount"] for row in csv.DictReader(io.StringIO(exported.out))]


def test_of_an_old_and_a_new_amount_the_new_one_leaves(run, file):
    assert leaves(run, file(OLD_AND_NEW)) == ["12.50"]
    assert (
        "Read: Amount from C New Amount, ActionId from A Action ID, Reason from D Reason."
        in run("check", file(OLD_AND_NEW)).err
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_scripts_which_column_it_read(outbox, run, file, command):
    assert run(command, file(OLD_AND_NEW), *COMMANDS[command], "--json").json["columns"] == READ_NEW


def test_the_column_of_a_sheet_is_told_with_its_letter_there(run, tmp_path):
    headers = ("Action ID", "Sale Amount", "New Amount", "Reason")
    path = write(tmp_path / "b.xlsx", [(ONE, 99.0, 12.5, "ORDER_UPDATE")], headers=headers, top=3, left=2)
    assert run("check", str(path), "--json").json["columns"]["Amount"] == "E New Amount"


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_takes_an_old_or_a_refunded_amount_for_the_new_one(outbox, run, file, command):
    refused = run(command, file(OLD_AND_REFUND), *COMMANDS[command], "--json")
    assert (refused.code, refused.json["problem"]) == (3, "columns-missing")
    assert refused.json["message"].endswith('add: --column Amount="Sale Amount" or: --column Amount="Refund"')


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reads_the_column_that_is_named(outbox, run, file, command):
    told = run(command, file(OLD_AND_REFUND), *COMMANDS[command], "--column", "Amount=Refund", "--json").json
    assert told["columns"]["Amount"] == "D Refund"


def test_the_words_of_a_refusal_can_be_pasted_and_are_asked_for_only_once(run, file):
    path = file(GERMAN.replace("12,50", "12.50"))
    refused = run("check", path)
    words = words_of(refused.err.strip().partition(", add: ")[2])
    assert words == ["--column", "ActionId=Aktions-ID", "--column", "Amount=Betrag", "--column", "Reason=Grund"]
    assert run("check", path, *words).code == 0
    again = run("check", path)
    assert again.code == 0
    assert 'Note: Amount is read from the column "Betrag", as --column said for an earlier file' in " ".join(
        again.err.split()
    )
    assert leaves(run, path) == ["12.50"]


def test_amounts_with_a_comma_do_not_make_an_answer_wrong(run, file, tmp_path):
    path = file(GERMAN)
    assert run("check", path, *IN_GERMAN).code == 3
    assert run("fix", path, "-o", str(tmp_path / "fixed.csv")).code == 0
    assert leaves(run, str(tmp_path / "fixed.csv")) == ["12.50"]


def test_an_answer_that_no_row_proves_right_is_not_remembered(run, file):
    path = file(f"Action ID,Note,Sale Amount,Reason\r\n{ONE},call,12.50,ORDER_UPDATE\r\n")
    assert run("check", path, "--column", "Amount=Note").code == 3
    assert run("check", path, "--json").json["problem"] == "columns-missing"


def test_an_answer_replaces_the_one_before_and_holds_for_these_headers_only(run, file):
    assert leaves(run, file(OLD_AND_REFUND), "--column", "Amount=Sale Amount") == ["99.00"]
    assert leaves(run, file(OLD_AND_REFUND), "--column", "Amount=Refund") == ["12.50"]
    assert leaves(run, file(OLD_AND_REFUND)) == ["12.50"]
    assert run("check", file(OLD_AND_REFUND.replace("OID", "Order"))).code == 3


def test_an_answer_is_remembered_where_nothing_can_be_written_only_for_the_moment(run, file, home):
    home.mkdir(parents=True, exist_ok=True)
    (home / "batch-columns.json").mkdir()
    assert leaves(run, file(OLD_AND_REFUND), "--column", "Amount=Refund") == ["12.50"]
    assert run("check", file(OLD_AND_REFUND)).code == 3


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("Amount", '--column Amount has no "=". Write it like --column Amount="New Amount".'),
        ("Total=Refund", "there is no such column. Choose ActionId, Amount or Reason"),
        ("Amount=", "there is no such column"),
    ],
)
def test_words_that_name_no_column_are_wrong_usage(run, file, option, said):
    refused = run("check", file(OLD_AND_REFUND), "--column", option)
    assert refused.code == 2
    assert said in refused.err


def test_a_header_that_is_not_there_is_told_with_those_that_are(run, file):
    refused = run("check", file(OLD_AND_REFUND), "--column", "amount=Betrag")
    assert refused.code == 3
    assert (
        'has no column "Betrag" that could be Amount. Its headers are: "Action ID", "OID", "Sale Amount"' in refused.err
    )


@pytest.mark.parametrize("command", ["check", "send"])
def test_of_an_open_workbook_no_other_column_can_be_named(run, command):
    refused = run(command, "returns.xlsm", "--live", "--column", "Amount=Refund")
    assert refused.code == 2
    assert "With --live the table Actions is read" in refused.err


def test_a_program_names_columns_each_time(run, file):
    assert load(file(OLD_AND_NEW)).headers == READ_NEW
    assert load(file(OLD_AND_REFUND), columns={"Amount": "Refund"}).headers["Amount"] == "D Refund"
