"""Two people: one prepares a file and another one approves it, through the real command line."""

import hashlib
import json
from dataclasses import replace

import pytest

from action_returns.errors import ApprovalMissingError
from action_returns.ledger.ledger import open_ledger
from action_returns.operations import api
from action_returns.operations.approval_texts import send_command
from tests.servers import postgresql
from tests.support import team_database
from tests.support.available import missing_postgresql, require
from tests.support.batches import BAD, CSV, EXACT, LIST, ONE, TWO
from tests.support.cli import run_at_a_terminal, run_here
from tests.support.profiles import make_outbox, write_profile

SHA256 = hashlib.sha256(EXACT).hexdigest()


@pytest.fixture
def outbox(home, tmp_path):
    """The folder that is the channel of a profile which needs approvals."""
    return make_outbox(home, tmp_path / "outbox", approval=True)


@pytest.fixture
def approved(run, returns):
    """A list that another person has approved."""
    assert run("approval", "request", returns, "--by", "Ann").code == 0
    assert run("approval", "approve", "1", "--sha256", SHA256[:8], "--by", "Bea").code == 0
    return returns


def sent(outbox):
    return [path.read_bytes() for path in sorted(outbox.iterdir()) if path.suffix == ".csv"]


def test_only_what_another_person_approved_is_sent_and_once(outbox, run, returns):
    result = run("send", returns, "--yes", "--json")
    assert (result.code, result.json["problem"], result.json["approval"]) == (12, "approval-missing", None)
    assert f"Ask for approval: action-returns approval request {returns}" in result.json["message"]
    asked = run("approval", "request", returns, "--by", "Ann", "--json")
    assert asked.code == 0
    assert (asked.json["approval"], asked.json["state"], asked.json["sha256"]) == (1, "waiting", SHA256)
    result = run("send", returns, "--yes", "--json")
    assert (result.code, result.json["approval"]) == (12, 1)
    assert "Ann (signed in as" in result.json["message"]
    assert "That person runs: action-returns approval approve 1" in result.json["message"]
    given = run("approval", "approve", "1", "--sha256", SHA256[:8], "--by", "Bea")
    assert given.code == 0
    assert f"Send it: action-returns send {returns}" in given.err
    assert sent(outbox) == []
    assert run("send", returns, "--yes").code == 0
    assert sent(outbox) == [EXACT]
    assert run("approval", "show", "1", "--json").json["batches"] == ["0001"]
    again = run("send", returns, "--yes", "--include-sent", "--json")
    assert (again.code, again.json["problem"]) == (12, "approval-missing")
    assert "It was used by batch 0001." in again.json["message"]


def test_the_receipt_and_the_history_name_both_people(outbox, run, approved):
    assert run("send", approved, "--yes").code == 0
    shown = run("history", "show", "1").out
    assert "Prepared by" in shown
    assert "Ann (signed in as" in shown
    assert "Approved by" in shown
    assert "Bea (signed in as" in shown
    (confirmed,) = (
        event for event in run("history", "show", "1", "--json").json["events"] if event["kind"] == "confirmed"
    )
    assert confirmed["approval"] == 1


def test_an_approval_that_was_changed_later_shows_in_the_history(outbox, home, run, approved):
    assert run("send", approved, "--yes").code == 0
    with open_ledger(home / "ledger.sqlite3") as ledger:
        ledger._store.execute("DROP TRIGGER approval_step_is_never_changed")
        ledger._store.execute("UPDATE approval_step SET who = 'Ann'")
    result = run("history", "show", "1", "--json")
    assert (result.code, result.json["problem"]) == (11, "ledger")
    assert "Approval 1 of batch 0001 was changed" in result.json["message"]


def test_what_would_be_sent_is_shown_before_it_is_approved(outbox, run, file, tmp_path):
    assert run("approval", "request", file(BAD), "--only-ready", "--by", "Ann").code == 0
    shown = run("approval", "show", "1", "--rows", "-o", str(tmp_path / "exact.csv"))
    for words in ("2 = 1 reversal + 1 new total", "49.90", "1 row with errors", "Ann (signed in as", SHA256, ONE, TWO):
        assert words in shown.out
    assert (tmp_path / "exact.csv").read_bytes() == EXACT
    facts = run("approval", "show", "1", "--rows", "--json").json
    assert facts["sent"] == [
        {"action": ONE, "amount": "0", "reason": "REJECTED"},
        {"action": TWO, "amount": "49.90", "reason": "ORDER_UPDATE"},
    ]
    assert (facts["facts"]["rows"], facts["facts"]["left_out_errors"]) == (2, 1)


def test_rows_with_errors_are_not_asked_for_by_themselves(outbox, run, file):
    assert run("approval", "request", file(BAD)).code == 3
    assert run("approval", "list", "--json").json["approvals"] == []


def test_the_command_that_sends_it_has_the_options_of_the_request(outbox, run, file):
    run("approval", "request", file(BAD), "--only-ready", "--profile", "acme", "--by", "Ann")
    given = run("approval", "approve", "1", "--sha256", SHA256, "--by", "Bea", "--json")
    told = given.json["next"].partition("Send it: ")[2].split()
    assert set(told[3:]) == {"--only-ready", "--profile", "acme"}
    assert run(*told[1:], "--yes").code == 0
    assert sent(outbox) == [EXACT]


def test_the_next_command_never_repeats_an_option_that_agrees_to_more_than_was_shown(outbox, home, run, returns):
    run("approval", "request", returns, "--by", "Ann")
    run("approval", "approve", "1", "--sha256", SHA256, "--by", "Bea")
    with open_ledger(home / "ledger.sqlite3") as ledger:
        given = ledger.approval(1)
    hostile = replace(given, facts={**given.facts, "options": "--only-ready\n--yes\n--max-raise\n999"})
    assert send_command(hostile) == f"action-returns send {returns}"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--sha256", SHA256[:8], "--by", "ANN"), "Another person has to approve it"),
        (("--sha256", "0" * 8, "--by", "Bea"), "this is another file"),
        (("--sha256", SHA256[:7], "--by", "Bea"), "7 characters of the SHA-256 are too few"),
        (("--sha256", SHA256), "Add your name"),
        (("--by", "Bea"), "Cannot ask here"),
    ],
)
def test_an_approval_that_is_not_one_is_refused(outbox, run, returns, words, told):
    run("approval", "request", returns, "--by", "Ann")
    result = run("approval", "approve", "1", *words, "--json")
    assert (result.code, result.json["problem"]) == (2, "approval-refused")
    assert told in result.json["message"]
    assert run("approval", "show", "1", "--json").json["state"] == "waiting"


def test_the_user_of_the_computer_cannot_approve_what_they_prepared(outbox, run, returns):
    prepared = run("approval", "request", returns, "--json").json["prepared_by"]
    result = run("approval", "approve", "1", "--sha256", SHA256, "--by", f" {prepared['name'].upper()} ")
    assert result.code == 2
    assert "Another person has to approve it" in result.err


def test_a_withdrawn_approval_sends_nothing(outbox, run, approved):
    assert run("approval", "withdraw", "1", "--why", "A row is wrong.", "--by", "Cid").code == 0
    result = run("send", approved, "--yes")
    assert result.code == 12
    assert "withdrew it on" in result.err
    assert "A row is wrong." in result.err
    assert sent(outbox) == []
    assert run("approval", "withdraw", "1", "--why", "Again.").code == 2
    assert run("approval", "withdraw", "9", "--why", "Again.").code == 2


def test_rows_that_were_changed_after_the_approval_are_told_with_both_files(outbox, run, file, approved):
    result = run("send", file(LIST.replace("49.9", "48.9")), "--yes")
    assert result.code == 12
    told = " ".join(result.err.split())
    assert f"2 rows, new totals 49.90, SHA-256 {SHA256[:8]}" in told
    assert "Now there are 2 rows, new totals 48.90" in told
    assert sent(outbox) == []


def test_a_row_that_was_sent_meanwhile_makes_another_file_of_it(outbox, home, run, file, returns, tmp_path):
    run("approval", "request", file(LIST), "--by", "Ann")
    run("approval", "approve", "1", "--sha256", SHA256, "--by", "Bea")
    write_profile(home, {"kind": "outbox", "directory": str(outbox)})
    other = tmp_path / "other.csv"
    other.write_text(CSV + f"{ONE},0,REJECTED\r\n", newline="")
    assert run("send", str(other), "--yes").code == 0
    write_profile(home, {"kind": "outbox", "directory": str(outbox)}, approval=True)
    result = run("send", file(LIST), "--yes")
    assert result.code == 12
    assert "stay behind because they were sent meanwhile" in " ".join(result.err.split())
    assert len(sent(outbox)) == 1


def test_another_destination_needs_another_approval(outbox, home, run, approved, tmp_path):
    make_outbox(home, tmp_path / "elsewhere", approval=True)
    result = run("send", approved, "--yes")
    assert result.code == 12
    assert "is of the same file, and goes another way" in " ".join(result.err.split())
    assert sent(tmp_path / "elsewhere") == []


def test_rows_go_out_again_only_as_they_were_approved_to(outbox, run, approved):
    assert run("send", approved, "--yes").code == 0
    assert run("send", approved, "--yes").code == 8
    assert run("approval", "request", approved).code == 8
    assert run("approval", "request", approved, "--include-sent", "--by", "Ann").code == 0
    assert "Sent again" in run("approval", "show", "2").out
    assert run("send", approved, "--yes", "--include-sent").code == 12
    assert run("approval", "approve", "2", "--sha256", SHA256, "--by", "Bea").code == 0
    assert run("send", approved, "--yes", "--include-sent").code == 0
    assert sent(outbox) == [EXACT, EXACT]


def test_an_approval_from_before_the_rows_were_sent_does_not_send_them_again(outbox, home, run, approved):
    write_profile(home, {"kind": "outbox", "directory": str(outbox)})
    assert run("send", approved, "--yes").code == 0
    write_profile(home, {"kind": "outbox", "directory": str(outbox)}, approval=True)
    result = run("send", approved, "--yes", "--include-sent")
    assert result.code == 12
    assert "It allows that 0 rows of it go out again. Now more may have arrived before." in " ".join(result.err.split())
    assert len(sent(outbox)) == 1


def test_a_dry_run_and_a_review_tell_the_approval(outbox, run, returns):
    assert "MISSING" in run("review", returns).out
    assert "MISSING" in run("send", returns, "--dry-run").out
    run("approval", "request", returns, "--by", "Ann")
    run("approval", "approve", "1", "--sha256", SHA256, "--by", "Bea")
    assert run("review", returns, "--json").json["approval"].startswith("given. Ann")
    assert sent(outbox) == []


def test_a_review_is_shown_where_the_ledger_cannot_be_read(outbox, home, run, returns):
    (home / "ledger.sqlite3").write_bytes(b"no database" * 99)
    assert "unknown, because the ledger cannot be read" in " ".join(run("review", returns).out.split())


def test_a_batch_that_certainly_failed_can_be_sent_again_with_its_approval(outbox, run, approved):
    outbox.rename(outbox.with_name("away"))
    assert run("send", approved, "--yes").code == 6
    outbox.with_name("away").rename(outbox)
    assert run("send", approved, "--yes").code == 0


def test_an_approval_that_is_withdrawn_while_the_user_is_asked_sends_nothing(outbox, run, approved, monkeypatch):
    from action_returns.operations import send

    confirm = send._confirm

    def meanwhile(*words, **options):
        run_at_once("approval", "withdraw", "1", "--why", "A row is wrong.")
        return confirm(*words, **options)

    def run_at_once(*words):
        from action_returns.cli.app import run as run_command

        assert run_command(words) == 0

    monkeypatch.setattr(send, "_confirm", meanwhile)
    result = run("send", approved, "--yes")
    assert result.code == 12
    assert sent(outbox) == []
    assert run("history", "list", "--json").json["batches"] == []


def test_what_is_missing_is_told_before_the_question(outbox, returns):
    code, seen = run_at_a_terminal("y", "send", returns)
    assert code == 12
    assert "[y/N]" not in seen
    assert "no approval was asked for" in " ".join(seen.split())


def test_a_program_needs_the_approval_too(outbox, paths, returns, run):
    checked = api.check(api.load(returns))
    with pytest.raises(ApprovalMissingError) as refused:
        api.send(checked, confirmed_rows=2)
    assert (refused.value.exit_code, refused.value.problem) == (12, "approval-missing")
    assert run("approval", "request", returns, "--by", "Ann").code == 0
    assert run("approval", "approve", "1", "--sha256", SHA256, "--by", "Bea").code == 0
    assert api.send(checked, confirmed_rows=2).submission.rows == 2
    assert sent(outbox) == [EXACT]


def test_at_a_terminal_the_totals_are_shown_and_enter_approves_nothing(outbox, run, returns):
    run("approval", "request", returns, "--by", "Ann")
    code, seen = run_at_a_terminal("", "approval", "approve", "1", "--by", "Bea")
    assert code == 0
    assert "Not approved. Nothing was recorded." in seen
    assert "1 reversal + 1 new total" in seen
    assert run("approval", "show", "1", "--json").json["state"] == "waiting"
    code, seen = run_at_a_terminal("y", "approval", "approve", "1", "--by", "Bea")
    assert code == 0
    assert "a promise between people" in " ".join(seen.split())
    assert run("approval", "show", "1", "--json").json["state"] == "approved"


def test_the_list_shows_the_state_of_each(outbox, run, returns):
    assert "No approval was asked for yet." in run("approval", "list").err
    run("approval", "request", returns, "--by", "Ann")
    listed = run("approval", "list").out
    for words in ("waiting for another person", "Ann", SHA256[:8]):
        assert words in " ".join(listed.split())


PASSWORD = "s3cret-canary-pass"


@pytest.fixture(scope="module")
def server():
    require(missing_postgresql())
    access = "host all ann 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    with postgresql.server(access=access) as running:
        team_database.set_up(running, PASSWORD, "returns", "bea")
        yield running


def test_in_a_team_the_users_of_the_database_are_the_people(server, tmp_path, monkeypatch, capsys, returns):
    monkeypatch.setenv("TEAM_PASSWORD", PASSWORD)
    box = tmp_path / "shared"

    def person(name):
        home = tmp_path / name
        home.mkdir()
        facts = {
            "ledger": f"postgresql://{name}@127.0.0.1:{server.port}/returns",
            "ledger_password": "env:TEAM_PASSWORD",
        }
        make_outbox(home, box, approval=True, **facts) if not box.exists() else write_profile(
            home, {"kind": "outbox", "directory": str(box)}, approval=True, **facts
        )

        def run(*words):
            monkeypatch.setenv("ACTION_RETURNS_HOME", str(home))
            return run_here(capsys, *words)

        return run

    amy, bea = person("amy"), person("bea")
    assert amy("approval", "request", returns).code == 0
    own = amy("approval", "approve", "1", "--sha256", SHA256, "--json")
    assert (own.code, own.json["problem"]) == (2, "approval-refused")
    named = bea("approval", "approve", "1", "--sha256", SHA256, "--by", "Cid")
    assert named.code == 2
    assert "knows you as bea" in named.err
    given = bea("approval", "approve", "1", "--sha256", SHA256, "--json")
    assert given.code == 0
    assert given.json["steps"][0]["by"]["database_user"] == "bea"
    assert "promise" not in given.err
    assert amy("send", returns, "--yes").code == 0
    assert sent(box) == [EXACT]
    assert "(database user bea)" in " ".join(bea("history", "show", "1").out.split())
    assert json.loads(bea("approval", "list", "--json").out)["approvals"][0]["state"] == "used"


def test_where_the_team_wants_approvals_it_is_told_before_the_question_whatever_the_profile_says(
    server, tmp_path, home, monkeypatch, run, returns
):
    monkeypatch.setenv("TEAM_PASSWORD", PASSWORD)
    team_database.set_up(server, PASSWORD, "ruled", roles=False)
    ledger = f"postgresql://amy@127.0.0.1:{server.port}/ruled"
    box = make_outbox(home, tmp_path / "ruled", ledger=ledger, ledger_password="env:TEAM_PASSWORD")
    assert run("send", returns, "--dry-run", "--json").json["approval"] is None
    server.run("INSERT INTO action_returns.approval_rule DEFAULT VALUES", "ruled")
    assert run("send", returns, "--dry-run", "--json").json["approval"].startswith("MISSING.")
    code, seen = run_at_a_terminal("y", "send", returns)
    assert code == 12
    assert "[y/N]" not in seen
    assert "no approval was asked for" in " ".join(seen.split())
    assert sent(box) == []
