"""``history insights``: figures in words, in JSON and on a page, with the days until locks of the kept download."""

import json

import pytest

from tests.excel.desk import PENDING
from tests.support.cli import run_here
from tests.support.months import november
from tests.support.profiles import make_outbox


@pytest.fixture
def insights(home, paths, tmp_path, capsys):
    make_outbox(home, tmp_path / "outbox", environment="live")
    november(paths)
    return lambda *arguments: run_here(capsys, "history", "insights", *arguments)


def test_the_terminal_shows_each_list_and_what_is_missing(insights):
    done = insights()
    assert done.code == 0
    assert "Order value by partner" in done.out
    assert "-49.90 EUR" in done.out
    assert "No pending download is kept" in done.err
    assert "1 batch may have arrived or not and is in no figure: 0005" in done.err
    assert "\x1b[2J" not in done.out


def test_json_has_decimals_and_null_for_what_is_not_known(insights):
    found = json.loads(insights("--json").out)
    assert (found["problem"], found["days_until_lock"], found["unknown"]) == (None, None, ["0005"])
    assert {"name": "Blog", "currency": "USD", "change": "-100.00", "actions": 1, "actions_with_before": 1} in found[
        "by_partner"
    ]
    assert [one["change"] for one in found["by_partner"] if one["currency"] is None] == [None]


def test_days_until_locks_are_of_the_kept_download(insights, tmp_path, capsys):
    rows = tmp_path / "returns.csv"
    rows.write_text("ActionId,Amount,Reason\r\nM.8882.4808.1063415,0,REJECTED\r\n", newline="")
    run_here(capsys, "check", str(rows), "--pending", str(PENDING))
    found = json.loads(insights("--json").out)
    assert sum(found["days_until_lock"].values()) > 0
    assert any(PENDING.name in note for note in found["not_known"])


def test_the_page_is_written_and_no_other_file_is_replaced(insights, tmp_path):
    page = tmp_path / "insights.html"
    assert insights("--html", str(page)).code == 0
    assert b"<svg " in page.read_bytes()
    page.write_text("mine")
    assert insights("--html", str(page)).code != 0
    assert page.read_text() == "mine"
