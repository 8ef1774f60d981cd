"""Lists of returns: as CSV texts, as rows, and as a batch that was checked."""

from types import MappingProxyType

from action_returns.batch.cells import Columns
from action_returns.batch.check import check
from action_returns.batch.context import Context
from action_returns.operations.check import CheckedBatch
from action_returns.operations.previous_sends import PreviousSends
from action_returns.readers.batch_file import LoadedBatch

CSV = "ActionId,Amount,Reason\r\n"
ONE, TWO = "M.8882.4808.1063415", "M.8882.4808.1063416"
LIST = CSV + f"{ONE},0,REJECTED\r\n{TWO},49.9,ORDER_UPDATE\r\n"
"""Two rows that are ready."""
EXACT = b"ActionId,Amount,Reason\r\nM.8882.4808.1063415,0,REJECTED\r\nM.8882.4808.1063416,49.90,ORDER_UPDATE\r\n"
"""The bytes that leave for LIST."""
BAD = LIST + 'M.8882.4808.1063417,"12,50",ORDER_UPDATE\r\n'
"""LIST and a third row with an error."""


def checked_batch(rows, source="returns.csv", sent=MappingProxyType({})):
    """Return these rows, (ActionId, Amount, Reason) each, as a batch checked against what was sent before."""
    columns = Columns(*map(list, zip(*rows, strict=True)), rows=range(2, len(rows) + 2))
    report = check(columns, context=Context(sent=sent))
    return CheckedBatch(source, LoadedBatch(columns, "here"), report, past=PreviousSends(sent))
