"""Excel's objects in memory, on which xlwings' own Windows engine runs anywhere, with every COM access counted.

It shows how code uses Excel: which objects, how many accesses, what it does when Excel is busy, protected or filtered.
It does not show what Excel computes or draws.
"""

from tests.hosts.fake_com.cells import cell_error
from tests.hosts.fake_com.com import NotModelledError
from tests.hosts.fake_com.dialogs import Alert, Prompt, UnansweredError
from tests.hosts.fake_com.install import fake_excel
from tests.hosts.fake_com.session import FakeExcel
from tests.hosts.fake_com.sheets import HIDDEN, VERY_HIDDEN, VISIBLE

__all__ = [
    "HIDDEN",
    "VERY_HIDDEN",
    "VISIBLE",
    "Alert",
    "FakeExcel",
    "NotModelledError",
    "Prompt",
    "UnansweredError",
    "cell_error",
    "fake_excel",
]
