"""Read the actions of some orders from a download, whichever ActionIds they have."""

import pytest

from tests.readers.downloads import ID, OTHER, read, refusal

HEAD = "Action ID,OID,Amount,Currency,State\r\n"


@pytest.fixture
def download(tmp_path):
    def write(text):
        path = tmp_path / "pending.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def of_orders(path, *orders, wanted=None, **options):
    return read(path, wanted, orders=orders, **options)


def test_only_the_actions_of_the_orders_are_kept_but_all_are_counted(download):
    path = download(f"{HEAD}{ID},1001,20.00,EUR,PENDING\r\n{OTHER},1002,30.00,EUR,PENDING\r\n")
    pending = of_orders(path, "1002")
    assert list(pending.actions) == [OTHER]
    assert (pending.actions[OTHER].cents, pending.actions[OTHER].order_id) == (3000, "1002")
    assert pending.count == 2


def test_the_first_few_order_ids_are_kept_as_examples_whether_they_are_looked_for_or_not(download):
    ids = ["7001", "7001", "#7002", "", "7003", "7004"]
    path = download(HEAD + "".join(f"{ID}{at},{order},20.00,EUR,PENDING\r\n" for at, order in enumerate(ids)))
    assert of_orders(path, "1001").order_examples == ("7001", "#7002", "7003")
    assert read(path, [ID]).order_examples == ()


@pytest.mark.parametrize("written", ["1001", "#1001", "001001", " #1001 ", '"#01001"'])
def test_an_order_is_found_in_each_way_it_is_written_and_keeps_that_way(download, written):
    pending = of_orders(download(f"{HEAD}{ID},{written},20.00,EUR,PENDING\r\n"), "1001")
    assert pending.actions[ID].order_id == written.strip('" ')


def test_capitals_and_small_letters_of_an_order_are_the_same(download):
    path = download(f"{HEAD}{ID},GPA.33-1,20.00,EUR,PENDING\r\n{OTHER},gpa.33-2,20.00,EUR,PENDING\r\n")
    assert set(of_orders(path, "gpa.33-1", "gpa.33-2").actions) == {ID, OTHER}


def test_an_order_that_is_only_similar_is_another_one(download):
    path = download(f"{HEAD}{ID},10010,20.00,EUR,PENDING\r\n{OTHER},1001-2,20.00,EUR,PENDING\r\n")
    assert of_orders(path, "1001").actions == {}


def test_every_action_of_an_order_is_kept(download):
    path = download(f"{HEAD}{ID},1001,20.00,EUR,PENDING\r\n{OTHER},#1001,30.00,EUR,PENDING\r\n")
    assert {key: action.cents for key, action in of_orders(path, "1001").actions.items()} == {ID: 2000, OTHER: 3000}


def test_an_action_on_several_rows_keeps_only_what_they_agree_on(download):
    path = download(f"{HEAD}{ID},1001,20.00,EUR,PENDING\r\n{ID},1001,30.00,EUR,PENDING\r\n")
    pending = of_orders(path, "1001")
    assert (pending.actions[ID].cents, pending.actions[ID].state) == (None, "PENDING")
    assert any("twice with different facts" in note for note in pending.notes)


def test_a_blank_order_is_no_order(download):
    path = download(f"{HEAD}{ID},,20.00,EUR,PENDING\r\n{OTHER},#,30.00,EUR,PENDING\r\n")
    assert of_orders(path, "", "1001").actions == {}


def test_actions_that_are_asked_for_by_their_ids_are_kept_as_well(download):
    path = download(f"{HEAD}{ID},1001,20.00,EUR,PENDING\r\n{OTHER},1002,30.00,EUR,PENDING\r\n")
    assert set(of_orders(path, "1002", wanted=[ID]).actions) == {ID, OTHER}
    assert of_orders(path).actions == {}


def test_a_number_of_a_sheet_is_the_order_it_shows(tmp_path):
    import xlsxwriter

    path = tmp_path / "pending.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet()
    page.write_row(0, 0, ["Action ID", "OID", "Amount"])
    page.write_row(1, 0, [ID, 1001, 20])
    book.close()
    assert of_orders(path, "1001").actions[ID].order_id == "1001"


def test_one_amount_of_another_order_settles_how_all_amounts_are_written(download):
    path = download(f'{HEAD}{ID},1001,"1,250",EUR,PENDING\r\n{OTHER},1002,"99,90",EUR,PENDING\r\n')
    assert of_orders(path, "1001").actions[ID].cents == 125


def test_another_currency_of_another_order_refuses_the_download(download):
    path = download(f"{HEAD}{ID},1001,20.00,EUR,PENDING\r\n{OTHER},1002,30.00,USD,PENDING\r\n")
    assert refusal(path, wanted=None, orders=["1001"]).problem == "pending-currencies-mixed"


def test_a_download_without_order_ids_is_refused_with_what_to_do(download):
    error = refusal(download(f"Action ID,Amount\r\n{ID},20.00\r\n"), wanted=None, orders=["1001"])
    assert error.problem == "pending-columns-missing"
    assert 'OID; or say which column it is: --pending-column order_id="HEADER"' in error.message
