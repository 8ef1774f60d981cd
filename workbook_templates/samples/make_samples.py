"""Makes the sample files: a sheet of returns with the usual mistakes, and the download that belongs to it.

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
    """Write the pending-actions download."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["Action ID", "OID", "Partner", "Status", "Sale Amount", "Currency", "Action Date", "Locking Date"]
        )
        for at in range(ROWS + 12):
            cents = 0 if at == 20 else original(at)  # noqa: PLR2004  # one action was 0 before
            locks = "2026-01-31T08:00:00Z" if at in {2, 30} else "2099-01-31T08:00:00Z"
            amount = f"{cents // 100}.{cents % 100:02d}"
            partner = ("Coupon Corner", "Review Radar", "Creator Club")[at % 3]
            row = [f"M.8882.4808.{FIRST + at}", f"ORD-{5000 + at}", partner, "PENDING", amount, "EUR"]
            writer.writerow([*row, "2026-11-02T10:42:38Z", locks])


if __name__ == "__main__":
    write_returns(HERE / "returns.xlsx")
    write_pending(HERE / "pending_actions.csv")
