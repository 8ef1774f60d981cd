"""The pending download on the command line: how its dates are written, and which of its columns is which."""

from datetime import UTC, datetime

import pytest

from tests.support.batches import CSV, ONE
from tests.support.profiles import write_profile

BETWEEN = datetime(2026, 5, 20, 12, tzinfo=UTC)
"""After 6 May and before 5 June 2026."""
REVERSED = CSV + f"{ONE},0,REJECTED\r\n"


@pytest.fixture
def download(tmp_path):
    def write(text, name="pending.csv"):
        path = tmp_path / name
        path.write_text(text, newline="")
        return str(path)

    return write


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("action_returns.cli.options.CommandContext.now", staticmethod(lambda: BETWEEN))


@pytest.mark.parametrize(("order", "codes"), [("dmy", []), ("mdy", ["action-locked"])])
def test_a_lock_date_is_read_in_the_order_of_the_option(clock, download, file, run, order, codes):
    pending = download(f"Action ID,Locking Date\r\n{ONE},05/06/2026\r\n")
    told = run("check", file(REVERSED), "--pending", pending, "--pending-dates", order, "--json")
    assert [finding["code"] for finding in told.json["findings"]] == codes
    assert told.code == (3 if codes else 0)


@pytest.mark.parametrize(("order", "code", "sent"), [("dmy", 0, 1), ("mdy", 3, 0)])
def test_an_action_that_is_locked_is_never_sent(clock, outbox, download, file, run, order, code, sent):
    pending = download(f"Action ID,Locking Date\r\n{ONE},05/06/2026\r\n")
    assert run("send", file(REVERSED), "--pending", pending, "--pending-dates", order, "--yes").code == code
    assert len(list(outbox.iterdir())) == sent


def test_dates_that_can_mean_two_days_are_asked_about(clock, download, file, run):
    pending = download(f"Action ID,Locking Date\r\n{ONE},05/06/2026\r\n")
    refused = run("check", file(REVERSED), "--pending", pending)
    assert refused.code == 3
    assert "--pending-dates dmy or --pending-dates mdy" in refused.err


@pytest.mark.parametrize(("zone", "codes"), [("America/Los_Angeles", []), ("Asia/Tokyo", ["action-locked"])])
def test_a_lock_date_without_an_offset_is_in_the_time_zone_of_the_profile(
    home, clock, download, file, run, zone, codes
):
    write_profile(home, {"kind": "outbox", "directory": str(home)}, time_zone=zone)
    pending = download(f"Action ID,Locking Date\r\n{ONE},2026-05-20 14:00\r\n")
    told = run("check", file(REVERSED), "--pending", pending, "--json").json
    assert [finding["code"] for finding in told["findings"]] == codes


TWO_AMOUNTS = f"Action ID,Wert,Betrag\r\n{ONE},10,25\r\n"


def effect(run, file, *options):
    """Give the money effect of taking one action back, in cents."""
    return run("review", file(REVERSED), "--json", *options).json["effect_cents"]


def test_an_answer_about_a_column_replaces_the_answer_before(download, file, run):
    pending = ("--pending", download(TWO_AMOUNTS))
    assert effect(run, file, *pending, "--pending-column", "amount=Wert") == -1000
    assert effect(run, file, *pending, "--pending-column", "amount=Betrag") == -2500
    assert effect(run, file, *pending) == -2500


def test_an_answer_about_another_column_leaves_the_first_answer_as_it_is(download, file, run):
    pending = ("--pending", download(f"Kennung,Wert,Betrag\r\n{ONE},10,25\r\n"))
    assert run("check", file(REVERSED), *pending, "--pending-column", "action_id=Kennung").code == 0
    assert effect(run, file, *pending, "--pending-column", "amount=Wert") == -1000
    assert effect(run, file, *pending) == -1000


def test_an_answer_is_not_used_for_a_download_with_other_headers(download, file, run):
    first = ("--pending", download(TWO_AMOUNTS))
    assert effect(run, file, *first, "--pending-column", "amount=Wert") == -1000
    other = ("--pending", download(f"Action ID,Amount,Wert\r\n{ONE},7,10\r\n", "other.csv"))
    assert effect(run, file, *other) == -700


def test_an_answer_that_proved_wrong_is_not_remembered(download, file, run):
    pending = ("--pending", download(f"Action ID,Amount\r\n{ONE},10\r\n"))
    assert run("check", file(REVERSED), *pending, "--pending-column", "action_id=Nowhere").code == 3
    assert run("check", file(REVERSED), *pending).code == 0


def test_an_answer_about_one_download_does_not_forget_another(download, file, run):
    first = ("--pending", download(TWO_AMOUNTS))
    second = ("--pending", download(f"Action ID,Alt,Neu\r\n{ONE},3,4\r\n", "second.csv"))
    assert effect(run, file, *first, "--pending-column", "amount=Wert") == -1000
    assert effect(run, file, *second, "--pending-column", "amount=Neu") == -400
    assert effect(run, file, *first) == -1000


@pytest.mark.parametrize("damaged", [b"{", b"[]", b"\xff\xfe"])
def test_answers_that_cannot_be_read_any_more_are_asked_for_again(home, download, file, run, damaged):
    pending = ("--pending", download(TWO_AMOUNTS))
    effect(run, file, *pending, "--pending-column", "amount=Wert")
    (kept,) = home.rglob("pending-columns.json")
    kept.write_bytes(damaged)
    assert run("check", file(REVERSED), *pending).code == 0
    assert effect(run, file, *pending, "--pending-column", "amount=Betrag") == -2500
    assert effect(run, file, *pending) == -2500


def test_an_answer_without_an_equals_sign_is_refused_in_words(download, file, run):
    refused = run("check", file(REVERSED), "--pending", download(TWO_AMOUNTS), "--pending-column", "amount")
    assert refused.code == 2
    assert '--pending-column amount has no "="' in refused.err
