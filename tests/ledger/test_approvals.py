"""Two people: what one prepared can be sent only as another one approved it, once, in both kinds of ledger."""

import io
import json
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from action_returns.batch.csv_format import make_csv
from action_returns.errors import ApprovalError, LedgerError
from action_returns.ledger.approval_records import (
    APPROVED,
    EXPIRED,
    USED,
    VALID,
    WAITING,
    WITHDRAWN,
    NotApprovedError,
    Person,
    same_person,
)
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import NewBatch, TeamDatabase
from tests.support.approvals import WANTED, Two
from tests.support.ledgers import ROWS, batch_of, claim, row

NOW = datetime.now(UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request, tmp_path):
    with ExitStack() as stack:
        if request.param == "sqlite":
            place, names = tmp_path / "ledger.sqlite3", ("amy", "ben")
            yield Two(*(stack.enter_context(open_ledger(place)) for _ in names), names, [str(place)] * 2)
            return
        running, made = request.getfixturevalue("postgres"), request.getfixturevalue("made")
        database = made()
        places = [TeamDatabase(running.url(database, user)) for user in ("amy", "ben")]
        yield Two(*(stack.enter_context(open_ledger(place)) for place in places), places=[one.url for one in places])


def test_a_batch_goes_out_once_after_another_person_approved_its_bytes(two):
    with pytest.raises(NotApprovedError):
        claim(two.amy, batch=WANTED)
    assert two.amy.batches() == []
    assert two.request().state(NOW) == WAITING
    with pytest.raises(NotApprovedError) as refused:
        claim(two.amy, batch=WANTED)
    assert [one.number for one in refused.value.near] == [1]
    assert two.approve().state(NOW) == APPROVED
    batch = claim(two.amy, batch=WANTED)
    assert two.state() == USED
    told = two.ben.events(batch.number)[1].detail
    approval = two.ben.approval(1)
    assert (told["approval"], told["approval_chain"]) == (1, approval.chain)
    assert told["prepared_by"] == str(approval.by)
    assert told["approved_by"] == str(approval.approved.by)
    assert two.ben.in_full(batch.number).problems == ()
    two.amy.mark_sending(batch.number)
    with pytest.raises(NotApprovedError):
        claim(two.ben, batch=WANTED, again=True)


def test_a_batch_that_certainly_failed_frees_its_approval(two):
    two.request()
    two.approve()
    first = claim(two.amy, batch=WANTED)
    two.amy.settle(first.number, "failed", "No.", {})
    assert two.state() == APPROVED
    second = claim(two.amy, batch=WANTED)
    two.amy.mark_sending(second.number)
    two.amy.settle(second.number, "unknown", "?", {})
    assert two.amy.approval(1).used_by == ("0002",)
    with pytest.raises(NotApprovedError):
        claim(two.amy, batch=WANTED, again=True)


def test_a_withdrawn_approval_sends_nothing_and_stays_withdrawn(two):
    two.request()
    two.approve()
    taken_back = two.amy.withdraw(1, "A row is wrong.", two.names[0])
    assert (taken_back.state(NOW), taken_back.steps[-1].why) == (WITHDRAWN, "A row is wrong.")
    with pytest.raises(NotApprovedError):
        claim(two.amy, batch=WANTED)
    with pytest.raises(ApprovalError, match="withdrawn already"):
        two.amy.withdraw(1, "Again.", two.names[0])
    with pytest.raises(ApprovalError, match="is withdrawn, so it cannot be approved"):
        two.approve()
    assert two.request().number == 2, "the same bytes can be asked for anew"


def test_a_batch_that_failed_is_not_broken_by_what_becomes_of_its_approval_later(two):
    two.request()
    two.approve()
    first = claim(two.amy, batch=WANTED)
    two.amy.settle(first.number, "failed", "No.", {})
    two.ben.withdraw(1, "A row is wrong.", two.names[1])
    claim(two.amy, row(9))
    assert two.amy.problems() == []


def test_a_used_approval_cannot_be_withdrawn(two):
    two.request()
    two.approve()
    claim(two.amy, batch=WANTED)
    with pytest.raises(ApprovalError, match="used by batch 0001 already"):
        two.ben.withdraw(1, "Too late.", two.names[1])


def test_how_old_an_approval_is_the_clock_of_its_ledger_tells(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3", lambda: NOW + timedelta(days=3)) as ledger:
        asked = Two(ledger, ledger, ("amy", "ben")).request()
        assert ledger.now() == NOW + timedelta(days=3)
        assert (ledger.now() - asked.at) < timedelta(minutes=1)


def test_a_withdrawal_needs_a_reason(two):
    two.request()
    with pytest.raises(ApprovalError, match="say why"):
        two.amy.withdraw(1, "  ", two.names[0])
    assert two.state() == WAITING


def test_the_person_who_prepared_it_cannot_approve_it(two):
    two.request()
    with pytest.raises(ApprovalError, match="Another person has to approve it"):
        two.amy.approve(1, make_csv(ROWS).sha256, two.names[0].upper())
    assert two.state() == WAITING


def test_another_hash_is_not_approved(two):
    two.request()
    with pytest.raises(ApprovalError, match="another SHA-256"):
        two.approve(rows=row(9))
    assert two.state() == WAITING


def test_the_same_bytes_are_not_asked_for_twice_while_a_request_holds(two):
    two.request()
    with pytest.raises(ApprovalError, match="waiting already"):
        two.request()
    two.approve()
    with pytest.raises(ApprovalError, match="approved already"):
        two.request()


@pytest.mark.parametrize(
    "other",
    [
        {"profile": "other"},
        {"environment": "test"},
        {"account": "other"},
        {"receiver": "ftp brand at other.example port 21, folder /"},
    ],
)
def test_an_approval_holds_for_its_own_way_only(two, other):
    two.request()
    two.approve()
    elsewhere = batch_of(**other)
    batch = NewBatch(elsewhere.sender, elsewhere.channel, elsewhere.destination, elsewhere.source, True)
    with pytest.raises(NotApprovedError) as refused:
        claim(two.amy, batch=batch)
    assert [one.target.sha256 for one in refused.value.near] == [refused.value.target.sha256]
    assert claim(two.amy, batch=WANTED).number == 1


def test_changed_rows_are_not_those_that_were_approved(two):
    two.request()
    two.approve()
    with pytest.raises(NotApprovedError) as refused:
        claim(two.amy, row(9), WANTED)
    assert [one.number for one in refused.value.near] == [1], "the one of the same file is told"


def test_rows_go_out_again_only_where_the_person_who_approved_was_shown_so(two):
    first = claim(two.amy)
    two.amy.mark_sending(first.number)
    two.amy.settle(first.number, "unknown", "?", {})
    two.request()
    two.approve()
    with pytest.raises(NotApprovedError):
        claim(two.amy, batch=WANTED, again=True)
    assert two.request(sent_again=2).number == 2, "it is asked for anew with what is true now"
    two.approve(2)
    assert claim(two.amy, batch=WANTED, again=True).number == 2
    assert [one.used_by for one in two.amy.approvals()] == [("0002",), ()]


def test_where_no_approval_is_needed_none_is_used(two):
    two.request()
    two.approve()
    claim(two.amy)
    assert two.state() == APPROVED


def test_every_approval_is_listed_the_latest_first(two):
    two.request()
    two.request(row(9))
    assert [one.number for one in two.ben.approvals()] == [2, 1]
    assert two.ben.approval_content(2) == make_csv(row(9)).content
    with pytest.raises(ApprovalError, match="no approval 3"):
        two.ben.approval(3)


def test_an_approval_is_valid_for_seven_days(tmp_path):
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with open_ledger(tmp_path / "ledger.sqlite3", lambda: now) as ledger:
        people = Two(ledger, ledger, ("amy", "ben"))
        people.request()
        people.approve()
        people.request(row(9))
        now += VALID - timedelta(seconds=1)
        assert ledger.usable_approval(WANTED, make_csv(ROWS).sha256).number == 1
        now += timedelta(seconds=1)
        assert [one.state(now) for one in ledger.approvals()] == [EXPIRED, EXPIRED]
        with pytest.raises(NotApprovedError):
            claim(ledger, batch=WANTED)
        with pytest.raises(ApprovalError, match="is expired, so it cannot be approved"):
            people.approve(2, row(9))
        assert people.request().number == 3, "it can be asked for anew"


def test_a_changed_approval_sends_nothing_and_breaks_the_batch_that_used_it(tmp_path):
    place = tmp_path / "ledger.sqlite3"
    with open_ledger(place) as ledger:
        people = Two(ledger, ledger, ("amy", "ben"))
        people.request()
        people.approve()
        number = claim(ledger, batch=WANTED).number
        people.request(row(9))
        people.approve(2, row(9))
        ledger._store.execute("DROP TRIGGER approval_step_is_never_changed")
        ledger._store.execute("UPDATE approval_step SET who = 'eve'")
        assert ledger.in_full(number).problems == (
            "Approval 1 of batch 0001 was changed after the batch was recorded.",
        )
        assert [len(found.problems) for found in ledger.all_in_full()] == [1]
        assert ledger.problems()[1:] == [f"Approval {one} was changed after it was recorded." for one in (2, 1)]
        with pytest.raises(NotApprovedError):
            claim(ledger, row(9), WANTED)
        with pytest.raises(LedgerError, match="Approval 2 is broken"):
            ledger.approval(2)


@pytest.mark.parametrize("table", ["approval", "approval_step"])
def test_a_changed_hash_of_an_approval_breaks_the_batch_that_used_it(tmp_path, table):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        people = Two(ledger, ledger, ("amy", "ben"))
        people.request()
        people.approve()
        number = claim(ledger, batch=WANTED).number
        ledger._store.execute(f"DROP TRIGGER {table}_is_never_changed")
        ledger._store.execute(f"UPDATE {table} SET chain = ?", "0" * 64)
        assert len(ledger.in_full(number).problems) == 1


@pytest.mark.parametrize(
    "column", ["sha256", "account", "profile", "environment", "channel", "receiver", "destination"]
)
def test_the_file_on_one_computer_takes_no_approval_of_another_batch(tmp_path, column):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        people = Two(ledger, ledger, ("amy", "ben"))
        people.request()
        people.approve()
        claim(ledger)
        use = "INSERT INTO approval_use (batch, approval) VALUES (1, 1)"
        ledger._store.execute("DROP TRIGGER approval_is_never_changed")
        ledger._store.execute(f"UPDATE approval SET {column} = substr({column} || 'x', 2)")
        with pytest.raises(LedgerError, match="not for this batch"):
            ledger._store.execute(use)
        ledger._store.execute(f"UPDATE approval SET {column} = (SELECT {column} FROM batch)")
        ledger._store.execute(use)


def test_a_batch_whose_approval_is_missing_is_broken(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        people = Two(ledger, ledger, ("amy", "ben"))
        people.request()
        people.approve()
        number = claim(ledger, batch=WANTED).number
        ledger._store.execute("DROP TRIGGER approval_use_is_never_removed")
        ledger._store.execute("DROP TRIGGER approval_use_is_never_changed")
        ledger._store.execute("DELETE FROM approval_use")
        assert ledger.in_full(number).problems == (), "what it names is on record still"
        ledger._store.execute("PRAGMA foreign_keys = OFF")
        ledger._store.execute("DROP TRIGGER approval_is_never_removed")
        ledger._store.execute("DELETE FROM approval")
        assert len(ledger.in_full(number).problems) == 1


def test_changed_bytes_are_not_shown_as_those_that_were_prepared(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        Two(ledger, ledger, ("amy", "ben")).request()
        ledger._store.execute("DROP TRIGGER approval_is_never_changed")
        ledger._store.execute(
            "UPDATE approval SET bytes = CAST(replace(CAST(bytes AS TEXT), 'REJECTED', 'REVERSED') AS BLOB)"
        )
        with pytest.raises(LedgerError, match="not those of its hash"):
            ledger.approval_content(1)


@pytest.mark.parametrize("change", ["UPDATE {} SET rowid = 9", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["approval", "approval_step", "approval_use"])
def test_no_program_changes_an_approval_on_one_computer(tmp_path, change, table):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        people = Two(ledger, ledger, ("amy", "ben"))
        people.request()
        people.approve()
        claim(ledger, batch=WANTED)
        with pytest.raises(LedgerError, match="never"):
            ledger._store.execute(change.format(table))


@pytest.mark.parametrize(
    ("one", "other"), [("ann", "ANN"), ("Ann Smith", "annsmith"), ("Ann", "\uff21nn"), ("straße", "STRASSE")]
)
def test_one_name_in_several_spellings_is_one_person(one, other):
    assert same_person(one, other)


def test_the_user_of_the_computer_is_the_person_too():
    prepared = Person("Ann Smith", "ann on desk")
    assert Person("ann", "ann on desk").is_same(prepared)
    assert not Person("ben", "ann on desk").is_same(prepared)
    assert str(prepared) == "Ann Smith (signed in as ann on desk)"
    assert str(Person("ann", "ann on desk", "amy")) == "ann on desk (database user amy)"


RACER = """
import sys
from pathlib import Path
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import TeamDatabase
from tests.support.approvals import WANTED
from tests.support.ledgers import claim

place = sys.argv[1]
with open_ledger(TeamDatabase(place) if place.startswith("postgresql:") else Path(place)) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        ledger.mark_sending(claim(ledger, batch=WANTED, again=True).number)
        print("sent", flush=True)
    except Exception as error:
        print(type(error).__name__, flush=True)
    sys.stdin.readline()
"""


def test_of_two_programs_at_one_moment_only_one_sends_with_an_approval(two):
    two.request()
    two.approve()
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for place in two.places
    ]
    assert [racer.stdout.readline() for racer in racers] == ["ready\n", "ready\n"]
    for racer in racers:
        racer.stdin.write("\n")
        racer.stdin.flush()
    told = sorted(racer.stdout.readline().strip() for racer in racers)
    for racer in racers:
        racer.communicate("\n", timeout=60)
    # The one that comes later finds the rows under way before it looks for an approval, or after.
    assert told[1:] == ["sent"]
    assert told[0] in ("NotApprovedError", "RepeatedRowsError")
    assert len(two.amy.batches()) == 1


@pytest.mark.parametrize(
    ("before_the_end", "state", "approval"),
    [("", "failed", APPROVED), ("ledger.mark_sending(claimed.number);", "unknown", USED)],
)
def test_a_program_that_is_killed_uses_up_the_approval_only_where_its_batch_may_have_arrived(
    tmp_path, before_the_end, state, approval
):
    place = tmp_path / "ledger.sqlite3"
    with open_ledger(place) as ledger:
        people = Two(ledger, ledger, ("amy", "ben"))
        people.request()
        people.approve()
    killed = (
        "import os, sys; from pathlib import Path; from action_returns.ledger.ledger import open_ledger; "
        "from tests.support.approvals import WANTED; from tests.support.ledgers import claim; "
        "ledger = open_ledger(Path(sys.argv[1])); claimed = claim(ledger, batch=WANTED); "
        f"{before_the_end} os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", killed, str(place)], check=False, timeout=60).returncode == 9
    with open_ledger(place) as ledger:
        assert (ledger.batch(1).state, ledger.approval(1).state(datetime.now(UTC))) == (state, approval)


def exported(ledger):
    lines = io.StringIO()
    problems = ledger.export_lines(lines)
    return [json.loads(line) for line in lines.getvalue().splitlines()], problems


def test_the_whole_record_has_the_approvals_after_the_batches_with_people_and_rows(two):
    two.request()
    two.approve()
    two.request(row(9))
    claim(two.amy, batch=WANTED)
    (batch, first, second), problems = exported(two.ben)
    assert (problems, batch["number"], first["approval"], second["approval"]) == ([], 1, 1, 2)
    assert (first["batches"], [step["kind"] for step in first["steps"]]) == (["0001"], ["approved"])
    assert (first["prepared_by"], first["steps"][0]["by"]) == tuple(
        person._asdict() for person in (two.amy.myself(two.names[0]), two.ben.myself(two.names[1]))
    )
    assert first["asked_for"] == batch["sent"]
    assert (second["batches"], second["steps"], second["problems"]) == ([], [], [])


@pytest.mark.parametrize(
    ("change", "rows"), [("bytes = zeroblob(size)", None), ("who = 'cid'", len(ROWS))], ids=["bytes", "person"]
)
def test_a_changed_approval_is_told_by_the_whole_record_and_by_the_doctor(tmp_path, change, rows):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        Two(ledger, ledger, ("amy", "ben")).request()
        ledger._store.execute("DROP TRIGGER approval_is_never_changed")
        ledger._store.execute(f"UPDATE approval SET {change}")
        (line,), problems = exported(ledger)
        assert problems == line["problems"] == ["Approval 1 was changed after it was recorded."]
        assert ledger.problems() == problems
        assert (line["asked_for"] and len(line["asked_for"])) == rows


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["request", "approve", "withdraw", "claim", "fail", "arrive", "wait"]), st.integers(0, 1)
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_people_do_a_batch_has_its_own_approval_of_another_person_that_held_at_that_moment(
    steps, tmp_path_factory
):
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    rows = (row(1), row(2))
    with open_ledger(tmp_path_factory.mktemp("steps") / "ledger.sqlite3", lambda: now) as ledger:
        people = Two(ledger, ledger, ("amy", "ben"))
        # What the words of the specification say, kept apart from the code: list -> [state, when, batch or None] each.
        model = {0: [], 1: []}
        for step, which in steps:
            file, listed = make_csv(rows[which]), model[which]
            live = next((one for one in listed if one[0] in ("waiting", "approved") and now < one[1] + VALID), None)
            match step:
                case "wait":
                    now += timedelta(days=4)
                case "request":
                    if live is not None:
                        with pytest.raises(ApprovalError):
                            people.request(rows[which])
                    else:
                        listed.append(["waiting", now, people.request(rows[which]).number, None])
                case "approve" if listed:
                    one = listed[-1]
                    if one is live and one[0] == "waiting":
                        ledger.approve(one[2], file.sha256, "ben")
                        one[0] = "approved"
                    else:
                        with pytest.raises(ApprovalError):
                            ledger.approve(one[2], file.sha256, "ben")
                case "withdraw" if listed:
                    one = listed[-1]
                    if one[0] in ("waiting", "approved"):
                        ledger.withdraw(one[2], "So.", "cid")
                        one[0] = "withdrawn"
                    else:
                        with pytest.raises(ApprovalError):
                            ledger.withdraw(one[2], "So.", "cid")
                case "claim" if not any(one[0] == "claimed" for one in listed):
                    if live is not None and live[0] == "approved":
                        live[3] = claim(ledger, rows[which], WANTED, again=True).number
                        live[0] = "claimed"
                        assert ledger.events(live[3])[1].detail["approval"] == live[2]
                    else:
                        with pytest.raises(NotApprovedError):
                            claim(ledger, rows[which], WANTED, again=True)
                case "fail" | "arrive":
                    for one in listed:
                        if one[0] == "claimed":
                            if step == "arrive":
                                ledger.mark_sending(one[3])
                            ledger.settle(one[3], "sent" if step == "arrive" else "failed", "So.", {})
                            one[0] = "used" if step == "arrive" else "approved"
        sent = [batch for batch in ledger.batches() if batch.may_have_arrived]
        assert len(sent) == sum(one[0] in ("claimed", "used") for listed in model.values() for one in listed)
        assert ledger.problems() == []
