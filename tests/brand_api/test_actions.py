"""The pending actions of a stretch of time: every one of them, or none."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.brand_api import whole_lists as lists_module
from action_returns.brand_api.actions import COLUMNS, read_stretch
from action_returns.brand_api.whole_lists import Stretch, TooManyRowsError, stretches
from action_returns.errors import ApiError
from tests.servers.brand_api_server import Literal, action, altered, refused
from tests.servers.loopback import LOOPBACK

NOVEMBER = Stretch("1000", datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture
def read(client, said):
    return lambda stretch=NOVEMBER: read_stretch(client(), stretch, LOOPBACK, said.told.append)


def facts(row):
    return dict(zip((header for header, _ in COLUMNS), row, strict=True))


def test_an_action_has_the_facts_of_a_pending_download(server, read):
    server.actions = [
        action(
            "1000.4636.158133",
            Oid="0017",
            Amount=Literal("19.90"),
            IntendedAmount=Literal("25.0"),
            Payout=Literal("1e1"),
        )
    ]
    (row,) = read()
    assert facts(row) == {
        "Action ID": "1000.4636.158133",
        "OID": "0017",
        "Amount": "19.90",
        "Currency": "USD",
        "State": "PENDING",
        "Locking Date": "2026-12-26T00:00:00-08:00",
        "Event Date": "2026-11-20T10:00:00-08:00",
        "Partner": "Acme Partner",
        "Campaign ID": "1000",
        "Original Amount": "25.0",
        "Payout": "1e1",
    }


def test_the_question_is_for_pending_actions_by_the_time_of_their_event(server, read):
    assert read() == []
    assert server.parameters == [
        {
            "CampaignId": "1000",
            "State": "PENDING",
            "ActionDateStart": "2026-11-01T00:00:00Z",
            "ActionDateEnd": "2026-12-01T00:00:00Z",
            "PageSize": "20000",
        }
    ]


def test_facts_that_the_network_has_not_are_blank(server, read):
    server.actions = [action("1000.1.1", Oid=None, MediaPartnerName="")]
    (row,) = read()
    assert (facts(row)["OID"], facts(row)["Partner"]) == ("", "")


def test_what_no_file_can_hold_becomes_the_sign_for_unknown_characters(server, read):
    server.actions = [action("1000.1.1", Oid="A\ud83d1\0", MediaPartnerName="\U0001f600 Müller")]
    (row,) = read()
    assert (facts(row)["OID"], facts(row)["Partner"]) == ("A\ufffd1\ufffd", "\U0001f600 Müller")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"Id": ""}, "an action has no Id"),
        ({"Id": None}, "an action has no Id"),
        ({"Id": "1000.1 1"}, "an action has no Id, or one with white space in it"),
        ({"Id": "1000.1.1\n"}, "an action has no Id"),
        ({"Id": ["1000.1.1"]}, "the Id of an action is neither a text nor a number"),
        ({"Amount": {"value": 1}}, "the Amount of an action is neither a text nor a number"),
        ({"State": True}, "the State of an action is neither a text nor a number"),
        ({"CampaignId": Literal("2000")}, "an action is not of campaign 1000"),
        ({"CampaignId": None}, "an action is not of campaign 1000"),
        ({"EventDate": "2026-07-01T10:00:00-08:00"}, "outside the time that was asked for"),
        ({"EventDate": "2026-12-03T00:00:00"}, "outside the time that was asked for"),
    ],
)
def test_an_action_that_is_not_as_documented_is_refused(server, read, change, why):
    server.actions = [action("1000.1.1")]
    server.faults.append(altered(lambda found: found["Actions"][0].update(change)))
    with pytest.raises(ApiError, match=why) as refusal:
        read()
    assert refusal.value.problem == "api-answer"


@pytest.mark.parametrize("when", ["", "yesterday", "2026-11-20", "2026-11-30T23:00:00"])
def test_an_event_without_a_time_is_kept(server, read, when):
    server.actions = [action("1000.1.1")]
    server.faults.append(altered(lambda found: found["Actions"][0].update(EventDate=when)))
    assert facts(read()[0])["Event Date"] == when


def test_a_list_that_changes_while_it_is_read_is_read_again(server, read, said):
    server.actions = [action(f"1000.1.{n}", when=f"2026-11-2{n}T10:00:00Z") for n in range(4)]
    server.page_rows = 2
    server.faults.append(altered(lambda _found: server.actions.pop()))  # it is on the first page and locked now
    assert sorted(row[0] for row in read()) == ["1000.1.0", "1000.1.1", "1000.1.2"]
    assert said.told == [
        "campaign 1000, 2026-11-01 to 2026-12-01: the number of its actions changed while it was read, so it is read again …"
    ]


def wrong_total(total):
    return altered(lambda found: found.update({"@total": total}))


@pytest.mark.parametrize(
    ("total", "says"),
    [("3", "the API counts 3 actions and sent 2"), ("1", "the API counts 1 action and sent 2")],
)
def test_another_number_of_actions_than_the_api_counts_is_refused(server, read, total, says):
    server.actions = [action("1000.1.1"), action("1000.1.2")]
    server.faults += [wrong_total(total)] * 3
    with pytest.raises(
        ApiError, match=f"{says}, 3 times in a row. So actions may be missing, and nothing was written"
    ) as refusal:
        read()
    assert refusal.value.problem == "api-incomplete"
    assert len(server.asked) == 3


def test_an_action_that_comes_twice_may_stand_for_one_that_is_missing(server, read, said):
    server.actions = [action("1000.1.1"), action("1000.1.2")]
    server.faults.append(altered(lambda found: found["Actions"][1].update(Id="1000.1.1")))
    assert sorted(row[0] for row in read()) == ["1000.1.1", "1000.1.2"]
    assert "the API counts 2 actions and sent 2, 1 of them twice, so it is read again" in said.told[0]


def test_an_action_that_comes_twice_beside_all_others_is_read_again(server, read, said):
    server.actions = [action("1000.1.1"), action("1000.1.2")]
    server.faults.append(altered(lambda found: found["Actions"].append(found["Actions"][0])))
    assert sorted(row[0] for row in read()) == ["1000.1.1", "1000.1.2"]
    assert "the API counts 2 actions and sent 3, 1 of them twice, so it is read again" in said.told[0]


def test_an_answer_without_a_total_is_refused(server, read):
    server.faults.append(altered(lambda found: found.pop("@total")))
    with pytest.raises(ApiError, match="does not say how many actions there are"):
        read()


@pytest.mark.parametrize("change", [{"@total": "many"}, {"@numpages": "-1"}, {"Actions": "none", "@total": "1"}])
def test_metadata_that_is_not_as_documented_is_refused(server, read, change):
    server.faults.append(altered(lambda found: found.update(change)))
    with pytest.raises(ApiError, match="cannot be used"):
        read()


def test_more_pages_than_the_api_lists_ask_for_a_shorter_time(server, read):
    server.actions, server.page_rows = [action(f"1000.1.{n}") for n in range(11)], 1
    with pytest.raises(TooManyRowsError) as refused_by_it:  # as it is documented
        read()
    assert "Too many records" in refused_by_it.value.error.message
    server.most_pages = 99
    with pytest.raises(TooManyRowsError) as seen:  # a server that names its pages
        read()
    assert "more than 200,000 actions within a minute" in seen.value.error.message
    assert len(server.asked) == 2


def test_pages_without_their_number_are_counted(server, read):
    server.actions, server.page_rows, server.most_pages = [action(f"1000.1.{n}") for n in range(12)], 1, 99
    server.faults += [altered(lambda found: found.pop("@numpages"))] * 12
    with pytest.raises(TooManyRowsError):
        read()
    assert len(server.asked) == 11


def test_a_refusal_of_a_date_asks_for_a_shorter_time_and_any_other_stops(server, read):
    server.faults.append(refused(400, "No", {"Field": "ActionDateStart", "Message": "too many"}))
    with pytest.raises(TooManyRowsError):
        read()
    server.faults.append(refused(400, "No", {"Field": "CampaignId", "Message": "is not yours"}))
    with pytest.raises(ApiError, match="CampaignId: is not yours"):
        read()
    server.faults.append(refused(403, "No"))
    with pytest.raises(ApiError, match="lacks a scope"):
        read()


@given(
    st.integers(1_577_836_800, 1_798_761_600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(1, 1095),
)
def test_stretches_cover_the_time_without_a_gap(end, days):
    found = stretches("1000", end - timedelta(days=days), end)
    assert (found[0].start, found[-1].end) == (end - timedelta(days=days), end)
    assert all(one.end == after.start for one, after in itertools.pairwise(found))
    assert all(timedelta(0) < one.end - one.start <= timedelta(days=45) for one in found)


def test_halves_share_a_second_until_they_are_too_short():
    first, second = NOVEMBER.halves()
    assert (first.start, first.end, second.start, second.end) == (
        NOVEMBER.start,
        datetime(2026, 11, 16, tzinfo=UTC),
        datetime(2026, 11, 16, tzinfo=UTC),
        NOVEMBER.end,
    )
    short = Stretch("1000", NOVEMBER.start, NOVEMBER.start + timedelta(seconds=119))
    assert short.halves() is None


def test_the_limits_are_those_of_the_documentation():
    assert (lists_module.PAGE_SIZE, lists_module.MOST_PAGES, lists_module.MOST_DAYS) == (20_000, 10, 45)
