"""What became of the rows of batches over the API: true or too early, in few requests, and never from half an answer."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns.errors import ApiError, ConfigError
from action_returns.operations import reconcile_api as module
from tests.servers.brand_api_server import TOKEN, Literal, altered, brand_api_server, refused, status
from tests.servers.loopback import make_authority
from tests.support.profiles import write_profile
from tests.support.reconciled import LATER, World, mobile, verdicts, write_api_profile

CHANGE, REVERSAL = "ORDER_UPDATE", "REJECTED"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def world(authority, monkeypatch, home, paths):
    monkeypatch.setenv("API_TOKEN", TOKEN)
    with brand_api_server(authority) as server:
        write_api_profile(home, authority, server)
        yield World(server, paths, home)


def process(world):
    world.network.process(datetime.now(UTC))


def asked(world):
    return [path.split("/", 3)[3] for path, _, _ in world.server.asked]


def test_every_verdict_of_a_batch_is_what_the_network_has(world):
    world.has(1, 2, 4, 5)
    world.has(3, amount="30.00")
    done = world.send((1, 1250, CHANGE), (2, 0, REVERSAL), (3, 900, CHANGE), (4, 700, CHANGE), (9, 800, CHANGE))
    world.network.action_of(mobile(3))["State"] = "APPROVED"
    process(world)
    world.network.change(mobile(4), "15.00", "ITEM_RETURNED", datetime.now(UTC) + timedelta(hours=1))
    (found,) = results = world.reconcile()
    assert verdicts(results) == [
        ("applied", "as-sent"),
        ("applied", "reversed"),
        ("locked", "locked"),
        ("different", "changed-afterwards"),
        ("refused", "named-as-error"),
    ]
    assert found.found.results[3].word == "ITEM_RETURNED"
    assert found.found.results[4].word == "Validation: ACTION_REF_NOT_FOUND"
    assert found.found.has_arrived == (f"the network lists file {done.file_name} as submission F-1, status Complete")
    assert found.found.facts["submission"] == "F-1"
    assert found.found.facts["requests"] == len(world.server.asked)
    assert f"{len(world.server.asked)} requests of the API were used; it takes 1,000 an hour." in world.told


def test_a_file_that_waits_is_too_early_and_no_action_is_asked_for(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    results = world.reconcile()
    assert verdicts(results) == [("too_early", "queued")]
    assert asked(world) == ["FTPFileSubmissions"]
    assert results[0].found.has_arrived.endswith("status Queued")


def test_an_unchanged_amount_is_too_early_until_the_time_for_a_file_has_passed(world):
    world.has(1)
    world.send((1, 1250, CHANGE), arrives=False)
    assert verdicts(world.reconcile(after=timedelta(hours=1))) == [("too_early", "recent")]
    results = world.reconcile()
    assert verdicts(results) == [("too_early", "not-uploaded")]
    assert "the network lists no file" in results[0].found.notes[0]
    assert results[0].found.has_arrived == ""


def test_several_batches_are_asked_for_together(world):
    world.has(*range(1, 9))
    for number in range(1, 9):
        world.send((number, 1250, CHANGE))
    process(world)
    results = world.reconcile()
    assert [one.counts["applied"] for one in results] == [1] * 8
    assert asked(world) == ["FTPFileSubmissions", "Actions"]


def test_a_reversed_action_whose_row_changes_its_amount_is_different(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.network.action_of(mobile(1))["State"] = "REVERSED"
    assert verdicts(world.reconcile()) == [("different", "other-amount")]


def test_an_action_that_the_network_does_not_know_is_missing_only_when_it_shows_ids_of_that_campaign(world):
    world.send((1, 1250, CHANGE), is_known=False, arrives=False)
    assert verdicts(world.reconcile()) == [("too_early", "not-known")]
    world.has(2)
    world.network.updated[mobile(2)] = datetime.now(UTC)
    assert verdicts(world.reconcile()) == [("missing", "not-known")]


def test_a_page_that_a_server_on_the_way_answers_is_no_missing_action(world):
    world.has(1)
    world.send((1, 1250, CHANGE), arrives=False)
    world.server.faults += [None, None, status(404, b"<html>not here</html>")]
    with pytest.raises(ApiError, match="404"):
        world.reconcile()


def test_at_most_200_actions_are_asked_for_one_by_one(world, monkeypatch):
    monkeypatch.setattr(module, "MOST_SINGLE", 2)
    world.has(*range(1, 5))
    world.send(*((number, 1250, CHANGE) for number in range(1, 5)), arrives=False)
    results = world.reconcile()
    assert [why for _, why in verdicts(results)] == ["not-uploaded", "not-uploaded", "not-asked", "not-asked"]
    assert asked(world).count("Actions") == 1
    assert len([one for one in asked(world) if one.startswith("Actions/")]) == 2
    assert any("2 actions did not change since it was sent" in note for note in results[0].found.notes)


def test_a_file_of_which_the_header_row_counts_is_whole(world):
    world.has(1, 2)
    world.send((1, 1250, CHANGE), (2, 1250, CHANGE))
    process(world)
    world.network.files[0]["TotalRecords"] = Literal("3")
    (found,) = world.reconcile()
    assert found.found.has_arrived
    assert found.found.notes == ()


def test_a_file_that_the_network_lists_in_capitals_or_with_its_folder_is_found(world):
    world.has(1)
    done = world.send((1, 1250, CHANGE))
    process(world)
    world.network.files[0]["FileName"] = f"in/{done.file_name.upper()}"
    (found,) = world.reconcile()
    assert found.found.has_arrived
    assert found.found.notes == ()


def test_actions_that_were_not_asked_for_come_first_the_next_time(world, monkeypatch):
    monkeypatch.setattr(module, "MOST_SINGLE", 2)
    world.has(1, 2, 3, 4, 5)
    world.send(*((number, 1250, CHANGE) for number in range(1, 6)), arrives=False)
    assert [why for _, why in verdicts(world.reconcile())].count("not-asked") == 3
    assert [why for _, why in verdicts(world.reconcile(after=LATER * 2))].count("not-asked") == 1
    assert verdicts(world.reconcile(after=LATER * 3)) == [("too_early", "not-uploaded")] * 5
    world.server.asked.clear()
    world.reconcile(after=LATER * 4)
    assert [one for one in asked(world) if one.startswith("Actions/")] == [f"Actions/{mobile(n)}" for n in (2, 3)]


def test_what_the_network_says_of_a_row_never_repeats_the_token(world):
    world.has(1, 2)
    world.send((1, 1250, CHANGE), (2, 1250, CHANGE), (9, 800, CHANGE))
    process(world)
    world.network.errors["F-1"][0]["Reason"] = f"no action for {TOKEN}"
    world.network.errors[TOKEN] = world.network.errors["F-1"]
    world.network.files[0] |= {"BatchId": TOKEN, "ErrorsUri": ""}
    world.network.action_of(mobile(1))["State"] = f"PENDING {TOKEN}"
    world.network.action_of(mobile(2)).update(Amount=Literal("15.00"), State=TOKEN)
    (found,) = world.reconcile()
    assert TOKEN not in repr(found)


def test_a_file_with_fewer_records_at_the_network_is_told_loudly_and_settles_nothing(world):
    world.has(1, 2)
    world.send((1, 1250, CHANGE), (2, 1250, CHANGE))
    process(world)
    world.network.files[0]["TotalRecords"] = Literal("1")
    (found,) = world.reconcile()
    assert found.found.has_arrived == ""
    assert "THE NETWORK COUNTS 1 RECORD IN FILE" in found.found.notes[0]


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/Advertisers/IRabc123/x",
        "//elsewhere.example/x",
        "/Advertisers/Other/x",
        "",
        "no address",
    ],
)
def test_errors_are_read_at_the_documented_path_when_their_address_is_none_of_the_account(world, address):
    world.has(1)
    world.send((1, 1250, CHANGE), (9, 1250, CHANGE))
    process(world)
    world.network.files[0]["ErrorsUri"] = address
    assert verdicts(world.reconcile())[1] == ("refused", "named-as-error")
    assert "FTPFileSubmissions/F-1/ErrorDetails" in asked(world)


def test_an_address_of_errors_that_the_network_does_not_know_falls_back_to_the_path(world):
    world.send((9, 1250, CHANGE), is_known=False)
    process(world)
    world.network.files[0]["ErrorsUri"] = "/Advertisers/IRabc123/FTPSubmissions/F-1/Other"
    assert verdicts(world.reconcile()) == [("refused", "named-as-error")]


def test_errors_that_the_network_counts_and_does_not_name_are_told(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.network.files[0]["TotalErrors"] = Literal("3")
    (found,) = world.reconcile()
    assert any("counts 3 errors and names 0" in note for note in found.found.notes)
    assert found.counts["applied"] == 1


def test_a_file_that_is_listed_twice_settles_nothing(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.network.files.append({**world.network.files[0], "BatchId": "F-2"})
    (found,) = world.reconcile()
    assert "2 times" in found.found.notes[0]
    assert found.found.has_arrived == ""


def test_a_line_that_the_file_does_not_have_tells_nothing(world):
    world.has(1)
    world.send((1, 1250, CHANGE), (9, 1250, CHANGE))
    process(world)
    world.network.errors["F-1"][0]["Line"] = Literal("77")
    (found,) = world.reconcile()
    assert found.counts["refused"] == 0
    assert any("tells nothing of the rows" in note for note in found.found.notes)


@pytest.mark.parametrize(("part", "scope"), [(0, "read FTP submissions"), (2, "read Action updates")])
def test_a_token_without_the_scope_for_a_part_is_told_and_the_rest_is_read(world, part, scope):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.network.change(mobile(1), "15.00", "ITEM_RETURNED", datetime.now(UTC))
    world.server.faults += [None] * part + [refused(403, "Insufficient scope")]
    (found,) = world.reconcile()
    assert scope in found.found.notes[0]
    assert found.counts["different"] == 1


def test_a_token_without_the_scope_for_actions_stops_the_command(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.server.faults += [None, refused(403, "Insufficient scope")]
    with pytest.raises(ApiError, match="allow the token to read Actions"):
        world.reconcile()


def test_a_token_without_the_scope_for_errors_is_told(world):
    world.has(1)
    world.send((1, 1250, CHANGE), (9, 1250, CHANGE))
    process(world)
    world.server.faults += [None, refused(403, "Insufficient scope")]
    (found,) = world.reconcile()
    assert "The errors of the file are not known" in found.found.notes[0]


def test_a_range_of_files_that_the_api_refuses_hides_no_result_of_the_actions(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.server.faults.append(refused(400, "The range is too long", {"Field": "SubmissionDateStart", "Message": "x"}))
    (found,) = results = world.reconcile()
    assert verdicts(results) == [("applied", "as-sent")]
    assert "The range is too long" in found.found.notes[0]
    assert "What the network says of the files is not known" in found.found.notes[0]


def test_a_refused_question_about_actions_names_what_matters_for_results(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.server.faults += [None, refused(400, "Bad request", {"Field": "CampaignId", "Message": "is not yours"})]
    with pytest.raises(ApiError) as refusal:
        world.reconcile()
    assert "name newer ones alone, with action-returns reconcile BATCH --api" in refusal.value.message
    assert "api.campaigns" in refusal.value.message
    assert "days_back" not in refusal.value.message


def test_without_settings_of_the_api_the_command_that_sets_them_is_named(world):
    world.send((1, 1250, CHANGE), is_known=False)
    write_profile(world.home, {"kind": "outbox", "directory": str(world.home / "outbox")})
    with pytest.raises(ConfigError, match="has no settings of the network's API"):
        world.reconcile()


def test_an_amount_is_read_from_its_digits(world):
    world.has(1, 2, 3)
    world.send((1, 10_000_000_001, CHANGE), (2, 1000, CHANGE), (3, 1250, CHANGE))
    process(world)
    world.network.action_of(mobile(1))["Amount"] = Literal("100000000.010")
    world.network.action_of(mobile(2))["Amount"] = Literal("1e1")
    world.network.action_of(mobile(3))["Amount"] = Literal("12.5000000000000001")
    assert verdicts(world.reconcile()) == [("applied", "as-sent")] * 2 + [("too_early", "not-told")]


def test_a_list_that_changes_while_it_is_read_is_read_again(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.server.faults += [None, altered(lambda found: found.update({"@total": "2"}))]
    assert verdicts(world.reconcile()) == [("applied", "as-sent")]
    assert any("read again" in one for one in world.told)


def test_a_limit_that_is_reached_in_the_middle_stops_the_command_and_records_nothing(world):
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    world.server.most_requests, waits = 1, []
    with pytest.raises(ApiError, match="takes no more requests for about 10 minutes"):
        world.reconcile(sleep=waits.append)
    assert waits == [601.0]
    world.server.most_requests = None
    assert verdicts(world.reconcile()) == [("applied", "as-sent")]


def test_answers_that_are_packed_are_read(world):
    world.server.is_packed = True
    world.has(1)
    world.send((1, 1250, CHANGE))
    process(world)
    assert verdicts(world.reconcile()) == [("applied", "as-sent")]


def test_a_row_that_was_sent_over_the_api_shows_what_became_of_its_change(world, authority):
    place = {"host": "127.0.0.1", "port": world.server.port, "ca_file": str(authority.bundle)}
    channel = {"kind": "api", "account_sid": "IRabc123", "password": "env:API_TOKEN", **place}
    write_api_profile(world.home, authority, world.server, channel=channel)
    world.has(1, 3)
    world.send((1, 1250, CHANGE), (2, 900, CHANGE), is_known=False, arrives=False)
    world.network.process(datetime.now(UTC), until=2)
    world.send((3, 900, CHANGE), is_known=False, arrives=False)
    first, second = world.reconcile()
    assert verdicts([first]) == [("applied", "as-sent"), ("refused", "named-as-error")]
    assert first.found.results[1].word == "Validation: ACTION_REF_NOT_FOUND"
    assert verdicts([second]) == [("too_early", "queued")]
    assert "FTPFileSubmissions" not in asked(world)
