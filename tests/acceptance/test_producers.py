"""The same rows give the same findings and the same file, whichever program wrote them.

What is expected is the hand-written list beside the rows (tests/producers/rows.py), and the check of the same cells
given by a program, with every word of its findings. What a producer writes otherwise is named in
tests/producers/producers.py and in docs/producers.md.
"""

from dataclasses import replace
from pathlib import Path

import pytest

import action_returns
from action_returns.batch.csv_format import make_csv
from action_returns.errors import FileError
from action_returns.readers.batch_file import LoadedBatch
from tests.producers.layouts import CSV_SETS, LAYOUTS, columns_of, csv_columns_of, csv_order_for, order_for
from tests.producers.producers import CSV_PRODUCERS, NUMBERS_IN_CSV, PRODUCERS
from tests.producers.rewrite import WAYS, rewrite
from tests.producers.rows import SETS
from tests.support.available import require

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
PAGE = Path(__file__).parents[2] / "docs" / "producers.md"
CSV_LAYOUTS = ("plain", "among other columns")
REWRITTEN = ("XlsxWriter", "openpyxl", "SheetJS", "XlsxWriter, constant memory")
"""Producers whose workbooks are written in other ways: shared texts, inline texts, texts as values."""


def named(producer):
    return producer.name


def checked(columns):
    """Return all that a check finds, and the bytes that would leave."""
    report = action_returns.check(LoadedBatch(columns, "rows of a program")).report
    ready = report.ready_rows()
    return list(report), make_csv(ready).content if ready else b""


def outcome_of_file(path):
    """Return the same for a file; the problem and the words when it is refused."""
    try:
        return checked(action_returns.load(path).columns)
    except FileError as error:
        return error.problem, str(error)


def differences(expected, seen):
    """Return what differs, in words."""
    if expected == seen:
        return []
    if isinstance(seen[0], str):
        return [f"refused: {seen}"]
    lost = [f"missing: {finding}" for finding in expected[0] if finding not in seen[0]]
    more = [f"too many: {finding}" for finding in seen[0] if finding not in expected[0]]
    return [*lost, *more] or [f"another file or order: {expected[1]!r} {seen[1]!r}"]


def compared(producer, orders):
    """Return what differs between the files of a producer and its orders, in words."""
    wrong = []
    for (rows, layout), order in orders.items():
        seen = outcome_of_file(order.path)
        if producer.damages(order) and seen[0] == "file-unreadable":
            continue
        lines = differences(checked(columns_of(producer.written(order), layout)), seen)
        wrong += [f"{rows}, {layout}: {line}" for line in lines]
    return wrong


def orders_for(producer, folder):
    """Return (rows, layout) -> the order of every workbook that a producer can write."""
    return {
        (rows, layout): order_for(folder / f"{rows}, {layout}.xlsx", rows, layout)
        for rows in SETS
        for layout in LAYOUTS
        if not {rows, layout} & producer.cannot
    }


@pytest.mark.parametrize("rows_name", SETS)
def test_what_is_found_in_the_rows_is_what_stands_beside_them(rows_name, tmp_path):
    rows = SETS[rows_name]
    findings, content = checked(columns_of(order_for(tmp_path / "none", rows_name, "plain"), "plain"))
    by_row = {}
    for finding in findings:
        by_row.setdefault(finding.row, []).append(finding.code)
    assert by_row == {at: row.codes.split() for at, row in enumerate(rows, 2) if row.codes}
    leaving = [(getattr(row.cells[0], "value", row.cells[0]), row.leaves) for row in rows if row.leaves]
    assert [tuple(line.split(",")[:2]) for line in content.decode().splitlines()[1:]] == leaving


@pytest.mark.parametrize("producer", PRODUCERS, ids=named)
def test_the_same_rows_give_the_same_findings_and_the_same_file(producer, tmp_path):
    require(producer.missing())
    orders = orders_for(producer, tmp_path)
    producer.write(orders.values(), tmp_path)
    assert compared(producer, orders) == [], f"of {len(orders)} workbooks"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("producer", [each for each in PRODUCERS if each.name in REWRITTEN], ids=named)
def test_however_the_xml_is_written_the_findings_and_the_file_are_the_same(producer, way, tmp_path):
    require(producer.missing())
    layouts = {"table", "among other columns", "plain"}
    orders = {key: order for key, order in orders_for(producer, tmp_path).items() if key[1] in layouts}
    producer.write(orders.values(), tmp_path)
    for order in orders.values():
        written = order.path
        order.path = written.with_name(f"rewritten {written.name}")
        rewrite(written, order.path, WAYS[way])
    assert compared(producer, orders) == [], f"of {len(orders)} workbooks"


@pytest.mark.parametrize("producer", CSV_PRODUCERS, ids=named)
def test_the_same_rows_in_a_csv_file_give_the_same_findings_and_the_same_file(producer, tmp_path):
    require(producer.missing())
    orders = {
        (rows, layout): csv_order_for(tmp_path / f"{rows}, {layout}.csv", rows, layout)
        for rows in CSV_SETS
        for layout in CSV_LAYOUTS
    }
    producer.write(orders.values(), tmp_path)
    wrong = [
        f"{rows}, {layout}: {line}"
        for (rows, layout), order in orders.items()
        for line in differences(checked(csv_columns_of(producer.written(order), layout)), outcome_of_file(order.path))
    ]
    assert wrong == [], f"of {len(orders)} files"


@pytest.mark.parametrize("producer", [each for each in CSV_PRODUCERS if each.name in NUMBERS_IN_CSV], ids=named)
def test_the_numbers_of_amounts_are_the_same_amounts_in_a_csv_file(producer, tmp_path):
    require(producer.missing())
    path = tmp_path / "clean.csv"
    producer.write([order_for(path, "clean", "plain")], tmp_path)
    told = replace(producer, differences=NUMBERS_IN_CSV[producer.name]).written(csv_order_for(path, "clean", "plain"))
    assert differences(checked(csv_columns_of(told, "plain")), outcome_of_file(path)) == []


def test_the_page_names_every_producer_and_everything_that_it_writes_otherwise():
    page = " ".join(PAGE.read_text("utf-8").split())
    told = {each.name for each in (*PRODUCERS, *CSV_PRODUCERS)}
    told |= {difference.why for each in (*PRODUCERS, *CSV_PRODUCERS) for difference in each.differences}
    told |= {
        more.why for each in (*PRODUCERS, *CSV_PRODUCERS) for more in (each.damage, each.of_rows) if more is not None
    }
    assert {text for text in told if text not in page} == set()
