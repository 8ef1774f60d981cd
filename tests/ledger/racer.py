"""One of several programs that want to send the same lists: says on standard output which it was that sent."""

import json
import sys
from pathlib import Path

from action_returns.batch import ReadyRows, csv_bytes
from action_returns.ledger import DuplicateBatch, NewBatch, RepeatedRows, TeamDatabase, open_ledger


def rows_of(number):
    """Give the rows of list number n: what makes it unlike every other."""
    return ReadyRows([f"M.8882.{number}.{at}" for at in range(3)], [0] * 3, ["REJECTED"] * 3)


def main():
    """Try to send every list, each as soon as the others do."""
    place, lists, name = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with open_ledger(TeamDatabase(place) if place.startswith("postgresql:") else Path(place)) as ledger:
        say("ready")
        sys.stdin.readline()
        for number in range(lists):
            rows = rows_of(number)
            batch = NewBatch("acme", "live", "ftp", "ftp://x/", f"{name}.xlsx")
            try:
                claim = ledger.claim(batch, csv_bytes(rows), rows, name_for="{}.csv".format, confirmation={})
            except (DuplicateBatch, RepeatedRows):
                continue
            ledger.leaving(claim.number)
            say(f"{number} {claim.number}")  # here the file would leave
            ledger.settle(claim.number, "sent", "There.", {})


def say(words):
    """Tell the one who started this program."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
