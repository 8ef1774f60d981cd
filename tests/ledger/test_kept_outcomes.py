"""An outcome that the ledger could not take is kept on this computer, and recorded once, for its own batch only."""

import json
import os
from dataclasses import replace

import pytest

from action_returns.ledger.kept_outcomes import KeptOutcome, damaged_files, keep_outcome, kept_outcomes
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import row, settled

EVIDENCE = {"reply": "226 Transfer complete \u00fc", "size": 8412}


def outcome_of(ledger, number, /, **changes):
    record = ledger.batch(number)
    facts = {
        "number": number,
        "file_name": record.file_name,
        "sha256": record.sha256,
        "process": ledger.process,
        "state": "sent",
        "message": "There.",
        "evidence": EVIDENCE,
        "at": "2026-11-23T12:00:00+00:00",
        **changes,
    }
    return KeptOutcome(**facts)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "submissions"


def test_it_is_recorded_by_the_next_program_that_opens_the_ledger_and_its_file_is_gone_then(place, folder):
    with open_ledger(place) as ledger:
        number = settled(ledger, "sending")
        path = keep_outcome(outcome_of(ledger, number), folder)
        assert path == folder / f"outcome-Batch_{ledger.tag()}-0001.json"
        with open_ledger(place, kept_in=folder) as other:
            record = other.batch(number)
            assert (record.state, record.message, record.evidence) == ("sent", "There.", EVIDENCE)
            assert other.events(number)[-1].detail["found"] == "kept since 2026-11-23T12:00:00+00:00"
            assert other.problems() == []
        assert list(folder.iterdir()) == []
        with open_ledger(place, kept_in=folder) as other:
            assert [event.kind for event in other.events(number)].count("outcome") == 1


def test_it_is_recorded_although_its_batch_is_unknown_or_marked_by_then(place, folder):
    with open_ledger(place) as ledger:
        unknown, marked = settled(ledger, "unknown"), settled(ledger, "unknown", row(9))
        ledger.mark(marked, "failed", "Nothing there.", shown="unknown")
        for number in (unknown, marked):
            keep_outcome(outcome_of(ledger, number), folder)
        assert ledger.record_kept(folder) == ["0001", "0002"]
        assert [record.state for record in ledger.batches()] == ["sent", "sent"]
        assert ledger.batch(marked).answered_late


@pytest.mark.parametrize(
    "changes",
    [{"sha256": "a" * 64}, {"file_name": "Batch_XXXX-0001.csv"}, {"process": "1@2.00"}, {"number": 7}],
)
def test_that_of_another_batch_is_neither_recorded_nor_removed(place, folder, changes):
    with open_ledger(place) as ledger:
        number = settled(ledger, "sending")
        path = keep_outcome(outcome_of(ledger, number, **changes), folder)
        assert ledger.record_kept(folder) == []
        assert ledger.batch(number).state == "sending"
        assert path.exists()


def test_a_file_that_was_damaged_or_changed_is_left_alone_and_can_be_named(tmp_path, folder):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        number = settled(ledger, "sending")
        path = keep_outcome(outcome_of(ledger, number), folder)
        whole = path.read_bytes()
        for at in range(0, len(whole), 7):
            if not whole[at : at + 1].isspace():
                path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
                assert list(kept_outcomes(folder)) == []
                assert damaged_files(folder) == [path]
        for end in (0, 1, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:end])
            assert ledger.record_kept(folder) == []
        path.write_bytes(whole)
        assert damaged_files(folder) == []
        assert ledger.record_kept(folder) == ["0001"]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "prepared"},
        {"number": "1"},
        {"number": 0},
        {"number": True},
        {"process": "1@2.00\x00"},
        {"sha256": "\ud800"},
        {"message": None},
        {"evidence": {"a": 1.5}},
        {"evidence": {"a": True}},
        {"evidence": [["a", "b"]]},
    ],
)
def test_a_file_with_a_right_hash_and_wrong_facts_is_damaged(tmp_path, folder, changes):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        path = keep_outcome(outcome_of(ledger, settled(ledger, "sending"), **changes), folder)
        assert damaged_files(folder) == [path]
        assert ledger.record_kept(folder) == []


@pytest.mark.parametrize("text", ["[]", "7", "{}", '{"form": 1, "outcome": [], "hash": ""}', "[" * 5000, "\ud800"])
def test_a_file_that_is_no_outcome_is_damaged(folder, text):
    folder.mkdir(mode=0o700)
    path = folder / "outcome-x.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    path.chmod(0o600)
    assert damaged_files(folder) == [path]


def test_a_form_of_a_newer_version_is_left_to_it(tmp_path, folder):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        path = keep_outcome(outcome_of(ledger, settled(ledger, "sending")), folder)
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "form": 2}), encoding="utf-8")
    assert list(kept_outcomes(folder)) == []


def test_one_that_the_ledger_refuses_stays_kept_and_holds_nothing_up(place, folder):
    with open_ledger(place) as ledger:
        number = settled(ledger, "handed-over")
        path = keep_outcome(outcome_of(ledger, number), folder)
        with open_ledger(place, kept_in=folder) as other:
            assert other.batch(number).state == "handed-over"
        assert path.exists()


def test_a_ledger_that_can_only_be_read_leaves_it_where_it_is(tmp_path, folder):
    place = tmp_path / "ledger.sqlite3"
    with open_ledger(place) as ledger:
        keep_outcome(outcome_of(ledger, settled(ledger, "sending")), folder)
        ledger._store._connection.execute("PRAGMA user_version = 99")
    with open_ledger(place, kept_in=folder) as newer:
        assert newer.record_kept(folder) == []
    assert len(list(folder.iterdir())) == 1


def test_a_file_that_cannot_be_removed_is_recorded_once(tmp_path, folder, monkeypatch):
    def held(*_, **__):
        raise PermissionError(13, "in use")

    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        number = settled(ledger, "sending")
        keep_outcome(outcome_of(ledger, number), folder)
        monkeypatch.setattr("pathlib.Path.unlink", held)
        assert [ledger.record_kept(folder) for _ in range(3)] == [["0001"]] * 3
        assert [event.kind for event in ledger.events(number)] == ["prepared", "confirmed", "sending", "outcome"]


def test_a_folder_that_is_not_there_or_cannot_be_read_holds_nothing(tmp_path, monkeypatch):
    def denied(*_):
        raise PermissionError(13, "denied")

    assert list(kept_outcomes(tmp_path / "none")) == []
    monkeypatch.setattr("pathlib.Path.glob", denied)
    assert list(kept_outcomes(tmp_path)) == []


def test_a_later_outcome_of_the_same_batch_takes_the_place_of_the_one_before(tmp_path, folder):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        kept = outcome_of(ledger, settled(ledger, "sending"))
    keep_outcome(kept, folder)
    path = keep_outcome(replace(kept, state="unknown"), folder)
    assert [outcome.state for outcome in kept_outcomes(folder)] == ["unknown"]
    if os.name == "posix":
        assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
