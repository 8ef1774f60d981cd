"""One click on Validate, on xlwings' own Windows engine over counted stand-ins for Excel's COM objects.

Prints the seconds from the first import of ours to the end of the click, and the COM calls. What happens on Excel's side
of the line is not counted, nor is opening the workbook; xlwings itself is imported before, see run.py.
"""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hosts.fake_com import fake_excel  # the path comes first


def main() -> None:
    """Click once on a workbook with as many rows as asked for, every hundredth of them bad."""
    size = int(sys.argv[1])
    with TemporaryDirectory() as folder, fake_excel() as excel:
        subject = Path(folder) / "returns.xlsx"
        subject.write_bytes(_workbook(size))
        book = excel.open_workbook(subject)
        for name in [name for name in sys.modules if name.startswith("action_returns")]:
            del sys.modules[name]
        excel.calls.clear()
        before = excel.line.seconds
        start = time.perf_counter()
        from action_returns.excel import clicks

        with excel.clicked(book):
            clicks.validate()
        seconds = time.perf_counter() - start - (excel.line.seconds - before)
        assert len(excel.alerts) == 1
    print(json.dumps({"seconds": seconds, "calls": excel.calls.total()}))


def _workbook(size: int) -> bytes:
    from action_returns.operations.account import Account
    from action_returns.operations.new_workbook import workbook_bytes
    from action_returns.workbook_builder.contents import Entries

    amounts = ("12,50" if at % 100 == 0 else f"{at % 500}.90" for at in range(size))
    rows = [(f"M.8882.4808.{1063415 + at}", amount, "ORDER_UPDATE") for at, amount in enumerate(amounts)]
    return workbook_bytes(Account(), Entries(rows=rows), macros=False)


if __name__ == "__main__":
    main()
