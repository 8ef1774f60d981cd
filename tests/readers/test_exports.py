"""How exports of shops are read: which columns are what, in which formats, and which files are refused."""

import json
import zipfile
from datetime import UTC, datetime

import pytest
from xlsxwriter import Workbook

from action_returns.errors import FileError
from action_returns.readers.exports import read_export
from action_returns.returns.export import UnreadAmount
from action_returns.returns.source import Field
from tests.support.exports import exported, written

ORDERS = "Order,Refund,Currency\n1001,12.50,EUR\n1002,7.00,EUR\n"


def refusal(folder, text, columns=None):
    with pytest.raises(FileError) as caught:
        exported(folder, text, columns)
    assert "Nothing was added" in caught.value.message or "--map" in caught.value.message
    return caught.value.problem, caught.value.message


def columns_of(export):
    return {column.field.value: (column.header, column.certainty.name) for column in export.mapping}


def test_each_column_is_shown_with_its_examples_and_how_sure_it_is(tmp_path):
    export = exported(tmp_path, ORDERS + "1003,7.00,EUR\n1004,8.00,EUR\n")
    assert columns_of(export) == {
        "order": ("Order", "ALIAS"),
        "refund": ("Refund", "ALIAS"),
        "currency": ("Currency", "ALIAS"),
    }
    assert [column.examples for column in export.mapping] == [
        ("1001", "1002", "1003"),
        ("12.50", "7.00", "8.00"),
        ("EUR",),
    ]


def test_the_columns_of_a_known_source_are_sure(tmp_path):
    export = exported(tmp_path, "Name,Financial Status,Refunded Amount,Tags\n#1001,refunded,5.00,\n")
    assert export.source.code == "shopify-orders"
    assert columns_of(export) == {
        "order": ("Name", "KNOWN"),
        "refund": ("Refunded Amount", "KNOWN"),
        "status": ("Financial Status", "KNOWN"),
    }


def test_a_column_that_the_user_names_comes_before_all_others(tmp_path):
    text = "Order,Our order,Refund\n1001,A1,5.00\n"
    export = exported(tmp_path, text, {Field.ORDER: "our ORDER"})
    assert columns_of(export) == {"order": ("Our order", "CHOSEN"), "refund": ("Refund", "ALIAS")}
    assert export.texts[Field.ORDER] == ["A1"]


def test_a_choice_is_remembered_for_files_with_the_same_headers(tmp_path):
    path = written(tmp_path, "Order,Our order,Refund\n1001,A1,5.00\n")
    first = read_export(path, columns={Field.ORDER: "Our order"})
    again = read_export(path, remembered={first.signature: {"order": "Our order"}, "other": {"order": "Refund"}})
    assert columns_of(again)["order"] == ("Our order", "REMEMBERED")


def test_a_header_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    problem, said = refusal(tmp_path, ORDERS, {Field.ORDER: "Number"})
    assert problem == "export-columns-unclear"
    assert said == (
        '--map order="Number": export.csv has no column of that name. Its headers are "Order", "Refund", "Currency".'
    )


def test_a_header_that_is_there_twice_is_refused(tmp_path):
    problem, said = refusal(tmp_path, "Order,Paid,Paid,Refund\n1,2,3,4\n", {Field.TOTAL: "Paid"})
    assert (problem, "has 2 columns of that name" in said) == ("export-columns-unclear", True)


def test_a_header_that_is_named_for_two_things_is_refused(tmp_path):
    problem, said = refusal(tmp_path, ORDERS, {Field.ORDER: "Order", Field.REFUND: "Order"})
    assert (problem, 'The column "Order"' in said) == ("export-columns-unclear", True)


@pytest.mark.parametrize(
    "headers", ["Refund,Refunded amount", "Refund amount (EUR),Refund amount (USD)", "Refund,Refund"]
)
def test_two_columns_of_refunds_are_not_guessed_between(tmp_path, headers):
    problem, said = refusal(tmp_path, f"Order,{headers}\n1001,5.00,6.00\n")
    assert problem == "export-columns-unclear"
    one, other = headers.split(",")
    assert said.endswith(f'Choose one: --map refund="{one}" or --map refund="{other}"')


def test_an_exact_header_tells_two_alike_apart(tmp_path):
    text = "Order,Refund amount (EUR),Refund amount (USD)\n1001,5.00,6.00\n"
    export = exported(tmp_path, text, {Field.REFUND: "Refund amount (USD)"})
    assert export.amounts[Field.REFUND] == [600]
    assert export.texts[Field.CURRENCY] == ["USD"]


def test_an_order_number_and_an_order_id_are_two_things(tmp_path):
    export = exported(tmp_path, "Order ID,Order number,Refund\n55,1001,5.00\n")
    assert columns_of(export)["order"] == ("Order number", "ALIAS")
    assert columns_of(export)["internal-id"] == ("Order ID", "ALIAS")


@pytest.mark.parametrize(
    ("text", "problem", "said"),
    [
        ("", "no-rows", "is empty"),
        ("\n\n", "no-rows", "is empty"),
        ("Order,Refund\n", "no-rows", "has headers and no rows"),
        ("Campaign,Clicks,Cost\nA,12,3.50\n", "export-columns-missing", '"Campaign", "Clicks", "Cost"'),
        ("Order,Campaign\n1001,A\n", "export-columns-missing", "no column with refunded amounts"),
        ("Refund,Campaign\n5.00,A\n", "export-columns-missing", "no column with order numbers"),
        (
            "Action ID,Refund\nM.1.2.3,5.00\n",
            "export-columns-missing",
            "finds the action of an order by its order number",
        ),
        ("ActionId,Refund\nM.1.2.3,5.00\n", "export-columns-missing", "ActionId, Amount and Reason"),
        ("id,Amount,Amount Refunded,Currency\nch_1,5.00,1.00,eur\n", "export-columns-missing", "into the metadata"),
        ("ActionId,Amount,Reason\nM.1.2.3,0,REJECTED\n", "export-is-batch", "action-returns check export.csv"),
        (
            "Action ID,OID,Status,Sale Amount,Locking Date\nM.1.2.3,1,PENDING,9,2026-12-31\n",
            "export-is-pending-download",
            "--pending export.csv",
        ),
        ("Order,Refund,Note\n1001,5.00,a\n1002,6.00\n", "export-truncated", "within its last line, line 3"),
        ('Order,Refund,Note\n1001,5.00,a\n1002,6.00,"b\n', "file-unreadable", "cannot be read from line 3 on"),
        ("Order,Note,Refund\n1001,half\nanother,5.00\n1002,b,5.00\n", "file-unreadable", "line 2"),
        ("Order,Refund,Note\n1001,12,50,a\n", "file-unreadable", "the line has 4 fields"),
    ],
)
def test_a_file_that_is_no_whole_export_is_named(tmp_path, text, problem, said):
    found, message = refusal(tmp_path, text) if "unreadable" not in problem else unreadable(tmp_path, text)
    assert found == problem
    assert said in message


def unreadable(folder, text):
    with pytest.raises(FileError) as caught:
        exported(folder, text)
    return caught.value.problem, caught.value.message


def test_a_single_line_may_lack_its_last_blank_cells(tmp_path):
    assert exported(tmp_path, "Order,Refund,Note\n1001,5.00\n").amounts[Field.REFUND] == [500]


def test_an_amount_that_the_end_of_the_file_cut_is_not_taken_for_a_smaller_one(tmp_path):
    text = "Order,Refund\n1001,5.00\n1002,120.00\n1003,12"
    problem, said = refusal(tmp_path, text)
    assert (problem, 'its last amount is "12"' in said) == ("export-truncated", True)
    assert exported(tmp_path, text + "\n").amounts[Field.REFUND] == [500, 12000, 1200]
    assert exported(tmp_path, text + ".00").amounts[Field.REFUND] == [500, 12000, 1200]


def test_a_row_that_a_lone_quotation_mark_swallowed_is_missed(tmp_path):
    text = 'Order,Refund,Note\n#1001,5.00,"12 inch\n#1002,6.00,a"\n#1003,7.00,b\n'
    problem, said = unreadable(tmp_path, text)
    assert (problem, "from line 2 on" in said) == ("file-unreadable", True)
    assert unreadable(tmp_path, text.removesuffix("#1003,7.00,b\n"))[0] == "file-unreadable"
    harmless = 'Order,Refund,Note\n#1001,5.00,"a, b\nc, d, e"\n#1003,7.00,b\n'
    assert exported(tmp_path, harmless).amounts[Field.REFUND] == [500, 700]


def test_the_headers_of_a_second_file_below_the_first_are_no_order(tmp_path):
    assert exported(tmp_path, ORDERS + ORDERS.replace("100", "200")).texts[Field.ORDER] == [
        "1001",
        "1002",
        "2001",
        "2002",
    ]


def test_lines_above_the_headers_are_no_orders(tmp_path):
    export = exported(tmp_path, "Refunds of November\nmade on,2026-11-30\n\n" + ORDERS)
    assert (list(export.lines), export.texts[Field.ORDER]) == ([5, 6], ["1001", "1002"])


def test_blank_lines_and_missing_blank_cells_at_the_end_are_harmless(tmp_path):
    export = exported(tmp_path, "Order,Refund,Note,More\n1001,5.00\n,,,\n\n1002,6.00,a\n1003,7.00,a,b\n")
    assert export.amounts[Field.REFUND] == [500, 600, 700]
    assert list(export.lines) == [2, 5, 6]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings_are_found(tmp_path, delimiter, encoding):
    path = tmp_path / "export.csv"
    text = "Order,Erstattung,Währung\n1001,5.00,EUR\n".replace(",", delimiter)
    path.write_bytes(text.encode(encoding))
    export = read_export(path)
    assert export.amounts[Field.REFUND] == [500]
    assert export.texts[Field.CURRENCY] == ["EUR"]


def test_a_first_line_that_names_the_delimiter_is_followed(tmp_path):
    export = exported(tmp_path, "sep=;\nOrder;Refund\n1001;12,50\n")
    assert (export.amounts[Field.REFUND], list(export.lines)) == ([1250], [3])


def test_a_long_example_is_shortened(tmp_path):
    (column, *_) = exported(tmp_path, f"Order,Refund\n{'1' * 99},5.00\n").mapping
    assert column.examples == ("1" * 60 + "…",)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12,50", "1.250"], [1250, 125000]),
        (["12.50", "1,250"], [1250, 125000]),
        (["1,250", "7"], ["1,250", 700]),
        (["12.50", "12,50"], ["12.50", "12,50"]),
        (["-12.50", "(7.00)"], [-1250, -700]),
        (["1,23,456.50"], [12345650]),
        (["12.505"], ["12.505"]),
        (["12.50 EUR", "€ 7.00"], [1250, 700]),
        (["five", ""], ["five", None]),
    ],
)
def test_amounts_are_read_as_their_column_shows_or_not_at_all(tmp_path, cells, expected):
    rows = "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells))
    amounts = exported(tmp_path, "Order,Refund\n" + rows).amounts[Field.REFUND]
    assert [money.text if isinstance(money, UnreadAmount) else money for money in amounts] == expected


def test_another_column_settles_how_amounts_are_written(tmp_path):
    export = exported(tmp_path, 'Order,Refund,Total\n1001,"1,250","1,300.00"\n')
    assert export.amounts[Field.REFUND] == [125000]


def test_a_sign_that_contradicts_the_currency_column_keeps_the_amount_back(tmp_path):
    (amount,) = exported(tmp_path, "Order,Refund,Currency\n1001,£5.00,EUR\n").amounts[Field.REFUND]
    assert "another currency" in amount.why


def test_a_sign_that_several_currencies_have_stays_the_sign(tmp_path):
    export = exported(tmp_path, "Order,Refund\n1001,$5.00\n1002,US$ 5.00\n1003,5.00 kr\n1004,5.00\n1005,$5.00 CAD\n")
    assert export.texts[Field.CURRENCY] == ["$", "USD", "kr", None, "CAD"]


def test_the_unit_of_a_header_is_its_currency(tmp_path):
    export = exported(tmp_path, "Order no.,Refund amount (eur)\n1001,5.00\n")
    assert export.texts[Field.CURRENCY] == ["EUR"]
    assert export.notes == ('The currency is EUR, as the header "Refund amount (eur)" says.',)


def sheet(folder, rows, *sheets, name="export.xlsx"):
    with Workbook(folder / name, {"default_date_format": "yyyy-mm-dd"}) as book:
        for title in sheets or ("Sheet1",):
            page = book.add_worksheet(title)
            for at, row in enumerate(rows if title in {"Orders", "Sheet1"} else [["notes", "of the app"]]):
                page.write_row(at, 0, row)
    return folder / name


def formatted(folder, headers, *rows):
    """Write a workbook; a cell of two is a number and its number format."""
    with Workbook(folder / "export.xlsx") as book:
        page = book.add_worksheet()
        page.write_row(0, 0, headers)
        for number, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                if isinstance(cell, tuple):
                    page.write_number(number, at, cell[0], book.add_format({"num_format": cell[1]}))
                else:
                    page.write(number, at, cell)
    return folder / "export.xlsx"


@pytest.mark.parametrize(
    ("number", "code", "why"),
    [
        (0.5, "0%", "a percentage"),
        (-0.5, "0.00%", "a percentage"),
        (0.5, '0.00;0"%"', None),
        (-5, '0.00;0"%"', "a percentage"),
        (12_500, "0,", "other digits, or none"),
        (-12_500, "0,", "other digits, or none"),
        (12.5, ";;;", "other digits, or none"),
        (12.5, "#,##0", "other digits, or none"),
        (-12.5, '0.00;""', "other digits, or none"),
        (12, "0.00E+00", "other digits, or none"),
        (12.5, "yyyy-mm-dd", "a date"),
        (12.5, "[h]:mm", "a date"),
        (50, '0"\u00a2"', "an unknown sign of a currency"),
        (12.5, "0.00", None),
        (-12.5, "0.0;(0.0)", None),
        (-12.5, "0.0;[Red]0.0", None),
        (-1250, '#,##0 "EUR";-#,##0 "EUR"', None),
        (12, "#,##0", None),
        (0, "0.00;-0.00;", None),
    ],
)
def test_a_number_is_an_amount_only_when_its_cell_shows_its_digits(tmp_path, number, code, why):
    path = formatted(tmp_path, ["Order", "Refund"], ["1001", (number, code)], ["1002", 7])
    first, second = read_export(path).amounts[Field.REFUND]
    assert second == 700
    if why is None:
        assert first == round(number * 100)
    else:
        assert why in first.why


def test_a_hidden_new_total_of_0_is_not_read_as_0(tmp_path):
    path = formatted(tmp_path, ["Order", "New total"], ["1001", (0, "0.00;-0.00;")], ["1002", (0, "0.00 ")])
    hidden, shown = read_export(path).amounts[Field.NEW_TOTAL]
    assert isinstance(hidden, UnreadAmount)
    assert shown == 0


def test_equal_numbers_with_other_formats_are_read_each_by_its_own(tmp_path):
    path = formatted(tmp_path, ["Order", "Refund"], ["1", (0.5, "0.0 ")], ["2", (0.5, "0%")], ["3", (0.5, "0.0 ")])
    first, second, third = read_export(path).amounts[Field.REFUND]
    assert (first, third) == (50, 50)
    assert isinstance(second, UnreadAmount)


def test_the_format_of_an_order_number_changes_nothing(tmp_path):
    export = read_export(formatted(tmp_path, ["Order", "Refund"], [(1001, "0"), 5], [(1002, "00000000"), 5]))
    assert export.texts[Field.ORDER] == ["1001", "1002"]
    assert not export.damaged_orders


def test_a_currency_in_a_number_format_that_contradicts_the_currency_column_keeps_the_amount_back(tmp_path):
    rows = [["1", (5, "[$$-409]#,##0.00"), "EUR"], ["2", (5, '0.00 "\u20ac"'), "EUR"], ["3", 5, "EUR"]]
    first, *others = read_export(formatted(tmp_path, ["Order", "Refund", "Currency"], *rows)).amounts[Field.REFUND]
    assert "another currency" in first.why
    assert others == [500, 500]


def test_the_currency_of_number_formats_counts_where_no_column_names_one(tmp_path):
    rows = [["1", (5, "[$$-409]#,##0.00")], ["2", (5, '0.00 "\u20ac"')], ["3", (5, "[$CAD] 0.00")], ["4", 5]]
    export = read_export(formatted(tmp_path, ["Order", "Refund"], *rows))
    assert export.texts[Field.CURRENCY] == ["$", "EUR", "CAD", None]
    assert export.amounts[Field.REFUND] == [500] * 4


def test_the_unit_of_a_header_stays_beside_the_sign_of_a_number_format(tmp_path):
    rows = [["1", (5, "[$$-409]#,##0.00")], ["2", (5, '0.00 "\u20ac"')], ["3", 5]]
    export = read_export(formatted(tmp_path, ["Order no.", "Refund amount (cad)"], *rows))
    assert export.texts[Field.CURRENCY] == ["CAD"] * 3
    first, second, third = export.amounts[Field.REFUND]
    assert (first, third) == (500, 500)
    assert "another currency" in second.why


def test_order_numbers_of_a_sheet_are_whole_numbers_again(tmp_path):
    path = sheet(tmp_path, [["Order", "Refund"], [1001.0, 12.5], ["#1002", 7], [123456789012345, -0.3]])
    export = read_export(path)
    assert export.texts[Field.ORDER] == ["1001", "#1002", "123456789012345"]
    assert export.amounts[Field.REFUND] == [1250, 700, -30]
    assert not export.damaged_orders


def test_rows_that_differ_in_their_amount_only_repeat_nothing(tmp_path):
    assert not read_export(sheet(tmp_path, [["Order", "Refund"], ["#1", -1], ["#1", -2]])).repeats
    assert read_export(sheet(tmp_path, [["Order", "Refund"], ["#1", -1], ["#1", -1]])).repeats == {1}


def test_a_truth_value_is_no_amount(tmp_path):
    export = read_export(sheet(tmp_path, [["Order", "Refund"], ["#1", 1], ["#2", True]]))
    assert export.amounts[Field.REFUND][0] == 100
    assert isinstance(export.amounts[Field.REFUND][1], UnreadAmount)


def test_order_numbers_that_a_sheet_changed_are_named(tmp_path):
    rows = [["Order", "Refund"], [5501234567890123456, 5], [datetime(2026, 2, 1, tzinfo=UTC).replace(tzinfo=None), 5]]
    export = read_export(sheet(tmp_path, [*rows, [1001.1, 5], [True, 5], [1001, 5]]))
    assert list(export.damaged_orders) == [0, 1, 2, 3]
    assert "more than 15 digits" in export.damaged_orders[0]
    assert "is a date" in export.damaged_orders[1]


def test_the_sheet_orders_of_matrixify_is_read_wherever_it_stands(tmp_path):
    rows = [["ID", "Name", "Command", "Line: Type", "Line: Total", "Refund: ID"], [9, "#1", "", "Refund Line", -5, 70]]
    export = read_export(sheet(tmp_path, rows, "Summary", "Orders"))
    assert export.source.code == "matrixify-orders"
    assert export.amounts[Field.LINE_AMOUNT] == [-500]
    assert export.texts[Field.REFUND_ID] == ["70"]


def two_sheets(folder, first, second):
    with Workbook(folder / "export.xlsx") as book:
        for title, rows in (("January", first), ("February", second)):
            page = book.add_worksheet(title)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    return folder / "export.xlsx"


@pytest.mark.parametrize("order", ["Order", "Order ID", "Bestellnummer"])
def test_two_sheets_with_orders_are_refused_and_named_for_one_of_them_would_be_lost(tmp_path, order):
    rows = [[order, "Refund"], ["1001", 5]]
    with pytest.raises(FileError, match="several sheets with orders: January, February") as caught:
        read_export(two_sheets(tmp_path, rows, rows))
    assert caught.value.problem == "sheet-ambiguous"


def test_the_only_sheet_with_refunds_is_read_wherever_it_stands(tmp_path):
    export = read_export(two_sheets(tmp_path, [["Notes", "Date"], ["x", "y"]], [["Order", "Refund"], ["1001", 5]]))
    assert export.amounts[Field.REFUND] == [500]


def test_of_two_sheets_the_one_with_the_headers_that_the_user_named_is_read(tmp_path):
    path = two_sheets(tmp_path, [["Order", "Refund"], ["1001", 5]], [["Order", "Paid back"], ["1002", 7]])
    export = read_export(path, columns={Field.ORDER: "Order", Field.REFUND: "Paid back"})
    assert export.amounts[Field.REFUND] == [700]


def test_a_list_of_objects_in_json_is_read(tmp_path):
    path = written(
        tmp_path, json.dumps([{"order": "1001", "refund": 12.5}, {"order": 1002, "refund": "7.00"}]), "e.json"
    )
    export = read_export(path)
    assert export.texts[Field.ORDER] == ["1001", "1002"]
    assert export.amounts[Field.REFUND] == [1250, 700]


def test_json_that_is_no_list_speaks_of_orders(tmp_path):
    with pytest.raises(FileError, match="holds no list of orders") as caught:
        read_export(written(tmp_path, '{"a": 1}', "e.json"))
    assert caught.value.problem == "export-columns-missing"


GOOGLE = "Order Number,Financial Status,Currency of Sale,Charged Amount\nGPA.1,Refund,EUR,-4.99\n"


def test_the_report_of_google_is_read_from_its_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "salesreport_202611.zip", "w") as archive:
        archive.writestr("salesreport_202611.csv", GOOGLE.encode("utf-16"))
    export = read_export(tmp_path / "salesreport_202611.zip")
    assert (export.source.code, export.amounts[Field.REFUND]) == ("google-play-sales", [-499])


def test_equal_lines_are_known_by_all_their_cells(tmp_path):
    export = exported(tmp_path, "Order,Refund,SKU\n1001,5.00,A\n1001,5.00,A\n1001,5.00,B\n1001,5.00,A\n")
    assert export.repeats == {1, 3}


@pytest.mark.parametrize("header", ["ActionId", "Action ID", "action_id"])
def test_the_action_ids_of_an_export_are_read_to_be_compared_and_that_is_said(tmp_path, header):
    export = exported(tmp_path, f"Order,{header},Refund\n1001, M.1.2.3 ,5.00\n1002,,6.00\n")
    assert export.action_ids == ["M.1.2.3", None]
    assert export.notes == (
        f'The ActionIds of the column "{header}" are compared with the actions that are found by the order numbers.',
    )
    assert exported(tmp_path, ORDERS).action_ids == ()


def test_a_column_of_action_ids_that_the_user_names_for_something_else_is_that(tmp_path):
    export = exported(tmp_path, "ActionId,Refund\n1001,5.00\n", {Field.ORDER: "ActionId"})
    assert (export.texts[Field.ORDER], export.action_ids, export.notes) == (["1001"], (), ())
