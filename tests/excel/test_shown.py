"""Excel tells the format of a part only where all its cells share one; what was not looked at is told."""

import pytest

from action_returns.excel.shown import hidden_columns, read_formats
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
    formats, unread = read_formats(ask, [4, 5, 6, 7], [0.5, 1.0, 0.5, 1.0], questions=2)
    assert (formats, unread, len(asked)) == ({}, [0, 1, 2, 3], 2)
    more, none = read_formats(ask, [4, 5, 6, 7], [0.5, 1.0, 0.5, 1.0])
    assert (more, none) == ({"0%": [0, 2], "0": [1, 3]}, [])


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
