"""The whole path of a new user: 200 messy rows, checked, corrected, reviewed, sent, and sent again with three new rows.

Every figure that the user is shown on the way was worked out by hand from how the sheet is built
(``tests/support/messy_sheet.py``):

- 130 tidy rows (104 reversals, 26 x 10.00), 62 rows with one error each, 8 rows that are sent with 10 warnings.
- Safe corrections: 10 ids, 8 amounts, 3 reasons = 21 cells, each in a row of its own. So 130 + 8 = 138 rows are ready
  before them and 159 after them, and 62 - 21 = 41 rows stay behind.
- What leaves:

  ==================== ========= ========== ========== ===============================================
  rows                 reversals new totals sum        order value
  ==================== ========= ========== ========== ===============================================
  tidy                 104       26            260.00  104 x -100 + 26 x -90            = -12,740.00
  with warnings          4        4          1,620.50  +50 + 20.50 + 0 + 0 - 3,750      =  -3,679.50
  white space in ids     5                             5 x -100                         =    -500.00
  small m                         3             30.00  3 x -90                          =    -270.00
  look-alike letters     2                             2 x -100                         =    -200.00
  blanks in amounts               3             37.50  3 x -87.50                       =    -262.50
  commas                 1        4          3,716.00  -100 - 87.50 + 3 x -3,765.50     = -11,484.00
  reasons                2        1             15.00  2 x -100 - 85                    =    -285.00
  together             118       41          5,679.00                                     -29,421.00
  ==================== ========= ========== ========== ===============================================

- Three rows with warnings are not in the download: the order value is known of 156 rows. Two rows raise it, by 70.50.
"""

import csv
import hashlib
import io
import re

import pytest

from tests.servers import loopback
from tests.support.cli import run_here
from tests.support.messy_sheet import ACTIONS_IN_DOWNLOAD, action, download, leaving, sheet
from tests.support.profiles import write_profile
from tests.support.rights import make_private
from tests.support.shell_words import words_of

ERRORS = {
    "id-missing": 2, "id-whitespace": 5, "id-no-prefix": 2, "id-case": 3, "id-lookalike": 2, "id-shape": 4,
    "id-duplicate": 3, "id-conflict": 4,
    "amount-missing": 3, "amount-whitespace": 3, "amount-not-number": 6, "amount-separator": 6, "amount-negative": 2,
    "amount-decimals": 2, "amount-percent": 1,
    "reason-missing": 2, "reason-whitespace": 1, "reason-case": 2, "reason-unknown": 3, "reason-amount-mismatch": 2,
    "action-locked": 4,
}  # fmt: skip
"""The errors of the sheet; 62 together."""
WARNINGS = {
    "id-unusual": 1, "id-mixed-campaigns": 1, "amount-leading-zeros": 1, "amount-above-original": 2,
    "amount-unchanged": 1, "amount-was-zero": 1, "action-unknown": 3,
}  # fmt: skip
"""Its warnings; 10 together."""
LEFT = ERRORS | {"amount-separator": 1}
"""The errors that are left after the safe corrections, without the kinds of which none is left; 41 together."""
for corrected in ("id-whitespace", "id-case", "id-lookalike", "amount-whitespace", "reason-whitespace", "reason-case"):
    del LEFT[corrected]
SHEET, REPAIRED = "November returns.csv", "November returns-repaired.csv"
SHA256 = hashlib.sha256(leaving()).hexdigest()
PENDING = ("--pending", "pending actions.csv")


@pytest.fixture
def run(capsys):
    return lambda *arguments: run_here(capsys, *arguments)


@pytest.fixture
def receiver(home, tmp_path, tmp_path_factory, monkeypatch):
    """A real FTP server, a profile for it, and a folder with the user's two files; gives the folder where files arrive."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    (tmp_path / SHEET).write_text(sheet(), "utf-8", newline="")
    (tmp_path / "pending actions.csv").write_text(download(), "utf-8", newline="")
    (tmp_path / "password").write_text("s3cret")
    make_private(tmp_path / "password")
    authority = loopback.make_authority(tmp_path_factory.mktemp("authority"))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with loopback.ftp_server(inbox, username="user", password="s3cret", authority=authority) as server:
        facts = {"host": server.host, "port": server.port, "username": "user", "password": "file:password"}
        write_profile(home, {"kind": "ftp", **facts}, environment="live")
        yield inbox


def kinds(text):
    """Return the kinds of findings that a check printed, code -> number of rows."""
    found = re.findall(r"(?m)^(\d+) (?:row|cell)s?: .*?\[([a-z-]+)\]", " ".join(text.split("\n  ")))
    return {code: int(number) for number, code in found}


def numbers_of(value):
    """Return the kinds of findings that a line of the review names, code -> number."""
    return {code: int(number) for number, code in re.findall(r"\((\d+)\s+([a-z-]+)\): row", value)}


def facts_of(text):
    """Return label -> value of a printed list of facts, whose values may go on in further lines."""
    facts = {}
    for line in text.splitlines():
        label, value = line[:16].strip(), line[16:].strip()
        if label:
            last = label
            facts[last] = value
        elif value and facts:
            facts[last] += f" {value}"
    return facts


def next_step(result):
    """Return the command that a command names as the next step."""
    (line,) = [line for line in result.err.splitlines() if line.startswith("Next: ")]
    return line.removeprefix("Next: ")


def test_the_figures_of_the_whole_path_are_true(receiver, run):
    the_check_counts_what_it_finds(run)
    the_correction_counts_what_it_changed(run)
    the_next_check_counts_what_is_left(run)
    the_review_adds_up(run)
    the_export_holds_the_rows_that_are_ready(run, receiver)
    the_file_that_arrives_is_the_one_that_was_shown(run, receiver)
    the_receipt_and_the_history_have_the_same_figures(run)
    the_same_rows_are_not_sent_again(run, receiver)
    only_the_rows_that_are_added_are_sent(run, receiver)


def the_check_counts_what_it_finds(run):
    checked = run("check", SHEET, *PENDING)
    assert checked.code == 3
    assert "62 of 200 rows would stay behind because of errors; 138 ready." in checked.err.splitlines()
    assert checked.out.splitlines()[-1] == "62 errors, 10 warnings."
    assert (sum(ERRORS.values()), sum(WARNINGS.values())) == (62, 10)
    assert kinds(checked.out) == ERRORS | WARNINGS
    assert "Amount from B Amount" in checked.err
    assert "21 cells can be corrected safely (->), in a new file." in checked.err.splitlines()
    assert words_of(next_step(checked)) == ["action-returns", "fix", SHEET, *PENDING, "-o", REPAIRED]


def the_correction_counts_what_it_changed(run):
    fixed = run("fix", SHEET, *PENDING, "-o", REPAIRED)
    assert fixed.code == 0
    assert "21 cells corrected; 159 of 200 rows are ready, 41 still have errors." in fixed.err.splitlines()
    assert words_of(next_step(fixed)) == ["action-returns", "check", REPAIRED, *PENDING]


def the_next_check_counts_what_is_left(run):
    again = run("check", REPAIRED, *PENDING)
    assert again.code == 3
    assert "41 of 200 rows would stay behind because of errors; 159 ready." in again.err.splitlines()
    assert again.out.splitlines()[-1] == "41 errors, 10 warnings."
    assert sum(LEFT.values()) == 41
    assert kinds(again.out) == LEFT | WARNINGS


def the_review_adds_up(run):
    reviewed = run("review", REPAIRED, *PENDING)
    assert reviewed.code == 3
    shown = facts_of(reviewed.out)
    assert shown["Rows in file"] == "200 = 159 to be sent + 41 with errors + 0 sent before"
    assert shown["Rows to send"] == "159 = 118 reversals + 41 new totals"
    assert shown["New totals"] == "5,679.00 EUR together"
    assert shown["Money effect"].startswith(
        "lowers order value by 29,421.00 EUR over the 156 rows whose current amount is known; unknown for 3 rows"
    )
    assert "2 rows RAISE it by 70.50 EUR" in shown["Money effect"]
    assert shown["Reasons"] == "41 ORDER_UPDATE, 118 REJECTED"
    assert numbers_of(shown["Errors"]) == LEFT
    assert numbers_of(shown["Warnings"]) == WARNINGS
    assert (shown["SHA-256"], shown["File size"]) == (SHA256, f"{len(leaving()):,} bytes")
    assert words_of(next_step(reviewed)) == ["action-returns", "send", REPAIRED, *PENDING, "--only-ready"]
    told = run("review", REPAIRED, *PENDING, "--json").json
    assert (told["rows"], told["ready"], told["to_send"]) == (200, 159, 159)
    assert told["left_out"] == {"errors": 41, "sent_before": 0}
    assert (told["reversals"], told["changes"], told["new_total_cents"]) == (118, 41, 567_900)
    assert (told["effect_cents"], told["effect_known_rows"], told["raised_cents"]) == (-2_942_100, 156, 7_050)
    assert told["pending"]["actions"] == ACTIONS_IN_DOWNLOAD


def the_export_holds_the_rows_that_are_ready(run, receiver):
    exported = run("export", REPAIRED, *PENDING, "-o", "clean.csv")
    assert exported.code == 3
    assert f"Written: clean.csv (159 rows, {len(leaving()):,} bytes). Nothing was sent." in exported.err.splitlines()
    assert "41 rows with errors are not in it" in exported.err
    assert (receiver.parent / "clean.csv").read_bytes() == leaving()


def the_file_that_arrives_is_the_one_that_was_shown(run, receiver):
    refused = run("send", REPAIRED, *PENDING, "--yes")
    assert (refused.code, list(receiver.iterdir())) == (3, [])
    assert f"41 of 200 rows of {REPAIRED} have errors, so nothing was sent." in refused.err
    sent = run("send", REPAIRED, *PENDING, "--only-ready", "--confirm-rows", "159")
    assert sent.code == 0
    assert f"SENT: Sent {len(leaving()):,} bytes to ftp://" in sent.err
    (arrived,) = receiver.iterdir()
    assert arrived.read_bytes() == leaving()
    assert f"Batch 0001 · {arrived.name} · 159 rows · SHA-256 {SHA256}" in sent.err.splitlines()


def the_receipt_and_the_history_have_the_same_figures(run):
    receipt = run("history", "receipt", "1").out
    for figure in (
        "159 = 118 reversals + 41 new totals",
        "5,679.00 EUR together",
        "lowers order value by 29,421.00 EUR over the 156 rows whose current amount is known",
        "41 rows with errors",
        "--confirm-rows 159",
        SHA256,
    ):
        assert figure in receipt
    (line,) = run("history", "list").out.splitlines()[1:]
    assert [line.split()[at] for at in (0, 3, 4, 5, 6, 7)] == ["0001", "acme", "live", "159", "118", "sent"]


def the_same_rows_are_not_sent_again(run, receiver):
    repeated = run("send", REPAIRED, *PENDING, "--only-ready", "--yes")
    assert repeated.code == 8
    assert f"Nothing new to send. All 159 rows of {REPAIRED} may have arrived before" in repeated.err
    assert len(list(receiver.iterdir())) == 1


def only_the_rows_that_are_added_are_sent(run, receiver):
    new = [(action(number), "0", "REJECTED") for number in (200, 201, 202)]
    add_rows(receiver.parent / REPAIRED, new)
    grown = run("check", REPAIRED, *PENDING)
    assert "41 of 203 rows would stay behind because of errors; 162 ready." in grown.err
    assert "159 of the ready rows may have arrived before and stay behind." in grown.err
    assert "159 rows stay here: they may have arrived before" in grown.out
    sent = run("send", REPAIRED, *PENDING, "--only-ready", "--yes", "--json").json
    assert (sent["outcome"], sent["rows"], sent["batch"]) == ("sent", 3, "0002")
    assert sent["left_out"] == {"errors": 41, "sent_before": 159}
    lines = ["ActionId,Amount,Reason", *map(",".join, new)]
    content = "".join(f"{line}\r\n" for line in lines).encode()
    assert sorted(path.read_bytes() for path in receiver.iterdir()) == sorted([leaving(), content])


def test_72_findings_in_200_rows_take_less_than_120_lines_of_80_characters(receiver, run):
    lines = run("check", SHEET, *PENDING).out.splitlines()
    assert len(lines) < 120
    assert max(map(len, lines)) <= 80


def test_every_finding_of_the_sheet_is_in_the_table_and_on_the_page(receiver, run):
    run("check", SHEET, *PENDING, "--csv", "findings.csv", "--html", "findings.html")
    table = list(csv.reader(io.StringIO((receiver.parent / "findings.csv").read_text("utf-8-sig"), newline="")))
    assert len(table) == 1 + 72
    assert (receiver.parent / "findings.html").read_text("utf-8").count('<td class="where">') == 72


def add_rows(path, rows):
    """Write rows below those of a CSV file, in its three columns ActionId, Amount and Reason."""
    header = next(csv.reader([path.read_text("utf-8-sig").splitlines()[0]]))
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="new")
        writer.writerows(dict(zip(("ActionId", "Amount", "Reason"), row, strict=True)) for row in rows)
