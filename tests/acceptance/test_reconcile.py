"""What became of the rows of a batch, as users and scripts find it out on the command line."""

import json
import os
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomlkit

from action_returns.cli.options import CommandContext
from tests.support.tampering import tamper

HEADER = "ActionId,Amount,State,LockingDate,OID,ActionDate\r\n"
ROWS = 4
IDS = [f"M.8882.4808.{number}" for number in range(1, ROWS + 1)]
SENT = (0, 12.5, 20, 30)
HOUR = 3600


@pytest.fixture
def wait(monkeypatch):
    """Lets commands run some hours after now."""

    def until(hours):
        later = staticmethod(lambda: datetime.now().astimezone() + timedelta(hours=hours))
        monkeypatch.setattr(CommandContext, "now", later)

    return until


@pytest.fixture
def listed(tmp_path, wait):
    """Writes a pending download: amount and state of each action, made some hours from now; commands run then."""

    def write(*actions, hours=48.0, name="later.csv", ids=IDS, is_dated=True):
        path = tmp_path / name
        if hours > 0:
            wait(hours + 0.1)
        at = datetime.now(UTC) + timedelta(hours=hours)
        date = f"{at:%Y-%m-%dT%H:%M:%SZ}" if is_dated else ""
        lines = [
            f"{action_id},{amount},{state},2099-01-01T08:00:00Z,order-{action_id[-1]},{date}\r\n"
            for action_id, (amount, state) in zip(ids, actions, strict=True)
            if state
        ]
        path.write_text(
            HEADER + "".join(lines) + f"M.8882.4808.99,{hours + 100:.2f},PENDING,2099-01-01T08:00:00Z,x,{date}\r\n",
            newline="",
        )
        os.utime(path, (at.timestamp(), at.timestamp()))
        return str(path)

    return write


@pytest.fixture
def sent(outbox, run, work, file, listed):
    """A batch of four rows that was sent; the amounts from before are on record."""
    rows = [
        f"{one},{amount},{'ORDER_UPDATE' if amount else 'REJECTED'}\r\n" for one, amount in zip(IDS, SENT, strict=True)
    ]
    before = listed(*[("50.00", "PENDING")] * ROWS, hours=-1, name="before.csv")
    done = run("send", file("ActionId,Amount,Reason\r\n" + "".join(rows)), "--pending", before, "--yes", "--json")
    assert done.code == 0, done.err
    return done.json["file"]


MIXED = (("0.00", "REVERSED"), ("12.50", "PENDING"), ("50.00", "PENDING"), ("44.00", "PENDING"))


def test_every_row_gets_its_result_and_differences_are_exit_code_10(sent, run, listed):
    done = run("reconcile", "1", "--pending", listed(*MIXED), "--json")
    facts = done.json
    assert (done.code, facts["problem"], facts["batch"], facts["source"]) == (10, None, "0001", "pending")
    assert [facts[one] for one in ("rows", "applied", "different", "missing", "locked", "refused", "too_early")] == [
        4, 2, 2, 0, 0, 0, 0,
    ]  # fmt: skip
    assert (facts["state"], facts["settled"], round(facts["age_hours"])) == ("handed-over", False, 48)
    assert facts["results"][3] == {
        "row": 4,
        "line": 5,
        "action": IDS[3],
        "verdict": "different",
        "why": "other-amount",
        "sent": {"amount": "30.00", "reason": "ORDER_UPDATE"},
        "seen": {"amount": "44.00", "status": "PENDING"},
        "message": "The network has 44.00, and 30.00 was sent. Look it up in the network.",
    }
    assert facts["next"] == f"action-returns action show {IDS[2]}"
    assert [one["row"] for one in facts["results"]] == [1, 2, 3, 4]


def test_what_is_applied_is_counted_and_what_differs_is_listed_with_what_to_do(sent, run, listed):
    done = run("reconcile", "1", "--pending", listed(*MIXED))
    assert "Batch 0001: 2 of 4 rows applied, 2 different." in done.err
    assert (IDS[2] in done.out, IDS[3] in done.out, IDS[1] in done.out) == (True, True, False)
    assert f"Next: action-returns action show {IDS[2]}" in done.err
    assert IDS[1] in run("reconcile", "1", "--pending", listed(*MIXED), "--verbose").out
    shown = run("history", "show", "1")
    assert "reconciled with later.csv of " in shown.out
    assert ": 2 applied, 2 different, by " in shown.out


def test_when_every_row_is_applied_the_batch_is_settled(sent, run, listed):
    every = listed(*[(f"{amount:.2f}", "PENDING") for amount in SENT])
    done = run("reconcile", "1", "--pending", every, "--json")
    assert (done.code, done.json["applied"], done.json["settled"], done.json["next"]) == (0, 4, True, None)
    again = run("reconcile", "--open", "--pending", every, "--json")
    assert (again.code, again.json["batches"]) == (0, [])
    assert "No batch is open" in again.json["message"]


def test_a_list_of_an_hour_after_the_batch_is_too_early_and_tells_from_when_on_it_is_not(sent, run, listed):
    done = run("reconcile", "1", "--pending", listed(*[("50.00", "PENDING")] * ROWS, hours=1))
    assert done.code == 0
    assert "Batch 0001: 0 of 4 rows applied, 4 too early." in done.err
    assert "The network may take 24 hours. Look again with a list of " in done.err
    assert "Next: action-returns reconcile 0001 --pending NEWER.csv" in done.err


def test_a_list_from_before_the_batch_tells_nothing(sent, run, listed):
    done = run("reconcile", "1", "--pending", listed(*MIXED, hours=-2), "--json")
    assert (done.code, done.json["too_early"], done.json["results"][1]["why"]) == (0, 4, "older")
    assert "older than batch 0001" in done.json["message"]


def test_the_download_that_was_used_at_sending_tells_nothing_of_what_came_after(sent, run, tmp_path):
    copy = tmp_path / "copied later.csv"
    copy.write_bytes((tmp_path / "before.csv").read_bytes())
    then = time.time() + 48 * HOUR
    os.utime(copy, (then, then))
    done = run("reconcile", "1", "--pending", copy, "--json")
    assert (done.code, done.json["too_early"], {one["why"] for one in done.json["results"]}) == (0, 4, {"older"})


def test_the_user_says_when_a_list_was_downloaded(sent, run, listed, wait):
    file = listed(*MIXED, hours=48)
    then = time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() + 2 * HOUR))
    done = run("reconcile", "1", "--pending", file, "--taken", then, "--json")
    assert [one["why"] for one in done.json["results"]] == ["reversed", "as-sent", "recent", "other-amount"]
    wait(200)
    late = time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() + 96 * HOUR))
    refused = run("reconcile", "1", "--pending", file, "--taken", late, "--json")
    assert (refused.code, "is later than the date of later.csv" in refused.json["message"]) == (2, True)
    wait(90)
    refused = run("reconcile", "1", "--pending", file, "--taken", late, "--json")
    assert (refused.code, "is in the future, so nothing can have been downloaded" in refused.json["message"]) == (
        2,
        True,
    )
    assert run("reconcile", "1", "--pending", file, "--taken", "yesterday").code == 2


def test_a_file_from_the_future_is_told_as_such_and_is_not_newer_than_now(sent, run, listed, wait):
    future = listed(*MIXED)
    wait(2)
    done = run("reconcile", "1", "--pending", future, "--json")
    assert "is in the future. When it was downloaded earlier" in done.json["message"]
    assert [one["why"] for one in done.json["results"]] == ["reversed", "as-sent", "older", "older"]
    assert done.json["age_hours"] is None
    assert datetime.fromisoformat(done.json["taken"]) <= datetime.now(UTC) + timedelta(hours=2)


def test_the_date_of_a_file_alone_makes_no_list_newer_than_the_batch(sent, run, listed):
    """A copy has a new date."""
    copied = listed(*[("50.00", "PENDING")] * ROWS, is_dated=False)
    done = run("reconcile", "1", "--pending", copied, "--json")
    assert (done.code, done.json["too_early"], {one["why"] for one in done.json["results"]}) == (0, 4, {"older"})
    assert "no date of an action tells its age" in done.json["message"]
    then = (datetime.now(UTC) + timedelta(hours=48)).isoformat(timespec="seconds")
    told = run("reconcile", "1", "--pending", copied, "--taken", then, "--json")
    assert (told.code, {one["why"] for one in told.json["results"]}) == (0, {"not-uploaded"})


def test_a_wrong_time_of_a_list_is_corrected_by_another_time_for_the_same_list(sent, run, listed, tmp_path):
    list_before_the_batch = listed(*[("44.00", "PENDING")] * ROWS, is_dated=False)
    errors = tmp_path / "errors.csv"
    errors.write_text(f"ActionId,Amount,Reason,Error\r\n{IDS[1]},12.50,ORDER_UPDATE,NO_ITEM\r\n", newline="")

    def at(hours):
        return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")

    def whys(*arguments):
        return [one["why"] for one in run("reconcile", "1", *arguments, "--json").json["results"]]

    wrong = ("--pending", list_before_the_batch, "--taken", at(40))
    assert whys(*wrong) == ["other-amount"] * ROWS
    assert whys("--result", errors) == ["other-amount", "named-as-error", "other-amount", "other-amount"]
    assert whys("--pending", list_before_the_batch, "--taken", at(-1)) == ["older", "named-as-error", "older", "older"]
    # Nothing of the list is left that another list of a time between has to be later than.
    other = listed(*MIXED, hours=30, name="other.csv")
    assert whys("--pending", other) == ["reversed", "as-sent", "unchanged", "other-amount"]
    now = listed(*MIXED, hours=0, name="now.csv")
    assert "in the future" not in run("reconcile", "1", "--pending", now).err


def test_dates_without_a_zone_count_as_the_earliest_that_they_can_be_unless_the_profile_names_one(
    sent, run, listed, paths
):
    def message(hours):
        path = Path(listed(*MIXED, hours=hours))
        made = path.stat().st_mtime
        path.write_text(re.sub(r"(T\d\d:\d\d):\d\dZ", r"\1", path.read_text("utf-8")), "utf-8")
        os.utime(path, (made, made))
        return run("reconcile", "1", "--pending", path, "--json").json

    told = message(30)
    assert [one["why"] for one in told["results"]] == ["reversed", "as-sent", "recent", "other-amount"]
    words = "The dates of the list name no time zone, and the profile sets none, so they count as 14 hours earlier."
    assert words in told["message"]
    assert words not in message(39)["message"]
    config = paths.config_file
    config.write_text(config.read_text("utf-8").replace("[profiles.acme]", '[profiles.acme]\ntime_zone = "UTC"'))
    told = message(30)
    assert (told["results"][2]["why"], words in told["message"]) == ("unchanged", False)


def test_hours_that_a_network_takes_are_a_setting(sent, run, listed, paths):
    config = paths.config_file
    config.write_text(config.read_text("utf-8").replace("[profiles.acme]", "[profiles.acme]\nresults_after_hours = 0"))
    done = run("reconcile", "1", "--pending", listed(*MIXED, hours=1), "--json")
    assert (done.code, done.json["results"][2]["why"]) == (10, "unchanged")
    config.write_text(config.read_text("utf-8").replace("hours = 0", "hours = 169"))
    refused = run("reconcile", "1", "--pending", listed(*MIXED))
    assert (refused.code, "a whole number of hours from 0 to 168" in refused.err) == (9, True)


def test_a_reversed_action_that_left_the_list_is_applied_unless_the_list_has_other_states(sent, run, listed, wait):
    gone = listed(("", ""), *MIXED[1:])
    done = run("reconcile", "1", "--pending", gone, "--json")
    assert done.json["results"][0]["why"] == "left-the-list"
    with Path(gone).open("a", newline="") as file:
        file.write("M.8882.4808.77,5.00,APPROVED,2020-01-01T08:00:00Z,y,\r\n")
    then = time.time() + 72 * HOUR
    wait(72)
    os.utime(gone, (then, then))
    other = run("reconcile", "1", "--pending", gone, "--json")
    assert other.json["results"][0]["verdict"] == "applied"  # what was seen before stays


def test_a_list_with_approved_actions_reverses_nothing_that_it_does_not_have(sent, run, listed):
    gone = listed(("", ""), *MIXED[1:])
    with Path(gone).open("a", newline="") as file:
        file.write("M.8882.4808.77,5.00,Approved,2020-01-01T08:00:00Z,y,\r\n")
    then = time.time() + 48 * HOUR
    os.utime(gone, (then, then))
    done = run("reconcile", "1", "--pending", gone, "--json")
    assert (done.json["results"][0]["verdict"], done.json["results"][0]["why"]) == ("missing", "not-listed")


def test_errors_that_the_receiver_names_are_shown_in_its_words_and_in_ours(sent, run, work):
    errors = work / "errors.csv"
    errors.write_text(f"ActionId,Amount,Reason,Error\r\n{IDS[1]},12.50,ORDER_UPDATE,NO_ITEM\r\n", newline="")
    done = run("reconcile", "1", "--result", errors, "--json")
    assert (done.code, done.json["refused"], done.json["too_early"]) == (10, 1, 3)
    assert done.json["state"] == "handed-over"  # a file that anyone can name proves nothing
    assert done.json["results"][1]["message"].startswith(
        "The receiver names it as an error: NO_ITEM. The network finds no"
    )
    assert done.json["results"][0]["why"] == "processed"
    why = (
        "3 rows too early: the receiver names no error there, and does not tell whether the action changed. Look again "
    )
    assert f"{why}with a Pending Actions download of " in done.json["message"]
    told = run("reconcile", "1", "--result", errors).err
    assert why in told
    assert f"Next: action-returns action show {IDS[1]}" in told
    assert "Then, for rows that are too early: action-returns reconcile 0001 --pending NEWER.csv" in told


def test_a_result_is_found_among_the_open_batches_by_the_name_of_its_file(sent, run, work, file):
    assert run("send", file("ActionId,Amount,Reason\r\nM.8882.4808.5,0,REJECTED\r\n"), "--yes").code == 0
    named = work / f"errors_{sent}.csv"
    named.write_text("Line,OrderId,Status,Reason\r\n5,,Validation,MALFORMED\r\n", newline="")
    done = run("reconcile", "--open", "--result", named, "--json")
    assert [one["batch"] for one in done.json["batches"]] == ["0001"]
    assert done.json["batches"][0]["results"][3]["verdict"] == "refused"
    unnamed = work / "errors.csv"
    unnamed.write_bytes(named.read_bytes())
    refused = run("reconcile", "--open", "--result", unnamed, "--json")
    assert (refused.code, refused.json["problem"]) == (3, "result-batch-unclear")
    assert "action-returns reconcile 0001 --result" in refused.json["message"]


def test_a_result_of_another_batch_is_refused_and_nothing_is_recorded(sent, run, work):
    result = work / "result.json"
    result.write_text(json.dumps({"FileName": "Batch_Mods_Reversals_2026_01_01_AAAA-0009.csv", "Status": "Complete"}))
    done = run("reconcile", "1", "--result", result, "--json")
    assert (done.code, done.json["problem"]) == (3, "result-other-batch")
    assert "Batch_Mods_Reversals_2026_01_01_AAAA-0009.csv" in done.json["message"]
    other = work / "errors_Batch_Mods_Reversals_2026_01_01_AAAA-0009.csv"
    other.write_text("Line,Status,Reason\r\n2,Validation,NO_ITEM\r\n", newline="")
    assert run("reconcile", "1", "--result", other, "--json").json["problem"] == "result-other-batch"
    other = work / "errors.csv"
    other.write_text("ActionId,Error\r\nM.8882.4808.77,NO_ITEM\r\n", newline="")
    refused = run("reconcile", "1", "--result", other, "--json")
    assert refused.json["problem"] == "result-other-batch"
    assert "M.8882.4808.77, which the batch does not have" in refused.json["message"]
    assert "reconciled" not in run("history", "show", "1").out


def test_a_batch_that_may_have_arrived_is_sent_once_the_network_names_its_file(sent, run, work, paths):
    tamper(
        paths.ledger_file,
        "UPDATE batch SET state = 'unknown' WHERE number = 1",
        """UPDATE event SET detail = replace(detail, '"state": "handed-over"', '"state": "unknown"')""",
    )
    result = work / "result.json"
    result.write_text(json.dumps({"FileName": sent, "Status": "Complete", "TotalRecords": 4, "TotalErrors": 0}))
    done = run("reconcile", "1", "--result", result, "--json")
    assert (done.code, done.json["state"], done.json["too_early"]) == (0, "sent", 4)
    assert "Batch 0001 was unknown and is sent now: the receiver's result names the file" in done.json["message"]


def test_what_was_handed_over_is_sent_once_every_amount_is_the_one_that_was_sent(sent, run, listed):
    half = run("reconcile", "1", "--pending", listed(*MIXED, hours=30), "--json")
    assert half.json["state"] == "handed-over"
    every = listed(*[(f"{amount:.2f}", "PENDING") for amount in SENT], hours=60)
    done = run("reconcile", "1", "--pending", every, "--json")
    assert (done.json["state"], done.json["settled"]) == ("sent", True)
    assert "4 actions had another amount before, and now have the one that was sent" in done.json["message"]
    assert "reconciled with a pending download" in json.dumps(run("history", "show", "1", "--json").json)


def test_a_row_that_is_still_too_early_keeps_a_batch_from_being_sent(sent, run, listed):
    early = [(f"{amount:.2f}", "PENDING") for amount in SENT[:3]]
    done = run("reconcile", "1", "--pending", listed(*early, ("50.00", "PENDING"), hours=1), "--json")
    assert (done.json["applied"], done.json["too_early"], done.json["state"]) == (3, 1, "handed-over")


def test_amounts_that_another_batch_explains_settle_nothing(sent, run, listed, file, paths):
    rows = [
        f"{one},{amount},{'ORDER_UPDATE' if amount else 'REJECTED'}\r\n" for one, amount in zip(IDS, SENT, strict=True)
    ]
    again = run(
        "send", file("ActionId,Amount,Reason\r\n" + "".join(rows)), "--yes", "--include-sent", "--allow-duplicate"
    )
    assert again.code == 0, again.err
    every = listed(*[(f"{amount:.2f}", "PENDING") for amount in SENT], hours=60)
    done = run("reconcile", "2", "--pending", every, "--json")
    assert (done.json["applied"], done.json["state"]) == (4, "handed-over")
    first = run("reconcile", "1", "--pending", every, "--json")
    assert (first.json["applied"], first.json["state"]) == (4, "handed-over")


def test_a_row_that_a_later_batch_changed_again_is_told_of_that_batch(sent, run, listed, file):
    again = run("send", file(f"ActionId,Amount,Reason\r\n{IDS[1]},7,ORDER_UPDATE\r\n"), "--yes")
    assert again.code == 0, again.err
    done = run("reconcile", "1", "--pending", listed(MIXED[0], ("7.00", "PENDING"), *MIXED[2:]), "--json")
    row = done.json["results"][1]
    assert (row["verdict"], row["why"]) == ("too_early", "replaced")
    assert row["message"].startswith("Batch 0002 changed this action again")
    assert "1 row too early: a later batch changed them again" not in done.json["message"]
    assert "1 row too early: a later batch changed the action again, and its result counts." in done.json["message"]


def test_amounts_that_only_this_batch_explains_settle_it(sent, run, listed, paths):
    tamper(
        paths.ledger_file,
        "UPDATE batch SET state = 'unknown' WHERE number = 1",
        """UPDATE event SET detail = replace(detail, '"state": "handed-over"', '"state": "unknown"')""",
    )
    assert run("reconcile", "1", "--pending", listed(*MIXED, hours=30), "--json").json["state"] == "unknown"
    every = listed(*[(f"{amount:.2f}", "PENDING") for amount in SENT], hours=60)
    assert run("reconcile", "1", "--pending", every, "--json").json["state"] == "sent"


def test_a_broken_batch_is_named_and_the_others_go_on(sent, run, listed, file, paths):
    assert run("send", file("ActionId,Amount,Reason\r\nM.8882.4808.5,0,REJECTED\r\n"), "--yes").code == 0
    tamper(paths.ledger_file, "UPDATE content SET bytes = x'00' WHERE batch = 2")
    done = run("reconcile", "--open", "--pending", listed(*MIXED), "--json")
    assert [one["batch"] for one in done.json["batches"]] == ["0001"]
    assert "batch 0002" in done.json["message"]
    refused = run("reconcile", "2", "--pending", listed(*MIXED), "--json")
    assert (refused.code, refused.json["problem"]) == (11, "ledger")


def test_a_result_from_before_the_batch_is_not_its_result(sent, run, work):
    errors = work / "errors.csv"
    errors.write_text(f"ActionId,Error\r\n{IDS[1]},NO_ITEM\r\n", newline="")
    for told in (("--taken", "2026-01-31T10:00"), ()):
        refused = run("reconcile", "1", "--result", errors, *told, "--json")
        if told:
            assert (refused.code, refused.json["problem"]) == (3, "result-other-batch")
            assert "before batch 0001 was sent" in refused.json["message"]
            assert "reconciled" not in run("history", "show", "1").out
    assert refused.json["refused"] == 1
    os.utime(errors, (1_700_000_000, 1_700_000_000))
    assert run("reconcile", "1", "--result", errors, "--json").json["problem"] == "result-other-batch"


def test_an_unchanged_row_of_a_batch_that_was_handed_over_may_not_have_been_uploaded(sent, run, listed):
    done = run("reconcile", "1", "--pending", listed(*[("50.00", "PENDING")] * ROWS), "--json")
    assert (done.code, done.json["too_early"], done.json["different"]) == (0, ROWS, 0)
    assert "It is not known when the file was uploaded." in done.json["results"][0]["message"]
    assert "4 rows too early: it is not known when the file was uploaded." in done.json["message"]
    some = run("reconcile", "1", "--pending", listed(*MIXED, hours=50), "--json")
    assert some.json["results"][2]["why"] == "unchanged"
    assert "it is not on record when its file was uploaded" in some.json["message"]
    changed = listed(*[(f"{amount:.2f}", "PENDING") for amount in SENT], hours=60)
    assert "uploaded" not in run("reconcile", "1", "--pending", changed, "--json").json["message"]


def test_amounts_of_which_none_is_known_may_be_of_another_column(sent, run, listed):
    words = "The column that was read as Amount, Amount, may be another one."
    other = [(f"{amount}.10", "PENDING") for amount in (7, 8, 9, 10)]
    told = run("reconcile", "1", "--pending", listed(*other), "--json").json
    assert ({one["why"] for one in told["results"]}, words in told["message"]) == ({"other-amount"}, True)
    told = run("reconcile", "1", "--pending", listed(*other[:3], ("50.00", "PENDING"), hours=60), "--json").json
    assert words not in told["message"]
    told = run("reconcile", "1", "--pending", listed(*other[:3], ("30.00", "PENDING"), hours=70), "--json").json
    assert words not in told["message"]


def test_a_list_that_is_older_than_the_results_on_record_says_so(sent, run, listed, wait):
    words = "The list was not used for 4 rows of batch 0001: the results on record, of "
    newer = listed(*MIXED, hours=60, name="newer.csv")
    for _ in range(2):  # the same list again has nothing that is newer
        assert words not in run("reconcile", "1", "--pending", newer, "--json").json["message"]
    older = listed(*[("50.00", "PENDING")] * ROWS, hours=30)
    wait(61)
    told = run("reconcile", "1", "--pending", older, "--json").json
    assert [one["why"] for one in told["results"]] == ["reversed", "as-sent", "unchanged", "other-amount"]
    assert words in told["message"]
    assert ", are newer." in told["message"]


def test_a_receipt_on_the_disk_is_renewed(sent, run, listed, paths):
    receipt = paths.submissions / "0001" / "receipt.html"
    before = receipt.read_bytes()
    run("reconcile", "1", "--pending", listed(*MIXED))
    assert receipt.read_bytes() != before
    receipt.unlink()
    receipt.mkdir()
    told = run("reconcile", "1", "--pending", listed(*MIXED))
    assert (told.code, "action-returns history receipt 0001" in told.err) == (10, True)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["1"],
        ["--open"],
        ["1", "--open", "--pending", "x.csv"],
        ["1", "--pending", "x.csv", "--result", "y.csv"],
        ["1", "--api", "--taken", "2026-11-30"],
        ["one", "--pending", "x.csv"],
        ["99", "--pending", "x.csv"],
    ],
)
def test_a_line_that_names_no_batch_or_no_source_is_refused(outbox, run, arguments):
    refused = run("reconcile", *arguments, "--json")
    assert (refused.code, refused.json["problem"] is not None) == (2, True)


def test_a_batch_of_another_account_is_refused_and_its_profile_is_named(sent, run, listed, home):
    config = tomlkit.parse((home / "config.toml").read_text("utf-8"))
    config["profiles"]["other"] = {**config["profiles"]["acme"].unwrap(), "environment": "live", "account": "other"}
    config["profiles"]["other"]["channel"]["directory"] += " of others"
    (home / "config.toml").write_text(tomlkit.dumps(config), "utf-8")
    done = run("reconcile", "1", "--pending", listed(*MIXED), "--profile", "other", "--json")
    assert (done.code, done.json["problem"]) == (2, "usage")
    assert "action-returns reconcile 0001 --profile acme --pending FILE" in done.json["message"]
    assert "reconciled" not in run("history", "show", "1").out
