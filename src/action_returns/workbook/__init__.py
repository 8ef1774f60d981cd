"""Builds the workbook: from ``addin/`` and ``workbook_templates/`` to the bytes of an .xlsm or .xlsx."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from action_returns.workbook.build import build_workbook
    from action_returns.workbook.entries import Entries
    from action_returns.workbook.errors import TemplateProblem, WorkbookProblem
    from action_returns.workbook.exact import ExactNumber
    from action_returns.workbook.macros import Macros, make_macros
    from action_returns.workbook.stamp import Stamp
    from action_returns.workbook.template import Template, load_template

_HOMES = {
    "Entries": "entries",
    "ExactNumber": "exact",
    "Macros": "macros",
    "Stamp": "stamp",
    "Template": "template",
    "TemplateProblem": "errors",
    "WorkbookProblem": "errors",
    "build_workbook": "build",
    "load_template": "template",
    "make_macros": "macros",
}

__all__ = [
    "Entries",
    "ExactNumber",
    "Macros",
    "Stamp",
    "Template",
    "TemplateProblem",
    "WorkbookProblem",
    "build_workbook",
    "load_template",
    "make_macros",
]


def __getattr__(name: str) -> Any:
    """Load what is asked for: pydantic and XlsxWriter only where a workbook is really made."""
    if name in _HOMES:
        return getattr(import_module(f"action_returns.workbook.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
