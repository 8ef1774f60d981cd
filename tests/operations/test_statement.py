"""The statement of a month: which batches it has, what they changed, and what is not known of them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import PendingAction
from action_returns.ledger.accounts import Sender
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.account import Account
from action_returns.operations.row_effects import Section
from action_returns.operations.statement import Month, read_statement
from action_returns.operations.statement_sums import Key
from action_returns.verdicts.before import write_before
from action_returns.verdicts.verdict import Verdict
from tests.support.ledgers import BATCH, batch_of, claim
from tests.support.months import FORMULA, batch, compared, id_of, november

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
    assert "The amount from before is not known of 2 of 6 actions" in statement.not_known()[0]
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
        "0003": "look at the results: 1 different",
        "0004": "check results (11 days)",
        "0005": "settle first: check results, or look in the network whether it arrived (11 days)",
        "0007": "check results (11 days)",
        "0008": "check results (11 days)",
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


EUR = {"currency": "EUR"}
OF_OTHERS = batch_of("other", account="other", receiver="elsewhere")


@pytest.fixture
def ledger_at(paths):
    clock = [datetime(2026, 10, 20, 12, tzinfo=UTC)]
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(paths.ledger_file, now=lambda: clock[0]) as ledger:

        def at(day, month=11):
            clock[0] = datetime(2026, month, day, 12, tzinfo=UTC)
            return ledger

        yield at


def changes(paths, month=11):
    found = read_statement(Month(2026, month, UTC), Account(), paths, profile=None, now=NOW)
    return found, total(found, "EUR")


def test_rows_that_were_sent_again_on_purpose_are_counted_once_and_told(ledger_at, paths):
    known = {1: {"cents": 5_000, **EUR}}
    batch(ledger_at(3), "sent", [(1, 3_000, "ORDER_UPDATE")], known)
    batch(ledger_at(4), "sent", [(1, 3_000, "ORDER_UPDATE")], known, include_sent=[id_of(1)])
    found, euros = changes(paths)
    assert (euros.rows, euros.change_cents) == (2, -2_000)
    assert found.counted_once() == ["Sent again: 1 row in batch 0002. Their amounts are counted once."]


def test_what_was_sent_last_month_is_not_counted_again_with_the_list_from_before_it(ledger_at, paths):
    known = {1: {"cents": 5_000, **EUR}}
    batch(ledger_at(20, month=10), "sent", [(1, 3_000, "ORDER_UPDATE")], known)
    batch(
        ledger_at(4),
        "sent",
        [(1, 2_000, "ORDER_UPDATE")],
        known,
        confirmation={"pending_as_of": "2026-10-19T06:00:00+00:00"},
    )
    assert (changes(paths, 10)[1].change_cents, changes(paths)[1].change_cents) == (-2_000, -1_000)


def test_a_list_that_is_newer_than_what_was_sent_last_month_tells_the_amount_from_before(ledger_at, paths):
    batch(ledger_at(20, month=10), "sent", [(1, 3_000, "ORDER_UPDATE")], {1: {"cents": 5_000, **EUR}})
    newer = {"pending_as_of": "2026-11-03T06:00:00+00:00"}
    batch(ledger_at(4), "sent", [(1, 2_000, "ORDER_UPDATE")], {1: {"cents": 4_000, **EUR}}, confirmation=newer)
    assert changes(paths)[1].before_cents == 4_000


def test_what_last_month_was_refused_changed_nothing(ledger_at, paths):
    known = {1: {"cents": 5_000, **EUR}}
    refused = batch(ledger_at(20, month=10), "sent", [(1, 3_000, "ORDER_UPDATE")], known)
    compared(ledger_at(21, month=10), refused, [Verdict.REFUSED])
    batch(ledger_at(4), "sent", [(1, 2_000, "ORDER_UPDATE")], known)
    assert changes(paths)[1].before_cents == 5_000


def test_the_same_action_of_another_account_is_another_one(ledger_at, paths):
    known = {1: {"cents": 5_000, **EUR}}
    batch(ledger_at(20, month=10), "sent", [(1, 3_000, "ORDER_UPDATE")], known)
    batch(ledger_at(4), "sent", [(1, 3_000, "ORDER_UPDATE")], known, batch=OF_OTHERS)
    assert changes(paths)[1].change_cents == -2_000


def test_a_row_that_the_api_refused_at_sending_is_in_no_sum(ledger_at, paths):
    ledger, ids = ledger_at(4), [id_of(1), id_of(2)]
    known = {one: PendingAction(cents=5_000, **EUR) for one in ids}
    rows = ReadyRows(ids, [3_000, 0], ["ORDER_UPDATE", "REJECTED"])
    number = claim(ledger, rows, replace(BATCH, channel="api"), before=write_before(known, known)).number
    ledger.mark_sending(number)
    for action_id, state in zip(ids, ("failed", "sent"), strict=True):
        ledger.record_row_sending(number, action_id, {})
        ledger.record_row_outcome(number, action_id, state, "", {})
    ledger.settle(number, "sent", "1 of 2 rows arrived.", {})
    found, euros = changes(paths)
    assert (euros.rows, euros.not_arrived, euros.change_cents) == (1, 1, -5_000)
    assert found.counted_once() == ["Never left, or were refused at sending: 1 row in batch 0001. They are in no sum."]
