"""The demo begins with a shop's export, and the rows that the export became are delivered with those of the workbook."""

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


def test_the_demo_can_be_played_again_in_the_same_folder(demo):
    folder, _ = demo
    assert run_program("demo", "--keep", str(folder)).code == 0
    assert len(list(folder.glob("returns before import *.xlsm"))) == 1
