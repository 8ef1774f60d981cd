"""The fast check and a plain row-by-row reference say the same about anything a sheet can hold."""

from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.check import check
from action_returns.batch.context import Context, PendingDownload
from action_returns.batch.csv_format import csv_bytes, parse_csv_bytes
from action_returns.batch.report import apply_corrections
from action_returns.batch.summary import summarise
from tests.batch import reference
from tests.batch.strategies import NOW, columns_of, downloads, looks, policies, sheets, sheets_with_pasts


@given(sheets_with_pasts, policies, downloads, st.frozensets(st.integers(2, 60)), looks)
def test_every_verdict_is_the_one_of_the_plain_reference(rows_and_past, policy, actions, hidden, look):
    rows, sent = rows_and_past
    columns = columns_of(rows, hidden, look)
    pending = (
        None if actions is None else PendingDownload(actions, len(actions), NOW, currency="EUR" if hidden else None)
    )
    report = check(columns, policy, Context(pending, NOW, sent))
    said = [(finding.row, finding.column, finding.code) for finding in report]
    assert sorted(said) == sorted(reference.check(columns, policy, pending, NOW, sent))
    order = ("ActionId", "Amount", "Reason")
    assert [(row, order.index(column)) for row, column, _ in said] == sorted(
        (row, order.index(column)) for row, column, _ in said
    )
    assert report.errors + report.warnings == len(said)


@given(sheets, policies)
def test_what_is_ready_is_written_and_read_back_unchanged(rows, policy):
    ready = check(columns_of(rows), policy).ready_rows()
    content = csv_bytes(ready)
    assert content == csv_bytes(ready)
    back = parse_csv_bytes(content)
    assert list(back) == list(ready)
    assert summarise(ready).rows == len(ready)


@given(sheets, policies)
def test_a_ready_row_holds_the_exact_cents_of_its_cell(rows, policy):
    columns = columns_of(rows)
    ready = check(columns, policy).ready_rows()
    cell_of = dict(zip(columns.rows, columns.amount, strict=True))
    assert [reference.amount_of(cell_of[row]) for row in ready.rows] == list(ready.cents)


@given(sheets, policies)
def test_a_safe_fix_settles_its_finding_and_touches_nothing_else(rows, policy):
    report = check(columns_of(rows), policy)
    fixed, changes = apply_corrections(report)
    changed = {(change.row, change.column) for change in changes}
    for name, before, after in (
        ("ActionId", report.columns.action_id, fixed.action_id),
        ("Amount", report.columns.amount, fixed.amount),
        ("Reason", report.columns.reason, fixed.reason),
    ):
        for row, old, new in zip(fixed.rows, before, after, strict=True):
            assert (row, name) in changed or old is new
    again = {(finding.row, finding.column, finding.code) for finding in check(fixed, policy)}
    assert not {(change.row, change.column, change.code) for change in changes} & again


@given(st.integers(60, 140), st.data())
def test_a_repeated_action_is_found_wherever_it_stands(size, data):
    numbers = list(range(size))
    first, later = sorted(data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True)))
    numbers[later] = numbers[first]
    report = check(columns_of([(f"M.8882.4808.{n}", 0.0, "REJECTED") for n in numbers]))
    assert [(finding.row, finding.code) for finding in report] == [(later + 2, "id-duplicate")]
    assert f"already stands in row {first + 2} with" in report[0].message
