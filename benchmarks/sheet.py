"""Opens workbooks of ours in LibreOffice and lets it calculate; prints seconds. Needs what tests/hosts installs."""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hosts.calc import calc_excel
from tests.hosts.office import Office
from tests.support.available import missing_office  # the path comes first

ROWS = 5_000


def main() -> None:
    """Measure; print nothing but null where there is no LibreOffice."""
    if missing_office():
        print("null")
        return
    from action_returns.excel import clicks
    from action_returns.operations.account import Account
    from action_returns.operations.new_workbook import new_workbook, workbook_bytes
    from action_returns.workbook_builder.contents import Entries

    with TemporaryDirectory() as name:
        folder = Path(name)
        fresh, filled = folder / "fresh.xlsm", folder / "filled.xlsx"
        new_workbook(fresh, Account())
        rows = [(f"M.8882.4808.{at}", "12,50" if at % 2 else "49.90", "ORDER_UPDATE") for at in range(ROWS)]
        filled.write_bytes(workbook_bytes(Account(), Entries(rows=rows), macros=False))
        home = folder / "office"
        home.mkdir()
        office = Office(home)
        try:
            opened = _seconds(lambda: _open(office, fresh))
            with office.opened(filled) as document:
                calculated = _seconds(document.calculateAll)
            with calc_excel(office) as excel:
                book = excel.open_workbook(filled)
                with excel.clicked(book):
                    validated = _seconds(clicks.validate)
        finally:
            office.stop()
    print(json.dumps({"open": opened, "calculate": calculated, "validate": validated}))


def _open(office: Office, path: Path) -> None:
    with office.opened(path):
        pass


def _seconds(do: object) -> float:
    start = time.perf_counter()
    do()  # type: ignore[operator]
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
