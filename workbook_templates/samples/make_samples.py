"""Makes the sample files: a sheet of returns with the usual mistakes, a shop's export, and the download that belongs to both.

Run it from the repository root after changing it: .venv/bin/python workbook_templates/samples/make_samples.py
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
FIRST = 1063415
ROWS = 48

MISTAKES: dict[int, tuple[object, object, object]] = {
    # row of the sheet: ActionId, Amount, Reason as somebody typed them
    6: ("M.8882.4808.1063419", "12,50", "ORDER_UPDATE"),
    9: (" M.8882.4808.1063422", 0, "REJECTED"),
    13: ("M.8882.4808.1063426", 0, "rejected"),
    17: (8882.4808, 0, "REJECTED"),
    21: ("M.8882.4808.1063434", None, "ORDER_UPDATE"),
    26: ("M.8882.4808.1063416", 0, "REJECTED"),
    33: ("M.8882.4808.1063446", "1.234,00", "ORDER_UPDATE"),
    40: ("8882.4808.1063453", 0, "REJECTED"),
}


LOCKED = frozenset({2, 30, 53})
TWO_ACTIONS = 55
"""The order of this action has the next action too."""

ORDERS: list[tuple[str, int, int | None, str, str, str]] = [
    # order, action whose amount its total is, refund in cents (None for all of it), status, currency, cancelled at
    ("#ORD-5003", 3, 3897, "partially_refunded", "EUR", ""),  # the sheet of returns has this new total already
    ("#ORD-5048", 48, None, "refunded", "EUR", ""),
    ("#ORD-5049", 49, 1250, "partially_refunded", "EUR", ""),
    ("#ORD-5050", 50, None, "refunded", "EUR", "2026-11-20 09:12:44 +0100"),
    ("#ORD-5051", 51, 0, "paid", "EUR", ""),
    ("#ORD-5052", 52, 500, "partially_refunded", "EUR", ""),
    ("#ORD-5053", 53, 2000, "partially_refunded", "EUR", ""),  # locked
    ("#ORD-5054", 54, 1000, "partially_refunded", "USD", ""),  # the action is in EUR
    ("#ORD-5055", TWO_ACTIONS, 1500, "partially_refunded", "EUR", ""),
    ("#ORD-5057", 57, 25000, "partially_refunded", "EUR", ""),  # more than the action is worth
    ("#ORD-5058", 58, 0, "paid", "EUR", ""),
    ("#ORD-9001", 59, 3000, "partially_refunded", "EUR", ""),  # the network has no such order
]
EXPORT_HEADERS = [
    "Name", "Financial Status", "Paid at", "Fulfillment Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Cancelled at", "Refunded Amount", "Id",
]  # fmt: skip


def original(at: int) -> int:
    """Give the current amount of an action, in cents."""
    return 1990 + (at * 7919) % 18000


def returns() -> list[tuple[object, object, object]]:
    """Give the rows of the returns sheet."""
    rows: list[tuple[object, object, object]] = []
    for at in range(ROWS):
        action_id = f"M.8882.4808.{FIRST + at}"
        if at % 4 == 3:  # noqa: PLR2004  # every fourth order keeps a part of its value
            rows.append((action_id, f"{original(at) // 200}.50", "ORDER_UPDATE"))
        else:
            rows.append((action_id, 0, "REJECTED"))
    for row, cells in MISTAKES.items():
        rows[row - 2] = cells
    return rows


def write_returns(path: Path) -> None:
    """Write the returns sheet."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("Actions")
    text = book.add_format({"num_format": "@"})
    sheet.set_column(0, 2, 26, text)
    for at, row in enumerate(returns(), 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(at, column, cell, text)
            elif cell is not None:
                sheet.write_number(at, column, cell)
    headers = [{"header": name} for name in ("ActionId", "Amount", "Reason")]
    sheet.add_table(0, 0, ROWS, 2, {"name": "Actions", "columns": headers, "style": "Table Style Light 9"})
    sheet.freeze_panes(1, 0)
    book.close()


def write_pending(path: Path) -> None:
    """Write the pending download."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["Action ID", "OID", "Partner", "Status", "Sale Amount", "Currency", "Action Date", "Locking Date"]
        )
        for at in range(ROWS + 12):
            cents = 0 if at == 20 else original(at)  # noqa: PLR2004  # one action was 0 before
            locks = "2026-01-31T08:00:00Z" if at in LOCKED else "2099-01-31T08:00:00Z"
            order = at - 1 if at == TWO_ACTIONS + 1 else at
            partner = ("Coupon Corner", "Review Radar", "Creator Club")[at % 3]
            row = [f"M.8882.4808.{FIRST + at}", f"ORD-{5000 + order}", partner, "PENDING", text(cents), "EUR"]
            writer.writerow([*row, "2026-11-02T10:42:38Z", locks])


def write_export(path: Path) -> None:
    """Write a shop's export of orders; every second order has two lines, of which the second repeats only its number."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(EXPORT_HEADERS)
        for at, (order, action, refund, status, currency, cancelled) in enumerate(ORDERS):
            total = original(action)
            refunded = total if refund is None else refund
            paid = f"2026-11-{at + 2:02d} 10:42:38 +0100"
            amounts = [text(total), "0.00", "0.00", text(total)]
            facts = [order, status, paid, "fulfilled", currency, *amounts, paid, 1, "Rain jacket", text(total)]
            writer.writerow([*facts, cancelled, text(refunded), 5_501_234_567_000 + at])
            if at % 2:
                writer.writerow([order, *[""] * 9, 1, "Gift bag", "0.00", *[""] * 3])


def text(cents: int) -> str:
    """Write cents as an amount."""
    return f"{cents // 100}.{cents % 100:02d}"


if __name__ == "__main__":
    write_returns(HERE / "returns.xlsx")
    write_pending(HERE / "pending_actions.csv")
    write_export(HERE / "shopify_orders.csv")
