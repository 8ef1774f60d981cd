"""A workbook whose XML no longer parses is refused, or gives exactly the cells it gave before: never fewer, never others."""

import random
import zipfile
from datetime import datetime
from xml.parsers import expat

import openpyxl
import pytest
import xlsxwriter

from action_returns.errors import FileError
from action_returns.readers.xlsx.batch import read_grid, read_workbook
from tests.readers.xlsx.spellings import Scribe, Written, book, plain

ROWS = 40
HEADERS = ("ActionId", "Amount", "Reason")
DAY = datetime(2026, 1, 2)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
TEXTS = [*HEADERS, *(f"M.8882.4808.{at}" for at in range(ROWS)), "REJECTED"]
READ = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/_rels/sheet1.xml.rels",
    "xl/tables/table1.xml",
)
"""The parts that the product reads of a workbook."""
PIECES = (
    b"<",
    b">",
    b"/",
    b'"',
    b"'",
    b"&",
    b"</c>",
    b"</row>",
    b"<row>",
    b"<v>",
    b"</v>",
    b"<!--",
    b"<![CDATA[",
    b"\x00",
)
SINKS = b"<>/\"'=& cvrt0123456789"


def by_xlsxwriter(path, **options):
    """Write a table of texts, numbers, dates, formulas and blank cells."""
    with xlsxwriter.Workbook(path, options) as made:
        page = made.add_worksheet("Returns")
        day, euro = made.add_format({"num_format": "yyyy-mm-dd"}), made.add_format({"num_format": '0.00" EUR"'})
        page.write_row(0, 0, HEADERS)
        for row in range(1, ROWS):
            page.write_string(row, 0, f"M.8882.4808.{row}")
            if row % 9 == 0:
                page.write_datetime(row, 1, DAY, day)
            elif row % 9 == 1:
                page.write_formula(row, 1, "=1+1", euro, row / 8)
            elif row % 9 == 2:
                page.write_formula(row, 1, '=IF(1,"")', None, "")
            else:
                page.write_number(row, 1, row / 4, euro if row % 2 else None)
            page.write_string(row, 2, "ORDER_UPDATE & more" if row % 5 else "REJECTED")
        page.set_row(7, None, None, {"hidden": True})
        page.merge_range(ROWS + 2, 0, ROWS + 2, 1, "")
        if not options:
            page.add_table(
                0, 0, ROWS - 1, 2, {"name": "Actions", "columns": [{"header": header} for header in HEADERS]}
            )
    return path


def by_openpyxl(path):
    """Write rows as openpyxl does, formulas without values among them."""
    made = openpyxl.Workbook()
    made.active.append(HEADERS)
    for row in range(1, ROWS):
        made.active.append((f"M.8882.4808.{row}", "=1+1" if row % 7 == 0 else row / 4, "REJECTED" if row % 3 else None))
    made.save(path)
    return path


def cells():
    """Return rows with cells of all kinds."""
    rows = {1: {at: Written("s", str(at - 1)) for at in (1, 2, 3)}}
    amounts = (
        Written("n", "12.5"),
        Written("str", "7", formula=True),
        Written("n", None, formula=True),
        Written("e", "#N/A"),
    )
    for row in range(2, ROWS):
        amount = amounts[row % 5] if row % 5 < len(amounts) else Written("n", str(row), 2)
        rows[row] = {1: Written("s", str(row + 2)), 2: amount, 3: Written("inlineStr", "REJECTED")}
    return rows


def by_hand(path):
    """Write rows plainly."""
    return book(path, plain(cells()), TEXTS)


def by_hand_unusually(path):
    """Write rows as no common program does."""
    scribe = Scribe(random.Random(3))
    return book(path, scribe.sheet(cells()), scribe.strings(TEXTS))


MAKERS = {
    "XlsxWriter": by_xlsxwriter,
    "XlsxWriter, inline": lambda path: by_xlsxwriter(path, constant_memory=True),
    "openpyxl": by_openpyxl,
    "by hand": by_hand,
    "by hand, unusually": by_hand_unusually,
}


def damaged(content, pick):
    """Return a part with one damage of a kind that disks, networks and programs make."""
    at = pick.randrange(len(content))
    end = min(len(content), at + pick.choice([1, 1, 2, 5, 20, 200]))
    match pick.randrange(7):
        case 0:
            return content[:at] + content[end:]
        case 1:
            return content[:at] + pick.choice(PIECES) + content[at:]
        case 2:
            return content[:at] + bytes([pick.choice(SINKS)]) + content[at + 1 :]
        case 3:
            return content[:at] + bytes([pick.randrange(256)]) + content[at + 1 :]
        case 4:
            return content[:end] + content[at:]
        case 5:
            return content[:at] + bytes(end - at) + content[end:]
        case _:
            return content[:at]


def parses(content):
    """Return whether an XML parser reads a part to its end."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError):  # the last two: an encoding that there is not
        return False
    return True


def reading(path):
    """Return everything that is read of a workbook."""
    columns = read_workbook(path).columns
    facts = (columns.rows, columns.hidden, columns.hidden_columns, columns.sheet, columns.letters)
    formats = {code: list(at) for code, at in columns.amount_formats.items()}
    three = [list(map(exact, column)) for column in (columns.action_id, columns.amount, columns.reason)]
    return facts, formats, three, [(number, list(map(exact, row))) for number, row in read_grid(path)]


def exact(cell):
    return type(cell), cell


def damages(folder, number, seed):
    """Make damaged workbooks; return how many were refused, and those that give other cells than before."""
    pick = random.Random(seed)
    good = {}
    for name, make in MAKERS.items():
        path = make(folder / "good.xlsx")
        with zipfile.ZipFile(path) as parts:
            good[name] = {part: parts.read(part) for part in parts.namelist()}, reading(path)
    refused, other = 0, []
    for at in range(number):
        while True:
            name = pick.choice(sorted(good))
            parts, before = good[name]
            part = pick.choice([*[READ[0]] * 6, *(part for part in READ if part in parts)])
            content = damaged(parts[part], pick)
            if not parses(content):
                break
        path = folder / "damaged.xlsx"
        with zipfile.ZipFile(path, "w") as target:
            for each, unchanged in parts.items():
                target.writestr(each, content if each == part else unchanged)
        try:
            after = reading(path)
        except FileError as error:
            assert error.message  # noqa: PT017
            refused += 1
        else:
            if after != before:
                other.append((at, name, part, content))
    return refused, other


@pytest.mark.parametrize(
    ("number", "seed"), [(300, 1), pytest.param(10_000, 2, marks=pytest.mark.long)], ids=["few", "many"]
)
def test_xml_that_no_longer_parses_is_refused_or_gives_the_same_cells(tmp_path, number, seed):
    refused, other = damages(tmp_path, number, seed)
    assert other == []
    assert refused > number * 0.9


def test_a_sheet_that_ends_early_is_refused(tmp_path):
    whole = plain(cells())
    ends = range(whole.index("<sheetData>"), len(whole) - 1, 97)
    for end in ends:
        path = book(tmp_path / "b.xlsx", whole[:end], TEXTS)
        with pytest.raises(FileError) as caught:
            read_workbook(path)
        assert caught.value.problem == "file-unreadable"
        with pytest.raises(FileError):
            list(read_grid(path))
