"""Rows that show what the live Check has to know: one thing wrong, or right, in each."""

from datetime import datetime
from itertools import groupby

from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import CellError
from action_returns.batch.check import check
from action_returns.batch.context import Policy
from action_returns.batch.rules import RULES
from action_returns.readers.batch_file import read_batch

TITLES = {rule.code: rule.title for rule in RULES}
ONLY_WITH_VALIDATE = {"id-mixed-campaigns"}

A_DATE = datetime(2026, 5, 12)  # noqa: DTZ001  # a sheet knows no time zones
GOOD_ID = "M.8882.4808.{}"
NBSP, EM_SPACE, ZERO_WIDTH, WORD_JOINER, BOM = "\u00a0", "\u2003", "\u200b", "\u2060", "\ufeff"

IDS = [
    "M.8882.4808.1063415", "M.1.1.1", "M.1234567890.1234567890.123456789012345",
    # unusual, but M, digits and dots
    "M.1", "M1", "M.8882.4808", "M.8882.4808.1.2", "M..8882.4808.5", "M.8882.4808.", "M.12345678901.1.1",
    "M.1.12345678901.1", "M.1.1.1234567890123456", "M" + "1" * 63,
    # missing or no text
    None, "", " ", NBSP, "\t", 8882.4808, 1063415.0, 1.06e15, True, A_DATE, CellError("error", "#N/A"),
    CellError("error", "#REF!"),
    # blanks
    " M.8882.4808.11", "M.8882.4808.12 ", "M.8882. 4808.13", f"M.8882.4808.14{NBSP}", f"M.8882.4808.15{EM_SPACE}",
    f"{ZERO_WIDTH}M.8882.4808.16", f"M.8882.4808.17{WORD_JOINER}", f"{BOM}M.8882.4808.18", "M.8882.4808.19\n",
    "M.8882.4808.20\t", "M.8882.4808.21\r\n", " m.8882.4808.22",
    # lost M, small m, other shapes
    "8882.4808.1063415", "1.2", "8882", ".8882.4808", "8882.4808.", "8882..4808", " 8882.4808.23", "m.8882.4808.24", "m1",
    "M", "M.", "M...", "X.8882.4808.25", "MM.8882.4808.26", "M.8882.4808.27a", "M-8882-4808-28", "M,8882,4808,29",
    "M.8882.4808.\uff11", "M.8882.4808.\u0661", "hello", "=1+1", "*", "M.8882.4808.*", "M.8882.4808.?", "~",
    "M" + "1" * 64, "M." + "1" * 100, "9" * 70, "1." * 40 + "1", '"M.8882.4808.30"', "M.8882.4808.31;", "\u041c.8882.4808.32",
    # signs of other scripts
    "\u039c.8882.4808.33", "\uff2d\uff0e8882\uff0e4808\uff0e34", " \u041c.8882.4808.35", "M\u30028882\u20244808\u00b736",
    "M.\uff18\uff18\uff18\uff12.4808.37", "M.8882.4808.\u0663\u0668", "\u041c.8882.4808.39x", "\u041c", "\u0416.8882.4808.40",
]  # fmt: skip

AMOUNTS = [
    # good
    "0", "0.0", "0.00", "00", "000.00", 0.0, 1.0, 12.5, 49.9, 49.905 - 0.005, 0.1 + 0.2, 0.01, "0.01", "12.05", "49.9",
    "7", "007.50", "999999.99", 999999.99, "000000000000000000012.50",
    # large
    1000000.0, "1000000", "999999999999999.99", "999999999999999", 1e11, 999999999999999.0,
    # missing or no number
    None, "", "  ", NBSP, True, False, "abc", "12a", "twelve", "1e3", "1E3", "NaN", "inf", "-", "+5", "--5", "5-", ".5", "5.",
    ".", "..", "1.2.", "50%", "€49.90", "$5", "49.90 EUR", "49.90€", "USD 5", "(5)", "½", "\uff11\uff12", "\u0661\u0662", "1:30",
    "0x10", "=5", "1000000000000000", 1e15, 1e20, "12345678901234567890", "1000000000000000.00",
    CellError("error", "#N/A"), CellError("error", "#DIV/0!"), "5 and 6", "1" * 65,
    # percentages
    "50 %", "%50", " 5% ", "-5%", "+5%", "%-5", "-%5", "5%%", "%", "%%", "%5%", "5.%", "5..%", "%5.", ".%", "-%", "1,5%", "1'000%",
    "5%5", "a%", "5 5%", "%x",
    # leading zeros
    "0001250", "007", "00.50", "01", "0.5", "00.00", "0 7", "07%", "0009999999",
    # blanks
    " 49.90", "49.90 ", f"49.90{NBSP}", f"{NBSP}0", "1 234.50", f"1{NBSP}234", "12 50", "49.90\n", "\t5", f"5{ZERO_WIDTH}",
    "4 9.9 0", " 0 ",
    # separators
    "12,50", "1,250", "1,250.00", "1.250,00", "1,234,567.89", "1.234.567", "1'250.00", "1\u2019250", "0,5", "12,5", "12,505",
    "1,2,3", "1..5", "1.5.5", "5,,5", "12,", ",5", "1,23,456", " 12,50", f"1.250,00{NBSP}", "1'2",
    # negative
    -1.0, -0.01, "-5", "-12.50", "-12,50", "- 5", " -5", "-5.", "-.5", "-", "-1'000", "-0",
    # decimals
    "1.234", "49.905", "0.001", 1.234, 49.905, 0.001, 12.3456, "1.2345", " 1.234", "1.250", "0.000", "999.999",
]  # fmt: skip

REASONS = [
    "REJECTED", "ORDER_UPDATE", None, "", " ", NBSP, 5.0, True, CellError("error", "#NAME?"), "rejected", "Rejected",
    "Order_Update", "order_update", " REJECTED", "REJECTED ", f"REJECTED{NBSP}", "REJ ECTED", "REJECTED\n", " rejected ",
    f"Rejected{ZERO_WIDTH}", "RETURNED", "REJECTED!", "REJECT*", "REJECTE?", "ORDER-UPDATE", "ORDER UPDATE", "*", "?", "~",
    "0", "TRUE", "REJECTED,ORDER_UPDATE", "\u0420EJECTED", "REJECTED\u0301", A_DATE,
]  # fmt: skip


def rows():
    """Return (ActionId, Amount, Reason) rows: each id, each amount with either reason, each reason with either amount."""
    fresh = (GOOD_ID.format(number) for number in range(2_000_000, 3_000_000))
    yield from ((action_id, "0", "REJECTED") for action_id in IDS)
    yield from ((next(fresh), amount, reason) for amount in AMOUNTS for reason in ("REJECTED", "ORDER_UPDATE"))
    yield from ((next(fresh), amount, reason) for reason in REASONS for amount in ("0", 12.5))
    # the first thing wrong is said, whatever else is wrong
    yield ("hello", "12,50", "rejected")
    yield (next(fresh), "12,50", "rejected")
    yield ("M.1", "12,50", "REJECTED")
    yield ("M.2", "1000000", "ORDER_UPDATE")
    # repeats
    yield ("M.8882.4808.77", "0", "REJECTED")
    yield ("M.8882.4808.77", "12,50", "REJECTED")
    yield ("M.8882.4808.77", "5", "ORDER_UPDATE")
    yield ("M.1", "0", "REJECTED")
    yield from (("M.8882.4808.79", amount, "ORDER_UPDATE") for amount in ("12.5", "12.50", 12.5, "12,50"))
    yield from (("M.8882.4808.80", amount, "REJECTED") for amount in (0.0, "0", "0.00", "0.0"))
    yield from (("M.8882.4808.90", *rest) for rest in ((0.0, "REJECTED"), (13.0, "ORDER_UPDATE")))
    yield from (("M.8882.4808.91", amount, "ORDER_UPDATE") for amount in (12.5, 13.0))
    yield from (("M.8882.4808.92", amount, "ORDER_UPDATE") for amount in (12.5, "12.50", "12.5 EUR"))
    yield from (("M.8882.4808.93", amount, "ORDER_UPDATE") for amount in (1234.0, 1234.0, "1234"))
    yield from (("M.8882.4808.94", *rest) for rest in ((0.0, "REJECTED"), ("0", "REJECTED"), ("1", "ORDER_UPDATE")))
    yield from (("M.8882.4808.95", amount, "ORDER_UPDATE") for amount in (49.9, 49.99))
    yield from (("M.8882.4808.81", amount, "ORDER_UPDATE") for amount in ("12", "12.00", "12.01"))
    yield from (("M.8882.4808.82", "0", reason) for reason in ("REJECTED", "REJECTED", None))
    yield from (("M.8882.4808.83", amount, "REJECTED") for amount in ("0", None))
    yield from (("M.8882.4808.84", amount, "REJECTED") for amount in ("0", CellError("error", "#N/A")))
    yield from (("M.8882.4808.85", amount, "REJECTED") for amount in ("abc", "abc"))
    yield from (("M.8882.4808.86", amount, "REJECTED") for amount in (None, None))
    yield from ((action_id, "0", "REJECTED") for action_id in ("hello2", "hello2"))
    yield from (
        (action_id, amount, "ORDER_UPDATE") for action_id, amount in (("M.8882.4808.87", "5"), ("m.8882.4808.87", "6"))
    )
    yield ("m.8882.4808.78", "0", "REJECTED")
    yield ("M.8882.4808.78", "0", "REJECTED")
    # a row with nothing in the three columns
    yield (None, None, None)
    yield (None, "5", None)
    yield (None, None, "REJECTED")


_PIECES = [
    "M",
    "m",
    ".",
    "..",
    "8882",
    "4808",
    "1",
    "0",
    "00",
    ",",
    "'",
    "-",
    "+",
    " ",
    NBSP,
    ZERO_WIDTH,
    "\n",
    "e5",
    "%",
    "\u20ac",
    "x",
]
_NUMBERS = [0.0, 1.0, -1.0, 0.005, 12.345, 1e15, 999999.99, 1000000.0, 0.1 + 0.2, 8882.4808]


def hostile_row(dice, number):
    """Return a random row; its id is its own, so that no repeat is hidden by white space that is still in it."""

    def text(most):
        return "".join(dice.choice(_PIECES) for _ in range(dice.randrange(most)))

    def either(good, bad):
        return good if dice.random() < 0.6 else bad

    action_id = either(f"M.8882.4808.{number}", f"{text(4)}M.7.{number}.{text(5)}")
    amount = either(dice.choice(["0", "0.00", "12.5", "49.90"]), dice.choice([text(6), text(3), *_NUMBERS, None, True]))
    reason = either(dice.choice(["REJECTED", "ORDER_UPDATE"]), dice.choice([*REASONS]))
    return (action_id, amount, reason)


def expected(path):
    """What the rules say of each row of the file, in the words of the live Check."""
    columns = read_batch(path).columns
    report = check(columns)
    said = {}
    for row, found in groupby(report, key=lambda finding: finding.row):
        findings = [finding for finding in found if finding.code not in ONLY_WITH_VALIDATE]
        first = next(
            (finding for finding in findings if finding.severity == "error"), findings[0] if findings else None
        )
        if first is not None:
            code = first.code
            if code == "id-conflict":  # the live check names first what is wrong with the id itself
                code = badly_written(columns.action_id[row - columns.rows[0]]) or code
            said[row] = f"{'Error' if first.severity == 'error' else 'Warning'}: {TITLES[code]}"
    ready = report.ready_rows()
    for at, row in enumerate(ready.rows):
        cents = ready.cents[at]
        said.setdefault(row, f"OK: new total {cents // 100:,}.{cents % 100:02d}" if cents else "OK: reverse")
    return said


def badly_written(action_id):
    """The finding about an id alone, if it is an error."""
    code = CellRules(Policy()).action_id(action_id)
    return code if code != "id-unusual" else None
