"""Which batches on record belong to an account: what one of its profiles sent counts for all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.ledger.accounts import AccountBatches, Sender, Way, account_name, batches_of_account
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import batch_of, row, settled

FTP, MAIL, SANDBOX = (
    "ftp brand at batch.impact.com port 21, folder /",
    "mail to returns@impact.example",
    "ftp at sandbox",
)

OTHER = "mail to other@impact.example"


def way(profile, environment="live", receiver=FTP, account=None):
    return Way(account_name(environment, profile, account), environment, profile, receiver)


def counts(sender, recorded, others=()):
    """Return whether a batch that took the first way counts for a profile; others are on record, too."""
    return batches_of_account(sender, [recorded, *others]).include(recorded)


def test_all_live_profiles_are_one_account_through_whichever_channel():
    assert counts(Sender("mail", "live", None, MAIL), way("acme"))


@pytest.mark.parametrize(
    ("mine", "theirs", "is_one"),
    [("acme", "acme", True), ("Acme", "aCME", True), ("acme", "globex", False), ("acme", None, False)],
)
def test_live_profiles_with_an_account_share_what_was_sent_with_those_of_the_same_account_only(mine, theirs, is_one):
    assert counts(Sender("a", "live", mine, FTP), way("b", account=theirs)) == is_one
    assert counts(Sender("b", "live", theirs, FTP), way("a", account=mine)) == is_one


def test_a_test_profile_is_an_account_of_its_own():
    mine = Sender("acme", "test", None, SANDBOX, live=(way("live"),))
    assert counts(mine, way("acme", "test", SANDBOX))
    assert not counts(mine, way("other", "test", SANDBOX))
    assert not counts(mine, way("live"))
    assert not counts(Sender("live", "live", None, FTP), way("acme", "test", SANDBOX))


def test_a_test_profile_may_name_an_account_it_shares():
    assert counts(Sender("try", "test", "acme", SANDBOX), way("live", account="acme"))


def test_a_test_profile_that_leads_to_the_receiver_of_a_live_profile_counts_as_its_account_both_ways():
    live, tried = way("live"), way("try", "test")
    mine = Sender("try", "test", None, FTP, live=(live,))
    assert counts(mine, live)
    assert counts(mine, way("mail", receiver=MAIL)), "what went to the account through another channel, too"
    assert counts(Sender("live", "live", None, FTP), tried)
    assert counts(Sender("mail", "live", None, MAIL, live=(live,)), tried)
    assert batches_of_account(mine, []).names == (live.account,), "it is recorded under the live account"


def test_a_live_batch_on_record_is_enough_when_its_profile_is_gone():
    assert counts(Sender("try", "test", None, FTP), way("gone"))
    assert counts(Sender("mail", "live", None, MAIL), way("try", "test"), others=[way("gone")])


def test_the_receiver_decides_where_a_test_profile_names_another_account():
    assert counts(Sender("try", "test", "sandbox", FTP, live=(way("live", account="acme"),)), way("x", account="acme"))


def test_a_test_profile_to_the_receiver_of_two_live_accounts_counts_for_both():
    live = way("a", account="a"), way("b", account="b")
    assert all(counts(Sender("try", "test", None, FTP, live), one) for one in live)


def test_a_profile_that_was_a_test_profile_until_now_finds_what_it_sent():
    assert counts(Sender("acme", "live", None, FTP), way("acme", "test"))


def test_a_test_batch_to_another_receiver_never_counts_for_a_live_account():
    """The same profile led to the sandbox first, and leads to the live receiver now."""
    old = way("acme", "test", SANDBOX)
    assert not counts(Sender("live", "live", None, FTP), old, others=[way("acme", "test", FTP)])


@pytest.mark.parametrize("receiver", [FTP, ""])
def test_a_profile_that_is_given_an_account_keeps_what_it_sent_before(receiver):
    before = way("acme", receiver=receiver)
    assert counts(Sender("acme", "live", "acme", FTP), before)
    assert counts(Sender("mail", "live", "acme", MAIL, live=(way("acme", account="acme"),)), before)
    assert batches_of_account(Sender("acme", "live", "acme", FTP), [before]).names[0] == "account acme"
    assert not counts(Sender("other", "live", "other", FTP), before)
    assert not counts(Sender("acme", "live", "acme", MAIL), way("acme", receiver=FTP)), "it led to another receiver"


def test_batches_of_older_versions_have_no_receiver_and_lead_nowhere():
    assert not counts(Sender("try", "test", None, ""), way("acme", receiver=""))
    assert not counts(Sender("acme", "live", None, ""), way("try", "test", ""))


NAMES = st.sampled_from(["a", "b", ""])
ways = st.builds(
    way, NAMES, st.sampled_from(["live", "test"]), st.sampled_from([FTP, MAIL, ""]), st.sampled_from([None, "a", "b"])
)
senders = st.builds(
    Sender,
    NAMES,
    st.sampled_from(["live", "test"]),
    st.sampled_from([None, "a", "b"]),
    st.sampled_from([FTP, MAIL, ""]),
    st.lists(ways.filter(lambda way: way.environment == "live"), max_size=3).map(tuple),
)


@given(senders, st.lists(ways, max_size=6))
def test_the_condition_in_the_database_is_the_rule_in_words(sender, recorded):
    import sqlite3

    account = batches_of_account(sender, recorded)
    condition, values = account.condition()
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE batch (account, environment, profile, receiver)")
        database.executemany("INSERT INTO batch VALUES (?, ?, ?, ?)", recorded)
        found = database.execute(f"SELECT * FROM batch AS b WHERE {condition}", values).fetchall()
    database.close()
    assert sorted(found) == sorted(way for way in recorded if account.include(way))
    assert account.include(sender.way) or sender.environment == "test"


def test_what_counts_is_looked_up_on_every_database(place):
    live = way("acme")
    with open_ledger(place) as ledger:
        settled(ledger, "sent", row(1))
        settled(ledger, "sent", row(2), batch=batch_of("try", "test", live=(live,)))
        settled(ledger, "sent", row(3), batch=batch_of("try", "test", receiver=SANDBOX))
        settled(ledger, "sent", row(4), batch=batch_of("other", account="other", receiver=OTHER))
        ids = [f"M.1.2.{number}" for number in range(1, 5)]
        assert set(ledger.sent_before(batch_of("mail", receiver=MAIL).sender, ids)) == set(ids[:2])
        assert set(ledger.sent_before(batch_of("try", "test", receiver=SANDBOX).sender, ids)) == {ids[2]}
        assert set(ledger.sent_before(batch_of("other", account="other", receiver=OTHER).sender, ids)) == {ids[3]}
        assert [(record.account, record.receiver) for record in reversed(ledger.batches())] == [
            ("all live profiles", FTP),
            ("all live profiles", FTP),
            ("test profile try", SANDBOX),
            ("account other", OTHER),
        ]


def test_an_account_without_a_known_receiver_has_a_shorter_condition():
    assert AccountBatches(("x",)).condition() == ("b.account IN (?)", ("x",))


def test_a_batch_on_record_tells_the_way_it_took(tmp_path):
    with open_ledger(tmp_path / "folder" / "ledger.sqlite3") as ledger:
        number = settled(ledger, "sent")
        record = ledger.batch(number)
    assert record.way == Way(record.account, "live", "acme", record.receiver)
    assert counts(Sender("acme", "live", None, record.receiver), record.way)
