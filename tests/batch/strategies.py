"""Sheets, policies, downloads and records of what was sent, as a generator thinks of them."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle

from hypothesis import strategies as st

from action_returns.batch.cells import CellError, Columns
from action_returns.batch.context import PendingAction, Policy, ReasonKind, SentAction
from tests.batch import reference

NOW = datetime(2026, 11, 23, tzinfo=UTC)

IDS = [
    "M.1.2.3", "M.1.2.30", "M.2.2.3", "M1.2.3", "M.1", "M", "M...", "m.1.2.3", " m.1.2.3", "M.1.2.3 ", "M.1.2.3\n", "M.1\n.2.3",
    "\u00a0M.1.2.3", "M.1.\u200b2.3", "1.2.3", " 1.2.3", "1.2", "123", "", " ", "\u200b", "M.\uff11.2.3", "M.1.2.3\r\n", "M.1.2.3,",
    "M.12345678901.2.3", "M." + "1" * 62, "M." + "1" * 63, "x" * 40_000, "M.1.2.3" + " " * 40_000, "=M.1", "\ud800", "M.1.2.x", "#N/A",
    "\u041c.1.2.3", "\u039c.1.2.30", " \uff2d\uff0e1\u30022.3", "\u043c.1.2.3", "\u041c.x", "M.1\u00b72.3", "M.\u0661.2.3", "\uff11.2.3",
    "1.2.3" + " " * 70, "M.1.2.3\U000e0041", "M.1\ufff9.2.3", " " * 70, "1.2" * 30, "m" + "1" * 64, "M.1.2.3\r", "M.1\u2028.2.3",
]  # fmt: skip
AMOUNTS = [
    0, 0.0, -0.0, 5, 5.25, 19.99, 0.1 + 0.2, 19.990000000000002, 1e12, 1e15, 999_999_999_999_999.0, 1e300, float("nan"), float("inf"),
    float("-inf"), -1.5, -1e300, 1e-7, 0.005, 1.005, 8.115, 1_000_000.0, 999_999.99, 10**20, 1e11, 99999999999.99, 123456789012.34,
    "0", "0.00", "-0", "5", "5.", ".5", "5.250", "5.2", "1e2", "12,50", "1,250", "1,234,567", "1.234,56", "1.234.567", "1'250",
    "1\u2019234.50", "1,23,456.00", " 5", "5\u00a0", "1 234.50", "12 50", "1\u202f234,50", "12.50 EUR", "$5", "5%", "\uff11\uff12", "\u0663",
    "50 %", "%5", "-5%", "5%%", "%", "5.%", "1.234,5\uff05", " 5%", "007", "00.50", "0001250", "00", "010.", "0 5", "0,50",
    "-5", "-1,5", "(5)", "5-", "\u22125", "0005.10", "9" * 15, "9" * 16, "0" * 100 + "5", "9" * 40_000, "abc", "", " ", "\ud800",
    "NaN", "Infinity", "5\n100", "0,500", 10**400, 10**5000, -(10**400), "1_000", "0x10", "5\n", "TRUE",
]  # fmt: skip
REASONS = [
    "ORDER_UPDATE", "REJECTED", "OTHER", "Returned", "rejected", "REJECTED ", " rejected", "ORDER_UPDATE\n", "RETURNED", "", " ", "\u200b",
    "X", "REJECTED,", "\u0280EJECTED", "order\u00a0_update", "\ud800", "R" * 40_000, "\u0131tem",
]  # fmt: skip
ODD = [
    None, True, False, 5.0, date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), time(1), timedelta(1), [], {}, object(), 10**5000,  # a cell of any kind
    CellError("error", "#N/A"), CellError("no-value", ""), CellError("merged", "x"),
]  # fmt: skip

good_ids = st.integers(1, 60).map(lambda n: f"M.8882.4808.{n}")
good_rows = st.one_of(
    st.tuples(good_ids, st.integers(1, 10**7).map(lambda c: c / 100), st.just("ORDER_UPDATE")),
    st.tuples(good_ids, st.just(0.0), st.just("REJECTED")),
    st.tuples(good_ids, st.integers(1, 10**6).map(lambda c: f"{c / 100:.2f}"), st.just("ORDER_UPDATE")),
)
hostile_rows = st.tuples(
    st.one_of(st.sampled_from(IDS), st.sampled_from(ODD), good_ids, st.text(max_size=8)),
    st.one_of(
        st.sampled_from(AMOUNTS), st.sampled_from(ODD), st.floats(), st.text("0123456789.,-' \u00a0", max_size=9)
    ),
    st.one_of(st.sampled_from(REASONS), st.sampled_from(ODD), st.text(max_size=4)),
)
sheets = st.lists(st.one_of(good_rows, good_rows, hostile_rows), max_size=200)
policies = st.sampled_from(
    [
        Policy(),
        Policy(max_cents=500),
        Policy(reasons={"Returned": ReasonKind.REVERSE, "OTHER": ReasonKind.EITHER, "ORDER_UPDATE": ReasonKind.MODIFY}),
        Policy(reasons={"Returned": ReasonKind.REVERSE, "RETURNED": ReasonKind.MODIFY}),
        Policy(action_id_pattern=r"^M\.[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,15}$"),
        Policy(action_id_pattern=r"[A-Za-z0-9,.=-]+"),
    ]
)
facts = st.builds(
    PendingAction,
    cents=st.one_of(st.none(), st.just(0), st.integers(0, 10**7)),
    locks_at=st.sampled_from([None, NOW, NOW + timedelta(1), NOW - timedelta(1)]),
    state=st.sampled_from([None, "PENDING", "Approved", "REVERSED"]),
    currency=st.sampled_from([None, None, "EUR", "USD"]),
)
downloads = st.one_of(st.none(), st.dictionaries(st.one_of(good_ids, st.sampled_from(IDS)), facts, max_size=40))


TIMES = [1, 949, 950, 999, 1000, 1001, 10**9]


def pasts(rows):
    """What may have been sent before: mostly what stands in the sheet, some of it not quite."""
    ids = [row[0] for row in rows if isinstance(row[0], str)]
    amounts = [cents for row in rows if not isinstance(cents := reference.amount_of(row[1]), str)]
    reasons = [row[2] for row in rows if isinstance(row[2], str)]
    one_row = st.tuples(
        st.sampled_from([*amounts, 0, 500, 1, 10**17]), st.sampled_from([*reasons, "REJECTED", "ORDER_UPDATE", ""])
    )
    sent_rows = st.lists(one_row, min_size=1, max_size=8)
    return st.builds(past_of, st.sampled_from([ids, IDS, ids + IDS]), sent_rows, st.sampled_from(TIMES))


def past_of(ids, sent_rows, first):
    times = cycle([first, *TIMES])  # every count meets some action of nearly every sheet
    return {
        key: SentAction(next(times), *row, "0007")
        for key, row in zip(dict.fromkeys(ids), cycle(sent_rows), strict=False)
    }


sheets_with_pasts = sheets.flatmap(lambda rows: st.tuples(st.just(rows), pasts(rows)))


CODES = [
    None, None, "0%", "0", "0.0", ";;;", "0,", "# ?/?", "0.00E+00", '0.00 "\u20ac"', '0.00 "$"', "[$EUR] 0.00", "0.00;0%;0", "[<9]0.00;0%",
    '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "yyyy", "0.00;;",
]  # fmt: skip
CURRENCIES = ["EUR", "EUR", "\u20ac", "USD", "$", "", " ", None, 5.0, "points", " EUR "]
looks = st.tuples(
    st.one_of(st.just([None]), st.lists(st.sampled_from(CODES), min_size=1, max_size=5)),
    st.one_of(st.none(), st.lists(st.sampled_from(CURRENCIES), min_size=1, max_size=5)),
    st.frozensets(st.sampled_from(["ActionId", "Amount", "Reason"])),
)
"""Number formats and currencies, which are repeated down the rows, and hidden columns."""


def columns_of(rows, hidden=frozenset(), look=([None], None, frozenset())):
    ids, amounts, reasons = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    codes, currencies, hidden_columns = look
    formats = {}
    for at, code in zip(range(len(rows)), cycle(codes), strict=False):
        if code is not None:
            formats.setdefault(code, []).append(at)
    currency = None if currencies is None else [one for _, one in zip(rows, cycle(currencies), strict=False)]
    return Columns(
        ids,
        amounts,
        reasons,
        range(2, len(rows) + 2),
        "Actions",
        ("A", "B", "C"),
        hidden,
        hidden_columns,
        formats,
        currency,
    )
