"""An xlwings engine on LibreOffice: code written for xlwings runs unmodified on a real spreadsheet program.

It shows what a spreadsheet computes, keeps and refuses. It does not show what Excel draws, nor how busy Excel can be;
see tests/hosts/fake_com for that. What is not covered raises NotImplementedError.
"""

from tests.hosts.fake_com.cells import cell_error
from tests.hosts.fake_com.dialogs import Alert, Prompt, UnansweredError
from tests.hosts.uno_engine.install import uno_excel
from tests.hosts.uno_engine.session import UnoExcel

__all__ = [
    "Alert",
    "Prompt",
    "UnansweredError",
    "UnoExcel",
    "cell_error",
    "uno_excel",
]
