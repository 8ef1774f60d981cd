"""CSV files whose records differ from their header row: nothing is cut, nothing is left out, from check to export."""

import csv
import io

import pytest

from tests.support.batches import ONE, TWO

THREE, FOUR = "M.8882.4808.1063417", "M.8882.4808.1063418"

BLANK_LAST_COLUMN = (
    "ActionId,Reason,Amount,Note\n"
    f"{ONE},ORDER_UPDATE,12,50,\n"  # 12,50 without quotation marks
    f"{TWO},ORDER_UPDATE,1,250.00,\n"
    f"{THREE},ORDER_UPDATE,7.00,\n"
)
OTHER_DELIMITERS = (
    "Date,ActionId,Amount,Reason\n"
    f"2026-01-01,{ONE},12.50,ORDER_UPDATE\n"
    f"2026-01-02;{TWO};99.00;ORDER_UPDATE\n"
    f"2026-01-03\t{THREE}\t5.00\tORDER_UPDATE\n"
    f'"2026-01-04,{FOUR},99.00,ORDER_UPDATE"\n'
)


def rows_with_errors(result):
    return sorted({finding["row"] for finding in result.json["findings"] if finding["severity"] == "error"})


def leaving(run, path):
    """Return what would leave in an export of the rows that are ready."""
    exported = run("export", path, "-o", "-")
    return [(row["ActionId"], row["Amount"]) for row in csv.DictReader(io.StringIO(exported.out))]


def test_an_amount_cut_at_its_comma_is_an_error_even_before_a_blank_column(run, file):
    checked = run("check", file(BLANK_LAST_COLUMN), "--json")
    assert (checked.code, checked.json["rows"], checked.json["ready"]) == (3, 3, 1)
    assert rows_with_errors(checked) == [2, 3]
    assert [finding["fix"] for finding in checked.json["findings"]] == [None, None]
    assert "(the first one in line 2)" in checked.json["notes"][0]
    assert leaving(run, file(BLANK_LAST_COLUMN)) == [(THREE, "7.00")]


def test_a_row_in_another_delimiter_or_in_quotation_marks_as_a_whole_is_an_error_and_stays_in_the_file(run, file, work):
    path = file(OTHER_DELIMITERS)
    checked = run("check", path, "--json")
    assert (checked.code, checked.json["rows"], checked.json["ready"]) == (3, 4, 1)
    assert rows_with_errors(checked) == [3, 4, 5]
    assert run("fix", path, "-o", "new.csv").code == 0
    assert (work / "new.csv").read_text(encoding="utf-8") == OTHER_DELIMITERS


def test_blank_fields_at_the_end_of_rows_are_no_error(run, file):
    text = f"ActionId,Amount,Reason\n{ONE},0,REJECTED,,\n{TWO},12.50,ORDER_UPDATE,\n"
    checked = run("check", file(text), "--json")
    assert (checked.code, checked.json["ready"], checked.json["notes"]) == (0, 2, [])
    assert leaving(run, file(text)) == [(ONE, "0"), (TWO, "12.50")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoted", ["all", "text", "first"])
def test_returns_and_a_download_with_quoted_fields_are_read(run, work, delimiter, quoted):
    def text(*rows):
        quoting = csv.QUOTE_ALL if quoted == "all" else csv.QUOTE_NONNUMERIC
        made = io.StringIO(newline="")
        for row in rows:
            if quoted == "first":
                made.write(delimiter.join([f'"{row[0]}"', *map(str, row[1:])]) + "\r\n")
            else:
                csv.writer(made, delimiter=delimiter, quoting=quoting).writerow(row)
        return made.getvalue()

    (work / "returns.csv").write_text(text(["ActionId", "Amount", "Reason"], [ONE, 12.5, "ORDER_UPDATE"]), newline="")
    download = [["Action ID", "Amount", "State", "Locking Date"], [ONE, 99, "PENDING", "2020-01-01"]]
    (work / "pending.csv").write_text(text(*download), newline="")
    assert leaving(run, "returns.csv") == [(ONE, "12.50")]
    checked = run("check", "returns.csv", "--pending", "pending.csv", "--json")
    assert [finding["code"] for finding in checked.json["findings"]] == ["action-locked"]


def test_a_line_break_in_an_amount_is_refused_with_its_line(run, file):
    refused = run("check", file(f"ActionId,Reason,Amount\n{ONE},ORDER_UPDATE,12\n50\n"), "--json")
    assert (refused.code, refused.json["problem"]) == (3, "file-unreadable")
    assert "from line 3 on" in refused.json["message"]


def test_lines_in_quotation_marks_as_a_whole_are_refused_with_what_to_do(run, file):
    text = f'"ActionId,Amount,Reason"\n"{ONE},12.50,ORDER_UPDATE"\n'
    refused = run("check", file(text), "--json")
    assert (refused.code, refused.json["problem"]) == (3, "columns-missing")
    assert "the line as a whole stands in quotation marks" in refused.json["message"]


def test_fix_tells_people_and_scripts_which_texts_a_spreadsheet_program_may_take_for_formulas(work, run):
    (work / "returns.csv").write_text(
        f"ActionId,Amount,Reason,Order\n{ONE},0,REJECTED,=1+3\n", encoding="utf-8", newline=""
    )
    said = run("fix", "returns.csv", "-o", "new.csv")
    assert "1 cell (in line 2, column D) begins with =" in " ".join((said.out + said.err).split())
    told = run("fix", "returns.csv", "-o", "two.csv", "--json").facts["note"]
    assert told.startswith("1 cell (in line 2, column D) begins with =")
    assert run("fix", "returns.csv", "-o", "three.xlsx", "--json").facts["note"] is None
