"""A sheet as a new user brings it: 200 rows, 70 of them with findings, and a pending download of 205 actions.

Everything that is known about a row stands beside it here, so that the figures of a whole path can be worked out by hand.
"""

import csv
import io
from itertools import count
from typing import NamedTuple

ACTIONS_IN_DOWNLOAD = 205
SHEET_HEADER = ("ActionId", "Amount", "Reason", "Note")


class Row(NamedTuple):
    """One row of the sheet.

    Args:
        action_id: the cell ActionId.
        amount: the cell Amount.
        reason: the cell Reason.
        codes: the findings about it.
        leaves: what leaves once the safe corrections are made, None while the row has an error that needs a person.
        corrected: how many of its cells have a safe correction.
        current: the amount of its action in the download, None when the download does not have the action.
        locked: whether the action is locked there.
    """

    action_id: str
    amount: str
    reason: str
    codes: tuple[str, ...] = ()
    leaves: tuple[str, str, str] | None = None
    corrected: int = 0
    current: str | None = "100.00"
    locked: bool = False


def action(number):
    """Return an ActionId of the download, counted from 0."""
    return f"M.8882.4808.{1063415 + number}"


def tidy_rows():
    """Return 130 rows without findings: every fifth, 26 of them, has the new total 10.00; 104 are reversals."""
    rows = []
    for number in range(130):
        cells = (action(number), *(("10.00", "ORDER_UPDATE") if number % 5 == 0 else ("0", "REJECTED")))
        rows.append(Row(*cells, leaves=cells))
    return rows


def messy_rows():
    """Return 70 rows with 62 errors and 10 warnings."""
    numbers = count(130)

    def new():
        return action(next(numbers))

    def bad(code, amount="0", reason="REJECTED", action_id=None):
        return Row(new() if action_id is None else action_id, amount, reason, (code,))

    def reversal(code, change):
        right = new()
        return Row(change(right), "0", "REJECTED", (code,), (right, "0", "REJECTED"), 1)

    def corrected(code, amount, right, reason="ORDER_UPDATE", current="100.00"):
        action_id = new()
        return Row(action_id, amount, reason, (code,), (action_id, right, reason), 1, current)

    def sent(codes, amount, leaves, current, action_id=""):
        reason = "REJECTED" if leaves == "0" else "ORDER_UPDATE"
        cells = (action_id or new(), amount, reason)
        return Row(*cells, codes, (cells[0], leaves, reason), current=current)

    def small_m():
        right = new()
        return Row("m" + right[1:], "10.00", "ORDER_UPDATE", ("id-case",), (right, "10.00", "ORDER_UPDATE"), 1)

    def spelled(code, amount, reason, right, leaves):
        action_id = new()
        return Row(action_id, amount, reason, (code,), (action_id, leaves, right), 1)

    first, second = new(), new()
    return [
        # ActionId: 25 errors, of which 10 cells have a safe correction
        *(bad("id-missing", action_id="") for _ in range(2)),
        reversal("id-whitespace", lambda right: f" {right}"),
        reversal("id-whitespace", lambda right: f"{right} "),
        reversal("id-whitespace", lambda right: right.replace("M.", "M. ")),
        reversal("id-whitespace", lambda right: f"\u00a0{right}"),
        reversal("id-whitespace", lambda right: f"{right}\u200b"),
        *(bad("id-no-prefix", action_id=new()[2:]) for _ in range(2)),
        *(small_m() for _ in range(3)),
        reversal("id-lookalike", lambda right: f"\u041c{right[1:]}"),  # the Cyrillic letter
        reversal("id-lookalike", lambda right: f"\u039c{right[1:]}"),  # the Greek letter
        bad("id-shape", action_id=new().replace(".", "-")),
        bad("id-shape", action_id=f"#{new()}"),
        bad("id-shape", action_id="ORD-5012"),
        bad("id-shape", action_id="8.8824808106E+12"),
        *(bad("id-duplicate", action_id=action(number)) for number in (1, 2, 3)),
        bad("id-conflict", action_id=first),
        bad("id-conflict", "20.00", "ORDER_UPDATE", first),
        bad("id-conflict", "15.00", "ORDER_UPDATE", second),
        bad("id-conflict", "25.00", "ORDER_UPDATE", second),
        # Amount: 23 errors, of which 8 cells have a safe correction
        *(bad("amount-missing", "", reason) for reason in ("REJECTED", "REJECTED", "ORDER_UPDATE")),
        *(corrected("amount-whitespace", amount, "12.50") for amount in (" 12.50", "12.50 ", "12.50\u00a0")),
        *(
            bad("amount-not-number", amount, "ORDER_UPDATE")
            for amount in ("\u20ac 12.50", "$12.50", "12.50 EUR", "n/a", "1E2", "full")
        ),
        corrected("amount-separator", "12,50", "12.50"),
        corrected("amount-separator", "1.234,50", "1234.50", current="5000.00"),
        corrected("amount-separator", "1,234.50", "1234.50", current="5000.00"),
        corrected("amount-separator", "1 234,50", "1234.50", current="5000.00"),
        corrected("amount-separator", "0,00", "0", "REJECTED"),
        bad("amount-separator", "1,234", "ORDER_UPDATE"),  # 1.234 or 1234: a person has to say
        *(bad("amount-negative", amount, "ORDER_UPDATE") for amount in ("-12.50", "-1")),
        *(bad("amount-decimals", amount, "ORDER_UPDATE") for amount in ("12.999", "1.2345")),
        bad("amount-percent", "50%", "ORDER_UPDATE"),
        # Reason: 10 errors, of which 3 cells have a safe correction
        *(bad("reason-missing", reason="") for _ in range(2)),
        spelled("reason-whitespace", "0", "REJECTED ", "REJECTED", "0"),
        spelled("reason-case", "0", "rejected", "REJECTED", "0"),
        spelled("reason-case", "15.00", "order_update", "ORDER_UPDATE", "15.00"),
        *(bad("reason-unknown", reason=reason) for reason in ("RETURNED", "Returned item", "Order Update")),
        bad("reason-amount-mismatch", "0", "ORDER_UPDATE"),
        bad("reason-amount-mismatch", "12.50", "REJECTED"),
        # The download: 4 errors
        *(bad("action-locked")._replace(locked=True) for _ in range(4)),
        # 8 rows that are sent with 10 warnings
        sent(("id-unusual", "action-unknown"), "0", "0", None, "M8882.4808.1063560"),
        sent(("id-mixed-campaigns", "action-unknown"), "0", "0", None, "M.7777.4808.1063500"),
        sent(("action-unknown",), "0", "0", None, "M.8882.4808.99999"),
        sent(("amount-above-original",), "150.00", "150.00", "100.00"),
        sent(("amount-above-original",), "120.50", "120.50", "100.00"),
        sent(("amount-was-zero",), "0", "0", "0.00"),
        sent(("amount-unchanged",), "100.00", "100.00", "100.00"),
        sent(("amount-leading-zeros",), "0001250", "1250.00", "5000.00"),
    ]  # fmt: skip


ROWS = (*tidy_rows(), *messy_rows())


def sheet(rows=ROWS):
    """Return the rows as a CSV file with a column of the user's own."""
    return _csv(SHEET_HEADER, ((*row[:3], ", ".join(row.codes) or "tidy") for row in rows))


def download():
    """Return the pending download: every action of the sheet that exists, and others, with current amount and lock date."""
    facts = {}
    for row in ROWS:
        true_id = row.leaves[0] if row.leaves else row.action_id
        facts[true_id] = row.current, row.locked
    lines = []
    for number in range(ACTIONS_IN_DOWNLOAD):
        current, locked = facts.get(action(number), ("100.00", False))
        lock = "2020-01-31" if locked else "2099-01-31"
        line = (action(number), f"ORD-{number}", "Coupon Corner", "PENDING", current, "EUR", "2019-11-02", lock)
        lines.append(line)
    header = ("Action ID", "OID", "Partner", "Status", "Sale Amount", "Currency", "Action Date", "Locking Date")
    return _csv(header, lines)


def leaving(rows=ROWS):
    """Return the exact file of the rows that leave after the safe corrections."""
    lines = ["ActionId,Amount,Reason", *(",".join(row.leaves) for row in rows if row.leaves)]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _csv(header, lines):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue()
