"""One click on Import returns, on xlwings' own Windows engine over counted stand-ins for Excel's COM objects.

Prints the seconds from the first import of ours to the end of the click, those of them that reading the export took, and
the COM calls. The export has as many orders as asked for, the workbook as many pending actions. See click.py.
"""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from click import _workbook
from data import write_import
from tests.hosts.fake_com import fake_excel  # the path comes first


def main() -> None:
    """Load the pending actions, then click."""
    size = int(sys.argv[1])
    with TemporaryDirectory() as folder, fake_excel() as excel:
        files = Path(folder) / "import"
        write_import(size, files, ratio=1)
        subject = Path(folder) / "returns.xlsx"
        subject.write_bytes(_workbook(1))
        book = excel.open_workbook(subject)
        _click(excel, book, "load_pending", files)
        for name in [name for name in sys.modules if name.startswith("action_returns")]:
            del sys.modules[name]
        excel.calls.clear()
        before = excel.line.seconds
        start = time.perf_counter()
        reading = _click(excel, book, "import_returns", files)
        seconds = time.perf_counter() - start - (excel.line.seconds - before)
    print(json.dumps({"seconds": seconds, "reading": reading, "calls": excel.calls.total()}))


def _click(excel, book, button: str, files: Path) -> float:
    """Click a button; return the seconds that reading an export took."""
    from action_returns.excel import clicks, dialogues
    from action_returns.operations import import_returns

    dialogues.pick_file = lambda _app: files / "pending.csv"
    dialogues.pick_export = lambda _app: files / "orders.csv"
    read, taken = import_returns.read_export, []

    def timed(*args, **options):
        start = time.perf_counter()
        try:
            return read(*args, **options)
        finally:
            taken.append(time.perf_counter() - start)

    import_returns.read_export = timed
    with excel.clicked(book):
        getattr(clicks, button)()
    return sum(taken)


if __name__ == "__main__":
    main()
