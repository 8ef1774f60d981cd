"""The pending-actions download: its headers are documented nowhere, so it is read with care and questions."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from action_returns.sources import SourceProblem, header_signature, read_pending

ID = "M.8882.4808.1063415"


@pytest.fixture
def download(tmp_path):
    def write(text, name="pending.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def read(path, wanted=(ID,), zone=UTC, **options):
    return read_pending(path, wanted=set(wanted) if wanted is not None else None, time_zone=zone, **options)


def refusal(path, **options):
    with pytest.raises(SourceProblem) as caught:
        read(path, **options)
    return caught.value


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
    assert action == (4990, datetime(2026, 12, 1, 8, tzinfo=UTC), "PENDING", "O-1", "Coupon Corner", "EUR")


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
    assert problem.code == "pending-dates-unclear"
    assert "--pending-dates dmy" in problem.message
    assert read(path, day_first=False).actions[ID].locks_at == datetime(2026, 5, 6, tzinfo=UTC)


def test_an_impossible_date_is_counted_and_not_guessed(download):
    path = download(f"Action ID,Locking Date\r\n{ID},2017-02-31T08:00:00Z\r\nM.1.2.4,2026-12-01\r\n")
    pending = read(path)
    assert pending.actions[ID].locks_at is None
    assert any("1 lock dates" in note for note in pending.notes)


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


def test_an_action_that_stands_there_twice_keeps_only_what_both_say(download):
    pending = read(download(f"Action ID,Amount,OID\r\n{ID},5,O-1\r\n{ID},6,O-1\r\n"))
    assert pending.actions[ID].cents is None
    assert pending.actions[ID].order_id == "O-1"
    assert any("twice" in note for note in pending.notes)


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
    assert problem.code == code
    assert says in problem.message


def test_a_column_can_be_named_by_the_user(download):
    path = download(f"Kennung,Betrag\r\n{ID},5\r\n")
    assert refusal(path).code == "pending-columns-missing"
    assert read(path, columns={"action_id": "Kennung", "amount": "betrag"}).actions[ID].cents == 500


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
