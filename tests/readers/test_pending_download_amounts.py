"""Current amounts of a download: read where its own values settle how they are written, else unknown and told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.readers.amount_column import AmountColumn
from tests.readers.downloads import ID, OTHER, read, refusal, written

THIRD = "M.8882.4808.1063417"


def amounts(tmp_path, *cells, currency=None):
    """Return the current amounts, in cents, and the notes of a download with these cells."""
    pending = read(written(tmp_path, [{"Sale Amount": cell, "Currency": currency} for cell in cells]), wanted=None)
    return [action.cents for action in pending.actions.values()], pending.notes


@pytest.mark.parametrize(
    ("cells", "cents"),
    [
        (["1.234,50", "99,90"], [123_450, 9_990]),
        (["1.234", "99,90"], [123_400, 9_990]),
        (["1.234.567", "1.250"], [123_456_700, 125_000]),
        (["1,234.50", "€99.90"], [123_450, 9_990]),
        (["1,234.50", "1,250"], [123_450, 125_000]),
        (["123.50", "1,250"], [12_350, 125_000]),
        (["1,234,567", "1.250"], [123_456_700, 125]),
        (["49.90", "1.250"], [4_990, 125]),
        (["12.5", "1,250"], [1_250, 125_000]),
        (["1,23,456.00", "99.90"], [12_345_600, 9_990]),
        (["1 234,50", "1\u00a0234,50", "1\u202f234,50 €"], [123_450] * 3),
        (["1'234.50", "1\u2019234.50"], [123_450] * 2),
        (["EUR 1.234,50", "99,90 EUR", "99,90€"], [123_450, 9_990, 9_990]),
        (["kr. 1.234,50", "Fr. 99,90"], None),
        (["1250", "300"], [125_000, 30_000]),
        (["1'250", "1 250"], [125_000, 125_000]),
        (["0", "0.00"], [0, 0]),
        (["49,9000"], [4_990]),
    ],
)
def test_amounts_are_read_as_the_column_itself_settles(tmp_path, cells, cents):
    if cents is None:
        with pytest.raises(FileError, match="mixes currencies"):
            amounts(tmp_path, *cells)
    else:
        assert amounts(tmp_path, *cells) == (cents, ())


@pytest.mark.parametrize("cells", [["1,250"], ["1.250"], ["1,250", "2,000", "€1,250"], ["12,345", "1250"]])
def test_an_amount_that_can_mean_two_things_is_unknown_where_nothing_settles_it(tmp_path, cells):
    cents, notes = amounts(tmp_path, *cells)
    assert cents == [125_000 if cell == "1250" else None for cell in cells]
    (note,) = notes
    several = sum(cell != "1250" for cell in cells)
    assert note == (
        f"{'1 action has' if several == 1 else f'{several} actions have'} a current amount that can mean two things, and "
        f'no other amount there settles which ("{cells[0]}") in pending.csv: what {"it is" if several == 1 else "they are"} worth now is unknown.'
    )


def test_one_value_that_contradicts_unsettles_the_whole_column(tmp_path):
    cents, notes = amounts(tmp_path, "123.50", "1250", "99,90", "1,234.50")
    assert cents == [None, None, None, None]
    assert notes == (
        (
            'pending.csv writes amounts in two ways: "123.50" with a decimal point, "99,90" with a decimal comma. So none of '
            "them was read: what the actions are worth now is unknown. Download Pending Actions again, in one number format."
        ),
    )


def test_an_amount_of_an_action_outside_the_batch_settles_and_contradicts_too(tmp_path):
    def of_the_batch(*others):
        rows = [{"Sale Amount": "1,250"}] + [{"Sale Amount": cell} for cell in others]
        return read(written(tmp_path, rows)).actions[ID].cents

    assert of_the_batch("100") is None
    assert of_the_batch("99.90") == 125_000
    assert of_the_batch("99,90") == 125
    assert of_the_batch("99,90", "99.90") is None


def test_a_value_far_down_a_long_column_counts_like_the_first(tmp_path):
    rows = [{"Sale Amount": "1,250"} for _ in range(20_500)] + [{"Sale Amount": "7,5"}]
    assert read(written(tmp_path, rows)).actions[ID].cents == 125
    contradicting = [{"Sale Amount": "7.50"} for _ in range(20_500)] + [{"Sale Amount": "7,50"}]
    assert read(written(tmp_path, contradicting)).actions[ID].cents is None


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "no current amount"),
        ("  ", "no current amount"),
        ("-12.50", "a current amount below 0"),
        ("\u221212.50", "a current amount below 0"),
        ("€-12.50", "a current amount below 0"),
        ("(12.50)", "a current amount below 0"),
        ("n/a", "a current amount that cannot be read exactly"),
        ("19.995", "a current amount that cannot be read exactly"),
        ("12 50", "a current amount that cannot be read exactly"),
        ("1e2", "a current amount that cannot be read exactly"),
        ("10%", "a current amount that cannot be read exactly"),
        ("12.50 pieces", "a current amount that cannot be read exactly"),
        ("12.50 XX", "a current amount that cannot be read exactly"),
        ("\uff11\uff12.50", "a current amount that cannot be read exactly"),
    ],
)
def test_what_is_no_amount_is_unknown_and_the_others_are_read(tmp_path, cell, why):
    cents, notes = amounts(tmp_path, "99.90", cell)
    assert cents == [9_990, None]
    (note,) = notes
    assert note.startswith(f"1 action has {why}")


def test_a_blank_amount_is_told_without_an_example(tmp_path):
    assert amounts(tmp_path, "99.90", "") == (
        [9_990, None],
        ("1 action has no current amount in pending.csv: what it is worth now is unknown.",),
    )


def test_amounts_are_not_missing_one_by_one_where_they_have_no_column(tmp_path):
    assert read(written(tmp_path, [{"OID": "O-1"}, {"OID": "O-2"}]), wanted=None).notes == (
        (
            "pending.csv has no column for the current amount, so it could not be checked whether an amount is above the "
            "current one, unchanged, or was 0."
        ),
    )


@pytest.mark.parametrize(
    ("currency", "cell", "cents"),
    [
        ("EUR", "€99.90", 9_990),
        ("eur", "€99.90", 9_990),
        ("USD", "€99.90", None),
        ("USD", "$99.90", 9_990),
        ("CAD", "$99.90", 9_990),
        ("CAD", "US$99.90", None),
        ("EUR", "GBP 99.90", None),
        ("SEK", "99.90 kr", 9_990),
    ],
)
def test_a_sign_that_contradicts_the_currency_column_is_told_and_its_amount_is_not_used(
    tmp_path, currency, cell, cents
):
    found, notes = amounts(tmp_path, cell, currency=currency)
    assert found == [cents]
    if cents is None:
        assert notes == (
            (
                "1 action has a current amount with the sign of another currency than its currency column "
                f'("{cell}") in pending.csv: what it is worth now is unknown.'
            ),
        )


@pytest.mark.parametrize(
    ("cells", "currency"),
    [(["€99.90", "5.00"], "EUR"), (["$5.00"], None), (["$5.00", "5.00 USD"], "USD"), (["5.00"], None)],
)
def test_the_sign_names_the_currency_where_it_can_mean_only_one(tmp_path, cells, currency):
    assert read(written(tmp_path, [{"Sale Amount": cell} for cell in cells]), wanted=None).currency == currency


def test_signs_of_several_currencies_are_a_mixed_download(tmp_path):
    refused = refusal(written(tmp_path, [{"Sale Amount": "€5.00"}, {"Sale Amount": "$5.00"}]), wanted=None)
    assert refused.problem == "pending-currencies-mixed"


def test_a_number_of_json_has_a_decimal_point_whatever_the_texts_look_like(tmp_path):
    path = tmp_path / "pending.json"
    amounts = {ID: "1.250", OTHER: '"99,90"', THIRD: "-5"}
    actions = ", ".join(f'{{"Id": "{action_id}", "Amount": {amount}}}' for action_id, amount in amounts.items())
    path.write_text(f"[{actions}]")
    pending = read(path, wanted=None)
    assert [action.cents for action in pending.actions.values()] == [125, 9_990, None]
    assert any(note.startswith("1 action has a current amount below 0") for note in pending.notes)


def test_the_same_amount_in_two_spellings_is_no_contradiction_between_rows(tmp_path):
    path = tmp_path / "pending.csv"
    path.write_text(
        f'Action ID,Amount,Locking Date\r\n{ID},1234.5,2026-12-01\r\n{ID},"1,234.50",2026-12-01\r\n', newline=""
    )
    pending = read(path)
    assert (pending.actions[ID].cents, pending.notes) == (123_450, ())


# ------------------------------------------------------------------------------------------- states and lock dates


@pytest.mark.parametrize("state", [["APPROVED"], {"Name": "APPROVED"}, True])
def test_a_state_that_is_no_text_is_refused_because_it_may_hide_a_locked_action(tmp_path, state):
    path = tmp_path / "pending.json"
    path.write_text(json.dumps([{"Id": ID, "State": state}]))
    refused = refusal(path)
    assert refused.problem == "pending-states-bad"
    assert ID in refused.message


@pytest.mark.parametrize("state", ["APPROVED", " APPROVED ", "\u200bAPPROVED\ufeff"])
def test_invisible_characters_around_a_state_do_not_hide_it(tmp_path, state):
    assert read(written(tmp_path, [{"State": state}])).actions[ID].state == "APPROVED"


def test_a_partner_that_is_no_text_is_left_out_and_told(tmp_path):
    path = tmp_path / "pending.json"
    path.write_text(json.dumps([{"Id": ID, "Oid": 5001, "Partner": {"Name": "Coupon Corner"}}]))
    pending = read(path)
    assert (pending.actions[ID].order_id, pending.actions[ID].partner) == ("5001", None)
    assert "1 of the order IDs and partners in pending.json are no texts and were left out." in pending.notes


@pytest.mark.parametrize(
    ("dates", "note"),
    [
        (["2026-12-01", ""], "1 action has no lock date in pending.csv: until when it can be changed is unknown."),
        (["", ""], "2 actions have no lock date in pending.csv: until when they can be changed is unknown."),
        (
            ["2026-12-01", "2026-02-30"],
            "1 action has a lock date in pending.csv that cannot be read: until when it can be changed is unknown.",
        ),
        (
            [None, None],
            (
                "pending.csv has no column for the lock date, so it could not be checked whether the time to change an "
                "action is over."
            ),
        ),
    ],
)
def test_a_missing_lock_date_is_told_in_words(tmp_path, dates, note):
    rows = [{"Sale Amount": "5.00", "Locking Date": date} for date in dates]
    assert read(written(tmp_path, rows, dates=False), wanted=None).notes == (note,)


@pytest.mark.parametrize("header", ["Original Amount", "IntendedAmount", "original_sale_amount"])
def test_the_amount_before_any_change_is_read_beside_the_current_one(tmp_path, header):
    pending = read(written(tmp_path, [{"Amount": "1.234,50", header: "2.000"}, {"Amount": "", header: "99,90"}]), None)
    assert [(action.cents, action.original_cents) for action in pending.actions.values()] == [
        (123_450, 200_000),
        (None, 9_990),
    ]


@pytest.mark.parametrize("cell", ["", "unknown", "-5.00", "1.005"])
def test_an_amount_before_any_change_that_cannot_be_read_is_unknown_and_never_zero(tmp_path, cell):
    pending = read(written(tmp_path, [{"Amount": "10.00", "Original Amount": cell}]), None)
    assert [(action.cents, action.original_cents) for action in pending.actions.values()] == [(1_000, None)]
    assert pending.notes == ()


amount_texts = st.one_of(
    st.from_regex(r"[0-9]{1,16}\.[0-9]{1,3}", fullmatch=True),
    st.sampled_from(["", " ", "7", "-1.00", "$5.00", "1,250.00", "1.25|", "\u0661.25", "x", "0.00", "007.50", None]),
)


@given(cells=st.lists(amount_texts, max_size=6), proven=st.sampled_from(["1.5", "1,5", "1"]), named=st.booleans())
def test_amounts_that_are_read_in_one_go_are_those_that_are_read_one_by_one(cells, proven, named):
    column, currency = AmountColumn(), "EUR" if named else None
    column.note(proven)
    assert list(column.read_all(cells, currency)) == [column.read(cell, currency) for cell in cells]


@pytest.mark.parametrize("cells", [["12.50", "0.05"], ["12.50", ""], ["12.50", None], [12.5, "12.50"]])
def test_amounts_with_two_places_are_read_in_one_go(cells):
    column = AmountColumn()
    column.note("1.5")
    assert column.read_all(cells)[0] == 1250
