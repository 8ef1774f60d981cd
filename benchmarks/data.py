"""Makes the inputs of the benchmarks: data.py columns|workbook|pending SIZE BAD_PERCENT PATH. Always the same ones."""

import pickle
import random
import sys
from pathlib import Path

FIRST = 1_063_415


def rows(size: int, bad: int) -> list[tuple[object, object, object]]:
    """Give rows of one campaign: a fifth reversals, the rest new totals; bad of a hundred with a mistake."""
    pick = random.Random(7)
    made: list[tuple[object, object, object]] = []
    for at in range(size):
        action_id: object = f"M.8882.4808.{FIRST + at}"
        amount: object
        amount, reason = (
            (0.0, "REJECTED") if pick.random() < 0.2 else (pick.randrange(1, 10_000_000) / 100, "ORDER_UPDATE")
        )
        if bad == 100:
            action_id, amount, reason = str(action_id)[2:], f"{at},5", "FOO"
        elif pick.random() * 100 < bad:
            kind = pick.randrange(8)
            if kind == 0:
                action_id = str(action_id)[2:]
            elif kind == 1:
                amount = -5.5
            elif kind == 2:
                amount = 19.999
            elif kind == 3:
                amount = "abc"
            elif kind == 4:
                reason = reason.lower()
            elif kind == 5:
                amount = None
            elif kind == 6:
                action_id = f"M.8882.4808.{FIRST + pick.randrange(at + 1)}"
            else:
                action_id, amount, reason = f" {action_id}", "1.000,50", "FOO"
        made.append((action_id, amount, reason))
    return made


def write_columns(size: int, bad: int, path: Path) -> None:
    """Write three lists with pickle."""
    path.write_bytes(pickle.dumps([list(column) for column in zip(*rows(size, bad), strict=True)], protocol=5))


def write_workbook(size: int, bad: int, path: Path) -> None:
    """Write a workbook with a table, texts as shared strings as Excel does."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Actions")
    text = book.add_format({"num_format": "@"})
    money = book.add_format({"num_format": "0.00"})
    for at, row in enumerate(rows(size, bad), 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(at, column, cell, text)
            elif cell is not None:
                sheet.write_number(at, column, cell, money)
    headers = [{"header": name} for name in ("ActionId", "Amount", "Reason")]
    sheet.add_table(0, 0, size, 2, {"name": "Actions", "columns": headers})
    book.close()


def write_pending(size: int, path: Path) -> None:
    """Write a pending-actions download."""
    with path.open("w", encoding="utf-8") as file:
        file.write("Action ID,OID,Status,Sale Amount,Currency,Locking Date,Media Partner\n")
        for at in range(size):
            day = f"2099-12-{at % 28 + 1:02d}T08:00:00Z"
            file.write(f"M.8882.4808.{FIRST + at},O{at},PENDING,{at % 999 + 1}.50,EUR,{day},Partner {at % 50}\n")


if __name__ == "__main__":
    what, size, bad, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    if what == "columns":
        write_columns(size, bad, path)
    elif what == "workbook":
        write_workbook(size, bad, path)
    else:
        write_pending(size, path)
