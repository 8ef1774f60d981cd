"""What became of rows that went over the API one by one: each row has what the network says of it, and of no other call."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns import ActionReturn
from action_returns.operations import api
from action_returns.operations.account import open_account, open_account_ledger
from action_returns.operations.sent_before import left_out_sentence, undated_batches
from tests.servers.brand_api_server import TOKEN, brand_api_server, hang_up
from tests.servers.loopback import make_authority
from tests.support.reconciled import World, api_channel, mobile, verdicts, write_api_profile

CHANGE = "ORDER_UPDATE"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def world(authority, monkeypatch, home, paths):
    monkeypatch.setenv("API_TOKEN", TOKEN)
    with brand_api_server(authority) as server:
        write_api_profile(home, authority, server, channel=api_channel(authority, server))
        yield World(server, paths, home)


def arrive_unseen(world, *numbers):
    """Let the network receive calls whose replies were lost, and process everything."""
    for number in numbers:
        form = {"ActionId": mobile(number), "Amount": "12.50", "Reason": CHANGE}
        world.network.receive_change(f"A-unseen-{number}", "Modification", form, datetime.now(UTC))
    world.network.process(datetime.now(UTC))


def states(world):
    with open_account_ledger(open_account(world.paths), world.paths) as ledger:
        return ledger.batch(1).state, ledger.row_states(1)


def left_out(world, *numbers):
    rows = [ActionReturn(action_id=mobile(number), cents=1250, reason=CHANGE) for number in numbers]
    return left_out_sentence(undated_batches(api.check(api.load(rows), paths=world.paths)))


def test_a_row_whose_reply_was_lost_counts_as_sent_once_its_action_shows_the_change(world):
    world.has(1, 2)
    world.server.faults.append(hang_up)
    world.call((1, 1250, CHANGE), (2, 1250, CHANGE))
    assert states(world) == ("sent", {mobile(1): "unknown", mobile(2): "sent"})
    arrive_unseen(world, 1)
    world.reconcile()
    assert states(world) == ("sent", {mobile(1): "sent", mobile(2): "sent"})
    assert "not known" not in left_out(world, 1, 2)


def test_a_row_whose_reply_was_lost_stays_unknown_while_its_action_shows_nothing(world):
    world.has(1, 2)
    world.server.faults.append(hang_up)
    world.call((1, 1250, CHANGE), (2, 1250, CHANGE))
    arrive_unseen(world)
    assert verdicts(world.reconcile()) == [("different", "unchanged"), ("applied", "as-sent")]
    assert states(world) == ("sent", {mobile(1): "unknown", mobile(2): "sent"})


def test_rows_of_one_batch_are_told_apart_and_no_mark_of_the_whole_batch_is_advised(world):
    world.has(1, 2)
    world.server.faults.extend([None, hang_up])
    world.call((1, 1250, CHANGE), (2, 1250, CHANGE))
    told = left_out(world, 1, 2)
    assert "row 2 in batch 0001, of which it is not known whether it arrived; row 1 in batch 0001, sent" in told
    assert "Look first what became of row 2, with a new pending download: action-returns reconcile 0001" in told
    assert "history mark" not in told


def test_a_batch_of_which_every_reply_was_lost_is_settled_by_the_actions(world):
    world.has(1)
    world.server.faults.append(hang_up)
    world.call((1, 1250, CHANGE))
    assert states(world)[0] == "unknown"
    arrive_unseen(world, 1)
    world.reconcile()
    assert states(world) == ("sent", {mobile(1): "sent"})


def test_what_the_network_says_of_a_call_is_no_result_of_an_earlier_call_for_the_same_action(world):
    world.has(1)
    world.call((1, 1250, CHANGE))
    arrive_unseen(world)
    world.network.change(mobile(1), "30.00", "ITEM_RETURNED", datetime.now(UTC) + timedelta(minutes=1))
    world.call((1, 1250, CHANGE), include_sent=True)
    world.network.changes["A-2"] |= {"Status": "Complete", "ErrorType": "Validation", "ErrorReason": "LIMIT"}
    world.network.waiting.clear()
    first, second = (batch.found.results[0] for batch in world.reconcile())
    assert (first.verdict.value, first.why.value, first.word) == ("different", "changed-afterwards", "ITEM_RETURNED")
    assert (second.verdict.value, second.word) == ("refused", "Validation: LIMIT")
