"""Workbooks: .xlsx and .xlsm, read truthfully and fast, never written."""

from action_returns.sources.xlsx.workbook import read_grid, read_workbook

__all__ = ["read_grid", "read_workbook"]
