"""The pending actions over the API: all of them in a file that reads like a download, or nothing; a stop loses nothing."""

import csv
import errno
import json
import os
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from action_returns.batch.cells import strip_white_space
from action_returns.brand_api.client import BrandApi
from action_returns.errors import (
    ApiError,
    ConfigError,
    Exit,
    FetchInterruptedError,
    FileError,
    OutputFileError,
    SecretError,
)
from action_returns.operations import fetch_pending as fetch_module
from action_returns.operations.account import open_account
from action_returns.operations.fetch_part import FetchPlan, open_part
from action_returns.operations.fetch_pending import fetch_pending
from action_returns.operations.kept_pending import kept_download
from action_returns.operations.pending_source import PendingSource, load_download
from action_returns.readers.pending_download import read_pending_download
from tests.servers.brand_api_server import (
    SID,
    TOKEN,
    Literal,
    action,
    altered,
    brand_api_server,
    hang_up,
    refused,
    status,
)
from tests.servers.loopback import LOOPBACK, make_authority
from tests.support.profiles import write_profile

NOW = datetime(2026, 12, 1, 9, 30, 15, 999, tzinfo=UTC)
LIMIT = status(429, b"", X_RateLimit_Reset="3600")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority, monkeypatch):
    monkeypatch.setenv("API_TOKEN", TOKEN)
    with brand_api_server(authority) as running:
        yield running


@pytest.fixture
def use(server, home, authority):
    """Writes the profile acme, which leads to the API; keywords change its settings."""

    def write(**changes):
        facts = {"account_sid": SID, "auth_token": "env:API_TOKEN", "campaigns": ["1000"], "days_back": 90}
        place = {"host": LOOPBACK, "port": server.port, "ca_file": str(authority.bundle)}
        write_profile(home, {"kind": "outbox", "directory": str(home / "outbox")}, api={**facts, **place, **changes})

    write()
    return write


@pytest.fixture
def fetch(use, paths, tmp_path):
    """Fetches into a file; ``told`` is what the user is told while it works, ``waits`` are the seconds that it waits."""
    told, waits = [], []

    def run(target=tmp_path / "pending.csv", *, now=NOW, sleep=waits.append, **options):
        account = open_account(paths)
        return fetch_pending(account, paths, target=target, now=now, tell=told.append, sleep=sleep, **options)

    run.told, run.waits, run.target = told, waits, tmp_path / "pending.csv"
    return run


def written(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(path):
    return read_pending_download(path, wanted=None, time_zone=UTC, now=NOW)


def test_the_file_holds_every_action_as_a_download_does(server, fetch):
    server.actions = [
        action(
            "1000.1.1", when="2026-11-20T10:00:00Z", Oid="007", Amount=Literal("19.9"), IntendedAmount=Literal("25.00")
        ),
        action("1000.1.2", when="2026-09-05T10:00:00Z", MediaPartnerName='Shoes, "the best"\nof all', Amount="5.00"),
    ]
    done = fetch()
    assert (done.written, done.is_kept, done.rows, done.campaigns) == (fetch.target, False, 2, {"1000": 2})
    assert (done.requests, done.resumed, done.as_of) == (2, False, datetime(2026, 12, 1, 9, 30, 15, tzinfo=UTC))
    assert fetch.target.read_bytes().splitlines(keepends=True)[0] == (
        b"Action ID,OID,Amount,Currency,State,Locking Date,Event Date,Partner,Campaign ID,Original Amount,Payout\r\n"
    )
    assert [(row["Action ID"], row["Amount"], row["Original Amount"]) for row in written(fetch.target)] == [
        ("1000.1.2", "5.00", "21.99"),
        ("1000.1.1", "19.9", "25.00"),
    ]
    actions = read(fetch.target).actions
    assert actions["1000.1.1"].cents == 1990
    assert (actions["1000.1.1"].order_id, actions["1000.1.1"].currency) == ("007", "USD")
    assert actions["1000.1.1"].locks_at == datetime(2026, 12, 26, 8, 0, tzinfo=UTC)
    assert actions["1000.1.2"].partner == 'Shoes, "the best"\nof all'


texts = st.text(
    st.one_of(st.sampled_from("=+-@,;\"'\t\r\n \u202e\xa0é😀0019."), st.characters(exclude_categories=["Cs"])),
    max_size=12,
)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(texts, texts, st.integers(0, 10**9)), min_size=1, max_size=6))
def test_hostile_texts_are_read_back_as_the_network_has_them(server, fetch, rows):
    server.actions = [
        action(f"1000.1.{number}", Oid=order, MediaPartnerName=partner, Amount=Literal(f"{cents / 100:.2f}"))
        for number, (order, partner, cents) in enumerate(rows)
    ]
    assert fetch(overwrite=True).rows == len(rows)
    found = read(fetch.target).actions
    assert {
        action_id: (facts.order_id or "", facts.partner or "", facts.cents) for action_id, facts in found.items()
    } == {
        f"1000.1.{number}": (shown(order), shown(partner), cents) for number, (order, partner, cents) in enumerate(rows)
    }


def shown(text):
    """Return a text as every download is read; no text of a file holds the character 0."""
    return strip_white_space(text.replace("\0", "\ufffd"))


def test_without_a_name_the_list_is_kept_as_the_pending_download(server, fetch, paths):
    server.actions = [action("1000.1.1")]
    done = fetch(None)
    kept = kept_download(open_account(paths), paths)
    assert (done.written, done.is_kept) == (kept.path, True)
    assert kept.path.name == "pending_2026-12-01.csv"
    assert (kept.kept.rows, kept.kept.as_of) == (1, datetime(2026, 12, 1, 9, 30, 15, tzinfo=UTC))
    assert list(read(kept.path).actions) == ["1000.1.1"]
    assert [path.name for path in paths.fetches.iterdir()] == []


def test_the_same_list_is_kept_once_and_is_as_new_as_the_last_fetch(server, fetch, paths):
    server.actions = [action("1000.1.1")]
    later = NOW + timedelta(hours=1)
    assert fetch(None).written == fetch(None, now=later).written
    kept = kept_download(open_account(paths), paths)
    assert (kept.kept.as_of, kept.kept.loaded_at) == (later.replace(microsecond=0), later)


def test_a_fetch_that_goes_on_is_the_last_list_that_was_loaded(server, fetch, paths, tmp_path):
    server.actions = [action("1000.1.1", when="2026-09-05T10:00:00Z"), action("1000.1.2", when="2026-11-20T10:00:00Z")]
    server.faults += [None, LIMIT]
    with pytest.raises(ApiError):
        fetch(None)
    (tmp_path / "between.csv").write_text("Action ID,Amount\r\nM.1.2.1,5\r\n")
    source, account = PendingSource(tmp_path / "between.csv", paths.pending_answers), open_account(paths)
    load_download(source, None, account, paths, now=NOW + timedelta(hours=1))
    written = fetch(None, now=NOW + timedelta(hours=2)).written
    kept = kept_download(account, paths)
    assert (kept.path, kept.kept.as_of) == (written, NOW.replace(microsecond=0))


def test_a_list_that_was_written_for_the_user_is_as_new_as_the_fetch(server, fetch, paths):
    server.actions = [action("1000.1.1", when="2026-11-10T10:00:00Z")]  # no sale for three weeks
    fetch()
    source, account = PendingSource(fetch.target, paths.pending_answers), open_account(paths)
    later = NOW + timedelta(hours=5)
    for _ in range(2):
        pending = load_download(source, None, account, paths, now=later)
        assert pending.as_of == kept_download(account, paths).kept.as_of == NOW.replace(microsecond=0)
    fetch.target.write_bytes(fetch.target.read_bytes().replace(b"21.99", b"11.99"))
    assert load_download(source, None, account, paths, now=later).as_of == datetime(2026, 11, 10, 10, tzinfo=UTC)


def test_a_list_that_cannot_be_kept_is_written_all_the_same_and_the_reason_told(server, fetch, paths):
    server.actions = [action("1000.1.1")]
    paths.pending.write_text("a file where the folder should be")
    done = fetch()
    assert (done.written, len(written(fetch.target))) == (fetch.target, 1)
    assert done.notes[-1].startswith("pending.csv was written, and not kept as the pending download of this account: ")
    with pytest.raises(OutputFileError, match="The list cannot be written"):
        fetch(None)


def test_a_copy_of_the_list_that_is_not_the_list_is_told_and_not_kept(server, fetch, paths, monkeypatch):
    server.actions = [action("1000.1.1")]
    with monkeypatch.context() as patched:
        patched.setattr(fetch_module, "keep_download", lambda *_, **__: None)
        with pytest.raises(ApiError, match=r"is not the list, and was removed: .* Run the same command again"):
            fetch(None)
    assert (fetch(None).rows, len(server.asked)) == (1, 2)


def test_each_campaign_is_asked_and_counted(server, fetch, use):
    use(campaigns=["1000", "2000", "3000"])
    server.actions = [action("1000.1.1"), action("2000.1.1", campaign="2000"), action("2000.1.2", campaign="2000")]
    done = fetch()
    assert done.campaigns == {"1000": 1, "2000": 2, "3000": 0}
    assert done.requests == 6


def test_the_time_that_is_read_is_as_long_as_the_profile_says(server, fetch, use):
    use(days_back=100)
    assert fetch().written is None
    assert [(asked["ActionDateStart"], asked["ActionDateEnd"]) for asked in server.parameters] == [
        ("2026-08-23T09:30:15Z", "2026-10-07T09:30:15Z"),
        ("2026-10-07T09:30:15Z", "2026-11-21T09:30:15Z"),
        ("2026-11-21T09:30:15Z", "2026-12-01T09:30:15Z"),
    ]


def test_no_pending_actions_write_nothing(server, fetch, paths):
    done = fetch()
    assert (done.written, done.rows, done.campaigns) == (None, 0, {"1000": 0})
    assert not fetch.target.exists()
    assert list(paths.fetches.iterdir()) == []


def test_a_time_with_too_many_actions_is_halved_until_every_action_is_read(server, fetch):
    server.page_rows, server.most_pages = 2, 2
    server.actions = [action(f"1000.1.{n}", when=f"2026-11-{n + 1:02}T10:00:00Z") for n in range(20)]
    done = fetch()
    assert done.rows == 20
    assert sorted(row["Action ID"] for row in written(fetch.target)) == sorted(f"1000.1.{n}" for n in range(20))


def test_too_many_actions_within_a_minute_stop_it(server, fetch):
    server.page_rows, server.most_pages = 1, 2
    server.actions = [action(f"1000.1.{n}", when="2026-11-20T10:00:00Z") for n in range(3)]
    with pytest.raises(ApiError, match=r"Too many records.*"):
        fetch()
    assert not fetch.target.exists()


def test_an_action_between_two_stretches_stands_in_the_file_once(server, fetch):
    edge = "2026-10-17T09:30:15Z"
    server.actions = [action("1000.1.1", when=edge), action("1000.1.2", when="2026-11-20T10:00:00Z")]
    done = fetch()
    assert [row["Action ID"] for row in written(fetch.target)] == ["1000.1.1", "1000.1.2"] or done.rows == 2
    assert len(server.asked) == 2
    assert (done.rows, done.notes[0][:8]) == (2, "1 action")


def test_of_an_action_that_changes_between_two_stretches_the_last_one_read_counts(server, fetch):
    server.actions = [action("1000.1.1", when="2026-10-17T09:30:15Z", Amount=Literal("30.00"))]
    server.faults.append(altered(lambda found: found["Actions"][0].update(Amount=Literal("20.00"))))
    done = fetch()
    assert [row["Amount"] for row in written(fetch.target)] == ["30.00"]
    assert "1 action (1000.1.1) changed while the list was read: what was read last counts." in done.notes


def test_what_the_user_should_know_is_told(server, fetch):
    server.actions = [
        action("1000.1.1", when="2026-09-05T10:00:00Z", Oid="=1+3", MediaPartnerName="@SUM(A1)"),
        action("1000.1.2", when="2026-11-20T10:00:00Z", Oid="-12.50"),
    ]
    server.faults.append(altered(lambda found: found["Actions"][0].update(State="REVERSED")))
    done = fetch()
    assert [re.sub(r"\s+", " ", note)[:60] for note in done.notes] == [
        "1 action is not pending any more: the state stands in the li",
        "2 texts of orders and partners begin with =, +, -, @, a tab ",
        "1 action is of the first days that were read, from 2026-09-0",
    ]
    assert done.notes[2].endswith("action-returns profile set acme api.days_back=DAYS")
    assert [row["OID"] for row in written(fetch.target)] == ["=1+3", "-12.50"]


def test_after_a_limit_the_same_command_goes_on_where_it_was(server, fetch, paths):
    server.actions = [action("1000.1.1", when="2026-09-05T10:00:00Z"), action("1000.1.2", when="2026-11-20T10:00:00Z")]
    server.faults += [None, LIMIT]
    with pytest.raises(ApiError) as stopped:
        fetch()
    assert (stopped.value.problem, stopped.value.exit_code) == ("api-limit", Exit.CANNOT_CONNECT)
    assert stopped.value.message.endswith(
        " What was read so far (1 of 2 parts, 1 action) is kept on this computer: the same command goes on there today."
    )
    assert not fetch.target.exists()
    done = fetch(now=NOW + timedelta(hours=2))
    assert (done.rows, done.resumed, done.requests) == (2, True, 1)
    assert done.as_of == datetime(2026, 12, 1, 9, 30, 15, tzinfo=UTC)  # its oldest part is as old as that
    assert any("Going on with the fetch that began at " in told for told in fetch.told)
    assert list(paths.fetches.iterdir()) == []


def test_a_stretch_that_was_halved_is_not_asked_for_again(server, fetch):
    server.page_rows, server.most_pages = 1, 2
    server.actions = [action(f"1000.1.{n}", when=f"2026-11-{n * 9 + 1:02}T10:00:00Z") for n in range(3)]
    server.faults += [None, None, None, LIMIT]
    with pytest.raises(ApiError):
        fetch()
    before = list(server.parameters)
    assert fetch().rows == 3
    again = server.parameters[len(before) :]
    assert before[1] not in again  # the one that was refused


@pytest.mark.parametrize("change", [{"days_back": 80}, {"campaigns": ["1000", "2000"]}])
def test_what_was_read_with_other_settings_is_thrown_away(server, fetch, use, change):
    server.actions = [action("1000.1.1", when="2026-09-20T10:00:00Z")]
    server.faults += [None, LIMIT]
    with pytest.raises(ApiError):
        fetch()
    use(**change)
    assert not fetch().resumed
    assert (
        "What an earlier fetch had read is thrown away: the settings of the API in the profile are others now."
        in fetch.told
    )


def test_what_was_read_yesterday_is_thrown_away(server, fetch):
    server.actions = [action("1000.1.1", when="2026-09-20T10:00:00Z")]
    server.faults += [None, LIMIT]
    with pytest.raises(ApiError):
        fetch(now=NOW - timedelta(days=1))
    assert not fetch().resumed
    day = (NOW - timedelta(days=1)).astimezone().date()
    assert f"What an earlier fetch had read is thrown away: it is of {day}." in fetch.told


@pytest.mark.parametrize(
    "damage",
    [
        b'{"stretch"',
        b'{"stretch": 3, "rows": []}\n',
        b"\0\xff\n",
        b'{"rows": []}\n',
        b"[]\n",
        b'{"stretch": ["1000", "2026-10-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00"], "rows": [["M.1"]]}\n',
        b'{"stretch": ["1000", "2026-10-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00"], "rows": "abc"}\n',
        b'{"stretch": ["1000", "2026-10-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00"], "rows": [[1,2,3,4,5,6,7,8,9,10,11]]}\n',
    ],
)
def test_a_line_of_the_part_that_breaks_off_is_read_again(server, fetch, paths, damage):
    server.actions = [action("1000.1.1", when="2026-09-05T10:00:00Z"), action("1000.1.2", when="2026-11-20T10:00:00Z")]
    server.faults += [None, LIMIT]
    with pytest.raises(ApiError):
        fetch()
    with (paths.fetches / "acme.part").open("ab") as part:
        part.write(damage)
    done = fetch()
    assert (done.rows, done.resumed, done.requests) == (2, True, 1)


@pytest.mark.parametrize("content", [b"", b"no part", b"{}\n", b'{"format": 1, "began": "soon"}\n', b"[]\n", b"3"])
def test_a_part_that_is_none_is_no_reason_to_stop(server, fetch, paths, content):
    server.actions = [action("1000.1.1")]
    paths.fetches.mkdir(mode=0o700)
    (paths.fetches / "acme.part").write_bytes(content)
    assert fetch().rows == 1


def test_ctrl_c_says_how_far_it_came(server, fetch):
    server.actions = [action("1000.1.1", when="2026-09-05T10:00:00Z"), action("1000.1.2", when="2026-11-20T10:00:00Z")]
    server.faults += [None, hang_up]  # its second question is asked again after a wait

    def stop(_seconds):
        raise KeyboardInterrupt

    with pytest.raises(FetchInterruptedError) as stopped:
        fetch(sleep=stop)
    assert stopped.value.exit_code == Exit.INTERRUPTED
    assert stopped.value.message == (
        "Interrupted. Nothing was written. What was read so far (1 of 2 parts, 1 action) is kept on this computer: the same "
        "command goes on there today."
    )
    assert fetch().resumed


def test_ctrl_c_before_anything_was_read_keeps_nothing(server, fetch, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(BrandApi, "pages", stop)
    with pytest.raises(FetchInterruptedError, match=r"Interrupted\. Nothing was written\.$"):
        fetch()


def test_a_second_fetch_of_the_profile_waits_for_the_first(server, fetch, paths):
    plan = FetchPlan(SID, LOOPBACK, server.port, ("1000",), 90, NOW)
    with open_part(paths.fetches, "acme", plan), pytest.raises(ApiError) as refusal:
        fetch()
    assert refusal.value.problem == "api-at-work"
    assert server.asked == []


def test_a_wrong_total_writes_nothing(server, fetch):
    server.actions = [action("1000.1.1")]
    server.faults += [None, *[altered(lambda found: found.update({"@total": "2"}))] * 3]
    with pytest.raises(ApiError, match="the API counts 2 actions and sent 1") as refusal:
        fetch()
    assert refusal.value.problem == "api-incomplete"
    assert not fetch.target.exists()


def test_actions_of_several_currencies_make_no_download(server, fetch):
    server.actions = [action("1000.1.1"), action("1000.1.2", Currency="EUR")]
    with pytest.raises(FileError) as refusal:
        fetch()
    assert refusal.value.problem == "pending-currencies-mixed"
    assert not fetch.target.exists()


def test_a_file_that_is_there_is_refused_before_anything_is_asked(server, fetch):
    fetch.target.write_text("mine")
    with pytest.raises(OutputFileError, match=r"exists already\. It was left as it is, and nothing was fetched"):
        fetch()
    assert (server.asked, fetch.target.read_text()) == ([], "mine")
    server.actions = [action("1000.1.1")]
    fetch(overwrite=True)
    assert fetch.target.read_bytes().startswith(b"Action ID,")


def test_a_folder_is_no_file(server, fetch, tmp_path):
    with pytest.raises(OutputFileError, match=r"is a folder\. Nothing was fetched"):
        fetch(tmp_path)
    assert server.asked == []


def test_a_list_that_cannot_be_written_is_not_fetched_twice(server, fetch, tmp_path):
    server.actions = [action("1000.1.1")]
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputFileError):
        fetch(tmp_path / "file" / "pending.csv")
    done = fetch()
    assert (done.rows, done.requests) == (1, 0)


def test_a_profile_without_the_api_is_told_what_to_set(server, fetch, home):
    write_profile(home, {"kind": "outbox", "directory": str(home)})
    with pytest.raises(ConfigError) as refusal:
        fetch()
    assert refusal.value.message.endswith(
        "action-returns profile set acme api.account_sid=SID api.auth_token=keyring api.campaigns=NUMBER, then: "
        "action-returns secret set acme --api"
    )
    (home / "config.toml").unlink()
    with pytest.raises(ConfigError, match="There is no profile yet"):
        fetch()


def test_a_missing_token_is_told_before_anything_is_asked(server, fetch, monkeypatch):
    monkeypatch.delenv("API_TOKEN")
    with pytest.raises(SecretError, match="The password of the API of profile acme is kept in the variable API_TOKEN"):
        fetch()
    assert server.asked == []


def test_a_wrong_token_is_nowhere_on_the_disk(server, fetch, home, monkeypatch):
    server.faults.append(refused(401, f"no {TOKEN}"))
    with pytest.raises(ApiError) as refusal:
        fetch()
    assert TOKEN not in refusal.value.message
    server.actions = [action("1000.1.1")]
    server.faults += [None, LIMIT]
    with pytest.raises(ApiError):
        fetch()
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept


def test_the_part_is_private(server, fetch, paths):
    server.actions = [action("1000.1.1", when="2026-09-05T10:00:00Z")]
    server.faults += [None, LIMIT]
    with pytest.raises(ApiError):
        fetch()
    part = paths.fetches / "acme.part"
    assert [json.loads(line).keys() for line in part.read_bytes().splitlines()][1] == {"stretch", "rows"}
    if os.name == "posix":
        assert (part.stat().st_mode & 0o077, paths.fetches.stat().st_mode & 0o077) == (0, 0)


def test_a_list_that_is_not_read_back_whole_is_not_kept(server, fetch, monkeypatch):
    """A text of the network that makes two rows of one, or none, would be seen here."""
    server.actions = [action("1000.1.1"), action("1000.1.2")]
    write_csv = fetch_module.write_csv
    monkeypatch.setattr(fetch_module, "write_csv", lambda rows, draft: write_csv(list(rows)[:1], draft))
    with pytest.raises(ApiError, match=r"holds 1 action, and 2 were read\. Nothing was kept"):
        fetch()
    assert not fetch.target.exists()


def test_a_disk_without_room_for_the_list_is_told_and_nothing_is_fetched_twice(server, fetch, monkeypatch):
    server.actions = [action("1000.1.1")]

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(fetch_module, "write_atomically", full)
        with pytest.raises(OutputFileError, match="The list cannot be written: No space left on device"):
            fetch()
    assert (fetch().rows, len(server.asked)) == (1, 2)


def test_a_place_that_cannot_be_looked_at_is_told(server, fetch, tmp_path):
    with pytest.raises(OutputFileError, match=r"cannot be written: .*Nothing was fetched"):
        fetch(tmp_path / ("x" * 300 + ".csv"))
    assert server.asked == []
