"""Findings are printed so that a user at a terminal reads what to do once, and then where."""

import re

import pytest

from action_returns.batch.check import check
from action_returns.batch.context import NO_CONTEXT, Context, SentAction
from action_returns.cli.findings import packed, print_findings, with_shared_remarks
from action_returns.cli.output import Output
from action_returns.operations.check import CheckedBatch
from action_returns.operations.findings import ListedRow
from action_returns.operations.previous_sends import PreviousSends
from action_returns.readers.batch_file import LoadedBatch
from tests.batch.sheets import rows_of

ID = "M.8882.4808.{}"
NO_AMOUNT = [(ID.format(at), None, "REJECTED") for at in range(1, 61)]


@pytest.fixture
def shown(monkeypatch, capsys):
    """Prints the findings of rows on a terminal, or into a pipe where it has no width, and returns the lines."""

    def lines(*rows, width=None, verbose=False, context=None):
        monkeypatch.delenv("COLUMNS", raising=False)
        if width is not None:
            monkeypatch.setenv("COLUMNS", str(width))
        past = context or NO_CONTEXT
        reading = LoadedBatch(rows_of(*rows), "here")
        checked = CheckedBatch(
            "returns.csv", reading, check(reading.columns, context=past), past=PreviousSends(past.sent)
        )
        print_findings(Output(color=False, verbose=verbose), checked)
        return capsys.readouterr().out.splitlines()

    return lines


def test_a_kind_is_explained_once_and_its_rows_follow(shown):
    rows = [(ID.format(1), "12,50", "ORDER_UPDATE"), (ID.format(2), "1,234", "ORDER_UPDATE")]
    lines = shown(*rows, width=200)
    assert lines[0] == "ERRORS: these rows stay behind until they are corrected."
    assert lines[1].startswith("2 rows: Amount uses a comma or grouping. The file needs a dot")
    assert lines[-2].endswith('line 2 "12,50" -> 12.50, line 3 "1,234"')
    assert lines[-1] == "2 errors, 0 warnings."
    assert "[amount-separator]" in " ".join(lines)


def test_one_row_stands_in_the_line_of_its_kind_where_it_fits(shown):
    lines = shown(NO_AMOUNT[0], width=80)
    assert lines[1:3] == [
        "1 row: Amount is missing. A blank is never read as 0: 0 would reverse the",
        "  action. Enter the new order total, or 0 to reverse. [amount-missing]: line 2",
    ]


def test_errors_are_printed_before_warnings(shown):
    lines = shown(("M1", 0.0, "REJECTED"), (ID.format(1), None, "REJECTED"))
    headings = [line for line in lines if line.isupper() or line.startswith(("ERRORS", "WARNINGS"))]
    assert [heading.split(":")[0] for heading in headings] == ["ERRORS", "WARNINGS"]
    assert lines[-1] == "1 error, 1 warning."


def test_rows_beyond_the_twentieth_of_a_kind_are_counted(shown):
    text = " ".join(line.strip() for line in shown(*NO_AMOUNT))
    assert [int(row) for row in re.findall(r"line (\d+)", text)] == list(range(2, 22))
    assert "and 40 more: --verbose, --csv PATH or --json has every row." in text
    few = " ".join(shown(*NO_AMOUNT[:20]))
    assert "more:" not in few


def test_verbose_prints_every_row(shown):
    text = " ".join(shown(*NO_AMOUNT, verbose=True))
    assert [int(row) for row in re.findall(r"line (\d+)", text)] == list(range(2, 62))
    assert "more:" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 300])
def test_no_line_is_wider_than_the_terminal(shown, width):
    bad = [(" " + ID.format(10**9 + at), "12,50 " * 10, "no such reason") for at in range(30)]
    lines = shown(*bad, *NO_AMOUNT, width=width)
    assert max(map(len, lines)) <= min(width, 100)
    assert max(map(len, lines)) > min(width, 100) * 0.8


def test_a_pipe_gets_the_text_of_a_terminal_of_80_columns(shown):
    assert shown(*NO_AMOUNT) == shown(*NO_AMOUNT, width=80)


def test_no_row_is_broken_over_two_lines_where_a_line_can_hold_it():
    items = [f'line {at} "{"x" * (at % 17)}"' for at in range(400)]
    for width in (30, 60, 80):
        lines = list(packed(items, width))
        assert max(map(len, lines)) <= width
        assert ", ".join(items) == " ".join(lines)


def test_a_row_that_no_line_can_hold_has_lines_for_itself():
    assert list(packed(["a", "b" * 30, "c"], 10)) == ["a,", "b" * 30 + ",", "c"]


def test_no_findings_print_nothing(shown):
    assert shown((ID.format(1), 0.0, "REJECTED")) == []


def sent(state="sent", batch="0001"):
    return SentAction(times=1, cents=0, reason="REJECTED", batch=batch, state=state)


def test_rows_sent_before_are_counted_in_one_line_with_their_batches(shown):
    rows = [(ID.format(at), 0.0, "REJECTED") for at in range(1, 4)]
    past = {ID.format(1): sent(), ID.format(2): sent("handed-over", "0004"), ID.format(3): sent()}
    line, *rest = shown(*rows, context=Context(sent=past))
    assert line == (
        "3 rows stay here: they may have arrived before with the same amount and reason (row 3 in batch 0004, handed over; "
        "rows 2 and 4 in batch 0001, sent). To send them again on purpose: --include-sent."
    )
    assert rest == ["0 errors, 3 warnings."]


def test_a_row_of_an_unknown_batch_is_told_as_one_that_may_have_arrived(shown):
    past = {ID.format(1): sent("unknown", "0002")}
    line, *_ = shown((ID.format(1), 0.0, "REJECTED"), context=Context(sent=past))
    assert line.startswith("1 row stays here: it may have arrived before")
    assert "batch 0002, of which it is not known whether it arrived" in line
    assert "action-returns history mark 0002 sent" in line


def test_a_row_with_an_error_that_was_sent_before_is_listed(shown):
    rows = [(ID.format(1), 0.0, "REJECTED"), (ID.format(1), 5.0, "ORDER_UPDATE")]
    text = " ".join(shown(*rows, context=Context(sent={ID.format(1): sent()})))
    assert "WARNINGS" in text
    assert "[already-sent]" in text


def test_a_remark_that_holds_for_several_rows_is_written_once():
    rows = [ListedRow("line 2", "a", None, "now 1.00"), ListedRow("line 3", "b", None, "now 2.00")]
    rows += [ListedRow(f"line {at}", "c", None, "now 3.00") for at in (4, 5)]
    rows += [ListedRow(f"line {at}", "d", None, "now 4.00") for at in (6, 7, 8)]
    rows += [ListedRow("line 9", "e", "E", ""), ListedRow("line 10", "f", "F", "")]
    assert list(with_shared_remarks(rows)) == [
        'line 2 "a" (now 1.00)',
        'line 3 "b" (now 2.00)',
        'line 4 "c"',
        'line 5 "c" (both now 3.00)',
        'line 6 "d"',
        'line 7 "d"',
        'line 8 "d" (all now 4.00)',
        'line 9 "e" -> E',
        'line 10 "f" -> F',
    ]
