"""What changed between two pending downloads, and that no action of either is left out of the count."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.pending_changes import AmountChange, LockedSince, compare_downloads

OLD, NEW = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 28, 9, tzinfo=UTC)
BETWEEN, LATER = datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)


def compared(old, new, *, currency="EUR"):
    """Compare two downloads, the earlier one in euros."""
    earlier = PendingDownload(old, len(old), OLD, currency="EUR")
    later = PendingDownload(new, len(new), NEW, currency=currency)
    return compare_downloads(earlier, later)


def test_the_same_download_has_no_changes():
    actions = {"M.1.2.1": PendingAction(1000, LATER, "PENDING")}
    changes = compared(actions, actions)
    assert changes.is_empty
    assert changes.unchanged == 1


def test_actions_that_only_one_of_them_lists_are_new_or_gone():
    changes = compared({"M.1": PendingAction(100), "M.2": PendingAction(200)}, {"M.2": PendingAction(200), "M.3": PendingAction(300)})  # fmt: skip
    assert (changes.added, changes.gone, changes.unchanged) == (("M.3",), ("M.1",), 1)


def test_an_amount_that_changed_is_told_from_and_to():
    changes = compared({"M.1": PendingAction(1000)}, {"M.1": PendingAction(1250)})
    assert changes.amounts == (AmountChange("M.1", 1000, 1250, "EUR", "EUR"),)


def test_an_amount_that_is_unknown_now_is_a_change_and_never_0():
    changes = compared({"M.1": PendingAction(1000), "M.2": PendingAction()}, {"M.1": PendingAction(), "M.2": PendingAction()})  # fmt: skip
    assert [(one.action_id, one.before, one.after) for one in changes.amounts] == [("M.1", 1000, None)]


def test_another_currency_is_another_amount_but_a_missing_one_is_not():
    same = {"M.1": PendingAction(1000)}
    assert compared(same, same, currency="USD").amounts == (AmountChange("M.1", 1000, 1000, "EUR", "USD"),)
    assert compared(same, {"M.1": PendingAction(1000, state="PENDING")}, currency=None).amounts == ()


def test_an_amount_that_is_unknown_in_both_has_not_changed_whatever_the_currency():
    assert compared({"M.1": PendingAction()}, {"M.1": PendingAction()}, currency="USD").amounts == ()


def test_an_action_whose_lock_date_passed_between_the_two_has_locked_since():
    old = {"M.1": PendingAction(100, BETWEEN), "M.2": PendingAction(100, LATER), "M.3": PendingAction(100, OLD)}
    assert [one.action_id for one in compared(old, old).locked] == ["M.1"], "M.3 was locked before, M.2 is not yet"


def test_a_lock_date_at_the_very_moment_of_the_later_download_has_passed():
    actions = {"M.1": PendingAction(100, NEW)}
    assert [one.action_id for one in compared(actions, actions).locked] == ["M.1"]


def test_an_action_whose_state_takes_no_changes_any_more_has_locked_since():
    after = PendingAction(100, LATER, "APPROVED")
    changes = compared({"M.1": PendingAction(100, LATER, "PENDING")}, {"M.1": after})
    assert changes.locked == (LockedSince("M.1", after, is_gone=False),)
    assert changes.unchanged == 0


def test_an_action_that_is_gone_because_it_locked_is_told_as_both():
    changes = compared({"M.1": PendingAction(100, BETWEEN), "M.2": PendingAction(100, LATER)}, {})
    assert changes.gone == ("M.1", "M.2")
    assert [(one.action_id, one.is_gone) for one in changes.locked] == [("M.1", True)]
    assert changes.gone_and_locked == 1


ACTIONS = st.dictionaries(
    st.sampled_from([f"M.1.2.{at}" for at in range(6)]),
    st.builds(
        PendingAction,
        st.sampled_from([None, 0, 100, 250]),
        st.sampled_from([None, OLD - timedelta(days=1), BETWEEN, LATER]),
        st.sampled_from([None, "PENDING", "APPROVED"]),
        currency=st.sampled_from([None, "EUR", "USD"]),
    ),
)


def worth(action):
    """Return amount and currency; an amount that is not known has no currency."""
    return None if action.cents is None else (action.cents, action.currency or "EUR")


@given(ACTIONS, ACTIONS)
def test_every_action_is_counted_where_it_belongs(old, new):
    changes = compared(old, new)
    both = old.keys() & new.keys()
    touched = {one.action_id for one in changes.amounts} | {one.action_id for one in changes.locked}
    assert set(changes.added) == new.keys() - old.keys()
    assert set(changes.gone) == old.keys() - new.keys()
    assert {one.action_id for one in changes.amounts} == {key for key in both if worth(old[key]) != worth(new[key])}
    assert changes.unchanged + len(touched & both) == len(both)
    assert all((one.action_id in changes.gone) == one.is_gone for one in changes.locked)
