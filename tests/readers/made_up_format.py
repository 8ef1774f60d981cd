"""A file format that no program has: a first line, then one record a line, its cells between bars."""

from action_returns.batch.cells import Columns
from action_returns.readers.batch_file import LoadedBatch

START = b"%BARS\n"


def matches(head, name):
    return head.startswith(START) or name.endswith(".bars")


def rows(path):
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return ((number, line.split("|")) for number, line in enumerate(lines, 2))


def read_batch(path, *, sheet, columns):
    numbers, records = zip(*list(rows(path))[1:], strict=True)
    return LoadedBatch(Columns(*zip(*records, strict=True), rows=numbers), f"bars, sheet {sheet}")
