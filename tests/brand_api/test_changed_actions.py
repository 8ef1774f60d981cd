"""What the network has of certain actions now: read whole, from the digits, and only about what was asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns.brand_api.changed_actions import read_action, read_actions_since, read_changes
from action_returns.errors import ApiError
from tests.servers.brand_api_server import Literal, action, altered, refused, status

START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
ONE, TWO = "M.1000.7.1", "M.1000.7.2"
LOCKS = "2026-12-26T00:00:00-08:00"


@pytest.fixture
def since(client, said):
    def read(wanted=(ONE, TWO), start=START, end=END):
        return read_actions_since(client(), "1000", start, end, frozenset(wanted), said.told.append)

    return read


@pytest.fixture
def changes(client, said):
    return lambda wanted=(ONE,): read_changes(client(), "1000", START, END, frozenset(wanted), said.told.append)


def test_actions_are_asked_for_by_their_last_update_in_stretches_of_45_days(server, since):
    server.actions = [action(ONE, Amount=Literal("12.5")), action("1000.8.9")]
    found = since()
    assert list(found.found) == [ONE]
    assert (found.found[ONE].cents, found.found[ONE].state, found.found[ONE].currency) == (1250, "PENDING", "USD")
    assert found.found[ONE].locks_at == datetime.fromisoformat(LOCKS)
    assert found.has_mobile_ids
    assert [(one["StartDate"], one["EndDate"]) for one in server.parameters] == [
        ("2026-10-01T00:00:00Z", "2026-11-15T00:00:00Z"),
        ("2026-11-15T00:00:00Z", "2026-12-01T00:00:00Z"),
    ]


def test_no_more_than_three_years_are_asked_for(server, since):
    since(start=datetime(2001, 1, 1, tzinfo=UTC))
    assert min(one["StartDate"] for one in server.parameters) == "2023-12-02T00:00:00Z"


def test_ids_of_another_shape_are_told_apart(server, since):
    server.actions = [action("1000.7.1")]
    assert not since(["1000.7.1"]).has_mobile_ids


def test_a_stretch_with_too_many_actions_is_halved(server, since):
    server.actions = [action(f"M.1000.7.{n}", when=f"2026-11-{n + 10:02d}T10:00:00Z") for n in range(1, 19)]
    server.page_rows, server.most_pages = 1, 6
    assert sorted(since([f"M.1000.7.{n}" for n in range(1, 19)]).found) == sorted(one["Id"] for one in server.actions)


def test_too_many_actions_within_a_minute_are_told(server, since):
    server.faults += [refused(400, "too many")] * 99
    with pytest.raises(ApiError, match="too many"):
        since(start=END - timedelta(seconds=90))


def test_an_action_that_two_stretches_have_in_two_ways_is_left_out(server, since):
    server.actions = [action(ONE, when="2026-11-15T00:00:00Z"), action(TWO)]
    server.faults += [None, altered(lambda found: found["Actions"][-1].update(Amount="1.00"))]
    assert list(since().found) == [TWO]


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("21.990", 2199), ("1e1", 1000), ("2.5E+2", 25000), ("0", 0), ("0.0", 0), ("1e-2", 1), ("12.505", None), ("-5", None), ("", None),
        ("1_0", None), ("\u0661", None), ("1e20", None), ("99999999999999999999", None), ("free", None), ("999999999999999.99", 99999999999999999),
    ],
)  # fmt: skip
def test_an_amount_is_read_from_its_digits_or_not_at_all(server, since, amount, cents):
    server.actions = [action(ONE, Amount=amount)]
    assert since().found[ONE].cents == cents


def test_facts_that_cannot_be_read_are_none(server, since):
    server.actions = [action(ONE, LockingDate="soon", State=" ", Currency="")]
    found = since().found[ONE]
    assert (found.locks_at, found.state, found.currency) == (None, None, None)


def test_a_lock_date_without_a_zone_is_that_of_utc(server, since):
    server.actions = [action(ONE, LockingDate="2026-12-26T00:00:00")]
    assert since().found[ONE].locks_at == datetime(2026, 12, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"Id": ""}, "has no Id"),
        ({"Id": "M.1 2"}, "has no Id, or one with white space"),
        ({"CampaignId": Literal("2000")}, "not of campaign 1000"),
        ({"Id": ONE, "Amount": {}}, "neither a text nor a number"),
    ],
)
def test_an_action_that_is_not_as_documented_is_refused(server, since, change, why):
    server.actions = [action(ONE)]
    server.faults += [None, altered(lambda found: found["Actions"][0].update(change))]
    with pytest.raises(ApiError, match=why):
        since()


def test_a_single_action_is_read(server, client):
    server.actions = [action(ONE, Amount=Literal("3.00"), State="APPROVED")]
    found = read_action(client(), ONE)
    assert (found.cents, found.state) == (300, "APPROVED")


def test_an_action_is_not_known_only_when_the_network_says_so_twice(server, client):
    assert read_action(client(), ONE) is None
    assert len(server.asked) == 2
    server.actions = [action(ONE)]
    server.faults.append(refused(404, "not found"))
    assert read_action(client(), ONE) is not None


def test_a_404_that_is_not_the_documented_one_is_no_unknown_action(server, client):
    server.faults.append(status(404, b"<html>"))
    with pytest.raises(ApiError, match="404"):
        read_action(client(), ONE)


@pytest.mark.parametrize("change", [{"Id": TWO}, {"Id": None}, {"Amount": []}])
def test_an_answer_about_another_action_is_refused(server, client, change):
    server.actions = [action(ONE)]
    server.faults.append(altered(lambda found: found.update(change)))
    with pytest.raises(ApiError, match=r"about something else|neither a text"):
        read_action(client(), ONE)


def test_changes_of_the_actions_that_are_looked_for_are_read(server, changes):
    server.actions = [action(ONE), action(TWO)]
    server.network.change(ONE, "12.50", "ORDER_UPDATE", AT)
    server.network.change(TWO, "1.00", "ORDER_UPDATE", AT)
    server.network.change(ONE, "20.00", "ITEM_RETURNED", AT + timedelta(hours=1))
    found = sorted(changes(), key=lambda one: one.at)
    assert [(one.action_id, one.delta_cents, one.disposition) for one in found] == [
        (ONE, -949, "ORDER_UPDATE"),
        (ONE, 750, "ITEM_RETURNED"),
    ]


@pytest.mark.parametrize(("change", "cents"), [({"DeltaAmount": None}, None), ({"DeltaAmount": "-x"}, None)])
def test_a_difference_that_cannot_be_read_is_none(server, changes, change, cents):
    server.actions = [action(ONE)]
    server.network.change(ONE, "12.50", "ORDER_UPDATE", AT)
    server.network.updates[0] |= change
    assert [one.delta_cents for one in changes()] == [cents]


@pytest.mark.parametrize("change", [{"Id": ""}, {"UpdateDate": "soon"}])
def test_a_change_without_an_id_or_a_time_is_refused(server, changes, change):
    server.actions = [action(ONE)]
    server.network.change(ONE, "12.50", "ORDER_UPDATE", AT)
    server.faults += [None, altered(lambda found: found["ActionUpdates"][0].update(change))]
    with pytest.raises(ApiError, match="no Id or no UpdateDate"):
        changes()
