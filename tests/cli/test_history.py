"""``history list``: how many rows of each batch are applied, and what to do next."""

import json

import pytest

from tests.support.cli import run_here
from tests.support.ledgers import settled
from tests.support.months import november


@pytest.fixture
def listed(paths, capsys):
    november(paths)
    return json.loads(run_here(capsys, "history", "list", "--json").out)["batches"]


def test_each_batch_tells_its_results_and_the_next_step_in_json(listed):
    found = {one["batch"]: one for one in listed}
    assert found["0003"]["results"] == {
        "source": "pending",
        "taken": "2026-11-30T06:00:00+00:00",
        "open": 2,
        "applied": 2,
        "different": 1,
        "missing": 0,
        "locked": 0,
        "refused": 0,
        "too_early": 1,
    }
    assert found["0003"]["next"] == "look at the results: 1 different"
    assert (found["0004"]["results"], found["0006"]["next"]) == (None, "")
    assert found["0004"]["next"].startswith("check results")


def test_the_table_shows_how_many_rows_are_applied(paths, capsys):
    november(paths)
    out = run_here(capsys, "history", "list").out
    assert "Applied" in out
    assert "2 of 4" in out
    assert "look at the results: 1 different" in out


def test_a_receipt_in_json_has_the_results_too(paths, capsys):
    november(paths)
    found = json.loads(run_here(capsys, "history", "receipt", "3", "--json").out)
    assert (found["results"]["applied"], found["next"]) == (2, "look at the results: 1 different")


def test_the_list_tells_until_when_a_batch_can_be_undone(paths, capsys):
    from action_returns.ledger.ledger import open_ledger

    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(paths.ledger_file) as ledger:
        settled(ledger, "sent", confirmation={"how": "asked", "first_lock": "2999-01-31T11:00:00+00:00"})
        settled(ledger, "failed", again=True, confirmation={"how": "asked", "first_lock": "2999-01-31T11:00:00+00:00"})
    found = json.loads(run_here(capsys, "history", "list", "--json").out)["batches"]
    assert [one["undo_until"] for one in found] == [None, "2999-01-31T11:00:00+00:00"]
    assert "undo possible until" in " ".join(run_here(capsys, "history", "list").out.split())
