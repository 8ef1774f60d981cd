"""Eight programs that want to send the same rows at the same moment, in their own order: exactly one sends each."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import TeamDatabase
from tests.ledger.racer import rows_of

PROGRAMS = 8


def race(place, lists):
    """Start eight programs that try to send each list at one moment; return for each list what they printed.

    They meet anew for every list: left to themselves, the one that holds an SQLite file sends nearly all of them before
    the others wake up.
    """
    told = json.dumps(place.url if isinstance(place, TeamDatabase) else str(place))
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.racer", told, f"person-{number}"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROGRAMS)
    ]
    assert heard(programs) == ["ready"] * PROGRAMS
    rounds = []
    for number in range(lists):
        moment = time.monotonic() + 0.003  # they are all awake by then
        for program in programs:
            program.stdin.write(f"{number} {moment}\n")
            program.stdin.flush()
        rounds.append(heard(programs))
    ends = [(*program.communicate(), program.returncode) for program in programs]
    assert ends == [("", "", 0)] * PROGRAMS
    return rounds


def heard(programs):
    """Return the next line of each; fail with the errors of all when one has ended."""
    lines = [program.stdout.readline().rstrip("\n") for program in programs]
    if "" in lines:
        for program in programs:
            program.kill()
        pytest.fail("\n".join(program.communicate()[1] for program in programs))
    return lines


def judge(place, lists, rounds):
    assert [Counter(said) for said in rounds] == [Counter(sent=1, lost=PROGRAMS - 1)] * lists
    winners = {said.index("sent") for said in rounds}
    assert len(winners) > 1, "it was a race: no program had it to itself"
    with open_ledger(place) as ledger:
        batches = ledger.batches()
        assert {record.state for record in batches} == {"sent"}
        rows = Counter(row for record in batches for row in ledger.rows(record.number))
    assert rows == Counter(row for number in range(lists) for row in rows_of(number))


def test_of_eight_programs_exactly_one_sends_each_list(place):
    judge(place, 60, race(place, 60))


@pytest.mark.long
def test_of_eight_programs_exactly_one_sends_each_of_a_thousand_lists(place):
    judge(place, 1_000, race(place, 1_000))
