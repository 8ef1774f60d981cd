"""The page of a review never costs a user a file, and never hides that it is cut."""

import pytest

from tests.support.batches import CSV, LIST

pytestmark = pytest.mark.usefixtures("outbox", "returns")


@pytest.mark.parametrize("options", [(), ("--force",)])
def test_the_page_never_replaces_the_list(run, work, options):
    (work / "link.html").symlink_to("returns.csv")
    for page in ("returns.csv", "./returns.csv", "link.html"):
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
    assert page.read_text() == "mine"
    assert run("review", "returns.csv", "--html", "review.html", "--force").code == 0
    assert "Nothing has been sent." in page.read_text()


@pytest.mark.parametrize(("rows", "note"), [(5_000, None), (5_003, "… and 3 more findings.")])
def test_the_page_says_how_many_findings_it_leaves_out(run, work, rows, note):
    (work / "many.csv").write_text(CSV + "".join(f"M.1.2.{n},x,REJECTED\r\n" for n in range(rows)), newline="")
    assert run("review", "many.csv", "--html", "review.html").code == 3
    page = (work / "review.html").read_text()
    assert page.count('<td class="error">') == 5_000
    assert ("more findings" in page) == (note is not None)
    assert note is None or note in page


def test_one_row_is_not_called_rows(run, work):
    (work / "one.csv").write_text(CSV + "M.8882.4808.1063415,12.5,ORDER_UPDATE\r\nx,1,ORDER_UPDATE\r\n", newline="")
    said = run("export", "one.csv", "-o", "clean.csv").err
    assert "(1 row, " in said
    assert "1 row with errors is not in it" in said
    fixed = run("fix", "one.csv", "--dry-run").err
    assert "0 cells to correct; 1 of 2 rows are ready, 1 still has errors." in fixed
