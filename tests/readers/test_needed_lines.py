"""Lines that change nothing are left out unread: the result is the same as when every row is read."""

import csv
import io
import random
from datetime import UTC, datetime

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.readers import csv_lines, pending_download
from action_returns.readers.needed_lines import NeededLines
from action_returns.returns.order_ids import loose_key
from tests.readers.downloads import read

HEADERS = ["Action ID", "Action Date", "OID", "Amount", "Currency", "Payout", "Status", "Locking Date", "Partner"]
BLOCK = 400
NOW = datetime(2026, 12, 1, tzinfo=UTC)
NUMBERS = range(1, 25)


def usual_row(number, **other):
    """Return a row as the network writes it, with other cells where they are given by their headers."""
    row = {
        "Action ID": f"M.8882.4808.{number}",
        "Action Date": f"2026-{number % 12 + 1:02d}-03T10:{number:02d}:00Z",
        "OID": str(1000 + number),
        "Amount": f"{number}.50",
        "Currency": "EUR",
        "Payout": "1.00",
        "Status": "PENDING",
        "Locking Date": "2026-12-31",
        "Partner": f"Partner {number}",
    } | other
    return [row[header] for header in HEADERS]


def write(folder, rows, *, headers=HEADERS, encoding="utf-8", end="\r\n", **options):
    """Write a download with csv.writer; a row that is a text goes in as it is."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator=end, **options)
    table.writerow(headers)
    for row in rows:
        if isinstance(row, str):
            text.write(row)
        else:
            table.writerow(row)
    path = folder / "pending.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


class Reading:
    """What a reading of a download comes to, and how many rows it left out unread."""

    def __init__(self, path, *, fast, block=BLOCK, **options):
        made = []

        class Kept(NeededLines):
            def __init__(self, *args):
                super().__init__(*args)
                made.append(self)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(csv_lines, "BLOCK_BYTES", block)
            patch.setattr(pending_download, "_SAMPLE", 3)
            patch.setattr("action_returns.readers.needed_lines.NeededLines", Kept)
            if not fast:
                patch.setattr(pending_download, "_read_needed", lambda *_: None)
            try:
                pending = read(path, now=NOW, **options)
                self.result = pending, list(pending.actions)
            except FileError as error:
                self.result = error.problem, error.message
        self.left_out = sum(one.left_out for one in made)


def both(path, **options):
    """Read a download the fast way and the plain way; return the fast reading, which has the same result."""
    fast = Reading(path, fast=True, **options)
    assert fast.result == Reading(path, fast=False, **options).result
    return fast


@pytest.mark.parametrize("options", [{}, {"delimiter": ";"}, {"delimiter": "\t"}, {"quoting": csv.QUOTE_ALL}])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_lines_of_other_orders_are_left_out_unread(tmp_path, options, end, encoding):
    rows = [usual_row(number, Partner="Café" if number == 3 else "Shop") for number in NUMBERS]
    reading = both(write(tmp_path, rows, end=end, encoding=encoding, **options), wanted=None, orders=["1020"])
    pending, found = reading.result
    assert found == ["M.8882.4808.20"]
    assert (pending.count, pending.as_of) == (24, datetime(2026, 11, 3, 10, 22, tzinfo=UTC))
    assert reading.left_out >= 15  # all but the first lines, the one of the order and perhaps the last one


def test_lines_of_other_actions_are_left_out_unread(tmp_path):
    reading = both(write(tmp_path, map(usual_row, NUMBERS)), wanted=["M.8882.4808.20", "M.8882.4808.9999", "é"])
    assert reading.result[1] == ["M.8882.4808.20"]
    assert reading.left_out >= 15


@pytest.mark.parametrize("order", ["#1020", "01020", "#001020", " 1020", "1020 ", "\u00a01020"])
def test_an_order_is_found_however_it_is_written(tmp_path, order):
    rows = [usual_row(number, **({"OID": order} if number == 20 else {})) for number in NUMBERS]
    reading = both(write(tmp_path, rows), wanted=None, orders=["1020"])
    assert reading.result[1] == ["M.8882.4808.20"]
    assert reading.left_out >= 15


def test_an_order_is_found_although_only_lines_far_above_have_small_letters(tmp_path):
    rows = [usual_row(number, OID=f"EU-{number}" if number == 20 else f"eu-{number}") for number in NUMBERS]
    assert both(write(tmp_path, rows), wanted=None, orders=["eu-20"]).result[1] == ["M.8882.4808.20"]


def test_of_two_hash_signs_one_belongs_to_the_order(tmp_path):
    rows = [usual_row(number, OID=f"##{1000 + number}") for number in NUMBERS]
    path = write(tmp_path, rows)
    assert both(path, wanted=None, orders=["#1020"]).result[1] == ["M.8882.4808.20"]
    assert both(path, wanted=None, orders=["1020"]).result[1] == []


def test_all_actions_are_read_where_none_is_left_out(tmp_path):
    path = write(tmp_path, map(usual_row, NUMBERS))
    assert len(both(path, wanted=None).result[1]) == 24
    assert both(path, wanted=["M.8882.4808.22"], orders=["1020"]).result[1] == ["M.8882.4808.20", "M.8882.4808.22"]


def test_an_amount_far_below_settles_how_the_others_are_written(tmp_path):
    amounts = {17: "99.90", 20: "1,250"}
    rows = [usual_row(number, Amount=amounts.get(number, "7")) for number in NUMBERS]
    pending, _ = both(write(tmp_path, rows), wanted=None, orders=["1020"]).result
    assert pending.actions["M.8882.4808.20"].cents == 125_000


def test_a_currency_that_only_rows_without_an_action_have_above_is_a_new_one_below(tmp_path):
    rows = [usual_row(number, **({"Currency": "USD"} if number in {1, 17} else {})) for number in NUMBERS]
    rows[0][0] = ""
    assert both(write(tmp_path, rows), wanted=None, orders=["1020"]).result[0] == "pending-currencies-mixed"


def test_a_header_row_of_two_lines_is_no_line(tmp_path):
    path = write(tmp_path, map(usual_row, NUMBERS), headers=[*HEADERS[:-1], "Partner\nand more"])
    assert both(path, wanted=None, orders=["1020"]).result[0].count == 24


def test_orders_with_capital_letters_are_found_and_the_others_left_out(tmp_path):
    rows = [usual_row(number, OID=f"GPA.33-{number}") for number in NUMBERS]
    reading = both(write(tmp_path, rows), wanted=None, orders=["gpa.33-20"])
    assert reading.result[1] == ["M.8882.4808.20"]
    assert reading.left_out >= 15


@pytest.mark.parametrize(
    "cells",
    [
        {"Amount": "99,90"},
        {"Amount": "12,5"},
        {"Currency": "USD"},
        {"Currency": ""},
        {"Action Date": "2026-11-30T23:59:00Z"},
        {"Action Date": "2026-11-30T23:59:00+05:00"},
        {"Action Date": "2026-11-31T23:59:00Z"},
        {"Action Date": "2027-01-01T00:00:00Z"},
        {"Action Date": "20261130T235900Z"},
        {"Action Date": ""},
        {"Action ID": ""},
        {"Action ID": " "},
        {"Action ID": "M.8882.4808.\u00a07"},
        {"Partner": "Shop, Inc."},
        {"Partner": 'the "best" shop'},
        {"Partner": "two\nlines"},
        {"Partner": "two\rlines"},
        {"Partner": "Müller"},
        {"Partner": "two\n" + ",".join(usual_row(50))},
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_that_says_something_new_is_read(tmp_path, cells, end):
    rows = [usual_row(number, **(cells if number == 17 else {})) for number in NUMBERS]
    both(write(tmp_path, rows, end=end), wanted=None, orders=["1020", "1021"])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "M.8882.4808.99",
        ",,,,,,,,",
        ",,,,,,,,,",
        "Total,,,99.00",
        '"',
        "x" * 500,
        ",".join(usual_row(50, Partner="two\rlines")),
        ",".join([*usual_row(50), "more"]),
        ",".join(usual_row(50)[:5]),
    ],
)
@pytest.mark.parametrize("at", [17, 24])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("other", ["\n", "\r\n", ""])
def test_a_line_that_is_no_whole_record_is_read_as_before(tmp_path, line, at, end, other):
    rows = [usual_row(number) for number in NUMBERS]
    rows.insert(at, line + other)
    both(write(tmp_path, rows, end=end), wanted=None, orders=["1020", "1021"])


@pytest.mark.parametrize(
    "dates", ["{:02d}/11/2026", "2026-11-{:02d} 10:00", "2026-11-{:02d}T10:00:00.5Z", "11.{:02d}.2026"]
)
def test_the_latest_date_is_found_however_dates_are_written(tmp_path, dates):
    days = random.Random(3).sample(NUMBERS, len(NUMBERS))
    rows = [usual_row(number, **{"Action Date": dates.format(day)}) for number, day in zip(NUMBERS, days, strict=True)]
    reading = both(write(tmp_path, rows), wanted=None, orders=["1020"])
    assert reading.result[0].as_of.day == 24
    assert reading.left_out >= 15


def test_of_dates_whose_texts_are_in_another_order_the_latest_is_found(tmp_path):
    rows = [usual_row(number, **{"Action Date": f"{28 - number}/{number % 12 + 1:02d}/2026"}) for number in NUMBERS]
    reading = both(write(tmp_path, rows), wanted=None, orders=["1020"])
    assert reading.result[0].as_of == datetime(2026, 11, 18, tzinfo=UTC)  # of row 10; the first text is 27/02/2026
    assert reading.left_out >= 15


def test_a_download_of_another_account_is_named_by_the_campaigns_of_all_rows(tmp_path):
    rows = [usual_row(number, **({"Action ID": "M.7.1.1"} if number == 20 else {})) for number in NUMBERS]
    reading = both(write(tmp_path, rows), wanted=["M.9999.1.1"])
    assert reading.result[0] == "pending-other-account"
    assert "7, 8882" in reading.result[1]


def test_a_column_that_the_user_named_twice_is_read_as_before(tmp_path):
    path = write(tmp_path, map(usual_row, NUMBERS))
    reading = both(path, wanted=None, orders=["m.8882.4808.20"], columns={"order_id": "Action ID"})
    assert reading.result[1] == ["M.8882.4808.20"]
    both(path, wanted=None, orders=["1020"], columns={"amount": "OID"})


numbers = st.integers(0, 30)
ISO = st.builds("2026-{:02d}-{:02d}T{:02d}:00:00Z".format, st.integers(1, 12), st.integers(1, 31), st.integers(0, 24))
ODD_DATES = ("", "2026-05-06", "05/06/2026", "25/06/2026 10:00", "2026-05-06T10:00:00+02:00", "0001-01-01T00:00:00Z")
ODD_DATES += ("2099-01-01T00:00:00Z", "soon", "20260506", "2026-05-06T10:00:00", "2026-W20-1T10:00:00")
ODD_CELLS = {
    "Action ID": ("", " ", " M.8882.4808.3", "M.8882.4808.3\u00a0", "é", "M.1.1.1", "a b"),
    "Action Date": ODD_DATES,
    "OID": ("#7", "007", "EU-7", "eu-7", "#0", "0", "", " 7", "7\u200b", "##7", "0#7", "#0#7", "1 2", "É7", "7É"),
    "Amount": ("1,250", "99,90", "", "7", "-7.00", "€ 5", "1.234", "x", ".", "-", "1.", "12.3456"),
    "Currency": ("", " EUR", "EUR ", "USD", 'E"R', "eur"),
    "Status": ("APPROVED", ""),
    "Locking Date": ODD_DATES,
    "Partner": ("Shop, Inc.", 'a "b"', "two\nlines", "two\rlines", "Müller", "", '"', "a;b\tc"),
}
ODD_LINES = ("\r\n", "\n", "\r", "M.8882.4808.9\n", ",,,,,,,,\n", ",,,,,,,,,\n", 'a"b,c\n', '"a\n', "Total,,,9\n")


@st.composite
def downloads(draw):
    """Return rows that are mostly usual, with a few odd cells or a whole column of them, and perhaps an odd line."""
    orders = draw(st.sampled_from(["{}", "#{}", "EU-{}", "00{}"]))
    amounts = draw(st.sampled_from(["{}.50", "{},50", "{}", "{}.5000", "1,{:03d}.00"]))
    rows = [
        usual_row(number, OID=orders.format(number), Amount=amounts.format(number), **{"Action Date": draw(ISO)})
        for number in draw(st.lists(numbers, min_size=15, max_size=30))
    ]
    for header in draw(st.lists(st.sampled_from(sorted(ODD_CELLS)), max_size=3)):
        cell = draw(st.sampled_from(ODD_CELLS[header]))
        for row in draw(st.one_of(st.just(rows), *[st.sampled_from(rows).map(lambda row: [row])] * 4)):
            row[HEADERS.index(header)] = cell
    if draw(st.integers(0, 3)) == 0:
        rows.insert(draw(numbers), draw(st.sampled_from(ODD_LINES)))
    return rows


written = st.fixed_dictionaries(
    {
        "end": st.sampled_from(["\n", "\r\n"]),
        "encoding": st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"]),
        "delimiter": st.sampled_from([",", ",", ";", "\t"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    }
)


@given(
    rows=downloads(),
    options=written,
    asks_for_orders=st.booleans(),
    chosen=st.sets(numbers, max_size=8),
    ends_short=st.booleans(),
)
def test_what_is_read_is_what_reading_every_row_gives(
    tmp_path_factory, rows, options, asks_for_orders, chosen, ends_short
):
    path = write(tmp_path_factory.mktemp("download"), rows, **options)
    if ends_short:
        path.write_bytes(path.read_bytes().rstrip(b"\r\n"))
    asked = (
        {"wanted": None, "orders": {loose_key(text) for one in chosen for text in (str(one), f"EU-{one}")}}
        if asks_for_orders
        else {"wanted": [f"M.8882.4808.{one}" for one in chosen]}
    )
    reading = both(path, day_first=True, **asked)
    event("lines were left out" if reading.left_out else "every line was read")
    event("refused" if isinstance(reading.result[0], str) else "read")
