"""What is kept about the sheet Import, and what is made of its yellow cells."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.excel.import_page import ImportPage
from action_returns.operations.import_answers import COUNTED, ImportAnswers
from action_returns.returns.source import Field
from tests.excel.shop_export import DOWNLOAD

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ANSWERS = st.builds(
    ImportAnswers,
    columns=st.dictionaries(st.sampled_from(Field), TEXTS),
    reasons=st.dictionaries(TEXTS, TEXTS),
    tolerance=st.none() | st.integers(0, 10**9),
    without_tax_and_shipping=st.none() | st.booleans(),
    amounts=st.none() | st.sampled_from(COUNTED),
)
PAGES = st.builds(
    ImportPage, TEXTS, TEXTS, ANSWERS, st.dictionaries(TEXTS, TEXTS), TEXTS, TEXTS, TEXTS, TEXTS
)  # fmt: skip


@given(PAGES)
def test_a_page_is_the_same_after_it_lay_in_a_cell(page):
    assert ImportPage.from_json(page.to_json()) == page


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8).map(json.dumps)
    | TEXTS | st.sampled_from([None, 5.0, "{}", '{"given": {}}', '{"given": {"columns": {"x": "y"}}}'])
)  # fmt: skip
def test_whatever_else_stands_in_that_cell_is_no_preview(cell):
    assert ImportPage.from_json(cell) == ImportPage()


SIGNATURE = "Order ID,Refund Amount,Order Total,Currency,Return Reason"


@pytest.fixture
def shown(desk, monkeypatch, tmp_path):
    """Shows the preview of an export with reasons; the profile has two codes that reverse."""
    from action_returns.settings.editing import add_profile

    def show(*orders, headers=SIGNATURE):
        channel = {"kind": "outbox", "directory": str(desk.paths.exports)}
        codes = {"DAMAGED": "reverse", "WRONG_SIZE": "reverse"}
        add_profile(desk.paths.config_file, "acme", {"environment": "live", "reasons": codes, "channel": channel})
        download, export = tmp_path / "pending.csv", tmp_path / "refunds.csv"
        download.write_text(DOWNLOAD, encoding="utf-8")
        export.write_text("\n".join([headers, *orders, ""]), encoding="utf-8")
        monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: download)
        monkeypatch.setattr("action_returns.excel.dialogues.pick_export", lambda _app: export)
        desk.open([])
        desk.click("load_pending")
        desk.click("import_returns")
        return desk

    return show


def listed(desk):
    return [(row[0], row[1], row[8]) for row in desk.peek("Import!A38:I48") if row[0] is not None]


def test_words_for_reasons_are_listed_and_the_code_beside_one_counts(shown):
    desk = shown("1001,50.00,50.00,EUR,Broken", "1003,20.00,20.00,EUR,Too small", "1005,45.00,45.00,EUR,Broken")
    assert desk.peek("Import!F15:H17") == [["Broken", "2", None], ["Too small", "1", None], [None] * 3]
    assert listed(desk) == [("To decide", order, None) for order in ("1001", "1003", "1005")]
    desk.put("Import!H15", "DAMAGED")
    desk.excel.answer("yes")
    desk.click("import_returns")
    assert listed(desk) == [("To decide", "1003", None), ("Row", "1001", "DAMAGED"), ("Row", "1005", "DAMAGED")]
    assert desk.peek("Import!F15:H16") == [["Too small", "1", None], ["Broken", "2", "DAMAGED"]]
    desk.put("Import!H15", "WRONG_SIZE")
    desk.excel.answer("yes")
    desk.click("import_returns")
    assert ("Row", "1003", "WRONG_SIZE") in listed(desk)


def test_a_code_that_the_account_does_not_have_is_refused(shown):
    desk = shown("1001,50.00,50.00,EUR,Broken")
    desk.put("Import!H15", "BROKEN")
    assert desk.click("import_returns").startswith(
        'The code "BROKEN" for "Broken" on the sheet Import is not one of the reason codes'
    )
    assert listed(desk) == [("To decide", "1001", None)]


@pytest.mark.parametrize(
    ("cell", "typed", "said"),
    [
        ("B10", "some", 'The tolerance "some" on the sheet Import is no amount. Nothing was read.'),
        ("B10", "-1", 'The tolerance "-1" on the sheet Import is no amount. Nothing was read.'),
        ("B11", "maybe", '"maybe" beside Without tax and shipping on the sheet Import is neither yes nor no.'),
        ("B12", "both", '"both" beside Refunds in the export on the sheet Import is none of: as recognised, '),
    ],
)
def test_a_yellow_cell_that_cannot_be_used_is_named(shown, cell, typed, said):
    desk = shown("1001,50.00,50.00,EUR,Broken")
    desk.put(f"Import!{cell}", typed)
    for button in ("import_returns", "add_imported_rows"):
        assert desk.click(button).startswith(said)


def test_a_header_with_line_breaks_is_not_taken_for_a_change_of_the_user(shown):
    desk = shown("1002,12.50,80.00,EUR,", headers='Order ID,"Refund  \r\n Amount",Order Total,Currency,Return Reason')
    assert listed(desk) == [("Row", "1002", "ORDER_UPDATE")]
    places = {cells[0]: row for row, cells in enumerate(desk.peek("Import!A15:A34"), 15)}
    desk.put(f"Import!B{places['refunded amount']}", "Refund  \n Amount")  # what Excel keeps of \r\n in a cell
    desk.excel.answer("yes")
    assert desk.click("add_imported_rows").startswith("1 row of refunds.csv added (row 4).")


def test_what_was_answered_is_used_for_the_next_file_with_the_same_headers(shown, tmp_path, monkeypatch):
    desk = shown("1001,50.00,50.00,EUR,Broken")
    desk.put("Import!H15", "DAMAGED")
    desk.excel.answer("yes", "yes")
    desk.click("import_returns")
    desk.click("add_imported_rows")
    later = tmp_path / "later.csv"
    monkeypatch.setattr("action_returns.excel.dialogues.pick_export", lambda _app: later)
    later.write_text(f"{SIGNATURE}\n1005,45.00,45.00,EUR,Broken\n", encoding="utf-8")
    said = desk.click("import_returns")
    assert "Answers that you gave for an earlier file with these headers were used" in said
    assert listed(desk) == [("Row", "1005", "DAMAGED")]
    assert desk.peek("Import!F15:H15") == [["Broken", "1", "DAMAGED"]]


def test_words_that_are_too_long_to_be_kept_are_refused_before_anything_is_written(shown):
    words = [f"{at} {'x' * 2_000}" for at in range(20)]
    desk = shown(*(f"{at},1.00,50.00,EUR,{word}" for at, word in enumerate(words, 3001)))
    assert "are too long to be kept in this workbook. Nothing was changed." in desk.excel.alerts[-1].text
    assert desk.peek("Import!B3") is None
    assert desk.click("add_imported_rows").startswith("No export was read yet, or its preview broke off.")
