"""The pending download: its headers are documented nowhere, so it is read with care and questions."""

import json
import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from action_returns.readers.headers import header_signature
from tests.readers.downloads import ID, read, refusal


@pytest.fixture
def download(tmp_path):
    def write(text, name="pending.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    "header",
    [
        "Action ID,OID,Status,Sale Amount,Currency,Locking Date,Partner",
        "Action_Id,OID,Status,Sale_Amount,Original_Currency,locking_date,Media_Partner",
        "ActionId,Order Id,State,Amount,Currency,Lock Date,MediaPartnerName",
        "Id,Oid,State,Revenue,Currency,LockingDate,Partner Name",
    ],
)
def test_every_known_spelling_of_the_headers_is_understood(download, header):
    path = download(f"{header}\r\n{ID},O-1,PENDING,49.90,EUR,2026-12-01T08:00:00Z,Coupon Corner\r\n")
    action = read(path).actions[ID]
    assert action == (4990, datetime(2026, 12, 1, 8, tzinfo=UTC), "PENDING", "O-1", "Coupon Corner", "EUR", None)


def test_the_list_of_actions_of_the_api_is_understood(download):
    text = '{"Actions": [{"Id": "%s", "State": "PENDING", "Amount": 19.99, "Currency": "USD", "LockingDate": "2026-12-01T00:00:00-08:00"}]}'
    action = read(download(text % ID, "actions.json")).actions[ID]
    assert action.cents == 1999
    assert action.locks_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_workbook_is_understood(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "pending.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Action ID", "Sale Amount", "Locking Date"])
    sheet.write_row(1, 0, [ID, 19.99])
    sheet.write_datetime(1, 2, datetime(2026, 12, 1, 8), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001
    book.close()
    action = read(tmp_path / "pending.xlsx").actions[ID]
    assert (action.cents, action.locks_at) == (1999, datetime(2026, 12, 1, 8, tzinfo=UTC))


def test_a_date_without_a_time_locks_at_the_start_of_that_day_in_the_accounts_zone(download):
    path = download(f"Action ID,Locking Date\r\n{ID},2026-12-01\r\n")
    zone = ZoneInfo("America/Los_Angeles")
    assert read(path, zone=zone).actions[ID].locks_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_dates_whose_order_the_column_tells_need_no_question(download):
    path = download(f"Action ID,Locking Date\r\n{ID},05/06/2026\r\nM.1.2.4,25/06/2026\r\n")
    assert read(path).actions[ID].locks_at == datetime(2026, 6, 5, tzinfo=UTC)


def test_dates_that_could_be_two_days_are_asked_about(download):
    path = download(f"Action ID,Locking Date\r\n{ID},05/06/2026\r\n")
    problem = refusal(path)
    assert problem.problem == "pending-dates-unclear"
    assert "--pending-dates dmy" in problem.message
    assert read(path, day_first=False).actions[ID].locks_at == datetime(2026, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "dates", [("13/06/2026", "06/13/2026"), ("06/13/2026", "13/06/2026"), ("05.06.2026", "13.13.2026")]
)
def test_a_column_that_writes_dates_both_ways_is_asked_about_and_never_guessed(download, dates):
    path = download(f"Action ID,Locking Date\r\n{ID},{dates[0]}\r\nM.1.2.4,{dates[1]}\r\n")
    assert refusal(path).problem == "pending-dates-unclear"


def test_a_twelve_could_be_a_day_or_a_month_so_it_settles_nothing(download):
    path = download(f"Action ID,Locking Date\r\n{ID},12/06/2026\r\nM.1.2.4,05/12/2026\r\n")
    assert refusal(path).problem == "pending-dates-unclear"


@pytest.mark.parametrize(
    ("written", "day_first"),
    [
        ("25/06/2026", None),
        ("06/25/2026", None),
        ("25.06.2026", None),
        (" 25/06/2026 ", None),
        ("25/06/2026", True),
        ("06/25/2026", False),
    ],
)
def test_a_day_above_twelve_tells_which_number_is_the_day(download, written, day_first):
    path = download(f"Action ID,Locking Date\r\n{ID},{written}\r\n")
    assert read(path, day_first=day_first).actions[ID].locks_at == datetime(2026, 6, 25, tzinfo=UTC)


@pytest.mark.parametrize(("day_first", "month", "day"), [(True, 6, 5), (False, 5, 6)])
@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("12:00 AM", (0, 0)),
        ("12:30 am", (0, 30)),
        ("1:05 AM", (1, 5)),
        ("11:59:59 a.m.", (11, 59, 59)),
        ("12:00 PM", (12, 0)),
        ("12:30pm", (12, 30)),
        ("01:05 PM", (13, 5)),
        ("11:59:59 p.m.", (23, 59, 59)),
        ("00:30", (0, 30)),
        ("12:30", (12, 30)),
        ("23:59:58", (23, 59, 58)),
    ],
)
def test_the_hour_of_a_lock_date_is_the_one_on_the_clock(download, written, clock, day_first, month, day):
    for between in (" ", ", "):
        path = download(f"Action ID\tLocking Date\r\n{ID}\t05/06/2026{between}{written}\r\n")
        assert read(path, day_first=day_first).actions[ID].locks_at == datetime(2026, month, day, *clock, tzinfo=UTC)


def test_a_lock_date_with_slashes_is_in_the_accounts_zone(download):
    path = download(f"Action ID,Locking Date\r\n{ID},25/12/2026 12:30 AM\r\n")
    zone = ZoneInfo("America/Los_Angeles")
    assert read(path, zone=zone).actions[ID].locks_at == datetime(2026, 12, 25, 8, 30, tzinfo=UTC)


def test_blanks_around_a_lock_date_do_not_unlock_an_action(download):
    path = download(f"Action ID,Locking Date\r\n{ID}, 2026-12-01T08:00:00Z \r\n")
    assert read(path).actions[ID].locks_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "refused"),
    [
        (["soon", "later", "2026-12-01"], True),
        (["soon", "2026-12-01"], False),
        (["soon", "", ""], True),
        (["2026-12-01", "", "", "", ""], False),
        (["", ""], False),
    ],
)
def test_a_download_is_refused_when_most_of_its_lock_dates_cannot_be_read(download, dates, refused):
    path = download("Action ID,Locking Date\r\n" + "".join(f"M.1.2.{n},{date}\r\n" for n, date in enumerate(dates)))
    if refused:
        assert refusal(path, wanted=None).problem == "pending-dates-bad"
    else:
        bad = sum(date == "soon" for date in dates)
        pending = read(path, wanted=None)
        assert sum("a lock date in pending.csv that cannot be read" in note for note in pending.notes) == bad
        assert [action.locks_at is None for action in pending.actions.values()] == [
            date != "2026-12-01" for date in dates
        ]


def test_an_impossible_date_is_counted_and_not_guessed(download):
    path = download(f"Action ID,Locking Date\r\n{ID},2017-02-31T08:00:00Z\r\nM.1.2.4,2026-12-01\r\n")
    pending = read(path)
    assert pending.actions[ID].locks_at is None
    assert any("1 action has a lock date in" in note for note in pending.notes)


def test_amounts_are_exact_or_not_used(download):
    rows = ["19.9900", "19.995", "1e2", "12,50", ""]
    text = "".join(f"M.1.2.{at},{amount}\r\n" for at, amount in enumerate(rows) if "," not in amount)
    actions = read(download("Action ID,Amount\r\n" + text), wanted=None).actions
    assert {key: action.cents for key, action in actions.items()} == {
        "M.1.2.0": 1999,
        "M.1.2.1": None,
        "M.1.2.2": None,
        "M.1.2.4": None,
    }


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        (" 49.90 ", 4990),
        ("49.9000", 4990),
        ("49.900", "a current amount that can mean two things"),
        ("49.90000", "a current amount that cannot be read exactly"),
        ("-5.00", "a current amount below 0"),
    ],
)
def test_an_amount_is_read_to_the_cent_or_counted_as_unread(download, cell, cents):
    pending = read(download(f"Action ID,Amount,Locking Date\r\n{ID},{cell},2026-12-01\r\n"))
    if isinstance(cents, int):
        assert (pending.actions[ID].cents, pending.notes) == (cents, ())
    else:
        (note,) = pending.notes
        assert pending.actions[ID].cents is None
        assert note.startswith(f"1 action has {cents}")


@pytest.mark.parametrize(
    ("number", "code", "note"),
    [
        (0.5, "0%", "shows otherwise, such as a percentage"),
        (12_500, "0,", "shows otherwise, such as a percentage"),
        (12.5, "[$$-409]0.00", "the sign of another currency"),
        (12.5, '0.00 "\u20ac"', None),
    ],
)
def test_a_number_that_its_cell_shows_otherwise_is_no_current_amount(tmp_path, number, code, note):
    book = xlsxwriter.Workbook(tmp_path / "pending.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Action ID", "Amount", "Currency"])
    sheet.write_string(1, 0, ID)
    sheet.write_number(1, 1, number, book.add_format({"num_format": code}))
    sheet.write_string(1, 2, "EUR")
    book.close()
    pending = read(tmp_path / "pending.xlsx")
    if note is None:
        assert pending.actions[ID].cents == 1250
    else:
        assert pending.actions[ID].cents is None
        assert any(note in written for written in pending.notes)


def test_a_number_below_zero_is_no_current_amount(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "pending.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Action ID", "Amount"])
    sheet.write_row(1, 0, [ID, -5])
    book.close()
    pending = read(tmp_path / "pending.xlsx")
    assert pending.actions[ID].cents is None
    assert any("1 action has a current amount below 0" in note for note in pending.notes)


@pytest.mark.parametrize("wanted", [None, (ID,)])
@pytest.mark.parametrize("written", [f" {ID}", f"{ID} ", f"\u00a0{ID}\t"])
def test_an_action_is_known_whatever_blanks_the_download_has_around_its_id(download, written, wanted):
    pending = read(download(f"Action ID;Amount\r\n{written};49.90\r\n"), wanted=wanted)
    assert list(pending.actions) == [ID]
    assert pending.actions[ID].cents == 4990


def test_blanks_around_other_words_of_a_download_are_left_out(download):
    pending = read(download(f"Action ID,State,OID,Partner\r\n{ID}, APPROVED , O-1 , Coupon Corner \r\n"))
    assert pending.actions[ID][2:5] == ("APPROVED", "O-1", "Coupon Corner")


def test_rows_without_an_id_are_no_actions(download):
    pending = read(download(f"Action ID,Amount\r\n,5\r\n  ,5\r\n{ID},5\r\n"), wanted=None)
    assert (pending.count, list(pending.actions)) == (1, [ID])


def test_an_action_that_stands_there_twice_keeps_only_what_both_say(download):
    pending = read(download(f"Action ID,Amount,OID\r\n{ID},5,O-1\r\n{ID},6,O-1\r\n"))
    assert pending.actions[ID].cents is None
    assert pending.actions[ID].order_id == "O-1"
    assert any("twice" in note for note in pending.notes)


def test_an_action_that_stands_there_twice_with_the_same_facts_keeps_them_all(download):
    pending = read(download(f"Action ID,Amount,Locking Date\r\n{ID},5,2026-12-01\r\n{ID},5.00,2026-12-01\r\n"))
    assert pending.actions[ID][:2] == (500, datetime(2026, 12, 1, tzinfo=UTC))
    assert not any("twice" in note for note in pending.notes)


def test_of_many_actions_with_different_facts_three_are_named_and_the_others_counted(download):
    rows = "".join(f"M.1.2.{n},{amount}\r\n" for n in range(5) for amount in (5, 6))
    pending = read(download("Action ID,Amount\r\n" + rows), wanted=None)
    assert any("5 actions" in note and "(M.1.2.0, M.1.2.1, M.1.2.2 and 2 more)" in note for note in pending.notes), (
        pending.notes
    )


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ("Action ID,Amount,Locking Date", []),
        ("Action ID,Amount", ["lock date"]),
        ("Action ID,Locking Date", ["current amount"]),
        ("Action ID,OID", ["current amount", "lock date"]),
    ],
)
def test_what_a_download_does_not_tell_is_named(download, headers, told):
    pending = read(download(headers + f"\r\n{ID}" + "," * headers.count(",") + "\r\n"))
    assert [note.split("no column for the ")[1].split(",")[0] for note in pending.notes if "no column" in note] == told


def test_a_download_is_as_old_as_its_file(download):
    path = download(f"Action ID\r\n{ID}\r\n")
    os.utime(path, (0, 1_750_000_000))
    pending = read(path)
    assert pending.as_of == datetime.fromtimestamp(1_750_000_000, UTC)
    assert "pending.csv" in pending.as_of_basis


def test_a_download_of_the_right_campaign_without_these_actions_is_used(download):
    pending = read(download("Action ID,Amount\r\nM.8882.4808.7,5\r\n"))
    assert (pending.count, dict(pending.actions)) == (1, {})


def test_white_space_around_an_id_of_the_batch_does_not_hide_that_the_download_is_of_another_account(download):
    path = download("Action ID,Amount\r\nM.7.4808.1,5\r\n")
    assert refusal(path, wanted=[f"\u200b{ID} "]).problem == "pending-other-account"


def test_ids_that_tell_no_campaign_are_not_taken_for_another_accounts(download):
    pending = read(download("Action ID,Amount\r\n1063415,5\r\n"))
    assert (pending.count, dict(pending.actions)) == (1, {})


def test_every_row_of_a_long_download_counts_and_its_first_dates_decide_their_order(download):
    rows = [f"M.8882.4808.{n},05/06/2026" for n in range(20_500)]
    rows[19_000] = "M.8882.4808.19000,25/06/2026"
    pending = read(download("\r\n".join(["Action ID,Locking Date", *rows, f"{ID},05/06/2026"])))
    assert pending.count == 20_501
    assert pending.actions[ID].locks_at == datetime(2026, 6, 5, tzinfo=UTC)


def test_a_row_that_ends_early_has_nothing_where_it_ends(download):
    pending = read(download(f"Amount,Action ID,State,Currency\r\n5,{ID}\r\n5\r\n"), wanted=None)
    assert pending.count == 1
    assert pending.actions[ID] == (500, None, None, None, None, None, None)


@pytest.mark.parametrize(
    ("headers", "field", "value"),
    [
        ("Id,Action ID", "order_id", None),
        ("Action ID,Sale Amount,Amount", "cents", 300),
        ("Action ID,Status,State", "state", "3"),
        ("Action ID,Order Id,OID", "order_id", "3"),
    ],
)
def test_of_two_columns_that_could_be_meant_the_plainer_name_counts(download, headers, field, value):
    row = "2,M.1.2.9" if headers.startswith("Id") else f"{ID},2,3"
    pending = read(download(f"{headers}\r\n{row}\r\n"), wanted=None)
    assert list(pending.actions) == (["M.1.2.9"] if headers.startswith("Id") else [ID])
    assert getattr(next(iter(pending.actions.values())), field) == value


@pytest.mark.parametrize("above", ["\r\n", "Report of June\r\n", "Report,of,June\r\n,,\r\n\r\n"])
def test_what_stands_above_the_headers_is_left_aside(download, above):
    pending = read(download(f"{above}Action ID,Amount\r\n{ID},5\r\n"))
    assert (pending.count, pending.actions[ID].cents) == (1, 500)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_fields_may_be_separated_by_semicolons_or_tabs(download, delimiter):
    text = f"Action ID,Amount\r\n{ID},5\r\n".replace(",", delimiter)
    assert read(download(text)).actions[ID].cents == 500


@pytest.mark.parametrize("start", ["", "\ufeff", " \r\n\t"])
@pytest.mark.parametrize("wrap", ['{"Actions": %s}', '{"actions": %s}', "%s"])
def test_the_list_of_actions_is_found_however_it_is_wrapped(download, start, wrap):
    actions = [{"Id": "M.1.2.3"}, {"Id": ID, "Amount": 5, "LockingDate": "2026-12-01T08:00:00Z"}]
    pending = read(download(start + wrap % json.dumps(actions), "actions.json"))
    assert pending.count == 2
    assert pending.actions[ID][:2] == (500, datetime(2026, 12, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"sum": "Amount"}, "there is no field sum. Fields are action_id, amount"),
        ({"amount": "Total"}, "the download has no such column. It has: Action ID, Amount."),
    ],
)
def test_a_wrong_answer_about_columns_is_told_with_what_there_is(download, columns, says):
    problem = refusal(download(f"Action ID,Amount\r\n{ID},5\r\n"), columns=columns)
    assert problem.problem == "pending-columns-unclear"
    assert says in problem.message


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "pending-empty", "empty"),
        ("Action ID,Amount\r\n", "pending-empty", "no actions"),
        ("Order,Total\r\n1,2\r\n", "pending-columns-missing", "Order, Total"),
        (f"Action ID,Amount,Amount\r\n{ID},1,2\r\n", "pending-columns-unclear", "amount"),
        (f"Action ID,Currency\r\n{ID},EUR\r\nM.1.2.4,USD\r\n", "pending-currencies-mixed", "EUR"),
        (f"Action ID,Locking Date\r\n{ID},soon\r\n", "pending-dates-bad", "lock dates"),
        ("Action ID,Amount\r\nM.7.4808.1,5\r\n", "pending-other-account", "another account"),
        ('{"Status": "ERROR"}', "pending-columns-missing", "list of actions"),
        ("[1", "file-unreadable", "JSON"),
    ],
)
def test_a_wrong_download_is_named_before_it_changes_any_verdict(download, text, code, says):
    problem = refusal(download(text))
    assert problem.problem == code
    assert says in problem.message


def test_a_column_can_be_named_by_the_user(download):
    path = download(f"Kennung,Betrag\r\n{ID},5\r\n")
    assert refusal(path).problem == "pending-columns-missing"
    assert read(path, columns={"action_id": "Kennung", "amount": "betrag"}).actions[ID].cents == 500


def test_blank_rows_above_headers_that_the_user_named_are_no_headers(download):
    path = download(f",\r\nKennung,Betrag\r\n{ID},5\r\n")
    assert read(path, columns={"action_id": "Kennung", "amount": "Betrag"}).actions[ID].cents == 500


def test_the_signature_of_headers_ignores_their_order_and_spelling():
    assert header_signature(["Action ID", "OID"]) == header_signature(["oid", "action_id"])
    assert header_signature(["Action ID"]) != header_signature(["Action ID", "OID"])


def test_only_wanted_actions_are_kept_but_all_are_counted(download):
    pending = read(
        download("Action ID,Amount\r\n" + "".join(f"M.8882.4808.{n},5\r\n" for n in range(50)) + f"{ID},5\r\n")
    )
    assert (pending.count, list(pending.actions)) == (51, [ID])


def test_json_money_is_never_a_binary_fraction(download):
    amounts = [19.99, 0.1, 1.1, 8.15, 4503599627370.49]
    actions = [{"Id": f"M.1.2.{at}", "Amount": amount} for at, amount in enumerate(amounts)]
    read_back = read(download(json.dumps({"Actions": actions}), "a.json"), wanted=None).actions
    assert [read_back[f"M.1.2.{at}"].cents for at in range(5)] == [1999, 10, 110, 815, 450359962737049]


@pytest.mark.parametrize(
    "time", ["99:99", "24:00", "23:60", "10:00:60", "13:05 AM", "23:59 am", "0:30 PM", "24:10 PM", "99:00 AM"]
)
def test_an_impossible_time_is_an_unreadable_date_and_never_another_day(download, time):
    path = download(f"Action ID,Locking Date\r\n{ID},25/06/2026 {time}\r\nM.1.2.4,25/06/2026\r\n")
    pending = read(path)
    assert pending.actions[ID].locks_at is None
    assert any("1 action has a lock date in" in note and "cannot be read" in note for note in pending.notes)


@pytest.mark.parametrize(("time", "clock"), [("13:05 PM", (13, 5)), ("00:30 AM", (0, 30))])
def test_a_24_hour_time_whose_marker_agrees_with_it_is_read(download, time, clock):
    path = download(f"Action ID,Locking Date\r\n{ID},25/06/2026 {time}\r\n")
    assert read(path).actions[ID].locks_at == datetime(2026, 6, 25, *clock, tzinfo=UTC)


def test_white_space_around_a_currency_is_no_other_currency(download):
    path = download(
        f"Action ID,Amount,Currency\r\n{ID},5.00,EUR\r\nM.1.2.4,5.00, EUR \r\nM.1.2.5,5.00,EUR\u00a0\r\nM.1.2.6,5.00, \r\n"
    )
    pending = read(path, wanted=None)
    assert pending.currency == "EUR"
    assert [pending.actions[key].currency for key in (ID, "M.1.2.4", "M.1.2.5", "M.1.2.6")] == [
        "EUR",
        "EUR",
        "EUR",
        None,
    ]


@pytest.mark.parametrize("currency", [["EUR"], {"code": "EUR"}, True])
def test_a_currency_that_is_no_text_is_refused_in_words(download, currency):
    actions = [{"Id": ID, "Amount": 5, "Currency": "EUR"}, {"Id": "M.1.2.4", "Amount": 5, "Currency": currency}]
    problem = refusal(download(json.dumps(actions), "pending.json"))
    assert problem.problem == "pending-currencies-mixed"
    assert "pending.json has a currency that is not a text, for the action M.1.2.4" in problem.message
    assert "Download Pending Actions again." in problem.message


def test_a_lock_date_that_is_a_list_is_unreadable_and_no_crash(download):
    actions = [{"Id": ID, "LockingDate": ["2026-06-05"]}, {"Id": "M.1.2.4", "LockingDate": "2026-06-05"}]
    pending = read(download(json.dumps(actions), "pending.json"))
    assert pending.actions[ID].locks_at is None
    assert any("1 action has a lock date in" in note for note in pending.notes)


def test_a_header_that_the_user_names_is_found_in_a_file_with_semicolons(download):
    path = download(f"Vorgang;Wert\r\n{ID};5.00\r\n")
    assert read(path, columns={"action_id": "Vorgang", "amount": "Wert"}).actions[ID].cents == 500
