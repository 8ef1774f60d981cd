"""Makes the inputs of the benchmarks: data.py columns|workbook|pending|import SIZE BAD_PERCENT PATH. Always the same ones.

For ``import`` PATH is a folder: a pending download of SIZE actions, and an orders export of a tenth of them.
"""

import csv
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
    """Write a pending download."""
    with path.open("w", encoding="utf-8") as file:
        file.write("Action ID,OID,Status,Sale Amount,Currency,Locking Date,Media Partner\n")
        for at in range(size):
            day = f"2099-12-{at % 28 + 1:02d}T08:00:00Z"
            file.write(f"M.8882.4808.{FIRST + at},O{at},PENDING,{at % 999 + 1}.50,EUR,{day},Partner {at % 50}\n")


_COLUMNS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,"
    "Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing City,Billing Zip,Billing Country,Notes,Cancelled at,Payment Method,"
    "Payment Reference,Refunded Amount,Vendor,Id,Tags,Risk Level,Source"
)
SHOPIFY = tuple(_COLUMNS.split(","))
"""Headers of an orders export, in their order."""
PENDING = "Action ID,Action Date,OID,Amount,Currency,Payout,Status,Locking Date,Partner,Campaign"
_FIRST_ORDER = 1001


def write_import(size: int, folder: Path, *, ratio: int = 10) -> None:
    """Write pending.csv and orders.csv, which has one order for each ``ratio`` actions.

    Each action has the total of its order. One order of 200 has two actions, one action of 100 is locked, and one of 300
    is in another currency. Of the orders in the export, seven of ten were refunded in part, one in full, one was
    cancelled, and of one nothing came back; one of 50 is unknown to the network. One of five has a second line.
    """
    pick = random.Random(7)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "pending.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(PENDING + "\r\n")
        orders = []
        number = _FIRST_ORDER
        for at in range(size):
            if at == 0 or pick.randrange(200):
                orders.append((number, cents := pick.randrange(500, 50_000), pick.randrange(300) == 0))
                number += 1
            name, cents, is_other = orders[-1]
            locks = "2020-01-31" if pick.randrange(100) == 0 else f"2099-12-{at % 28 + 1:02d}"
            file.write(
                f"M.8882.4808.{FIRST + at},2025-{at % 12 + 1:02d}-{at % 28 + 1:02d}T{at % 24:02d}:{at % 60:02d}:00Z,{name},"
                f"{cents // 100}.{cents % 100:02d},EUR,{cents // 1000}.{cents % 100:02d},PENDING,{locks}T08:00:00Z,"
                f"Partner {at % 50},8882\r\n"
            )
    chosen = pick.sample(orders, min(size // ratio, len(orders)))
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(SHOPIFY)
        for at, (name, cents, is_other) in enumerate(chosen):
            table.writerows(_export_rows(at, name, cents, is_other, pick))


def _export_rows(at: int, name: int, cents: int, is_other: bool, pick: random.Random) -> list[list[str]]:
    kind = pick.randrange(10)
    refund, status, cancelled = 0, "paid", ""
    if kind < 7:
        refund, status = pick.randrange(1, cents), "partially_refunded"
    elif kind == 7:
        refund, status = cents, "refunded"
    elif kind == 8:
        status, cancelled = "voided", "2025-11-30 10:00:00 +0100"
    if pick.randrange(50) == 0:
        name += 900_000_000
    subtotal, tax = cents - cents // 6, cents // 6
    row = dict.fromkeys(SHOPIFY, "")
    row |= {
        "Name": f"#{name}",
        "Email": f"buyer{at}@example.com",
        "Financial Status": status,
        "Paid at": "2025-11-01 09:12:00 +0100",
        "Fulfillment Status": "fulfilled",
        "Accepts Marketing": "no",
        "Currency": "USD" if is_other else "EUR",
        "Subtotal": _money(subtotal),
        "Shipping": "0.00",
        "Taxes": _money(tax),
        "Total": _money(cents),
        "Discount Amount": "0.00",
        "Shipping Method": "Standard",
        "Created at": "2025-11-01 09:11:00 +0100",
        "Lineitem quantity": "1",
        "Lineitem name": f'Shirt, {at % 90} cm, "slim"',
        "Lineitem price": _money(subtotal),
        "Lineitem sku": f"SKU-{at % 977}",
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "fulfilled",
        "Billing Name": f"Buyer {at}",
        "Billing Street": f"Main Street {at % 200}, Door {at % 7}",
        "Billing City": "Berlin",
        "Billing Zip": f"'{10_000 + at % 9_000}",
        "Billing Country": "DE",
        "Cancelled at": cancelled,
        "Payment Method": "Card",
        "Payment Reference": f"c{at:012d}",
        "Refunded Amount": _money(refund),
        "Vendor": "Own",
        "Id": str(5_000_000_000_000 + at),
        "Risk Level": "Low",
        "Source": "web",
    }
    rows = [list(row.values())]
    if pick.randrange(5) == 0:
        second = dict.fromkeys(SHOPIFY, "") | {key: row[key] for key in SHOPIFY if key.startswith("Lineitem")}
        second |= {key: row[key] for key in ("Name", "Email", "Created at", "Vendor")}
        rows.append(list(second.values()))
    return rows


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


if __name__ == "__main__":
    what, size, bad, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    if what == "columns":
        write_columns(size, bad, path)
    elif what == "workbook":
        write_workbook(size, bad, path)
    elif what == "import":
        write_import(size, path)
    else:
        write_pending(size, path)
