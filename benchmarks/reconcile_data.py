"""Makes the input of the reconcile benchmark: reconcile_data.py ROWS ACTIONS FOLDER. Always the same.

FOLDER gets the list from before (before.csv), the rows to send (returns.csv) and the list of two days later (later.csv): of
a hundred rows 96 are as sent, one is unchanged, one has a third amount, one left the list, one is locked.
"""

import os
import sys
import time
from pathlib import Path

HEADER = "Action ID,Action Date,OID,Amount,Currency,Payout,Status,Locking Date,Partner,Campaign\n"
FIRST = 1_063_415
DAY = 86_400


def line(at: int, cents: int, status: str = "PENDING", lock: str = "2099-12-01T08:00:00Z") -> str:
    """Return the line of one action."""
    amount = f"{cents // 100}.{cents % 100:02d}"
    day = f"2025-11-{at % 28 + 1:02d}T10:00:00Z"
    return f"M.8882.4808.{FIRST + at},{day},O{at},{amount},EUR,1.20,{status},{lock},Partner {at % 50},Shop\n"


def main() -> None:
    """Write the three files."""
    rows, actions, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(exist_ok=True)
    step = actions // rows
    before = [5_000 + at % 99_900 for at in range(actions)]
    with (folder / "before.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        file.writelines(line(at, cents) for at, cents in enumerate(before))
    sent = {at: 0 if at // step % 5 == 0 else 1_000 + at % 3_900 for at in range(0, rows * step, step)}
    with (folder / "returns.csv").open("w", encoding="ascii", newline="") as file:
        file.write("ActionId,Amount,Reason\n")
        for at, cents in sent.items():
            reason = "ORDER_UPDATE" if cents else "REJECTED"
            file.write(f"M.8882.4808.{FIRST + at},{cents // 100}.{cents % 100:02d},{reason}\n")
    with (folder / "later.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        for at, cents in enumerate(before):
            kind = at // step % 100
            if at not in sent or kind == 1:
                file.write(line(at, cents))
            elif kind == 2:
                file.write(line(at, cents + 7))
            elif kind == 4:
                file.write(line(at, cents, "APPROVED"))
            elif kind != 5:  # a reversed one, which leaves the list
                file.write(line(at, sent[at]))
    now = time.time()
    os.utime(folder / "before.csv", (now - DAY, now - DAY))


if __name__ == "__main__":
    main()
