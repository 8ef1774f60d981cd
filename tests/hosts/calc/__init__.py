"""An xlwings engine on LibreOffice: what the product does in Excel, done in a real spreadsheet program.

It covers what the product uses; everything else raises NotImplementedError, as xlwings' base classes do.
"""

from tests.hosts.calc.session import calc_excel

__all__ = ["calc_excel"]
