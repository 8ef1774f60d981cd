"""The texts of Check results name buttons and questions, never options of the command line."""

from datetime import UTC, datetime

import pytest

from action_returns.excel.check_results_messages import without_options
from action_returns.operations.result_texts import row_sentence
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

SEEN_AT = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("why", Why)
def test_no_sentence_beside_a_row_has_an_option(verdict, why):
    result = RowResult(verdict, why, 2_000, "PENDING", "0002", "pending", SEEN_AT)
    text = without_options(row_sentence(SentRow("M.1.1.1", 1_250, "ORDER_UPDATE"), result))
    assert "--" not in text
    assert text.endswith(".")


def test_the_time_of_a_download_is_asked_for_by_the_button():
    note = "The list may be older. Say when you downloaded it: --taken TIME, such as --taken 2026-11-30T14:05."
    assert without_options(note) == ("The list may be older. Click Check results again, and answer Yes to that time.")
