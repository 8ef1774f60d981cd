"""The charts of the sheet Insights: other programs read them back, and each tells what it shows."""

import io
import re
import zipfile

import openpyxl
import pytest

from action_returns.operations.new_workbook import declared_template
from action_returns.workbook_builder.build import build_workbook
from action_returns.workbook_builder.info import WorkbookInfo


@pytest.fixture(scope="module")
def built():
    return build_workbook(declared_template(), WorkbookInfo("1.0"))


@pytest.fixture(scope="module")
def declared():
    return next(sheet for sheet in declared_template().sheets if sheet.name == "Insights").charts


def test_openpyxl_reads_each_chart_with_its_ranges(built, declared):
    charts = openpyxl.load_workbook(io.BytesIO(built))["Insights"]._charts
    found = [(one.series[0].cat.strRef or one.series[0].cat.numRef, one.series[0].val.numRef) for one in charts]
    assert [(names.f.replace("$", ""), values.f.replace("$", "")) for names, values in found] == [
        (f"Insights!{one.categories}", f"Insights!{one.values}") for one in declared
    ]


def test_each_chart_has_an_alternative_text(built, declared):
    with zipfile.ZipFile(io.BytesIO(built)) as archive:
        drawing = next(archive.read(name).decode() for name in archive.namelist() if "drawings/drawing" in name)
    assert re.findall(r'<xdr:cNvPr [^>]*descr="(.*?)"', drawing) == [one.alt_text for one in declared]


def test_the_figures_of_each_chart_are_in_the_range_that_the_button_fills(declared):
    sheet = next(sheet for sheet in declared_template().sheets if sheet.name == "Insights")
    first, last = (int(re.sub("[^0-9]", "", cell)) for cell in sheet.names["insights_figures"].split(":"))
    for chart in declared:
        for cells in (chart.categories, chart.values):
            top, bottom = (int(re.sub("[^0-9]", "", cell)) for cell in cells.split(":"))
            assert first < top <= bottom <= last
