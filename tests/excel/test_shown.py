"""Excel tells the format of a part only where all its cells share one; what was not looked at is told."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.excel.shown import MOST_QUESTIONS, hidden_columns, is_plain, read_formats
from tests.hosts.fake_com import fake_excel


def asked_of(codes, first_row=4):
    """A column with these formats, and the parts that were asked about."""
    asked = []

    def ask(first, last):
        asked.append((first, last))
        found = set(codes[first - first_row : last - first_row + 1])
        return found.pop() if len(found) == 1 else None

    return ask, asked


def test_a_column_with_one_format_is_asked_about_once():
    ask, asked = asked_of(["0%"] * 3)
    assert read_formats(ask, [4, 5, 6], [0.5, "1", None]) == ({"0%": [0, 1, 2]}, [])
    assert asked == [(4, 6)]


@pytest.mark.parametrize("code", ["@", "General", "0.00", "#,##0.00", "[Red]0.00"])
def test_a_format_that_shows_every_amount_is_left_out(code):
    ask, _ = asked_of([code] * 2)
    assert read_formats(ask, [4, 5], [0.5, 1.0]) == ({}, [])


def test_numbers_among_texts_are_asked_about_before_the_texts():
    ask, asked = asked_of(["@", "0%", "0%", "@", "@", "@"])
    assert read_formats(ask, [4, 5, 6, 7, 8, 9], ["1", 0.5, 0.25, "1", "1", "1"]) == ({"0%": [1, 2]}, [])
    assert asked[:2] == [(4, 9), (5, 6)]


def test_numbers_beyond_the_last_question_are_told():
    ask, asked = asked_of(["0%", "0", "0%", "0"])
    formats, unread = read_formats(ask, [4, 5, 6, 7], [0.5, 1.0, 0.5, 1.0], questions=3)
    assert (formats, unread, len(asked)) == ({"0%": [0], "0": [1]}, [2, 3], 3)
    more, none = read_formats(ask, [4, 5, 6, 7], [0.5, 1.0, 0.5, 1.0])
    assert (more, none) == ({"0%": [0, 2], "0": [1, 3]}, [])


def column(rows, usual, odd):
    """Formats of a column: the usual one, and others at some positions."""
    return [odd.get(at, usual) for at in range(rows)]


def scattered(rows, number, code="0%"):
    """Positions of odd cells, the same in each run of the tests."""
    return dict.fromkeys(Random(rows + number).sample(range(rows), number), code)


PASTED = dict.fromkeys(range(120, 123), "$0.00")


@pytest.mark.parametrize(
    ("codes", "most"),
    [
        (column(300, "General", PASTED), 30),
        (column(1_000, "General", {617: "0%"}), 30),
        (column(100_000, "General", {61_700: "0%"}), 45),
        (column(300, "@", scattered(300, 10)), 140),
        (column(1_000, "@", scattered(1_000, 30)), 350),
        (["@"] * 1_000 + ["0%"] * 20, 30),
        (["@", "0.00", "0%"] * 100, MOST_QUESTIONS),
        ([f'0.00"{at}"' for at in range(300)], MOST_QUESTIONS),
    ],
    ids=[
        "pasted block",
        "one odd",
        "one of very many",
        "ten odd",
        "thirty odd",
        "rows added",
        "in turn",
        "each its own",
    ],
)
def test_columns_as_people_have_them_are_known_in_full(codes, most):
    ask, asked = asked_of(codes)
    formats, unread = read_formats(ask, range(4, 4 + len(codes)), [0.5] * len(codes))
    assert {at: code for code, positions in formats.items() for at in positions} == {
        at: code for at, code in enumerate(codes) if not is_plain(code)
    }
    assert unread == []
    assert len(asked) <= most


@pytest.mark.parametrize("every", [2, 3, 10])
def test_numbers_scattered_among_texts_cost_about_one_question_each(every):
    is_number = [at % every == 0 for at in range(600)]
    ask, asked = asked_of(["0%" if number else "@" for number in is_number])
    formats, unread = read_formats(ask, range(4, 604), [0.5 if number else "1" for number in is_number])
    assert (formats, unread) == ({"0%": [at for at in range(600) if is_number[at]]}, [])
    assert len(asked) <= 1.4 * sum(is_number) + 8


def test_texts_of_many_formats_are_soon_left_alone():
    ask, asked = asked_of([f'0"{at}"' for at in range(500)])
    assert read_formats(ask, range(4, 504), ["1"] * 500)[1] == []
    assert len(asked) < 10


@given(
    st.lists(
        st.tuples(st.sampled_from(["@", "0%", "$0.00"]), st.sampled_from([0.5, 1.0, "1"]), st.integers(1, 40)),
        max_size=30,
    ),
    st.integers(1, 60),
)
def test_a_number_has_its_own_format_or_is_told_as_not_looked_at(blocks, questions):
    codes = [code for code, _, length in blocks for _ in range(length)]
    amounts = [amount for _, amount, length in blocks for _ in range(length)]
    ask, asked = asked_of(codes)
    formats, unread = read_formats(ask, range(4, 4 + len(codes)), amounts, questions)
    found = {at: code for code, positions in formats.items() for at in positions}
    assert all(codes[at] == code for at, code in found.items())
    numbers = {at for at, amount in enumerate(amounts) if amount != "1"}
    assert set(unread) <= numbers
    assert {at for at in numbers - set(unread) if not is_plain(codes[at])} == numbers & found.keys()
    assert len(asked) <= questions + 8


def test_without_rows_nothing_is_asked():
    ask, asked = asked_of([])
    assert (read_formats(ask, [], []), asked) == (({}, []), [])


# --- hidden columns


@pytest.fixture
def sheet():
    """A sheet of the fake Excel with columns A to F."""
    with fake_excel() as excel:
        book = excel.add_workbook({"Sheet": [list("abcdef")] * 3})
        yield book.sheets["Sheet"]


def hide(sheet, *letters, rows=()):
    grid = sheet.impl.xl._inner.grid
    grid.hidden_columns.update(ord(letter) - 64 for letter in letters)
    grid.hidden_rows.update(rows)


@pytest.mark.parametrize("hidden", ["A", "B", "C", "AB", "BC", "AC"])
@pytest.mark.parametrize("rows", [(), (1,)])
def test_hidden_columns_are_found_also_where_their_row_is_hidden(sheet, hidden, rows):
    hide(sheet, *hidden, rows=rows)
    assert hidden_columns(sheet, 1, ["A", "B", "C"]) == set(hidden)


def test_columns_between_those_asked_about_do_not_matter(sheet):
    hide(sheet, "B", "F")
    assert hidden_columns(sheet, 1, ["F", "C", "A"]) == {"F"}


@pytest.mark.parametrize("kind", ["rejected", "editing"])
def test_an_excel_that_is_busy_is_not_taken_for_one_that_cannot_answer(sheet, monkeypatch, kind):
    monkeypatch.setattr("xlwings._xlwindows.N_COM_ATTEMPTS", 1)
    sheet.impl.xl._inner.line.refuse(1, kind, {"call"})
    with pytest.raises(Exception, match=r"rejected by callee|0x800ac472"):
        hidden_columns(sheet, 1, ["A", "B", "C"])
