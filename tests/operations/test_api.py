"""The public Python API: every name is there, and the example of its page runs as it stands."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import action_returns
from action_returns import ActionReturn, State, check, import_returns, load, review, send
from action_returns.errors import (
    AlreadySentError,
    ConfirmationError,
    RaiseNotConfirmedError,
    RowsWithErrorsError,
    WarningsError,
)
from action_returns.files import packaged_file
from tests.support.imports import write_imports
from tests.support.profiles import paths_of

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ROWS = [
    ActionReturn(action_id="M.8882.4808.1063415", cents=0, reason="REJECTED"),
    ActionReturn(action_id="M.8882.4808.1063416", cents=4990, reason="ORDER_UPDATE"),
]


@pytest.mark.parametrize("name", action_returns.__all__)
def test_every_public_name_is_there_and_is_documented(name):
    assert getattr(action_returns, name) is not None
    assert name == "__version__" or f"`{name}" in PAGE.read_text("utf-8") or f" {name}" in PAGE.read_text("utf-8")


def test_a_name_that_is_not_public_is_not_there():
    with pytest.raises(AttributeError, match="nonsense"):
        _ = action_returns.nonsense


def test_every_name_of_the_table_of_modules_is_public_and_no_other():
    assert set(action_returns.__all__) == {*action_returns._MODULES, "__version__"}


def test_the_example_of_the_page_runs(outbox, capsys):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    exec(compile(example, str(PAGE), "exec"), {})
    (sent,) = outbox.iterdir()
    assert sent.read_bytes() == (
        b"ActionId,Amount,Reason\r\nM.8882.4808.1063415,0,REJECTED\r\nM.8882.4808.1063416,49.90,ORDER_UPDATE\r\n"
    )
    shown = capsys.readouterr().out
    assert "2 rows to" in shown
    assert "handed-over" in shown


def test_a_program_sends_only_the_number_of_rows_it_means(outbox):
    checked = check(load(ROWS))
    with pytest.raises(ConfirmationError):
        send(checked, confirmed_rows=3)
    assert list(outbox.iterdir()) == []
    assert send(checked, confirmed_rows=2).submission.outcome.state is State.HANDED_OVER
    with pytest.raises(AlreadySentError, match="since the check"):
        send(checked, confirmed_rows=2)
    again = check(load(ROWS))
    assert (again.sent_before, len(again.rows)) == (2, 0)
    with pytest.raises(AlreadySentError, match="Nothing new to send"):
        send(again, confirmed_rows=2)
    assert send(again, confirmed_rows=2, include_sent=True).submission.batch == "0002"
    assert send(check(load(ROWS)), confirmed_rows=2, allow_duplicate=True).submission.batch == "0003"


def test_a_program_names_the_most_that_its_rows_may_raise_order_value_by(outbox, tmp_path):
    (tmp_path / "pending.csv").write_text("Action ID,Amount,Status\nM.8882.4808.1063416,10.00,PENDING\n")
    rows = [ActionReturn(action_id="M.8882.4808.1063416", cents=101_001, reason="ORDER_UPDATE")]  # 1,000.01 more
    checked = check(load(rows), pending=tmp_path / "pending.csv")
    for limit in (None, 100_000):
        with pytest.raises(RaiseNotConfirmedError, match=r"RAISES order value by 1,000\.01, and 1,000\.00 is the most"):
            send(checked, confirmed_rows=1, max_raise_cents=limit)
    with pytest.raises(WarningsError):
        send(checked, confirmed_rows=1, max_raise_cents=100_001, strict=True)
    assert send(checked, confirmed_rows=1, max_raise_cents=100_001).submission.rows == 1


def test_a_file_is_checked_like_on_the_command_line(outbox):
    samples = packaged_file("workbook_templates/samples")
    checked = check(load(samples / "returns.xlsx"), pending=samples / "pending_actions.csv")
    assert checked.rows_with_errors > 0
    assert review(checked).checked.pending.as_of <= datetime.now(UTC)
    with pytest.raises(RowsWithErrorsError):
        send(checked, confirmed_rows=len(checked.rows))
    assert send(checked, confirmed_rows=len(checked.rows), only_ready=True).submission.rows == len(checked.rows)


def test_an_export_of_a_shop_becomes_a_batch_that_can_be_checked_and_sent_once(outbox, tmp_path):
    write_imports(tmp_path)
    imported = import_returns(tmp_path / "orders.csv", pending=tmp_path / "pending.csv")
    checked = check(imported.batch)
    assert [row.order for row in imported.preview.rows] == ["#1001", "#1002", "#1003"]
    assert [left.code for left in imported.preview.left] == ["refund-above-amount", "nothing-refunded", "order-unknown"]
    assert send(checked, confirmed_rows=3).submission.rows == 3
    again = import_returns(tmp_path / "orders.csv")  # the download was kept
    assert [left.code for left in again.preview.left[:3]] == ["sent-before"] * 3
    assert len(again.batch.columns) == 0


def test_a_look_at_an_export_keeps_nothing_of_its_orders(outbox, home, tmp_path):
    write_imports(tmp_path)
    import_returns(str(tmp_path / "orders.csv"), pending=str(tmp_path / "pending.csv"), keep=False)
    assert not paths_of(home).imports.exists()
