"""One action, and what a person says became of a batch: as users and their scripts meet it on the command line."""

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import make_csv
from action_returns.errors import LedgerError
from action_returns.ledger.ledger import Ledger, open_ledger
from action_returns.operations.receipt import page_of
from tests.support.batches import CSV, LIST, ONE, TWO
from tests.support.cli import modules_loaded_by_check, run_at_a_terminal
from tests.support.ledgers import batch_of
from tests.support.sending import line_goes_dead

WHY = ("--why", "it is at File Submissions")
A_THOUSAND_BATCHES = (  # sending them one by one takes half a minute
    """
    INSERT INTO batch (number, profile, environment, channel, destination, source, file_name, sha256, row_count,
        reversals, size, created_at, who, host, process, state, account)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    SELECT i, 'acme', 'test', 'ftp', 'x', 'x', i, i, 1, 1, 1, '2026-11-23T10:00:00+00:00', 'x', 'x', '1 1', 'prepared',
        'test profile acme'
    FROM n
    """,
    f"INSERT INTO sent_row (action_id, batch, cents, reason) SELECT '{ONE}', number, number, 'ORDER_UPDATE' FROM batch",
    "UPDATE batch SET state = 'sending'",
    "UPDATE batch SET state = 'sent'",
)


@pytest.fixture
def batch(outbox, paths):
    """A batch of which nobody knows whether it arrived, with its receipt."""
    rows = ReadyRows([ONE, TWO], [0, 4990], ["REJECTED", "ORDER_UPDATE"])
    with open_ledger(paths.ledger_file) as ledger:
        claim = ledger.claim(
            batch_of(environment="test"),
            make_csv(rows),
            rows,
            name_for="{}.csv".format,
            confirmation={"how": "asked in the workbook"},
        )
        ledger.mark_sending(claim.number)
        ledger.settle(claim.number, "unknown", "The line went dead.", {"reply": "150"})
        folder = paths.submissions / claim.label
        folder.mkdir(parents=True)
        (folder / "receipt.html").write_bytes(page_of(ledger.in_full(claim.number)))
    return folder


# One action


def test_everything_ever_sent_for_an_action_is_shown_and_counted(outbox, run, file):
    run("send", file(), "--yes")
    outbox.rename(outbox.with_name("away"))
    run("send", file(CSV + f"{ONE},5,ORDER_UPDATE\r\n"), "--yes")
    shown = run("action", "show", ONE)
    lines = shown.out.splitlines()
    assert shown.code == 0
    assert [line.split()[2] for line in lines[1:3]] == ["0001", "0002"]
    assert "handed-over" in lines[1]
    assert "failed (not counted)" in lines[2]
    assert "1 of 1,000 modifications used in TEST, as far as this program knows." in lines
    told = run("action", "show", ONE, "--json").json
    assert {key: told[key] for key in ("action_id", "used", "limit", "environment")} == {
        "action_id": ONE, "used": 1, "limit": 1000, "environment": "test",
    }  # fmt: skip
    assert [set(row) for row in told["sent"]] == [
        {
            "batch",
            "at",
            "environment",
            "profile",
            "channel",
            "amount",
            "reason",
            "outcome",
            "who",
            "undoes",
            "undone_by",
            "problems",
        }
    ] * 2
    assert [(row["batch"], row["amount"], row["reason"], row["outcome"]) for row in told["sent"]] == [
        ("0001", "0", "REJECTED", "handed-over"),
        ("0002", "5.00", "ORDER_UPDATE", "failed"),
    ]


def test_an_action_of_which_nothing_was_sent_is_no_error(outbox, home, run):
    shown = run("action", "show", ONE)
    assert (shown.code, shown.out) == (0, "")
    assert f'Nothing that is on record here was ever sent for "{ONE}".' in shown.err
    assert not (home / "ledger.sqlite3").exists()
    told = run("action", "show", f" {ONE}", "--json").json
    assert (told["action_id"], told["used"], told["sent"]) == (ONE, 0, [])


def test_an_id_that_a_cell_has_damaged_gets_a_hint(batch, run):
    assert f"Did you mean {ONE}?" in run("action", "show", "m" + ONE[1:]).err
    found = run("action", "show", f" {ONE} ")
    assert "unknown (may have arrived)" in found.out
    assert "The blanks around it were left out." in found.err


# What a check says of the past


def test_every_command_that_checks_knows_what_was_sent(outbox, run, file):
    run("send", file(), "--yes")
    again = file(LIST + "M.8882.4808.1063417,0,REJECTED\r\n")
    told = run("check", again, "--json").json
    assert [(f["row"], f["code"], f["severity"]) for f in told["findings"]] == [
        (2, "already-sent", "warning"),
        (3, "already-sent", "warning"),
    ]
    assert all("in batch 0001" in finding["message"] for finding in told["findings"])
    assert told["ready"] == 3
    assert run("review", again, "--json").json["sent_before"] == 2
    assert "2 rows stay here: they may have arrived before" in run("send", again, "--yes").err


def test_an_action_that_is_used_up_stays_behind_whatever_is_done_with_the_file(outbox, paths, run, file):
    with open_ledger(paths.ledger_file) as ledger:
        for statement in A_THOUSAND_BATCHES:
            ledger._store.execute(statement)
    told = run("check", file(), "--json").json
    assert [(f["row"], f["code"]) for f in told["findings"]] == [(2, "limit-reached")]
    assert "was already sent in 1,000 batches" in told["findings"][0]["message"]
    exported = run("export", file(), "-o", "-")
    assert (exported.code, exported.out) == (3, CSV + f"{TWO},49.90,ORDER_UPDATE\r\n")
    assert run("send", file(), "--yes").code == 3
    fixed = run("fix", file(), "--dry-run", "--json").json
    assert (fixed["rows"], fixed["ready"]) == (2, 1)
    assert list(outbox.iterdir()) == []


def test_a_ledger_that_cannot_be_read_spoils_no_check_and_ends_it_with_11(home, outbox, run, file):
    (home / "ledger.sqlite3").write_bytes(b"this is no ledger" * 1_000)
    result = run("check", file())
    assert result.code == 11
    assert "What was sent before for these actions, and how often." in result.err
    assert "ledger.sqlite3" in result.err


def test_a_check_opens_no_database_where_nothing_was_ever_sent(outbox, file):
    assert modules_loaded_by_check(file(), "sqlite3", "psycopg", "action_returns.ledger") == []


# What a person says became of a batch


def test_a_person_who_has_looked_settles_an_unknown_batch(batch, run):
    told = run("history", "mark", "0001", "sent", *WHY, "--yes", "--json").json
    assert (told["batch"], told["outcome"], told["marked"]) == ("0001", "sent", True)
    (event,) = [event for event in run("history", "show", "1", "--json").json["events"] if event["kind"] == "marked"]
    assert (event["state"], event["was"], event["why"]) == ("sent", "unknown", WHY[1])
    assert event["who"]
    shown = run("history", "show", "1").out
    assert f"marked sent by {event['who']}, it was unknown: {WHY[1]}" in shown
    assert f"confirmed by {event['who']}: asked in the workbook" in shown
    listed = run("history", "list").out
    assert " sent* " in listed
    assert "* marked by a person" in listed
    assert " sent* " in run("action", "show", ONE).out


def test_an_outcome_that_the_receiver_gave_bears_no_mark(outbox, run, file):
    run("send", file(), "--yes")
    assert run("history", "list", "--json").json["batches"][0]["marked"] is False
    assert "marked by a person" not in run("history", "list").out
    assert "marked by a person" not in run("action", "show", ONE).out


def test_the_receipt_names_the_person_who_marked_the_batch(batch, run):
    page = batch / "receipt.html"
    assert "Unknown: it cannot be told" in page.read_text(encoding="utf-8")
    assert "action-returns history mark 0001" in page.read_text(encoding="utf-8")
    run("history", "mark", "0001", "sent", *WHY, "--yes")
    after = page.read_text(encoding="utf-8")
    assert "Sent: a person who looked says so, the receiver did not" in after
    assert WHY[1] in after
    assert "the receiver confirmed" not in after
    assert "history mark" not in after


def test_no_receipt_is_made_where_there_was_none(batch, run):
    (batch / "receipt.html").unlink()
    assert run("history", "mark", "1", "sent", *WHY, "--yes").code == 0
    assert list(batch.iterdir()) == []


def test_a_receipt_that_cannot_be_written_anew_is_called_out_of_date(batch, run):
    (batch / "receipt.html").unlink()
    (batch / "receipt.html").mkdir()
    result = run("history", "mark", "1", "sent", *WHY, "--yes", "--json")
    assert (result.code, result.json["outcome"]) == (0, "sent")
    assert "out of date" in result.err


def test_a_batch_stays_marked_when_the_ledger_cannot_be_read_for_its_receipt(batch, run, monkeypatch):
    def unreadable(_ledger, _number):
        raise LedgerError("The ledger is in use by another program.")

    monkeypatch.setattr(Ledger, "in_full", unreadable)
    result = run("history", "mark", "1", "sent", *WHY, "--yes", "--json")
    assert (result.code, result.json["outcome"]) == (0, "sent")
    assert "out of date and cannot be written (The ledger is in use by another program.)" in result.err


def test_rows_of_a_batch_that_was_marked_sent_stay_blocked(batch, outbox, run, file):
    run("history", "mark", "1", "sent", *WHY, "--yes")
    assert run("check", file(), "--json").json["warnings"] == 2
    assert run("send", file(), "--yes").code == 8
    assert list(outbox.iterdir()) == []


def test_rows_of_a_batch_that_was_marked_failed_may_be_sent_again(batch, outbox, run, file):
    assert run("history", "mark", "1", "failed", "--why", "nothing there", "--yes").code == 0
    assert run("check", file(), "--json").json["warnings"] == 0
    assert run("send", file(), "--yes").code == 0
    assert len(list(outbox.iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["1", "sent"], 2, "--why"),
        (["1", "sent", "--why", " \u00a0", "--yes"], 2, "--why is empty"),
        (["1", "unknown", *WHY, "--yes"], 2, "'sent', 'failed'"),
        (["x", "sent", *WHY, "--yes"], 2, "x is not a batch"),
        (["7", "sent", *WHY, "--yes"], 2, "There is no batch 0007"),
    ],
)
def test_a_mark_that_says_too_little_or_means_nothing_changes_nothing(batch, run, arguments, code, words):
    result = run("history", "mark", *arguments)
    assert result.code == code
    assert words in result.err
    assert run("history", "show", "1", "--json").json["outcome"] == "unknown"


def test_without_a_terminal_the_words_of_the_command_settle_a_batch(batch, run):
    assert run("history", "mark", "1", "sent", *WHY).code == 0
    assert run("history", "show", "1", "--json").json["outcome"] == "sent"


@pytest.mark.parametrize("options", [[], ["--yes"]])
@pytest.mark.parametrize(("state", "then"), [("sent", "sent"), ("failed", "sent"), ("failed", "failed")])
def test_what_is_settled_stays_settled_without_a_question(batch, run, state, then, options):
    run("history", "mark", "1", state, *WHY, "--yes")
    again = run("history", "mark", "1", then, "--why", "I changed my mind", *options)
    assert again.code == 2
    assert f"Batch 0001 is {state}, so it cannot be marked {then}. Nothing was changed." in again.err
    assert run("history", "mark", "1", then, "--why", "x", "--yes", "--json").json["problem"] == "mark-refused"
    assert run("history", "show", "1", "--json").json["outcome"] == state


def test_a_sent_batch_of_which_the_receiver_has_nothing_is_marked_failed_and_its_rows_go_again(
    batch, outbox, run, file
):
    run("history", "mark", "1", "sent", *WHY, "--yes")
    assert run("send", file(), "--yes").code == 8
    marked = run("history", "mark", "1", "failed", "--why", "File Submissions shows nothing", "--yes", "--json")
    assert (marked.code, marked.json["outcome"], marked.json["marked"]) == (0, "failed", True)
    events = run("history", "show", "1", "--json").json["events"]
    assert [(event["state"], event["was"], event["why"]) for event in events if event["kind"] == "marked"] == [
        ("sent", "unknown", "it is at File Submissions"),
        ("failed", "sent", "File Submissions shows nothing"),
    ]
    assert run("action", "show", ONE, "--json").json["used"] == 0
    assert run("send", file(), "--yes").code == 0
    assert len(list(outbox.iterdir())) == 1


def test_a_batch_that_is_not_there_is_told_in_a_sentence(run, outbox):
    shown = run("history", "show", "99")
    assert (shown.code, "There is no batch 0099. See: action-returns history list" in shown.err) == (2, True)
    assert run("history", "show", "99", "--json").json["problem"]


def test_at_a_terminal_the_consequence_is_told_and_a_no_changes_nothing(batch, run):
    code, seen = run_at_a_terminal("n", "history", "mark", "1", "failed", "--quiet", *WHY)
    assert code == 0
    assert "The line went dead." in seen
    assert "its 2 rows count as not arrived: the next send takes them again" in seen
    assert "Mark batch 0001 failed?" in seen
    assert run("history", "show", "1", "--json").json["outcome"] == "unknown"


def test_at_a_terminal_a_yes_marks_it(batch, run):
    code, seen = run_at_a_terminal("y", "history", "mark", "1", "sent", *WHY)
    assert code == 0
    assert "the same rows stay behind when they are sent again" in seen
    assert run("history", "show", "1", "--json").json["outcome"] == "sent"


def test_an_unknown_batch_always_comes_with_its_next_step(batch, run):
    step = "action-returns history mark 0001 sent --why"
    assert step in run("history", "list").err
    assert step in run("history", "show", "1").out


def test_a_sending_that_ends_in_doubt_comes_with_its_next_step(outbox, run, file, monkeypatch):
    monkeypatch.setattr("action_returns.channels.folder.OutboxChannel.deliver", line_goes_dead)
    step = "action-returns history mark 0001 sent --why"
    result = run("send", file(), "--yes", "--json")
    assert result.code == 7
    assert result.json["message"].startswith("The line went dead. Then settle batch 0001 with: ")
    assert step in result.json["message"]
    assert step in result.err
