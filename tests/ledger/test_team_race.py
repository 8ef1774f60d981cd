"""Eight programs that want to send the same lists at the same moment: exactly one sends each."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from action_returns.batch import csv_bytes
from action_returns.ledger import TeamDatabase, open_ledger
from tests.ledger.racer import rows_of

PROGRAMS = 8


def race(place, lists):
    told = json.dumps(place.url if isinstance(place, TeamDatabase) else str(place))
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.racer", told, str(lists), f"person-{number}"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROGRAMS)
    ]
    for program in programs:
        assert program.stdout.readline() == "ready\n", program.communicate()[1]
    for program in programs:  # all of them are waiting for this
        program.stdin.write("go\n")
        program.stdin.flush()
    said = [program.communicate() for program in programs]
    assert [program.returncode for program in programs] == [0] * PROGRAMS, [errors for _, errors in said]
    return [out.split("\n")[:-1] for out, _ in said]


def judge(place, lists, sent):
    winners = Counter(int(line.split()[0]) for lines in sent for line in lines)
    assert winners == Counter(range(lists))  # every list once, none twice, none forgotten
    with open_ledger(place) as ledger:
        batches = ledger.batches()
        assert {record.state for record in batches} == {"sent"}
        contents = Counter(ledger.content(record.number) for record in batches)
    assert contents == Counter(csv_bytes(rows_of(number)) for number in range(lists))


def test_of_eight_programs_exactly_one_sends_each_list(place):
    sent = race(place, 60)
    judge(place, 60, sent)


@pytest.mark.long
def test_of_eight_programs_exactly_one_sends_each_of_a_thousand_lists(place):
    sent = race(place, 1_000)
    judge(place, 1_000, sent)
    # It was a race: no program had it to itself.
    assert max(map(len, sent)) < 1_000
