"""The workbook of `action-returns new`, open in the counted fake Excel, as every button finds it."""

import pytest

from tests.excel.desk import Desk
from tests.hosts.fake_com import fake_excel


@pytest.fixture
def excel():
    with fake_excel() as running:
        yield running


@pytest.fixture
def desk(excel, paths, tmp_path):
    return Desk(excel, paths, tmp_path)
