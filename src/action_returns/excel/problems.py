"""Why a click stopped.

ClickProblem
├── ExcelBusy      somebody is typing in a cell, or a dialogue is open
└── OtherWorkbook  the workbook is not one that this version can work with
"""


class ClickProblem(Exception):
    """A click that stopped; the text says what, why and what to do, and is shown as it is."""


class ExcelBusy(ClickProblem):
    """Excel takes no calls: somebody is typing in a cell, or a dialogue is open."""


class OtherWorkbook(ClickProblem):
    """The workbook lacks what this version needs, or was made by another one."""
