"""The command line as its users and their scripts meet it: whole processes, exit codes, JSON, exact bytes."""

import shutil
from pathlib import Path

import pytest

from action_returns.files import packaged_file
from tests.support.batches import BAD, CSV, EXACT, LIST
from tests.support.cli import modules_loaded_by, modules_loaded_by_check, run_program
from tests.support.held_files import held, on_windows
from tests.support.profiles import write_profile


def test_the_version_is_told():
    result = run_program("--version")
    assert (result.code, result.out.splitlines()) == (0, ["action-returns 0.1.0"])


def test_check_gives_the_json_of_the_contract(work):
    (work / "returns.csv").write_text(BAD, newline="")
    result = run_program("check", "returns.csv", "--json")
    found = result.json
    assert result.code == 3
    assert {key: found[key] for key in ("file", "rows", "ready", "errors", "warnings")} == {
        "file": "returns.csv", "rows": 3, "ready": 2, "errors": 1, "warnings": 0,
    }  # fmt: skip
    (finding,) = found["findings"]
    message = finding.pop("message")
    assert finding == {
        "row": 4, "column": "Amount", "cell": None, "severity": "error", "code": "amount-separator", "found": "12,50", "fix": "12.50",
    }  # fmt: skip
    assert "needs a dot" in message


def test_check_names_cells_of_a_workbook(work):
    result = run_program("check", str(packaged_file("workbook_templates/samples/returns.xlsx")), "--json")
    cells = {finding["cell"]: finding["code"] for finding in result.json["findings"]}
    assert cells["Actions!B6"] == "amount-separator"
    assert cells["Actions!A17"] == "id-not-text"


def test_a_refused_file_is_json_too(work):
    (work / "returns.xlsx").write_bytes(b"<html>")
    result = run_program("check", "returns.xlsx", "--json")
    found = result.json
    assert (result.code, found["problem"], found["findings"]) == (3, "file-unreadable", [])


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        (LIST, [], 0),
        (LIST, ["--strict"], 0),
        (BAD, [], 3),
        (CSV + "M1.2,0,REJECTED\r\n", [], 0),
        (CSV + "M1.2,0,REJECTED\r\n", ["--strict"], 4),
        (LIST, ["--nonsense"], 2),
    ],
)
def test_the_exit_code_tells_a_script_what_is_true(work, rows, options, code):
    assert run_program("check", "-", *options, stdin=rows.encode()).code == code


def test_an_unknown_command_is_guessed_at():
    result = run_program("chekc", "x.csv")
    assert result.code == 2
    assert "Did you mean check?" in result.err


def test_no_colour_and_no_questions_without_a_terminal(work, outbox):
    (work / "returns.csv").write_text(LIST, newline="")
    result = run_program("send", "returns.csv")
    assert result.code == 2
    assert "--confirm-rows 2" in result.err
    assert b"\x1b" not in result.printed
    assert list(outbox.iterdir()) == []


def test_export_writes_the_exact_bytes(work):
    (work / "returns.csv").write_text(LIST, newline="")
    assert run_program("export", "returns.csv", "-o", "out.csv").code == 0
    assert (work / "out.csv").read_bytes() == EXACT
    assert run_program("export", "returns.csv", "-o", "-").content == EXACT


def test_export_holds_ready_rows_only_and_says_so(work):
    result = run_program("export", "-", "-o", "-", stdin=BAD.encode())
    assert (result.code, result.content) == (3, EXACT)
    assert "1 row with errors is not in it" in result.err


def test_export_never_writes_over_another_file_or_its_input(work):
    (work / "returns.csv").write_text(LIST, newline="")
    (work / "mine.csv").write_text("mine")
    assert run_program("export", "returns.csv", "-o", "mine.csv").code == 2
    assert (work / "mine.csv").read_text(encoding="utf-8") == "mine"
    assert run_program("export", "returns.csv", "-o", "returns.csv", "--force").code == 2
    assert (work / "returns.csv").read_bytes() == LIST.encode()
    assert run_program("export", "returns.csv", "-o", "mine.csv", "--force").code == 0
    assert run_program("export", "returns.csv", "-o", "mine.csv").code == 0, "the same bytes again are no loss"


def spelled(work, how):
    """Give another spelling of returns.csv, which lies in this folder."""
    match how:
        case "absolute":
            return str(work / "returns.csv")
        case "roundabout":
            (work / "folder").mkdir()
            return str(Path("folder") / ".." / "returns.csv")
        case "symbolic link":
            (work / "link.csv").symlink_to("returns.csv")
            return "link.csv"
        case "hard link":
            (work / "link.csv").hardlink_to(work / "returns.csv")
            return "link.csv"


@pytest.mark.parametrize("how", ["absolute", "roundabout", "symbolic link", "hard link"])
@pytest.mark.parametrize("command", ["export", "fix"])
def test_the_list_is_never_written_over_under_another_spelling_of_its_name(work, command, how):
    (work / "returns.csv").write_text(BAD, newline="")
    other = spelled(work, how)
    for source, target in (("returns.csv", other), (other, "returns.csv")):
        result = run_program(command, source, "-o", target, "--force")
        assert result.code == 2
        assert "it is never written. Choose another name." in result.err
        assert (work / "returns.csv").read_bytes() == BAD.encode()
        assert Path(other).read_bytes() == BAD.encode()


def test_export_without_a_name_lands_among_the_exports(work, home):
    assert run_program("export", "-", stdin=LIST.encode()).code == 0
    (made,) = (home / "exports").iterdir()
    assert made.name.startswith("Batch_Mods_Reversals_20")
    assert made.read_bytes() == EXACT


@pytest.mark.parametrize("name", ["fixed.csv", "fixed.xlsx"])
def test_fix_writes_a_new_file_and_shows_every_change(work, name):
    (work / "returns.csv").write_text(BAD.replace("REJECTED", "rejected "), newline="")
    result = run_program("fix", "returns.csv", "-o", name, "--json")
    assert [(c["row"], c["before"], c["after"]) for c in result.json["changes"]] == [
        (2, "rejected ", "REJECTED"),
        (4, "12,50", "12.50"),
    ]
    assert (work / "returns.csv").read_bytes().decode() == BAD.replace("REJECTED", "rejected ")
    assert run_program("check", name, "--json").json["ready"] == 3


def test_fix_keeps_every_cell_it_does_not_correct(work):
    sample = packaged_file("workbook_templates/samples/returns.xlsx")
    shutil.copy(sample, work / "returns.xlsx")
    assert run_program("fix", "returns.xlsx", "-o", "fixed.xlsx").code == 0
    before, after = (run_program("check", name, "--json").json for name in ("returns.xlsx", "fixed.xlsx"))
    left = [f for f in before["findings"] if f["fix"] is None]
    assert [(f["cell"], f["found"]) for f in left] == [(f["cell"], f["found"]) for f in after["findings"]]
    assert run_program("fix", "returns.xlsx", "-o", "returns.xlsx", "--force").code == 2


def test_fix_only_shows_with_dry_run(work):
    (work / "returns.csv").write_text(BAD, newline="")
    assert run_program("fix", "returns.csv", "--dry-run").code == 0
    assert [path.name for path in work.iterdir()] == ["returns.csv"]


def test_review_tells_totals_and_money_effect(work):
    samples = [
        str(packaged_file(f"workbook_templates/samples/{name}")) for name in ("returns.xlsx", "pending_actions.csv")
    ]
    found = run_program("review", samples[0], "--pending", samples[1], "--json", "--html", "review.html").json
    assert found["ready"] == found["reversals"] + found["changes"] == found["effect_known_rows"]
    assert found["currency"] == "EUR"
    assert found["effect_cents"] < 0
    page = (work / "review.html").read_text(encoding="utf-8")
    assert "Nothing has been sent." in page
    assert "M.8882.4808.1063415" in page


# --- sending


def send(*options, rows=LIST):
    return run_program("send", "-", "--json", *options, stdin=rows.encode())


def test_send_delivers_once_with_the_json_of_the_contract(outbox, home):
    result = send("--yes")
    told = result.json
    (arrived,) = outbox.iterdir()
    assert result.code == 0
    assert told["outcome"] == "handed-over"
    assert (told["batch"], told["channel"], told["rows"], told["bytes"]) == ("0001", "outbox", 2, len(EXACT))
    assert (arrived.name, arrived.read_bytes()) == (told["file"], EXACT)
    kept = home / "submissions" / "0001"
    assert (kept / told["file"]).read_bytes() == EXACT
    assert told["sha256"] in (kept / "receipt.html").read_text(encoding="utf-8")
    assert run_program("history", "file", "1").content == EXACT


def test_the_same_list_is_refused_unless_duplicates_are_allowed(outbox):
    send("--yes")
    again = send("--yes")
    assert (again.code, again.json["batch"]) == (8, "0001")
    assert len(list(outbox.iterdir())) == 1
    assert send("--yes", "--allow-duplicate").code == 0
    assert len(list(outbox.iterdir())) == 2


def test_rows_with_errors_stop_a_sending_unless_left_out(outbox):
    refused = send("--yes", rows=BAD)
    assert refused.code == 3
    assert "nothing was sent" in refused.err
    assert list(outbox.iterdir()) == []
    assert send("--yes", "--only-ready", rows=BAD).code == 0
    assert next(outbox.iterdir()).read_bytes() == EXACT


def test_a_confirmation_of_another_number_of_rows_stops_it(outbox):
    refused = send("--confirm-rows", "3")
    assert refused.code == 2
    assert "3 rows were confirmed" in refused.err
    assert list(outbox.iterdir()) == []
    assert send("--confirm-rows", "2").code == 0


def test_a_dry_run_sends_and_records_nothing(outbox, home):
    assert send("--dry-run").code == 0
    assert list(outbox.iterdir()) == []
    assert not (home / "ledger.sqlite3").exists()


def test_nothing_ready_is_nothing_sent(outbox):
    assert send("--yes", "--only-ready", rows=CSV + "x,y,z\r\n").code == 3
    assert list(outbox.iterdir()) == []


def test_without_a_profile_nothing_can_be_sent(work):
    result = send("--yes")
    assert result.code == 9
    assert "profile add" in result.err


def test_a_missing_password_is_told_before_anything_is_connected(home):
    write_profile(home, {"kind": "ftp", "host": "127.0.0.1", "port": 9, "username": "u", "password": "env:NOT_SET"})
    result = send("--yes")
    assert result.code in (5, 9)
    assert "NOT_SET, which is not set" in result.err


def test_a_wrong_setting_is_told_with_its_place(home):
    write_profile(home, {"kind": "ftp", "host": "x", "port": 0, "username": "u", "password": "hunter2"})
    result = run_program("probe")
    assert result.code == 9
    assert "[profiles.acme.channel] port = 0" in result.err
    assert "hunter2" not in result.err


def test_a_failed_delivery_says_so_and_may_be_tried_again(outbox):
    outbox.rmdir()
    failed = send("--yes")
    assert (failed.code, failed.json["outcome"]) == (6, "failed")
    outbox.mkdir()
    assert send("--yes").code == 0
    states = [batch["outcome"] for batch in run_program("history", "list", "--json").json["batches"]]
    assert states == ["handed-over", "failed"]


def test_a_host_that_does_not_exist_is_exit_code_5(home):
    write_profile(home, {"kind": "ftp", "host": "no-such-host.invalid", "username": "u", "password": "env:PW"})
    result = run_program("send", "-", "--yes", "--json", stdin=LIST.encode(), PW="s3cret-canary")
    assert (result.code, result.json["outcome"]) == (5, "failed")
    everything = b"".join(path.read_bytes() for path in Path(home).rglob("*") if path.is_file())
    assert b"s3cret-canary" not in everything + result.printed


def test_profiles_are_made_shown_and_removed(work, home):
    assert (
        run_program(
            "profile", "add", "box", "--environment", "test", "--kind", "outbox", "--set", f"directory={work}"
        ).code
        == 0
    )
    assert run_program("profile", "list", "--json").json["profiles"][0]["name"] == "box"
    assert run_program("profile", "show", "box", "--json").json["channel"]["kind"] == "outbox"
    assert run_program("probe").code == 0
    assert run_program("profile", "remove", "box").code == 0
    assert run_program("profile", "list", "--json").json["profiles"] == []


def test_the_doctor_finds_nothing_wrong_with_a_fresh_home_and_writes_a_bundle(work):
    result = run_program("doctor", "--json", "--bundle", "support.zip")
    assert result.code == 0
    assert all(check["well"] for check in result.json["checks"])
    assert (work / "support.zip").stat().st_size > 100


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_is_there_for_every_shell(shell):
    result = run_program("completion", shell)
    assert result.code == 0
    assert b"_ACTION_RETURNS_COMPLETE" in result.content
    assert b"\r" not in result.content  # bash takes it for a part of each command


def test_an_answer_about_columns_is_remembered_for_files_that_look_like_it(work):
    (work / "pending.csv").write_text("Kennung,Betrag\r\nM.8882.4808.1063415,5\r\n", newline="")
    (work / "returns.csv").write_text(LIST, newline="")
    assert run_program("check", "returns.csv", "--pending", "pending.csv").code == 3
    answered = run_program(
        "check", "returns.csv", "--pending", "pending.csv", "--pending-column", "action_id=Kennung", "--json"
    )
    assert answered.code == 0
    assert run_program("check", "returns.csv", "--pending", "pending.csv").code == 0


def test_nothing_shows_a_traceback(work):
    (work / "folder").mkdir()
    for arguments in (
        ["check", "folder"],
        ["check", "none.csv"],
        ["history", "show", "77"],
        ["history", "show", "x"],
        ["export", "none.xlsx"],
    ):
        result = run_program(*arguments)
        assert result.code in (1, 2, 3)
        assert "Traceback" not in result.err
        assert result.err.strip()


LAZY = [
    "openpyxl",
    "keyring",
    "smtplib",
    "ftplib",
    "sqlite3",
    "rich",
    "jinja2",
    "pydantic",
    "xlsxwriter",
    "tomlkit",
    "xlwings",
    "platformdirs",
    "unicodedata",
]


def test_a_check_loads_nothing_it_does_not_need(work):
    assert modules_loaded_by_check(packaged_file("workbook_templates/samples/returns.xlsx"), *LAZY) == []


@pytest.mark.parametrize("command", ["check", "review", "export", "fix"])
def test_the_commands_of_every_day_load_no_more_than_they_need(work, command):
    (work / "good.csv").write_text(LIST, newline="")
    arguments = {"export": ["-o", "-"], "fix": ["--dry-run"]}.get(command, [])
    assert modules_loaded_by([command, "good.csv", *arguments], *LAZY) == []


def test_the_demo_delivers_the_bytes_it_shows(work):
    result = run_program("demo", "--keep", "kept")
    assert result.code == 0, result.err
    assert result.err.count("identical to the file shown") == 2


def test_the_demo_says_in_words_that_its_folder_cannot_be_used(work):
    (work / "kept").write_text("a file")
    result = run_program("demo", "--keep", "kept")
    assert result.code == 2
    assert "kept cannot be used: " in result.err
    assert result.err.rstrip().endswith("Nothing was sent. Choose another folder.")


@on_windows
def test_the_demo_says_in_words_that_a_file_of_an_earlier_one_is_open(work):
    (work / "kept").mkdir()
    (work / "kept" / "returns.xlsm").write_bytes(b"open in Excel")
    with held(work / "kept" / "returns.xlsm", "reading"):
        result = run_program("demo", "--keep", "kept")
    assert result.code == 2
    assert "returns.xlsm of an earlier demo cannot be removed: another program has it open." in " ".join(
        result.err.split()
    )
