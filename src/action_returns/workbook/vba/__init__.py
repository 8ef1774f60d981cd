"""Writes a ``vbaProject.bin`` from the texts of its modules, without Excel (MS-OVBA, MS-CFB).

The project holds the texts only, no compiled code: a program that opens it compiles them, as MS-OVBA 2.3.4.1 asks of
every writer. The same modules always give the same bytes.
"""

from action_returns.workbook.vba.project import Project
from action_returns.workbook.vba.source import Module, ModuleKind, parse_module

__all__ = ["Module", "ModuleKind", "Project", "parse_module"]
