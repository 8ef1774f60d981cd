"""A shop's export becomes rows: the example of the documentation, word by word, and every way to write the rows."""

import csv
import re
from datetime import UTC, datetime

import pytest
import xlsxwriter

from tests.support.cli import run_at_a_terminal, run_program
from tests.support.imports import FIRST, HEADER, ORDERS, PENDING, ROWS, write_imports
from tests.support.profiles import write_profile

PENDING_OPTION = ("--pending", "pending.csv")
LINE = ("import", "orders.csv", *PENDING_OPTION)


@pytest.fixture(autouse=True)
def files(work, outbox):
    """The folder of the user, in which the export and the download lie; #1003 was sent before."""
    write_imports(work)
    return work


@pytest.fixture
def sent(run):
    assert run("send", "before.csv", "--yes").code == 0


def rows_of(path):
    return path.read_bytes().decode()


def test_the_example_of_the_documentation(run, files, sent):
    result = run(*LINE, "-o", "rows.csv", "--json")
    facts = result.json
    (left,) = [one for one in facts["left"] if one["order"] == "#1004"]
    assert result.code == 0
    assert {key: facts[key] for key in ("file", "source", "lines", "lines_without_order", "written", "problem")} == {
        "file": "orders.csv", "source": "shopify-orders", "lines": 9, "lines_without_order": 1, "written": "rows.csv",
        "problem": None,
    }  # fmt: skip
    assert facts["mapping"]["order"] == "Name"
    assert facts["mapping"]["refund"] == "Refunded Amount"
    assert facts["mapping"]["currency"] == "Currency"
    groups = ("rows", "in_sheet", "sent_before", "nothing_to_do", "to_decide", "refused")
    assert [facts[group] for group in groups] == [2, 0, 1, 1, 1, 1]
    assert facts["orders"] == 6 == sum(facts[group] for group in groups)
    assert (left["line"], left["group"], left["code"], left["candidates"]) == (7, "refused", "refund-above-amount", [])
    assert rows_of(files / "rows.csv") == ROWS


def test_each_order_that_is_left_is_named_with_its_line_and_why(run, sent):
    left = run(*LINE, "--dry-run", "--json").json["left"]
    assert [(one["line"], one["order"], one["group"], one["code"]) for one in left] == [
        (5, "#1003", "sent_before", "sent-before"),
        (7, "#1004", "refused", "refund-above-amount"),
        (8, "#1005", "nothing_to_do", "nothing-refunded"),
        (10, "#1006", "to_decide", "order-unknown"),
    ]
    assert all(one["message"] for one in left)


def test_a_dry_run_counts_the_same_rows_and_writes_nothing(run, files, sent):
    before = sorted(files.iterdir())
    facts = run(*LINE, "-o", "rows.csv", "--dry-run", "--json").json
    assert (facts["rows"], facts["written"], facts["problem"]) == (2, None, None)
    assert sorted(files.iterdir()) == before


def test_what_was_written_is_checked_and_the_next_command_reads_it(run, sent):
    result = run(*LINE, "-o", "rows.csv")
    assert "2 rows checked, all ready." in result.err
    assert result.err.splitlines()[-1] == "Next: action-returns review rows.csv --pending pending.csv"
    assert run("review", "rows.csv", *PENDING_OPTION).code == 0


def test_the_preview_shows_how_columns_are_read_and_equations_that_close(run, sent):
    out = run(*LINE, "--dry-run").out
    assert "orders.csv is read as an orders export of Shopify." in out
    assert "9 lines = 8 of 6 orders + 1 without an order number" in out
    assert "6 orders = 2 rows + 0 in the sheet + 1 sent before + 1 nothing to do + 1 to" in out
    assert "156.00 EUR refunded in the export = 40.00 EUR in rows + 116.00 EUR in orders" in out
    assert "line 7, #1004:" in out


def test_rows_in_a_fresh_xlsx_file_are_those_of_the_csv_file_with_their_orders_beside(run, files, sent):
    assert run(*LINE, "-o", "rows.xlsx").code == 0
    assert run("export", "rows.xlsx", "-o", "again.csv").code == 0
    assert rows_of(files / "again.csv") == ROWS
    found = run("check", "rows.xlsx", "--json").json
    assert (found["rows"], found["ready"], found["findings"]) == (2, 2, [])


def test_a_file_that_is_there_is_replaced_only_with_force(run, files, sent):
    (files / "rows.csv").write_text("mine")
    refused = run(*LINE, "-o", "rows.csv", "--json")
    assert (refused.code, refused.json["problem"], refused.json["written"]) == (2, "output-file", None)
    assert rows_of(files / "rows.csv") == "mine"
    assert run(*LINE, "-o", "rows.csv", "--force").code == 0
    assert rows_of(files / "rows.csv") == ROWS


def test_the_export_itself_is_never_written(run, files):
    assert run(*LINE, "-o", "orders.csv", "--force").code == 2
    assert rows_of(files / "orders.csv") == ORDERS


@pytest.mark.parametrize("way", [("-o", "pending.csv", "--force"), ("-o", "./pending.csv"), ("-o", "orders.csv")])
def test_the_download_and_the_export_are_never_written(run, files, way):
    result = run(*LINE, *way, "--json")
    assert (result.code, result.json["problem"]) == (2, "output-file")
    assert rows_of(files / "pending.csv") == PENDING


@pytest.mark.parametrize(
    ("way", "problem"),
    [
        (("-o", "rows.txt"), "output-file"),
        (("--into", "rows.csv"), "output-file"),
        (("--into", "before.csv"), "output-file"),
        (("--into", "."), "output-file"),
        (("--into", "folder.xlsx"), "file-unreadable"),
    ],
)
def test_a_place_where_no_rows_can_be_is_refused(run, files, way, problem):
    (files / "folder.xlsx").mkdir()
    result = run(*LINE, *way, "--json")
    assert result.json["problem"] == problem
    assert sorted(path.name for path in files.iterdir()).count("rows.csv") == 0


def test_without_a_place_for_the_rows_the_preview_is_shown_and_the_way_named(run, files):
    result = run(*LINE)
    assert result.code == 2
    assert "6 orders = " in result.out
    for way in ("-o OUT.csv", "--into WORKBOOK.xlsm", "--dry-run"):
        assert way in result.err


def test_two_places_for_the_rows_are_a_wrong_line(run):
    assert run(*LINE, "-o", "rows.csv", "--into", "w.xlsx").code == 2


def test_strict_ends_with_4_where_an_order_is_refused_or_to_decide(run):
    assert run(*LINE, "-o", "rows.csv", "--strict").code == 4
    assert run("import", "orders.csv", *PENDING_OPTION, "-o", "rows.csv").code == 0


def test_an_export_of_which_no_order_can_be_used_ends_with_3(run, files):
    (files / "orders.csv").write_text(HEADER + "#9,refunded,2026-11-02,30.00,EUR,30.00,,Shoe\r\n", newline="")
    result = run(*LINE, "-o", "rows.csv", "--json")
    assert (result.code, result.json["problem"], result.json["to_decide"]) == (3, "nothing-to-import", 1)
    assert not (files / "rows.csv").exists()


def test_an_export_that_brings_nothing_new_is_no_failure(run, files):
    (files / "orders.csv").write_text(HEADER + "#1005,paid,2026-11-03,60.00,EUR,0.00,,Bag\r\n", newline="")
    result = run(*LINE, "-o", "rows.csv")
    assert result.code == 0
    assert "Nothing was written: there is no new row." in result.err
    assert not (files / "rows.csv").exists()


def test_a_ledger_that_is_away_refuses_because_what_was_sent_decides_money(run, home, files):
    (home / "ledger.sqlite3").write_bytes(b"no database" * 99)
    result = run(*LINE, "-o", "rows.csv", "--json")
    assert (result.code, result.json["problem"]) == (11, "ledger")
    assert not (files / "rows.csv").exists()


def test_an_export_on_standard_input_is_read(files):
    result = run_program("import", "-", *PENDING_OPTION, "-o", "rows.csv", stdin=ORDERS.encode())
    assert result.code == 0, result.err
    assert rows_of(files / "rows.csv").startswith(ROWS)


def test_orders_that_no_partner_is_paid_for_are_one_paragraph_below_those_that_need_a_decision(run, files):
    many = "".join(f"#{at},refunded,2026-11-03,12.00,EUR,12.00,,Cap\r\n" for at in range(9000, 9186))
    (files / "orders.csv").write_text(HEADER + many + ORDERS.removeprefix(HEADER), newline="")
    (files / "pending.csv").write_text(PENDING.replace("2099-01", "2026-01", 1), newline="")  # that of #1001 is locked
    result = run(*LINE, "-o", "rows.csv")
    out = " ".join(result.out.split())
    assert "1 of 188 to decide: " in out
    assert "187 orders have no pending action. Mostly no partner is paid for such an order" in out
    assert "Refunded of them: 2,244.00 EUR. The first: #9000 (line 2), #9001 (line 3), #9002 (line 4)." in out
    assert out.index("[action-locked]") < out.index("187 orders have no pending action")
    assert out.count("order-unknown") == 1
    assert "#9003" not in out
    assert "Not in it: 2 orders need a decision; 187 have no pending action." in result.err
    assert "#9185" in run(*LINE, "--dry-run", "--verbose").out
    assert len(run(*LINE, "--dry-run", "--json").json["left"]) == 190


def test_an_export_of_which_no_order_is_found_shows_order_numbers_of_both_files(run, files):
    many = "".join(f"#{at},refunded,2026-11-03,12.00,EUR,12.00,,Cap\r\n" for at in range(9000, 9005))
    (files / "orders.csv").write_text(HEADER + many, newline="")
    result = run(*LINE, "-o", "rows.csv", "--json")
    assert result.code == 3
    said = "The export has #9000, #9001, #9002; the pending download has 1001, #1002, 1003."
    assert said in result.json["message"]


# ------------------------------------------------------------------------------------------------- pending actions


def test_without_a_pending_download_both_ways_to_get_one_are_named(run):
    result = run("import", "orders.csv", "-o", "rows.csv", "--json")
    assert (result.code, result.json["problem"]) == (2, "pending-missing")
    assert "--pending FILE" in result.json["message"]
    assert "action-returns pending fetch" in result.json["message"]


def test_the_download_that_was_kept_last_is_used_and_its_date_said(run, files):
    assert run(*LINE, "--dry-run").code == 0
    (files / "pending.csv").unlink()
    result = run("import", "orders.csv", "-o", "rows.csv")
    assert result.code == 0
    assert "pending.csv" in result.out
    assert "2026-11-02" in result.out


# ---------------------------------------------------------------------------------------------------------- answers


OWN_HEADERS = "Order,Money back,Was,Currency\r\n1001,10.00,49.90,EUR\r\n"


def test_a_column_that_was_named_is_remembered_for_the_same_headers_and_said(run, files):
    (files / "own.csv").write_text(OWN_HEADERS, newline="")
    line = ("import", "own.csv", *PENDING_OPTION, "-o", "rows.csv", "--force")
    assert run(*line).code != 0
    assert run(*line, "--map", "refund=Money back").code == 0
    again = run(*line)
    assert again.code == 0
    assert "you chose" in again.out
    assert rows_of(files / "rows.csv") == f"ActionId,Amount,Reason\r\n{FIRST},39.90,ORDER_UPDATE\r\n"


def test_a_dry_run_remembers_no_answer(run, files):
    (files / "own.csv").write_text(OWN_HEADERS, newline="")
    line = ("import", "own.csv", *PENDING_OPTION)
    assert run(*line, "--map", "refund=Money back", "--dry-run").code == 0
    assert run(*line, "--dry-run").code == 3


@pytest.mark.parametrize(
    "option",
    [
        ("--map", "refund"),
        ("--map", "money=Refunded Amount"),
        ("--map", "refund="),
        ("--reason", "Damaged"),
        ("--reason", "Damaged=NO_CODE"),
        ("--reason", "=REJECTED"),
        ("--tolerance", "1,50"),
        ("--tolerance", "-1"),
    ],
)
def test_an_answer_that_cannot_be_meant_is_refused_before_anything_is_read(run, files, option):
    result = run(*LINE, "-o", "rows.csv", *option, "--json")
    assert (result.code, result.json["problem"]) == (2, "usage")
    assert option[0] in result.json["message"]


# --------------------------------------------------------------------------------------------------------- workbook


def test_a_workbook_that_does_not_exist_is_made_with_the_rows(run, files, sent):
    assert run(*LINE, "--into", "returns.xlsx").code == 0
    assert run("export", "returns.xlsx", "-o", "again.csv").code == 0
    assert rows_of(files / "again.csv") == ROWS


def test_rows_go_below_those_of_a_workbook_and_the_file_as_it_was_is_kept(run, files, sent, monkeypatch):
    monkeypatch.setattr(
        "action_returns.cli.options.CommandContext.now", staticmethod(lambda: datetime(2026, 12, 1, 9, tzinfo=UTC))
    )
    assert run("import", "orders.csv", *PENDING_OPTION, "--into", "returns.xlsx").code == 0
    before = (files / "returns.xlsx").read_bytes()
    (files / "orders.csv").write_text(HEADER + "#1005,refunded,2026-11-03,60.00,EUR,60.00,,Bag\r\n", newline="")
    result = run(*LINE, "--into", "returns.xlsx", "--json")
    assert (result.code, result.json["rows"]) == (0, 1)
    assert result.json["checked"] == {"rows": 3, "ready": 3, "errors": 0, "warnings": 0}
    kept = files / "returns before import 2026-12-01.xlsx"
    assert result.json["kept"] == kept.name
    assert kept.read_bytes() == before
    assert run("export", "returns.xlsx", "-o", "again.csv").code == 0
    assert rows_of(files / "again.csv") == ROWS + "M.8882.4808.1063419,0,REJECTED\r\n"


def test_rows_that_the_workbook_has_already_are_not_added_again(run, files, sent):
    assert run(*LINE, "--into", "returns.xlsx").code == 0
    before = (files / "returns.xlsx").read_bytes()
    again = run(*LINE, "--into", "returns.xlsx", "--json").json
    assert (again["rows"], again["in_sheet"], again["written"]) == (0, 2, None)
    assert (files / "returns.xlsx").read_bytes() == before


@pytest.mark.parametrize("lock", ["~$returns.xlsx", ".~lock.returns.xlsx#"])
def test_a_workbook_that_is_open_in_a_spreadsheet_program_is_left_alone(run, files, lock):
    assert run("new", "returns.xlsx").code == 0
    before = (files / "returns.xlsx").read_bytes()
    (files / lock).write_bytes(b"")
    result = run(*LINE, "--into", "returns.xlsx", "--json")
    assert (result.code, result.json["problem"]) == (2, "output-file")
    assert lock in result.json["message"]
    assert (files / "returns.xlsx").read_bytes() == before
    assert run(*LINE, "--into", "returns.xlsx", "--dry-run").code == 0  # a look changes nothing


# ---------------------------------------------------------------------------------------------------------- terminal


def test_the_help_of_the_command_names_every_way_out(run):
    text = run("import", "--help").out
    for word in ("--pending", "--into", "--map", "--reason", "--tolerance", "--without-tax-and-shipping", "--dry-run"):
        assert word in text


def test_a_line_that_is_printed_fits_a_terminal_of_80_columns(files, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    code, seen = run_at_a_terminal("", *LINE, "--dry-run")
    assert code == 0
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in seen.splitlines()) <= 80
    assert "\x1b[3" not in seen  # no colour


def test_an_order_of_a_web_action_becomes_no_row_of_a_batch_of_mobile_actions(run, files):
    (files / "pending.csv").write_text("Action ID,OID,Sale Amount\r\n8882.4808.1063415,1001,49.90\r\n", newline="")
    facts = run(*LINE, "-o", "rows.csv", "--json").json
    (left,) = [one for one in facts["left"] if one["order"] == "#1001"]
    assert (facts["rows"], facts["written"], facts["problem"]) == (0, None, "nothing-to-import")
    assert (left["group"], left["candidates"]) == ("to_decide", ["8882.4808.1063415"])
    assert "8882.4808.1063415" in left["message"]


@pytest.fixture
def two_codes(home, outbox):
    write_profile(home, {"kind": "outbox", "directory": str(outbox)}, reasons={"SIZE": "modify", "COLOUR": "modify"})


OWN = "Order ID,Refund,Total,Currency,Reason\r\n1001,10.00,49.90,EUR,Too small\r\n"


def test_a_word_for_a_reason_is_asked_once_at_a_terminal_and_then_remembered(run, files, two_codes):
    (files / "own.csv").write_text(OWN, newline="")
    line = ("import", "own.csv", *PENDING_OPTION, "-o", "rows.csv", "--force")
    code, seen = run_at_a_terminal("SIZE", *line, "--map", "reason=Reason", asks=b"decide later")
    assert code == 0, seen
    assert 'Which reason code for "Too small" (1 order)?' in seen
    assert rows_of(files / "rows.csv").endswith(f"{FIRST},39.90,SIZE\r\n")
    again = run(*line)
    assert '"Too small" becomes the reason SIZE, as you chose' in " ".join(again.out.split())
    assert rows_of(files / "rows.csv").endswith(f"{FIRST},39.90,SIZE\r\n")


def test_without_a_terminal_a_word_without_a_code_is_to_decide_and_can_be_answered_by_an_option(run, files, two_codes):
    (files / "own.csv").write_text(OWN, newline="")
    line = ("import", "own.csv", *PENDING_OPTION, "--map", "reason=Reason", "-o", "rows.csv", "--json")
    asked = run(*line)
    (left,) = asked.json["left"]
    assert (asked.code, left["code"], left["group"]) == (3, "reason-unmapped", "to_decide")
    assert {"SIZE", "COLOUR"} <= set(left["candidates"])
    assert run(*line, "--reason", "Too small=COLOUR").code == 0
    assert rows_of(files / "rows.csv").endswith(f"{FIRST},39.90,COLOUR\r\n")


# ----------------------------------------------------------------------------------------------- tax, later exports

WITH_TAX = (
    "Name,Financial Status,Paid at,Subtotal,Shipping,Taxes,Total,Currency,Refunded Amount\r\n"
    "#1001,partially_refunded,2026-11-01,49.90,5.00,10.10,65.00,EUR,13.00\r\n"
)


def test_tax_and_shipping_are_left_out_only_when_the_user_says_so_and_the_figures_are_shown(run, files):
    (files / "orders.csv").write_text(WITH_TAX, newline="")
    refused = run(*LINE, "-o", "rows.csv", "--json").json
    assert [(one["code"], one["group"]) for one in refused["left"]] == [("total-differs", "refused")]
    assert "--without-tax-and-shipping" in refused["left"][0]["message"]
    done = run(*LINE, "-o", "rows.csv", "--without-tax-and-shipping")
    assert done.code == 0
    # 13.00 of 65.00 is a fifth; a fifth of 49.90 is 9.98, and 49.90 - 9.98 is 39.92.
    assert rows_of(files / "rows.csv") == f"ActionId,Amount,Reason\r\n{FIRST},39.92,ORDER_UPDATE\r\n"
    assert "9.98 is without tax and shipping" in " ".join(done.out.split())
    assert "without tax and shipping, as you chose" in " ".join(run(*LINE, "--dry-run").out.split())
    assert run(*LINE, "--dry-run", "--with-tax-and-shipping", "--json").json["rows"] == 0


def test_totals_may_differ_by_the_tolerance_that_the_user_allows(run, files):
    (files / "orders.csv").write_text(ORDERS.replace("49.90", "49.95"), newline="")
    assert run(*LINE, "--dry-run", "--json").json["rows"] == 2
    allowed = run(*LINE, "--dry-run", "--tolerance", "0.05", "--json").json
    assert allowed["rows"] == 3
    assert run(*LINE, "--dry-run", "--tolerance", "0.04", "--json").json["rows"] == 2


def test_a_later_export_brings_only_what_was_refunded_since(run, files):
    """Both of Shopify: 10.00 of 49.90 refunded, sent, applied by the network, and 5.00 more refunded afterwards."""
    assert run(*LINE, "-o", "rows.csv").code == 0
    assert run("send", "rows.csv", "--yes").code == 0
    again = run(*LINE, "--dry-run", "--json").json
    assert (again["rows"], again["sent_before"]) == (0, 3)
    (files / "pending.csv").write_text(PENDING.replace("49.90", "39.90"), newline="")
    later = ORDERS.replace("EUR,10.00", "EUR,15.00")
    (files / "orders.csv").write_text(later, newline="")
    assert run(*LINE, "-o", "later.csv").code == 0
    assert rows_of(files / "later.csv") == f"ActionId,Amount,Reason\r\n{FIRST},34.90,ORDER_UPDATE\r\n"


def test_an_export_in_a_workbook_becomes_the_same_rows(run, files, sent):
    book = xlsxwriter.Workbook("orders.xlsx")
    sheet = book.add_worksheet("Orders")
    for row, record in enumerate(csv.reader(ORDERS.splitlines())):
        for column, text in enumerate(record):
            if text and column in {3, 5} and row:
                sheet.write_number(row, column, float(text))
            elif text:
                sheet.write_string(row, column, text)
    book.close()
    assert run("import", "orders.xlsx", *PENDING_OPTION, "-o", "rows.csv").code == 0
    assert rows_of(files / "rows.csv") == ROWS


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (PENDING, None),
        ("", "no-rows"),
        (HEADER, "no-rows"),
        ("Campaign,Impressions,Clicks,Cost\r\nA,1,2,3.00\r\n", None),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_words_and_nothing_is_written(run, files, content, problem):
    (files / "orders.csv").write_text(content, newline="")
    result = run(*LINE, "-o", "rows.csv", "--json")
    assert result.code == 3
    assert result.json["problem"] == (problem or result.json["problem"]) != "unexpected"
    assert (result.json["orders"], result.json["rows"], result.json["written"]) == (0, 0, None)
    assert not (files / "rows.csv").exists()


def test_a_kept_download_that_was_changed_is_not_used(run, home, files):
    assert run(*LINE, "--dry-run").code == 0
    (copy,) = (home / "pending").glob("*/*/pending.csv")
    copy.write_text(PENDING.replace("49.90", "99.90"), newline="")
    result = run("import", "orders.csv", "-o", "rows.csv", "--json")
    assert (result.code, result.json["problem"]) == (3, "pending-kept-changed")
