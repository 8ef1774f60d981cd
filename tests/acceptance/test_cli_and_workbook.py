"""One suite of scenarios for sending, through the command line and through the workbook.

The same rows, the same answers: the same questions, the same file and the same record have to come out. What differs
is only how a user is asked.
"""

from dataclasses import dataclass, field

import click
import pytest

from action_returns.cli import output
from action_returns.excel import sending
from action_returns.excel.workbook import OpenWorkbook
from action_returns.ledger.ledger import open_ledger
from tests.excel.desk import Desk
from tests.hosts.fake_com import fake_excel
from tests.support.batches import CSV
from tests.support.cli import run_here

ONE, TWO, THREE = ("M.8882.4808.1", "0", "REJECTED"), ("M.8882.4808.2", "12.50", "ORDER_UPDATE"), ("x", "1", "REJECTED")
MANY = [(f"M.8882.4808.{at}", "0", "REJECTED") for at in range(100)]
ALL_BUT_ONE = MANY[:99]


@dataclass
class Asked:
    """What the user was asked, and what the user answers, in this order."""

    answers: list = field(default_factory=list)
    questions: list = field(default_factory=list)

    def answer(self, question):
        self.questions.append(question)
        return self.answers.pop(0)


class CommandLine:
    """A user at a terminal."""

    def __init__(self, tmp_path, monkeypatch, capsys, asked):
        self._path, self._capsys = tmp_path / "returns.csv", capsys
        monkeypatch.setattr(output.Output, "can_ask", lambda _: True)
        monkeypatch.setattr(click, "confirm", lambda text, **_: asked.answer(text) == "yes")
        monkeypatch.setattr(click, "prompt", lambda text, **_: asked.answer(text))

    def send(self, rows):
        self._path.write_text(CSV + "".join(f"{','.join(row)}\r\n" for row in rows), newline="")
        return run_here(self._capsys, "send", str(self._path)).err


class Workbook:
    """A user in front of Excel."""

    def __init__(self, tmp_path, monkeypatch, asked, excel, paths):
        self._desk, self._opened = Desk(excel, paths, tmp_path), 0
        monkeypatch.setattr(OpenWorkbook, "ask", lambda _, text, **__: asked.answer(text) == "yes")
        monkeypatch.setattr(sending.dialogues, "ask_number", lambda _, text: asked.answer(text))

    def send(self, rows):
        self._opened += 1
        self._desk.open(rows, name=f"returns{self._opened}.xlsm")
        return self._desk.click("send")


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture(params=["the command line", "the workbook"])
def face(request, tmp_path, monkeypatch, capsys, asked, paths, outbox):
    if request.param == "the command line":
        yield CommandLine(tmp_path, monkeypatch, capsys, asked)
    else:
        with fake_excel() as excel:
            yield Workbook(tmp_path, monkeypatch, asked, excel, paths)


@pytest.fixture
def record(paths):
    """Reads the ledger: state, rows and how the user said yes, of each batch."""

    def read():
        if not paths.ledger_file.exists():
            return []
        with open_ledger(paths.ledger_file) as ledger:
            return [
                (batch.state, [row[0] for row in ledger.rows(batch.number)])
                for batch in sorted(ledger.batches(), key=lambda batch: batch.number)
            ]

    return read


SEND_2 = "Send 2 rows to TEST now?"
SEND_1 = "Send 1 row to TEST now?"
TYPE_100 = "This takes back 100 actions. Type 100 (the number of reversals) to send."
LEAVE_OUT = "Leave them out?"
IDS = [ONE[0], TWO[0]]

SCENARIOS = {
    "yes sends the rows": ([[ONE, TWO]], ["yes"], [SEND_2], [("handed-over", IDS)]),
    "no sends nothing": ([[ONE, TWO]], ["no"], [SEND_2], []),
    "a row with an error stays behind and the user is told": (
        [[ONE, THREE]], ["yes"], [SEND_1], [("handed-over", IDS[:1])],
    ),
    "no row is ready, so nothing is asked": ([[THREE]], [], [], []),
    "100 reversals are typed": ([MANY], ["yes", "100"], ["Send 100 rows", TYPE_100], [("handed-over", None)]),
    "another number sends nothing": ([MANY], ["yes", "99"], ["Send 100 rows", TYPE_100], []),
    "99 reversals need not be typed": ([ALL_BUT_ONE], ["yes"], ["Send 99 rows"], [("handed-over", None)]),
    "the same list goes out again only when the user does not leave it out": (
        [[ONE, TWO], [ONE, TWO]], ["yes", "no", "yes"], [SEND_2, LEAVE_OUT, SEND_2],
        [("handed-over", IDS), ("handed-over", IDS)],
    ),
    "the same list in another order is not sent again": (
        [[ONE, TWO], [TWO, ONE]], ["yes", "yes"], [SEND_2, LEAVE_OUT], [("handed-over", IDS)],
    ),
    "of a list that has grown the new row is sent": (
        [[ONE], [ONE, TWO]], ["yes", "yes", "yes"], [SEND_1, LEAVE_OUT, SEND_1],
        [("handed-over", IDS[:1]), ("handed-over", IDS[1:])],
    ),
}  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_both_faces_ask_the_same_and_send_the_same(face, asked, record, outbox, scenario):
    lists, answers, questions, batches = SCENARIOS[scenario]
    asked.answers = list(answers)
    for rows in lists:
        face.send(rows)
    assert len(asked.questions) == len(questions)
    for question, expected in zip(asked.questions, questions, strict=True):
        assert expected in question
    found = record()
    assert [state for state, _ in found] == [state for state, _ in batches]
    for (_, ids), (_, expected) in zip(found, batches, strict=True):
        assert expected is None or ids == expected
    assert len(list(outbox.iterdir())) == len(batches)
    assert asked.answers == []


def test_both_faces_tell_how_many_rows_stay_behind(face, asked, capsys):
    asked.answers = ["no"]
    shown = face.send([ONE, THREE]) or ""
    assert "1 row with errors stays here." in shown + "".join(asked.questions)


def test_both_faces_say_of_a_folder_that_is_gone_that_nothing_was_sent(face, asked, record, outbox):
    outbox.rmdir()
    asked.answers = ["yes"]
    shown = face.send([ONE, TWO])
    assert "there is no such folder" in shown
    outbox.mkdir()
    assert [state for state, _ in record()] == ["failed"]


def test_both_faces_stop_before_reading_anything_where_there_is_no_profile(face, asked, record, home):
    (home / "config.toml").unlink()
    assert "There is no profile yet" in face.send([ONE, TWO])
    assert (asked.questions, record()) == ([], [])
