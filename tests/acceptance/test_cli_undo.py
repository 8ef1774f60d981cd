"""``undo`` drafts what restores a batch, ``send`` sends it, and the record names both."""

import csv
import os
from datetime import UTC, datetime, timedelta

import pytest
import tomlkit

from action_returns.cli import undo
from action_returns.ledger.ledger import open_ledger
from action_returns.operations import send
from tests.support.batches import CSV, ONE, TWO
from tests.support.profiles import make_outbox
from tests.support.sending import line_goes_dead

SENT_AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
THREE, FOUR = "M.8882.4808.1063417", "M.8882.4808.1063418"
HEAD = "Action ID,Amount,Original Amount,Currency,State,Locking Date,Action Date,Order ID\r\n"
ROWS = f"{CSV}{ONE},0,REJECTED\r\n{TWO},49.90,ORDER_UPDATE\r\n{THREE},5.00,ORDER_UPDATE\r\n"
BEFORE = (
    HEAD
    + f"{ONE},19.90,,EUR,PENDING,2026-12-31 08:00,2026-11-20 10:00,1001\r\n"
    + f"{TWO},60.00,,EUR,PENDING,2027-01-15 08:00,2026-11-19 10:00,1002\r\n"
    + f"{THREE},10.00,,EUR,PENDING,2026-12-03 08:00,2026-11-19 10:00,1003\r\n"
)


class Clock:
    now = SENT_AT


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The time, for commands and for the ledger."""
    made = Clock()
    monkeypatch.setattr("action_returns.cli.options.CommandContext.now", staticmethod(lambda: made.now))
    at = "action_returns.ledger.outcomes.LedgerOutcomes._utc_now"
    monkeypatch.setattr(at, staticmethod(lambda: made.now.isoformat(timespec="milliseconds")))
    return made


@pytest.fixture
def write(work, clock):
    """Writes a file that is as old as the clock says."""

    def text_file(text, name):
        (work / name).write_text(text, newline="")
        os.utime(work / name, (clock.now.timestamp(),) * 2)
        return name

    return text_file


@pytest.fixture
def sent(outbox, run, write):
    """A batch of three rows that was sent with a pending download."""
    told = run("send", write(ROWS, "returns.csv"), "--pending", write(BEFORE, "before.csv"), "--yes", "--json")
    assert told.code == 0, told.err
    return told.json


def later(*rows, day="2026-12-02 12:00"):
    """Return a list of this time: ActionId, amount, state and lock date of each."""
    return HEAD + "".join(f"{one},{amount},,EUR,{state},{lock},{day},\r\n" for one, amount, state, lock in rows)


def rows_of(path):
    return list(csv.reader(path.read_text("ascii").splitlines()[1:]))


def test_an_undo_holds_the_amounts_from_before_as_the_file_that_leaves_has_them(sent, run, work):
    told = run("undo", "0001", "-o", "undo.csv", "--json")
    assert told.code == 0
    assert (work / "undo.csv").read_bytes() == (
        f"{CSV}{ONE},19.90,ORDER_UPDATE\r\n{TWO},60.00,ORDER_UPDATE\r\n{THREE},10.00,ORDER_UPDATE\r\n"
    ).encode()
    facts = told.json
    assert {key: facts[key] for key in ("batch", "written", "rows", "deadline", "problem")} == {
        "batch": "0001", "written": "undo.csv", "rows": 3, "deadline": "2026-12-03T08:00:00Z", "problem": None
    }  # fmt: skip
    assert facts["left_out"] == {
        "locked": 0, "unknown": 0, "changed_since": 0, "nothing_to_restore": 0, "not_applied": 0
    }  # fmt: skip
    assert facts["message"].startswith("Batch 0001: 3 of 3 rows can be restored until 2026-12-03 08:00 UTC.")
    assert "Nothing was sent. To send it: action-returns send undo.csv" in facts["message"]


def test_an_undo_says_loudly_that_a_reversal_may_stay_reversed(sent, run):
    told = run("undo", "1", "-o", "undo.csv").err
    assert "ATTENTION: 1 row restores an action that was reversed." in told
    assert "is not documented" in told


def test_what_is_locked_or_was_changed_since_stays_and_the_figures_say_so(sent, run, work, write, clock):
    clock.now = SENT_AT + timedelta(days=3)
    listed = later(
        (ONE, "0.00", "REVERSED", "2026-12-31 08:00"),
        (TWO, "33.00", "PENDING", "2027-01-15 08:00"),
        (THREE, "5.00", "PENDING", "2026-12-03 08:00"),
    )
    told = run("undo", "1", "-o", "undo.csv", "--pending", write(listed, "later.csv"), "--json").json
    assert rows_of(work / "undo.csv") == [[ONE, "19.90", "ORDER_UPDATE"]]
    assert (told["rows"], told["left_out"]["locked"], told["left_out"]["changed_since"]) == (1, 1, 1)
    assert told["rows"] + sum(told["left_out"].values()) == 3
    assert told["deadline"] == "2026-12-31T08:00:00Z"
    assert told["message"].startswith(
        "Batch 0001: 1 of 3 rows can be restored until 2026-12-31 08:00 UTC; 1 is locked; 1 was changed since."
    )
    assert [one["left_out"] for one in told["results"]] == [None, "changed_since", "locked"]
    assert told["results"][1]["message"].startswith("The network has 33.00, not 49.90")


def test_the_kept_list_is_used_and_its_age_told(sent, run, write, clock):
    clock.now = SENT_AT + timedelta(days=1, hours=12)
    listed = later((ONE, "0.00", "REVERSED", "2026-12-31 08:00"), (TWO, "33.00", "PENDING", "2027-01-15 08:00"))
    run("check", write(ROWS, "returns.csv"), "--pending", write(listed, "later.csv"))
    told = run("undo", "1", "-o", "undo.csv", "--json").json
    assert told["left_out"]["changed_since"] == 1
    assert told["left_out"]["unknown"] == 1
    assert "Pending download of 2026-12-02 (less than 1 day old): later.csv." in told["message"]


def test_an_undo_works_without_any_list(outbox, run, write, work):
    run("send", write(f"{CSV}{TWO},60.00,ORDER_UPDATE\r\n", "first.csv"), "--yes")
    run("send", write(f"{CSV}{TWO},49.90,ORDER_UPDATE\r\n{ONE},0,REJECTED\r\n", "second.csv"), "--yes")
    told = run("undo", "2", "-o", "undo.csv", "--json").json
    assert rows_of(work / "undo.csv") == [[TWO, "60.00", "ORDER_UPDATE"]]
    assert (told["left_out"]["unknown"], told["deadline"], told["pending"]) == (1, None, None)
    assert "No pending download is kept." in told["message"]
    assert "What batch 0001 sent counts as the amount from before." in told["message"]


def test_a_kept_list_that_was_changed_does_not_stop_an_undo(sent, run, paths, work):
    (kept,) = paths.pending.rglob("before.csv")
    kept.write_bytes(kept.read_bytes() + b"x")
    told = run("undo", "1", "-o", "undo.csv", "--json")
    assert (told.code, len(rows_of(work / "undo.csv"))) == (0, 3)
    assert "was changed" in told.json["message"]
    assert "It was not used." in told.json["message"]


def test_nothing_to_undo_writes_no_file(sent, run, work, clock):
    clock.now = SENT_AT + timedelta(days=60)
    told = run("undo", "1", "-o", "undo.csv", "--json")
    assert (told.code, told.json["problem"], told.json["written"]) == (3, "nothing-to-undo", None)
    assert told.json["left_out"]["locked"] == 3
    assert not (work / "undo.csv").exists()
    assert "Batch 0001: 0 of 3 rows can be restored; 3 are locked. Nothing was written." in told.json["message"]


def test_an_undo_can_be_sent_undone_and_undone_again(sent, run, work):
    for batch, amounts in enumerate(
        (["19.90", "60.00", "10.00"], ["0", "49.90", "5.00"], ["19.90", "60.00", "10.00"]), 1
    ):
        file = f"undo{batch}.csv"
        assert run("undo", str(batch), "-o", file).code == 0
        assert [row[1] for row in rows_of(work / file)] == amounts
        told = run("send", file, "--pending", "before.csv", "--yes", "--json")
        assert (told.code, told.json["rows"], told.json["left_out"]["sent_before"]) == (0, 3, 0)
    told = run("undo", "1", "-o", "again.csv", "--json").json
    assert told["left_out"]["changed_since"] == 3
    assert told["results"][0]["message"].startswith("Batch 0004 changed it again. Undo that one first")


def test_rows_of_an_undo_count_towards_the_limit_of_modifications(sent, run):
    run("undo", "1", "-o", "undo.csv")
    run("send", "undo.csv", "--yes")
    assert run("action", "show", ONE, "--json").json["used"] == 2


def test_an_undo_that_raises_order_value_needs_the_usual_confirmation(home, tmp_path, run, write):
    make_outbox(home, tmp_path / "box", max_raise="50.00")
    run("send", write(ROWS, "returns.csv"), "--pending", write(BEFORE, "before.csv"), "--yes")
    listed = later((TWO, "0.10", "PENDING", "2027-01-15 08:00"))
    run("undo", "1", "-o", "undo.csv")
    stopped = run("send", "undo.csv", "--pending", write(listed, "now.csv"), "--yes", "--json")
    assert (stopped.code, stopped.json["problem"]) == (2, "raise-not-confirmed")
    assert run("send", "undo.csv", "--pending", "now.csv", "--yes", "--max-raise", "60").code == 0


@pytest.mark.parametrize("name", ["undo.xlsx", "undo.xlsm"])
def test_an_undo_can_be_a_workbook(sent, run, name):
    assert run("undo", "1", "-o", name).code == 0
    told = run("send", name, "--yes", "--json").json
    assert (told["rows"], told["batch"]) == (3, "0002")


def test_another_file_is_never_replaced_without_force(sent, run, work, write, paths):
    write("mine", "undo.csv")
    told = run("undo", "1", "-o", "undo.csv", "--json")
    assert (told.code, told.json["problem"]) == (2, "output-file")
    assert (work / "undo.csv").read_text() == "mine"
    with open_ledger(paths.ledger_file) as ledger:
        assert ledger.undo_drafts(1) == []
    assert run("undo", "1", "-o", "undo.csv", "--force").code == 0
    assert len(rows_of(work / "undo.csv")) == 3


def test_the_list_that_is_read_is_never_written(sent, run, work):
    told = run("undo", "1", "-o", "before.csv", "--pending", "before.csv", "--force", "--json")
    assert (told.code, told.json["problem"]) == (2, "output-file")
    assert (work / "before.csv").read_text() == BEFORE.replace("\r\n", "\n")


def test_a_file_of_another_kind_is_refused(sent, run):
    assert run("undo", "1", "-o", "undo.txt", "--json").json["problem"] == "output-file"


def test_a_batch_that_failed_or_is_not_there_has_nothing_to_undo(sent, run):
    run("history", "mark", "1", "failed", "--why", "The folder was empty")
    told = run("undo", "1", "-o", "undo.csv", "--json")
    assert (told.code, told.json["problem"]) == (2, "usage")
    assert "failed: the receiver has nothing of it" in told.json["message"]
    assert run("undo", "9", "-o", "undo.csv", "--json").json["problem"] == "no-such-batch"


def test_an_undo_is_not_sent_over_what_a_colleague_changed_after_it_was_drafted(sent, run, write, work, outbox):
    run("undo", "1", "-o", "undo.csv")
    assert run("send", write(f"{CSV}{TWO},55.00,ORDER_UPDATE\r\n", "colleague.csv"), "--yes").code == 0
    (work / "part.csv").write_text(f"{CSV}{TWO},60.00,ORDER_UPDATE\r\n", newline="")
    for file, *options in (("undo.csv", "--yes"), ("undo.csv", "--dry-run"), ("part.csv", "--yes")):
        told = run("send", file, *options, "--json")
        assert (told.code, told.json["problem"], told.json["batch"]) == (8, "rows-sent-before", "0002")
        assert f"1 action of it got another amount after it was drafted: {TWO} in batch 0002." in told.json["message"]
    assert run("undo", "1", "-o", "again.csv", "--json").json["left_out"]["changed_since"] == 1
    assert run("send", "again.csv", "--yes", "--json").json["rows"] == 2
    told = run("send", "undo.csv", "--yes", "--include-sent", "--json")
    assert (told.code, told.json["rows"]) == (0, 3)


def test_what_a_colleague_changes_between_the_question_and_the_send_is_not_overwritten(
    sent, run, write, outbox, monkeypatch
):
    run("undo", "1", "-o", "undo.csv")
    real = send.submit

    def submit_later(*arguments, **facts):
        monkeypatch.setattr(send, "submit", real)
        assert run("send", write(f"{CSV}{TWO},55.00,ORDER_UPDATE\r\n", "colleague.csv"), "--yes").code == 0
        return real(*arguments, **facts)

    monkeypatch.setattr(send, "submit", submit_later)
    told = run("send", "undo.csv", "--yes", "--json")
    assert (told.code, told.json["problem"]) == (8, "rows-sent-before")
    assert "got another amount after it was drafted" in told.json["message"]


def test_what_a_colleague_changes_while_an_undo_is_drafted_is_not_in_it(sent, run, write, work, monkeypatch):
    real = undo.check_form

    def sent_meanwhile(*arguments):
        assert run("send", write(f"{CSV}{TWO},55.00,ORDER_UPDATE\r\n", "colleague.csv"), "--yes").code == 0
        real(*arguments)

    monkeypatch.setattr(undo, "check_form", sent_meanwhile)
    told = run("undo", "1", "-o", "undo.csv", "--json")
    assert (told.code, told.json["problem"], told.json["written"]) == (2, "usage", None)
    assert "Batch 0002 changed actions of batch 0001 while its undo was drafted" in told.json["message"]
    assert not (work / "undo.csv").exists()


def test_a_batch_of_another_account_is_not_undone_here(sent, run, home, tmp_path):
    (tmp_path / "other").mkdir()
    config = tomlkit.parse((home / "config.toml").read_text("utf-8"))
    channel = {"kind": "outbox", "directory": str(tmp_path / "other")}
    config["profiles"]["other"] = {"environment": "live", "channel": channel}
    (home / "config.toml").write_text(tomlkit.dumps(config), "utf-8")
    told = run("undo", "1", "-o", "undo.csv", "--profile", "other", "--json")
    assert (told.code, told.json["problem"]) == (2, "usage")
    assert "action-returns undo 0001 --profile acme" in told.json["message"]


def test_of_an_unknown_batch_it_is_told_that_it_may_not_have_arrived(outbox, run, write, monkeypatch):
    monkeypatch.setattr("action_returns.channels.folder.OutboxChannel.deliver", line_goes_dead)
    run("send", write(ROWS, "returns.csv"), "--pending", write(BEFORE, "before.csv"), "--yes")
    told = run("undo", "1", "-o", "undo.csv", "--json")
    assert told.code == 0
    assert "It is not known whether batch 0001 arrived." in told.json["message"]


def test_an_amount_of_0_from_before_comes_back_with_a_reversing_reason(outbox, run, write, work):
    before = HEAD + f"{ONE},0.00,,EUR,PENDING,2026-12-31 08:00,2026-11-20 10:00,1001\r\n"
    rows = write(f"{CSV}{ONE},12.00,ORDER_UPDATE\r\n", "returns.csv")
    run("send", rows, "--pending", write(before, "before.csv"), "--yes")
    told = run("undo", "1", "-o", "undo.csv").err
    assert rows_of(work / "undo.csv") == [[ONE, "0", "REJECTED"]]
    assert "1 row had the amount 0 before" in told


def test_without_a_fitting_reason_code_nothing_is_written(home, tmp_path, run, write, work):
    make_outbox(home, tmp_path / "box", reasons={"ORDER_UPDATE": "off"})
    run("send", write(f"{CSV}{ONE},0,REJECTED\r\n", "returns.csv"), "--pending", write(BEFORE, "before.csv"), "--yes")
    told = run("undo", "1", "-o", "undo.csv", "--json")
    assert (told.code, told.json["problem"]) == (9, "configuration")
    assert "has no reason code that goes with a new total" in told.json["message"]
    assert not (work / "undo.csv").exists()


@pytest.fixture
def resetting(home, tmp_path, run, write):
    """A batch of a profile whose network takes reset files; the orders 1001 and ``=1+2,"x"`` were changed."""
    make_outbox(home, tmp_path / "box", reset_event_type="9026")
    listed = BEFORE.replace("1002", '"=1+2,""x"""').replace("1003", "")
    assert run("send", write(ROWS, "returns.csv"), "--pending", write(listed, "before.csv"), "--yes").code == 0


def test_a_profile_that_takes_resets_gets_a_reset_file(resetting, run, work):
    told = run("undo", "1", "-o", "reset.csv", "--json").json
    assert (work / "reset.csv").read_bytes() == (
        b'Oid,ActionTrackerId,Reason\r\n1001,9026,RESET\r\n"=1+2,""x""",9026,RESET\r\n'
    )
    assert (told["rows"], told["left_out"]["unknown"], told["form"], told["orders"]) == (2, 1, "reset", 2)
    assert "Upload it by hand in the network" in told["message"]
    assert "skews some reports" in told["message"]
    assert "1 cell (in line 3, column A) begins with =" in told["message"]
    assert "To send it" not in told["message"]


def test_a_reset_file_is_never_sent(resetting, run, work, tmp_path):
    run("undo", "1", "-o", "reset.csv")
    assert run("send", "reset.csv", "--yes").code == 3
    (work / "plain.csv").write_text("Oid,ActionTrackerId,Reason\n1001,9026,RESET\n")
    told = run("send", "plain.csv", "--yes", "--json")
    assert (told.code, told.json["problem"]) == (3, "columns-missing")
    assert len(list((tmp_path / "box").iterdir())) == 1


def test_an_order_is_not_reset_where_another_batch_changed_another_action_of_it(resetting, run, write, work):
    others = HEAD + f"{FOUR},8.00,,EUR,PENDING,2026-12-31 08:00,2026-11-20 10:00, 1001\r\n"
    other = write(f"{CSV}{FOUR},0,REJECTED\r\n", "other.csv")
    assert run("send", other, "--pending", write(others, "others.csv"), "--yes").code == 0
    told = run("undo", "1", "-o", "reset.csv", "--pending", "before.csv", "--json").json
    assert (told["rows"], told["results"][0]["left_out"]) == (1, "unknown")
    assert "1001" not in (work / "reset.csv").read_text()
    run("history", "mark", "2", "failed", "--why", "The folder was empty", "--yes")
    assert run("undo", "1", "-o", "again.csv", "--pending", "before.csv", "--json").json["rows"] == 2


@pytest.mark.parametrize(
    ("amount", "original", "state", "rows"),
    [
        ("8.00", "9.00", "PENDING", 2),
        ("9.00", "9.00", "PENDING", 3),
        ("8.00", "", "PENDING", 3),
        ("8.00", "8.00", "REVERSED", 2),
    ],
)
def test_an_order_is_not_reset_where_a_list_shows_that_another_action_of_it_was_changed(
    resetting, run, write, amount, original, state, rows
):
    listed = BEFORE + f"{FOUR},{amount},{original},EUR,{state},2026-12-31 08:00,2026-11-20 10:00,1001\r\n"
    told = run("undo", "1", "-o", "reset.csv", "--pending", write(listed, "now.csv"), "--json")
    assert (told.code, told.json["rows"]) == (0, rows)


def test_a_reset_file_is_csv_and_rows_can_be_asked_for(resetting, run, work):
    assert run("undo", "1", "-o", "reset.xlsx", "--json").json["problem"] == "output-file"
    assert run("undo", "1", "-o", "undo.csv", "--no-reset").code == 0
    assert len(rows_of(work / "undo.csv")) == 3


def test_a_drafted_undo_is_on_record(sent, run, paths):
    run("undo", "1", "-o", "undo.csv")
    with open_ledger(paths.ledger_file) as ledger:
        ((event, rows),) = ledger.undo_drafts(1)
    assert (event.detail["file"], event.detail["rows"], event.detail["form"]) == ("undo.csv", 3, "rows")
    assert rows.startswith(f"{CSV}{ONE},19.90,".encode())
    assert "An undo of this batch was drafted before (1 time)." in run("undo", "1", "-o", "again.csv").err


def test_a_batch_and_its_undo_name_each_other(sent, run):
    run("undo", "1", "-o", "undo.csv")
    run("send", "undo.csv", "--yes")
    run("undo", "2", "-o", "again.csv")
    run("send", "again.csv", "--yes")
    shown = run("action", "show", TWO)
    assert [line.split("handed-over, ")[1].split("  ")[0] for line in shown.out.splitlines()[1:4]] == [
        "undone by 0002",
        "undoes 0001, undone by 0003",
        "undoes 0002",
    ]
    told = run("action", "show", TWO, "--json").json["sent"]
    assert [(one["batch"], one["undoes"], one["undone_by"]) for one in told] == [
        ("0001", None, ["0002"]),
        ("0002", "0001", ["0003"]),
        ("0003", "0002", []),
    ]
    assert "0001" in run("history", "show", "2").out
    assert "Undone by batch 0002" in run("history", "show", "1").out
    told = run("history", "show", "2", "--json").json
    assert (told["undoes"], told["undone_by"]) == ("0001", ["0003"])


def test_an_undo_that_did_not_arrive_undid_nothing(sent, run):
    run("undo", "1", "-o", "undo.csv")
    run("send", "undo.csv", "--yes")
    run("history", "mark", "2", "failed", "--why", "The folder was empty", "--yes")
    assert [one["undone_by"] for one in run("action", "show", TWO, "--json").json["sent"]] == [[], []]
    assert run("history", "show", "1", "--json").json["undone_by"] == []
    assert run("undo", "1", "-o", "again.csv", "--json").json["rows"] == 3


def test_of_many_rows_that_are_left_out_ten_of_each_reason_are_named(outbox, run, write):
    unknown = "".join(f"M.8882.4808.{number},0,REJECTED\r\n" for number in range(100, 130))
    locked = "".join(f"M.8882.4808.{number},0,REJECTED\r\n" for number in range(200, 212))
    before = HEAD + "".join(
        f"M.8882.4808.{number},9.00,,EUR,PENDING,2026-11-30 08:00,2026-11-20 10:00,\r\n" for number in range(200, 212)
    )
    run("send", write(CSV + unknown, "returns.csv"), "--yes")
    run("send", write(CSV + locked, "more.csv"), "--yes")
    told = run("undo", "1", "-o", "undo.csv")
    assert told.code != 0
    assert "M.8882.4808.109" in told.out
    assert "M.8882.4808.110" not in told.out
    assert "20 further rows are left out (unknown): --verbose shows all." in told.err
    assert "M.8882.4808.129" in run("undo", "1", "-o", "undo.csv", "--verbose").out
    listed = run("undo", "2", "-o", "undo.csv", "--pending", write(before, "before.csv"))
    assert "2 further rows are left out (locked): --verbose shows all." in listed.err


def test_what_is_on_record_without_a_readable_time_ends_in_a_message(sent, run, paths, write):
    run("send", write(f"{CSV}{ONE},5.00,ORDER_UPDATE\r\n", "more.csv"), "--yes")
    with open_ledger(paths.ledger_file) as ledger:
        ledger._store.execute("DROP TRIGGER batch_is_never_changed")
        ledger._store.execute("UPDATE batch SET created_at = 'some day'")
    assert run("undo", "2", "-o", "undo.csv", "--json").code in {0, 3}
    assert run("reconcile", "2", "--pending", "before.csv", "--json").json["problem"] != "unexpected"
