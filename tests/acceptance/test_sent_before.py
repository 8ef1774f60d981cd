"""What was sent before stays behind: in another order, in a list that has grown, over another profile or channel.

Every test sends as a script or a nightly job does. What a user who is asked is shown stands in
`test_cli_and_workbook.py`, through both faces.
"""

import pytest
import tomlkit

from action_returns.ledger.ledger import open_ledger
from tests.servers.ftp_faults import HERE, scripted
from tests.support.batches import CSV
from tests.support.cli import run_at_a_terminal

ONE, TWO, THREE = ("M.8882.4808.1063501,0,REJECTED", "M.8882.4808.1063502,0,REJECTED", "M.8882.4808.1063503,0,REJECTED")


@pytest.fixture
def profiles(home, tmp_path):
    """Writes profiles whose channel is a folder each; the first one is the default."""

    def write(**environments):
        tables = {}
        for name, environment in environments.items():
            (tmp_path / name).mkdir()
            channel = {"kind": "outbox", "directory": str(tmp_path / name)}
            tables[name.replace("_", "-")] = {"environment": environment, "channel": channel}
        (home / "config.toml").write_text(
            tomlkit.dumps({"default_profile": next(iter(tables)), "profiles": tables}), encoding="utf-8", newline=""
        )

    return write


@pytest.fixture
def send(run, work, tmp_path):
    """Sends a list of these rows, and returns the exit code and the JSON object."""

    def command(*rows, name="returns.csv", options=("--yes",)):
        (tmp_path / name).write_text(CSV + "".join(f"{row}\r\n" for row in rows), newline="")
        result = run("send", name, "--json", *options)
        return result.code, result.json

    return command


@pytest.fixture
def live(profiles):
    profiles(acme="live", acme_mail="live", rehearsal="test")


def sent_files(folder):
    return sorted(path.read_text(encoding="utf-8").splitlines()[1:] for path in folder.iterdir())


@pytest.mark.parametrize(
    "rows",
    [(ONE, TWO), (TWO, ONE), (ONE,), (f"{ONE.replace(',0,', ',0.00,')}", TWO)],
    ids=["as it was", "in another order", "a part of it", "with the amount written in another way"],
)
def test_a_list_of_which_every_row_was_sent_does_not_leave_again(live, send, tmp_path, rows):
    assert send(ONE, TWO, name="monday.csv")[0] == 0
    code, told = send(*rows, name="again.csv")
    assert (code, told["problem"], told["batch"]) == (8, "duplicate", "0001")
    assert told["left_out"] == {"errors": 0, "sent_before": len(rows)}
    assert {(one["action"], one["batch"], one["state"]) for one in told["left_out_sent_before"]} == {
        (row.partition(",")[0], "0001", "handed-over") for row in rows
    }
    assert "of again.csv may have arrived before" in told["message"]
    assert "in batch 0001, handed over on 20" in told["message"]
    assert "--include-sent" in told["message"]
    assert len(sent_files(tmp_path / "acme")) == 1


def test_a_nightly_job_on_a_growing_sheet_sends_only_what_is_new(live, send, tmp_path):
    sheet = [f"M.8882.4808.{number},0,REJECTED" for number in range(1, 10)]
    left_out = []
    for night in (3, 5, 9):
        code, told = send(*sheet[:night])
        left_out.append(told["left_out"]["sent_before"])
        assert (code, told["problem"], told["rows"]) == (0, None, night - left_out[-1])
    assert left_out == [0, 3, 5]
    assert sent_files(tmp_path / "acme") == [sheet[:3], sheet[3:5], sheet[5:]]
    assert send(*sheet)[0] == 8


def test_what_is_left_behind_is_told_with_its_row_and_batch(live, send):
    send(ONE, TWO)
    code, told = send(THREE, TWO)
    assert (code, told["rows"]) == (0, 1)
    assert told["left_out_sent_before"] == [
        {"row": 3, "action": "M.8882.4808.1063502", "batch": "0001", "state": "handed-over"}
    ]
    assert told["columns"] == {"ActionId": "A ActionId", "Amount": "B Amount", "Reason": "C Reason"}
    assert told["message"].endswith("1 row that may have arrived before stays here.")


def test_the_number_that_is_confirmed_is_the_number_of_new_rows(live, send):
    send(ONE, TWO)
    assert send(ONE, TWO, THREE, options=("--confirm-rows", "3"))[0] == 2
    assert send(ONE, TWO, THREE, options=("--confirm-rows", "1"))[0] == 0


def test_another_live_profile_and_another_channel_send_nothing_again(live, send, home, tmp_path):
    send(ONE, TWO)
    code, told = send(ONE, TWO, options=("--yes", "--profile", "acme-mail"))
    assert (code, told["batch"]) == (8, "0001")
    settings = tomlkit.parse((home / "config.toml").read_text(encoding="utf-8"))
    settings["profiles"]["acme-mail"]["channel"] = {
        "kind": "draft", "directory": str(tmp_path / "acme_mail"), "sender": "a@b.example", "recipient": "c@d.example",
    }  # fmt: skip
    (home / "config.toml").write_text(tomlkit.dumps(settings), encoding="utf-8", newline="")
    assert send(TWO, options=("--yes", "--profile", "acme-mail"))[0] == 8
    assert send(TWO, THREE, options=("--yes", "--profile", "acme-mail"))[1]["rows"] == 1


def test_a_test_profile_is_an_account_of_its_own_unless_it_leads_to_the_same_receiver(live, send, home, tmp_path):
    send(ONE, options=("--yes", "--profile", "rehearsal"))
    assert send(ONE)[0] == 0, "the live account does not know of it"
    settings = tomlkit.parse((home / "config.toml").read_text(encoding="utf-8"))
    settings["profiles"]["rehearsal"]["channel"]["directory"] = str(tmp_path / "acme")
    (home / "config.toml").write_text(tomlkit.dumps(settings), encoding="utf-8", newline="")
    assert send(ONE, options=("--yes", "--profile", "rehearsal"))[0] == 8
    assert send(TWO, options=("--yes", "--profile", "rehearsal"))[0] == 0
    assert send(TWO)[0] == 8


def test_rows_of_a_batch_that_is_unknown_stay_behind_until_somebody_settles_it(live, send, run, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("action_returns.channels.folder.OutboxChannel.deliver", _line_goes_dead)
        assert send(ONE, TWO)[0] == 7
    code, told = send(ONE, TWO)
    assert (code, told["batch"]) == (8, "0001")
    assert "may have arrived before" in told["message"]
    assert "of which it is not known whether it arrived" in told["message"]
    assert "Settle batch 0001 first." in told["message"]
    assert "action-returns history mark 0001 sent" in told["message"]
    assert "already sent" not in told["message"]
    assert run("history", "mark", "0001", "failed", "--why", "not in the folder", "--yes").code == 0
    assert send(ONE, TWO)[0] == 0


def _line_goes_dead(_channel, _file, leaving):
    leaving()
    raise RuntimeError


@pytest.mark.parametrize("option", ["--include-sent", "--allow-duplicate"])
def test_rows_go_out_again_when_the_user_says_so_and_that_is_on_record(live, send, paths, option):
    send(ONE, TWO)
    code, told = send(ONE, TWO, THREE, options=("--yes", option))
    assert (code, told["rows"], told["left_out"]["sent_before"]) == (0, 3, 0)
    with open_ledger(paths.ledger_file) as ledger:
        (detail,) = [event.detail for event in ledger.events(2) if event.kind == "confirmed"]
    assert detail["include_sent"] == 2


def test_an_amount_that_was_changed_in_between_may_be_changed_back(live, send):
    ten, twenty = ("M.8882.4808.1063501,10,ORDER_UPDATE", "M.8882.4808.1063501,20,ORDER_UPDATE")
    assert [send(row)[0] for row in (ten, twenty, ten, ten)] == [0, 0, 0, 8]


def test_warnings_of_rows_that_stay_behind_do_not_stop_a_strict_job(live, send):
    send(ONE)
    assert send(ONE, TWO, options=("--yes", "--strict"))[0] == 0
    assert send("M.8882.4808.7,1000000,ORDER_UPDATE", options=("--yes", "--strict"))[0] == 4


@pytest.mark.parametrize(("answers", "rows"), [("\ny", 1), ("n\ny", 3)])
def test_at_a_terminal_the_key_enter_leaves_rows_out(live, send, tmp_path, answers, rows):
    send(ONE, TWO)
    (tmp_path / "grown.csv").write_text(CSV + f"{ONE}\r\n{TWO}\r\n{THREE}\r\n", newline="")
    code, seen = run_at_a_terminal(answers, "send", "grown.csv")
    assert code == 0
    assert "2 of 3 rows may have arrived before with the same amount and reason:" in seen
    assert "rows 2 and 3 in batch 0001, handed over on 20" in seen
    assert "Leave them out? [Y/n]" in seen
    assert f"Send {rows} row" in seen
    assert sum(map(len, sent_files(tmp_path / "acme"))) == 2 + rows


def test_at_a_terminal_the_review_tells_what_is_confirmed(live, send, tmp_path, work):
    send(ONE, TWO)
    (tmp_path / "list.csv").write_text(
        "ActionId,Was,New Amount,Reason\r\n"
        "M.8882.4808.1063501,9.99,0,REJECTED\r\n"
        "M.8882.4808.1063602,123.50,100.00,ORDER_UPDATE\r\n"
        "M.8882.4808.1063603,20.00,1000000.00,ORDER_UPDATE\r\n"
        "x,1,1,REJECTED\r\n",
        newline="",
    )
    (tmp_path / "pending.csv").write_text(PENDING, newline="")
    code, seen = run_at_a_terminal("\nn", "send", "list.csv", "--pending", "pending.csv", "--only-ready")
    assert code == 0
    for told in (
        "LIVE", "C New Amount", "1,000,100.00 EUR", "lowers order value by 23.50 EUR", "1 row with errors stays here.",
        "1 row that may have arrived before stays here.", "amount-large", "Send 2 rows to LIVE now?", "Not sent.",
    ):  # fmt: skip
        assert told in " ".join(seen.split()), told


def test_a_plain_no_is_no_failure(live, tmp_path, work, paths):
    (tmp_path / "returns.csv").write_text(CSV + ONE + "\r\n", newline="")
    code, seen = run_at_a_terminal("n", "send", "returns.csv")
    assert code == 0
    assert seen.rstrip().endswith("Not sent.")
    assert run_at_a_terminal("", "send", "returns.csv")[0] == 0
    assert not paths.ledger_file.exists()


def test_without_a_password_nothing_is_recorded(home, send, run):
    channel = {"kind": "ftp", "host": "127.0.0.1", "username": "ann", "password": "env:ACTION_RETURNS_NOT_SET"}
    profile = {"environment": "live", "channel": channel}
    (home / "config.toml").write_text(tomlkit.dumps({"profiles": {"acme": profile}}), encoding="utf-8", newline="")
    code, told = send(ONE)
    assert (code, told["problem"]) == (9, "password")
    assert run("history", "list", "--json").json["batches"] == []


def test_a_server_that_dies_after_its_confirmation_is_not_said_to_have_been_looked_at(home, send, monkeypatch):
    signed_in = (b"220 hello\r\n", b"331 password\r\n", b"230 in\r\n", b"500 no features\r\n", b"200 binary\r\n")
    with scripted([*signed_in, b"550 none\r\n", HERE, b"150 go\r\n", b"226 done\r\n"]) as server:
        channel = {
            "kind": "ftp", "host": "127.0.0.1", "port": server.port, "username": "ann", "password": "env:FTP_PASSWORD",
            "security": "plain", "accept_plaintext": True,
        }  # fmt: skip
        (home / "config.toml").write_text(
            tomlkit.dumps({"profiles": {"acme": {"environment": "live", "channel": channel}}})
        )
        monkeypatch.setenv("FTP_PASSWORD", "s3cret")
        code, told = send(ONE)
    assert (code, told["outcome"]) == (0, "sent")
    assert "so the folder was not looked at" in told["message"]
    assert "shows" not in told["message"]


PENDING = "Action ID,Amount,Currency,Status\r\nM.8882.4808.1063602,123.50,EUR,PENDING\r\n"
HUNDRED_MILLION = "M.8882.4808.1063602,99999999,ORDER_UPDATE"
RAISED = "99999875.50"  # 99,999,999.00 - 123.50


@pytest.fixture
def pending(tmp_path):
    (tmp_path / "pending.csv").write_text(PENDING, newline="")
    return "--pending", "pending.csv"


def test_a_raise_of_order_value_needs_its_amount_where_the_user_is_not_asked(live, send, pending, paths):
    code, told = send(HUNDRED_MILLION, options=("--yes", *pending))
    assert (code, told["problem"]) == (2, "raise-not-confirmed")
    assert "RAISES order value by 99,999,875.50 EUR" in told["message"]
    assert not paths.ledger_file.exists()
    assert send(HUNDRED_MILLION, options=("--yes", *pending, "--max-raise", "99999875.49"))[0] == 2
    assert send(HUNDRED_MILLION, options=("--yes", *pending, "--max-raise", "nonsense"))[1]["problem"] == "usage"
    assert send(HUNDRED_MILLION, options=("--yes", *pending, "--max-raise", RAISED))[0] == 0


def test_a_raise_of_order_value_never_leaves_on_a_yes_alone(live, send, pending, paths, work):
    send(HUNDRED_MILLION, options=("--dry-run", *pending))
    code, seen = run_at_a_terminal("y\n", "send", "returns.csv", *pending)
    assert code == 0
    assert f"Type {RAISED} to send." in seen
    assert "Not sent." in seen
    assert not paths.ledger_file.exists()
    code, seen = run_at_a_terminal(f"y\n{RAISED}", "send", "returns.csv", *pending)
    assert (code, "HANDED-OVER" in seen) == (0, True)


def test_the_limit_of_a_raise_stands_in_the_profile(home, live, send, pending):
    settings = tomlkit.parse((home / "config.toml").read_text(encoding="utf-8"))
    settings["profiles"]["acme"]["max_raise"] = "100000000.00"
    (home / "config.toml").write_text(tomlkit.dumps(settings), encoding="utf-8", newline="")
    assert send(HUNDRED_MILLION, options=("--yes", *pending))[0] == 0
