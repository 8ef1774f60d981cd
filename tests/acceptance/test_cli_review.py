"""The page of a review never costs a user a file, and never hides that it is cut."""

import pytest

from tests.support.batches import CSV, LIST

pytestmark = pytest.mark.usefixtures("outbox", "returns")


@pytest.mark.parametrize("page", ["returns.csv", "./returns.csv", "symbolic.html", "hard.html"])
def test_the_page_never_replaces_the_list(run, work, page):
    if page == "symbolic.html":
        (work / page).symlink_to("returns.csv")
    if page == "hard.html":
        (work / page).hardlink_to(work / "returns.csv")
    for options in ((), ("--force",)):
        result = run("review", "returns.csv", "--html", page, *options)
        assert result.code == 2
        assert f"{page.removeprefix('./')} is the file that was read; it is never written." in result.err
        assert (work / "returns.csv").read_bytes() == LIST.encode()


def test_the_page_replaces_another_file_only_when_asked(run, work):
    page = work / "review.html"
    page.write_text("mine")
    result = run("review", "returns.csv", "--html", "review.html")
    assert result.code == 2
    assert "review.html exists already and holds something else. It was left as it is." in result.err
    assert "--force" in result.err
    assert page.read_text(encoding="utf-8") == "mine"
    assert run("review", "returns.csv", "--html", "review.html", "--force").code == 0
    assert "Nothing has been sent." in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("rows", "note"), [(10_000, None), (10_003, "… and 3 more findings.")])
def test_the_page_says_how_many_findings_it_leaves_out(run, work, rows, note):
    (work / "many.csv").write_text(CSV + "".join(f"M.1.2.{n},x,REJECTED\r\n" for n in range(rows)), newline="")
    assert run("review", "many.csv", "--html", "review.html").code == 3
    page = (work / "review.html").read_text(encoding="utf-8")
    assert page.count('<td class="error">') == 10_000
    assert ("more findings" in page) == (note is not None)
    assert note is None or note in page


def test_one_row_is_not_called_rows(run, work):
    (work / "one.csv").write_text(CSV + "M.8882.4808.1063415,12.5,ORDER_UPDATE\r\nx,1,ORDER_UPDATE\r\n", newline="")
    said = run("export", "one.csv", "-o", "clean.csv").err
    assert "(1 row, " in said
    assert "1 row with errors is not in it" in said
    fixed = run("fix", "one.csv", "--dry-run").err
    assert "0 cells to correct; 1 of 2 rows are ready, 1 still has errors." in fixed


# ------------------------------------------------------------------------- amounts and lock dates of the download

TWO_ROWS = CSV + "M.8882.4808.1063601,0,REJECTED\r\nM.8882.4808.1063602,12.50,ORDER_UPDATE\r\n"
HEADERS = "Action Id,Status,Sale Amount,Currency,Locking Date"


def told_beside(run, work, download):
    """Return what review tells scripts about two rows beside a download of two actions."""
    (work / "two.csv").write_text(TWO_ROWS, newline="")
    (work / "pending.csv").write_text(download, newline="", encoding="utf-8")
    return run("review", "two.csv", "--pending", "pending.csv", "--json").json


@pytest.mark.parametrize(
    ("first", "second", "effect"),
    [
        ("123.50", "99.90", -21_090),
        ('"1,234.50"', "€99.90", -132_190),
        ('"1.234,50"', '"99,90"', -132_190),
        ("123.50", "", -12_350),
        ('"1,250"', "", None),
        ("", "", None),
        ('"1,250"', '"99,90"', -9_990 + 1_250 + -125),
        ("1250", "300", -125_000 - 28_750),
        ("123.50", '"99,90"', None),
    ],
)
def test_the_effect_is_exact_or_unknown_and_never_a_guess(run, work, first, second, effect):
    told = told_beside(
        run,
        work,
        f"{HEADERS}\r\nM.8882.4808.1063601,PENDING,{first},EUR,2099-12-31\r\n"
        f"M.8882.4808.1063602,Pending,{second},EUR,2099-12-31\r\n",
    )
    assert told["effect_cents"] == effect
    assert told["rows"] == told["to_send"] + told["left_out"]["errors"] + told["left_out"]["sent_before"]
    assert told["to_send"] == told["reversals"] + told["changes"]


def test_lock_dates_that_are_missing_are_told_in_words_and_not_by_the_name_of_a_field(run, work):
    without = told_beside(run, work, "Action Id,Status,Sale Amount\r\nM.8882.4808.1063601,PENDING,1.50\r\n")
    assert without["notes"] == [
        (
            "pending.csv has no column for the lock date, so it could not be checked whether the time to change an action "
            "is over."
        )
    ]
    blank = told_beside(run, work, f"{HEADERS}\r\nM.8882.4808.1063601,PENDING,1.50,EUR,\r\n")
    assert blank["notes"] == ["1 action has no lock date in pending.csv: until when it can be changed is unknown."]


def test_a_dry_run_tells_the_same_figures(run, work):
    review = told_beside(run, work, f"{HEADERS}\r\nM.8882.4808.1063602,PENDING,1.50,EUR,2099-12-31\r\n")
    dry = run("send", "two.csv", "--pending", "pending.csv", "--yes", "--dry-run", "--json").json
    for key in ("rows", "to_send", "left_out", "reversals", "changes", "effect_cents", "warning_kinds", "columns"):
        assert dry[key] == review[key], key


def test_the_review_can_be_read_at_80_columns(run, work):
    (work / "two.csv").write_text(TWO_ROWS, newline="")
    facts = run("review", "two.csv").out.partition("\n\n")[0]
    assert [line for line in facts.splitlines() if len(line) > 80 and not line.startswith("Destination")] == []
