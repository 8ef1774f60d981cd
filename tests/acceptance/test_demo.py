"""The demo: a shop's export becomes rows, they are delivered, the next day tells what became of them, and an undo is drafted."""

import csv
import json
import sqlite3
from contextlib import closing

import pytest

from tests.support.cli import run_program


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, run_program("demo", "--keep", str(folder))


def test_the_demo_begins_with_the_preview_of_an_export_whose_equation_closes(demo):
    _, result = demo
    assert result.code == 0, result.err
    commands = [line for line in result.err.splitlines() if line.startswith("$ action-returns ")]
    assert commands[0].startswith("$ action-returns import shopify_orders.csv --pending pending_actions.csv")
    assert commands[0].endswith("--dry-run")
    shown = " ".join(result.out.split())
    assert "12 orders = 5 rows + 0 in the sheet + 0 sent before + 2 nothing to do + 3 to decide + 2 refused" in shown
    assert "12 orders = 4 rows + 1 in the sheet + 0 sent before + 2 nothing to do + 3 to decide + 2 refused" in shown


def test_every_kind_of_order_that_is_no_row_is_shown_with_its_reason(demo):
    shown = demo[1].out
    for code in ("order-unknown", "order-several-actions", "action-locked", "currency-differs", "refund-above-amount"):
        assert f"[{code}]" in " ".join(shown.split())


def test_the_rows_of_the_export_are_in_the_file_that_the_servers_got(demo):
    folder, _ = demo
    (delivered,) = (folder / "ftp-server").iterdir()
    content = delivered.read_bytes().decode("ascii")
    for row in (
        "M.8882.4808.1063463,0,REJECTED",  # 41.02 refunded of 41.02
        "M.8882.4808.1063464,107.71,ORDER_UPDATE",  # 12.50 of 120.21
        "M.8882.4808.1063465,0,REJECTED",  # cancelled
        "M.8882.4808.1063467,172.78,ORDER_UPDATE",  # 5.00 of 177.78
    ):
        assert f"{row}\r\n" in content
    assert content.count("M.8882.4808.1063418,") == 1  # it stood in the workbook already


def test_the_workbook_as_it_was_before_the_import_is_kept_beside_it(demo):
    folder, _ = demo
    assert len(list(folder.glob("returns before import *.xlsm"))) == 1


def test_of_the_next_day_exactly_one_row_is_refused_and_one_is_different(demo):
    folder, result = demo
    with closing(sqlite3.connect(folder / "home" / "ledger.sqlite3")) as ledger:
        events = ledger.execute("SELECT detail FROM event WHERE batch = 1 AND kind = 'reconciled' ORDER BY rowid")
        first, second = (json.loads(detail) for (detail,) in events)
    assert (first["source"], first["refused"], first["too_early"]) == ("result", 1, 45)
    assert (second["source"], second["refused"], second["different"], second["applied"]) == ("pending", 1, 1, 44)
    shown = " ".join(result.out.split())
    assert "1063415 0 refused" in shown
    assert "1063418 38.50 different The network has 43.50, and 38.50 was sent." in shown


def test_the_undo_restores_the_amounts_from_before_and_leaves_out_what_it_cannot(demo):
    folder, _ = demo
    with (folder / "pending_actions.csv").open(newline="") as file:
        before = {row["Action ID"]: row["Sale Amount"] for row in csv.DictReader(file)}
    with (folder / "undo.csv").open(newline="") as file:
        undo = {row["ActionId"]: row["Amount"] for row in csv.DictReader(file)}
    (sent,) = (folder / "ftp-server").iterdir()
    with sent.open(newline="") as file:
        rows = {row["ActionId"] for row in csv.DictReader(file)}
    # Refused; different; 0 before, too.
    assert rows - undo.keys() == {"M.8882.4808.1063415", "M.8882.4808.1063418", "M.8882.4808.1063435"}
    assert undo == {action_id: before[action_id] for action_id in undo}


def test_the_demo_can_be_played_again_in_the_same_folder(demo):
    folder, _ = demo
    assert run_program("demo", "--keep", str(folder)).code == 0
    assert len(list(folder.glob("returns before import *.xlsm"))) == 1
