"""What a batch is: raw cells in, findings or exact bytes out. Pure: no file, network, Excel or clock."""

from typing import TYPE_CHECKING, Any

from action_returns.batch.check import check
from action_returns.batch.columns import CellError, Columns
from action_returns.batch.context import Context, SentAction
from action_returns.batch.csv_file import csv_bytes, read_back
from action_returns.batch.fixes import Change, apply_safe_fixes
from action_returns.batch.pending import Pending, PendingAction
from action_returns.batch.policy import DEFAULT_POLICY, Policy, ReasonKind
from action_returns.batch.ready import ReadyRows
from action_returns.batch.report import Finding, Report
from action_returns.batch.rules import REFUSALS, RULES, Rule, Severity
from action_returns.batch.summary import Summary, summarise

if TYPE_CHECKING:
    from action_returns.batch.model import ActionReturn, as_columns, ready_rows

__all__ = [
    "DEFAULT_POLICY",
    "REFUSALS",
    "RULES",
    "ActionReturn",
    "CellError",
    "Change",
    "Columns",
    "Context",
    "Finding",
    "Pending",
    "PendingAction",
    "Policy",
    "ReadyRows",
    "ReasonKind",
    "Report",
    "Rule",
    "SentAction",
    "Severity",
    "Summary",
    "apply_safe_fixes",
    "as_columns",
    "check",
    "csv_bytes",
    "read_back",
    "ready_rows",
    "summarise",
]


def __getattr__(name: str) -> Any:
    """Load the pydantic model only where it is asked for: pydantic costs a click a tenth of a second."""
    if name in {"ActionReturn", "as_columns", "ready_rows"}:
        from action_returns.batch import model

        return getattr(model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
