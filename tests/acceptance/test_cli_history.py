"""A record that was changed past this program, as users and their scripts meet it on the command line."""

import json

import pytest

from tests.support.batches import CSV, LIST, ONE
from tests.support.cli import run_program
from tests.support.tampering import tamper

THREE = "M.8882.4808.1063499"
PARTS = (("event", "batch"), ("content", "batch"), ("sent_row", "batch"), ("batch", "number"))


@pytest.fixture
def record(outbox, run, file, paths):
    """Return a function that changes a ledger with two batches that were handed over."""
    for content in (LIST, f"{CSV}{THREE},7,ORDER_UPDATE\r\n"):
        assert run("send", file(content), "--yes").code == 0
    return lambda *statements: tamper(paths.ledger_file, *statements)


def test_bytes_that_were_changed_are_told_wherever_they_would_be_shown(record, run, paths, tmp_path):
    record(
        "UPDATE content SET bytes = CAST(replace(CAST(bytes AS TEXT), 'REJECTED', 'MODIFIED') AS BLOB) WHERE batch = 1"
    )
    for command in (["show", "1"], ["receipt", "1"], ["export"]):
        shown = run("history", *command)
        assert shown.code == 11
        assert "The bytes of batch 0001 are not those of its hash (SHA-256)." in shown.err
        assert "Keep the ledger as it is." in shown.err
        assert "0001" in shown.out or '"number": 1' in shown.out
    told = run("history", "show", "0001", "--json")
    assert (told.code, told.json["problem"], told.json["batch"]) == (11, "ledger", "0001")
    assert "The bytes of batch 0001 are not those of its hash (SHA-256)." in told.json["problems"]
    page = tmp_path / "receipt.html"
    assert run("history", "receipt", "1", "--html", page).code == 11
    assert "The bytes of batch 0001 are not those of its hash" in page.read_text(encoding="utf-8")
    assert run("history", "list").code == 0
    good = run("history", "receipt", "2", "--json")
    assert (good.code, good.json["problems"]) == (0, [])
    shown = run("action", "show", ONE)
    assert shown.code == 0
    assert "broken: handed-over" in shown.out
    assert "Batch 0001 is broken" in shown.err
    seen = run("doctor")
    assert "Ledger is unchanged" in seen.out
    assert "The bytes of batch 0001 are not those of its hash" in seen.out


def test_changed_bytes_are_not_written_and_the_copy_that_is_right_is_named(record, run, paths, tmp_path):
    record("UPDATE content SET bytes = x'00' WHERE batch = 1")
    target = tmp_path / "batch.csv"
    refused = run("history", "file", "1", "-o", target)
    (kept,) = (paths.submissions / "0001").glob("*.csv")
    assert (refused.code, target.exists(), refused.out) == (11, False, "")
    assert "Nothing was written." in refused.err
    assert f"The copy {kept} has the recorded hash." in refused.err
    kept.write_bytes(b"too")
    refused = run("history", "file", "1")
    assert (refused.code, refused.out) == (11, "")
    assert "has the recorded hash" not in refused.err
    assert run("history", "file", "2").code == 0


def test_bytes_that_are_right_in_a_broken_batch_are_written_and_the_rest_is_told(record, run):
    record("UPDATE sent_row SET cents = 900 WHERE batch = 2")
    written = run("history", "file", "2")
    assert written.code == 11
    assert written.out == f"{CSV}{THREE},7.00,ORDER_UPDATE\r\n"
    assert f"{THREE} is 7.00 ORDER_UPDATE in the bytes and 9.00 ORDER_UPDATE in the table of rows" in written.err


def test_values_that_cannot_be_read_end_no_command_for_other_batches(record, run, file):
    record(
        "UPDATE batch SET evidence = 'none', created_at = 'once', state = 'lost' WHERE number = 1",
        "UPDATE event SET detail = '[', at = 'once' WHERE batch = 1",
    )
    listed = run("history", "list")
    assert listed.code == 0
    assert "broken: lost" in listed.out
    assert "Batch 0001 is broken: changed after being recorded, or a part is lost." in listed.err
    assert "0002" in listed.out
    assert [one["problems"] == [] for one in run("history", "list", "--json").json["batches"]] == [True, False]
    shown = run("history", "show", "1")
    assert shown.code == 11
    assert "lost: not a state that this program writes" in shown.out
    assert "The date of batch 0001 cannot be read." in shown.err
    exported = [json.loads(line) for line in run("history", "export").out.splitlines()]
    assert [line["number"] for line in exported] == [1, 2]
    assert "broken: lost" in run("action", "show", ONE).out
    checked = run("check", file(), "--json")
    assert checked.json["warnings"] == 2
    again = run("send", file(), "--yes")
    assert again.code == 8
    assert "Nothing new to send." in again.err
    more = run("send", file(f"{CSV}{THREE},8,ORDER_UPDATE\r\n"), "--yes")
    assert more.code == 0
    assert "evidence of batch 0001 cannot be read" in run("doctor").out


def test_a_copy_with_other_bytes_is_told_whenever_the_batch_is_shown(record, run, paths):
    (kept,) = (paths.submissions / "0002").glob("*.csv")
    kept.write_bytes(b"other")
    for command in (["show", "2"], ["receipt", "2"], ["file", "2"]):
        shown = run("history", *command)
        assert shown.code == 0
        assert "lies under the name of batch 0002 and holds other bytes than those on record" in shown.err
    assert "holds other bytes" in run("doctor").out


def test_the_receipt_names_the_hash_of_its_latest_event(record, run, paths):
    shown = run("history", "receipt", "2").out
    (line,) = [line for line in shown.splitlines() if line.startswith("Record ")]
    page = (paths.submissions / "0002" / "receipt.html").read_text(encoding="utf-8")
    assert line.split()[1] in page


def test_export_of_a_broken_record_writes_the_file_and_says_so(record, run, tmp_path):
    record("DELETE FROM content WHERE batch = 1")
    target = tmp_path / "all.jsonl"
    written = run("history", "export", "-o", target, "--json")
    assert (written.code, written.json["problem"]) == (11, "ledger")
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2
    assert (
        "The whole record was written, and parts of it are broken. The bytes of batch 0001 are missing." in written.err
    )


def test_the_record_is_the_same_bytes_in_a_pipe_and_in_a_file(record, run, tmp_path):
    record("UPDATE batch SET host = 'Büro' WHERE number = 1")
    run("history", "export", "-o", tmp_path / "all.jsonl")
    assert run_program("history", "export").content == (tmp_path / "all.jsonl").read_bytes()


def test_a_send_whose_number_was_given_before_says_so_and_keeps_both_folders(record, run, file, paths, outbox):
    """An older copy of the ledger was put back: what was sent since is no longer on record."""
    before = sorted(path.read_bytes() for path in (paths.submissions / "0002").iterdir())
    record(*(f"DELETE FROM {table} WHERE {column} = 2" for table, column in PARTS))
    for taken in outbox.iterdir():
        taken.unlink()
    sent = run("send", file(f"{CSV}{THREE},7,ORDER_UPDATE\r\n"), "--yes", "--json")
    assert (sent.code, sent.json["batch"]) == (0, "0002")
    assert "holds the file of another batch 0002 of this ledger" in sent.json["problems"][0]
    assert "Compare with what the receiver has before you send more." in sent.err
    assert (paths.submissions / "0002-2" / "receipt.html").exists()
    assert sorted(path.read_bytes() for path in (paths.submissions / "0002").iterdir()) == before


def test_a_receipt_is_made_anew_by_hand_without_touching_what_lies_in_the_folder(record, run, paths, tmp_path):
    (kept,) = (paths.submissions / "0002").glob("*.csv")
    kept.write_bytes(b"other")
    page = tmp_path / "page.html"
    shown = run("history", "receipt", "2", "--html", page)
    assert shown.code == 0
    assert "holds other bytes" in shown.err
    marked = run("history", "mark", "2", "sent", "--why", "it is there", "--yes")
    assert marked.code == 0
    assert "holds other bytes" in marked.err
    assert kept.read_bytes() == b"other"
