"""One of several programs that want to send the same lists at the same moment; prints whether it sent them."""

import json
import sys
import time
from pathlib import Path

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import make_csv
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import RepeatedRowsError, TeamDatabase
from tests.support.ledgers import batch_of


def rows_of(number, first=0):
    """Return the rows of list number n, unlike those of every other list; which one is the first is up to the program."""
    return ReadyRows([f"M.8882.{number}.{(first + at) % 3}" for at in range(3)], [0] * 3, ["REJECTED"] * 3)


def main():
    """Try to send every list that is named on standard input, at the moment that is named with it."""
    place, name = json.loads(sys.argv[1]), sys.argv[2]
    with open_ledger(TeamDatabase(place) if place.startswith("postgresql:") else Path(place)) as ledger:
        say("ready")
        for line in sys.stdin:
            number, moment = line.split()
            time.sleep(max(0, float(moment) - time.monotonic()))
            say("sent" if sends(ledger, name, rows_of(int(number), int(name[-1]))) else "lost")


def sends(ledger, name, rows):
    """Return whether this program sent them."""
    batch = batch_of(name)
    try:
        claim = ledger.claim(batch, make_csv(rows), rows, name_for="{}.csv".format, confirmation={})
    except RepeatedRowsError:
        return False
    ledger.mark_sending(claim.number)
    # here the file would leave
    ledger.settle(claim.number, "sent", "There.", {})
    return True


def say(words):
    """Write a line to the program that started this one."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
