"""The statement of a month: which batches it has, what they changed, and what is not known of them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from action_returns.ledger.accounts import Sender
from action_returns.operations.account import Account
from action_returns.operations.statement import Month, read_statement
from action_returns.operations.statement_sums import Key, Section
from tests.support.months import FORMULA, november

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def read(paths):
    november(paths)

    def statement(zone=UTC, month=11, account=Account(), profile=None):  # noqa: B008
        return read_statement(Month(2026, month, zone), account, paths, profile=profile, now=NOW)

    return statement


def labels(statement, section=None):
    return [batch.record.label for batch in statement.batches if section in (None, batch.section)]


def total(statement, currency, section=Section.SENT):
    return statement.sums[Key(section, "total", "", currency)]


def test_a_batch_is_in_the_month_of_its_time_zone(read):
    assert "0002" not in labels(read())
    assert "0002" in labels(read(BERLIN))
    assert labels(read(month=10)) == ["0001", "0002"]
    assert labels(read(BERLIN, month=10)) == ["0001"]


def test_the_change_of_order_value_is_summed_for_each_currency_by_itself(read):
    statement = read()
    euros, dollars = total(statement, "EUR"), total(statement, "USD")
    assert (euros.rows, euros.before_cents, euros.change_cents) == (3, 7_690, 1_250 - 7_690)
    assert (dollars.rows, dollars.before_cents, dollars.change_cents) == (1, 10_000, -10_000)
    assert euros.applied_change_cents == -4_990


def test_a_row_whose_amount_was_not_known_is_counted_and_never_zero(read):
    statement = read()
    nothing = total(statement, None)
    assert (nothing.rows, nothing.known) == (2, 0)
    assert "The amount from before is not known of 2 of 6 rows" in statement.not_known()[0]
    assert any("The currency is not known of 2 rows" in sentence for sentence in statement.not_known())


def test_failed_unknown_and_test_batches_are_in_no_sum_of_sent_ones(read):
    statement = read()
    assert labels(statement, Section.SENT) == ["0003", "0004", "0008"]
    assert labels(statement, Section.UNKNOWN) == ["0005"]
    assert labels(statement, Section.FAILED) == ["0006"]
    assert labels(statement, Section.TEST) == ["0007"]
    assert total(statement, "EUR", Section.UNKNOWN).change_cents == -800
    assert total(statement, "EUR", Section.TEST).change_cents == -1_000
    assert not any(key.section is Section.FAILED for key in statement.sums)


def test_each_reason_and_partner_has_its_sum(read):
    statement = read()
    assert statement.sums[Key(Section.SENT, "reason", "REJECTED", "EUR")].change_cents == -5_690
    assert statement.sums[Key(Section.SENT, "partner", FORMULA, "EUR")].rows == 1
    assert statement.sums[Key(Section.SENT, "partner", None, None)].rows == 2


def test_a_batch_that_is_not_settled_says_what_to_do(read):
    told = {batch.record.label: batch.next for batch in read().unsettled}
    assert told == {
        "0003": "look at 1 row",
        "0004": "check results (sent 11 days ago)",
        "0005": "check results, or mark it sent or failed (sent 11 days ago)",
        "0007": "check results (sent 11 days ago)",
        "0008": "check results (sent 11 days ago)",
    }


def test_with_a_profile_only_the_batches_of_its_account_are_there(read, monkeypatch):
    monkeypatch.setattr(Account, "sender", property(lambda _: Sender("other", "live", "other", "elsewhere")))
    monkeypatch.setattr("action_returns.operations.account.open_account", lambda *_: Account())
    assert labels(read(profile="other")) == ["0008"]


def test_a_batch_whose_bytes_were_changed_is_in_no_sum_and_is_told(read, paths, monkeypatch):
    from action_returns.errors import LedgerError
    from action_returns.ledger.ledger import Ledger

    content = Ledger.content

    def changed(ledger, number):
        if number == 4:
            raise LedgerError("Batch 0004 was changed.")
        return content(ledger, number)

    monkeypatch.setattr(Ledger, "content", changed)
    statement = read()
    assert [batch.record.label for batch in statement.broken] == ["0004"]
    assert total(statement, "EUR").rows == 2


def test_an_empty_ledger_has_an_empty_statement(paths):
    statement = read_statement(Month(2026, 11, UTC), Account(), paths, profile=None, now=NOW)
    assert (statement.batches, statement.sums, statement.not_known()) == ((), {}, [])
