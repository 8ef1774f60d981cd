"""``history statement``: the month in words and in JSON, its files, and what is refused."""

import json

import pytest

from tests.support.cli import run_here
from tests.support.months import november
from tests.support.profiles import make_outbox


@pytest.fixture
def statement(paths, capsys):
    november(paths)

    def run(*arguments):
        done = run_here(capsys, "history", "statement", *arguments)
        return done.code, done.out, done.err

    return run


def test_the_terminal_shows_sums_batches_and_what_is_not_known(statement):
    code, out, err = statement("2026-11")
    assert code == 0
    assert "-64.40 (3 of 3" not in out
    assert "-64.40" in out
    assert "look at the results" in out
    assert "Unknown whether it arrived" in out
    assert "all live profiles; days of the time zone UTC" in err
    assert "The amount from before is not known of 2 of 6 actions" in err


def test_a_month_without_batches_says_so(statement):
    code, out, err = statement("2020-01")
    assert (code, out) == (0, "")
    assert "Nothing was sent in 2020-01." in err


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "0000-01", "November", "2026-1", "2026-11-05", "２０２６-11"])
def test_what_is_no_month_is_refused_with_an_example(statement, month):
    code, out, err = statement(month)
    assert (code, out) == (2, "")
    assert "such as 2026-11" in err


def test_json_has_the_sums_as_decimals_and_null_for_what_is_not_known(statement):
    code, out, _ = statement("2026-11", "--json")
    found = json.loads(out)
    assert (code, found["month"], found["time_zone"], found["problem"]) == (0, "2026-11", "UTC", None)
    total = {one["currency"]: one for one in found["sums"] if (one["section"], one["by"]) == ("sent", "total")}
    assert (total["EUR"]["change"], total["EUR"]["actions_with_before"]) == ("-64.40", 3)
    assert (total[None]["change"], total[None]["before"], total[None]["rows"]) == (None, None, 2)
    assert found["unsettled"] == ["0003", "0004", "0005", "0007", "0008"]


def test_all_three_files_are_written_and_no_other_one_is_replaced(statement, tmp_path):
    files = {kind: tmp_path / f"november.{kind}" for kind in ("html", "csv", "xlsx")}
    options = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]
    assert statement("2026-11", *options)[0] == 0
    assert [path.read_bytes()[:3] for path in files.values()] == [b"<!d", b"\xef\xbb\xbf", b"PK\x03"]
    files["csv"].write_text("mine")
    code, _, err = statement("2026-11", *options)
    assert code != 0
    assert "november.csv" in err
    assert files["csv"].read_text() == "mine"


def test_the_time_zone_is_that_of_the_profile(statement, home, tmp_path):
    make_outbox(home, tmp_path / "outbox", time_zone="Europe/Berlin")
    found = json.loads(statement("2026-11", "--json")[1])
    assert found["time_zone"] == "Europe/Berlin"
    assert found["batches"][0]["batch"] == "0002"
