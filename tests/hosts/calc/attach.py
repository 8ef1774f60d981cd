"""What a click in LibreOffice starts: this process finds the open workbook and does what the button's VBA asks for.

    python -m tests.hosts.calc.attach "from action_returns.excel import clicks; clicks.validate()" --wb=returns.xlsm

Stands in for what xlwings' own VBA and its engine do on Windows. AR_PIPE names the program's pipe, AR_SAID a file in
which dialogues are kept, because nobody is there to answer them.
"""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import xlwings as xw

from tests.hosts.calc.program import App
from tests.hosts.office import connected_desktop


def main():
    command, name = sys.argv[1], sys.argv[2].removeprefix("--wb=")
    said = Path(os.environ["AR_SAID"])

    def alert(text, buttons):
        with said.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n---\n")
        return "ok" if buttons == "ok" else "no"

    app = App(connected_desktop(os.environ["AR_PIPE"]), SimpleNamespace(alert=alert))
    xw.engines.add(xw.Engine(impl=app.engine))
    xw.engines["excel"].activate()
    xw.Book(impl=app.books(name)).set_mock_caller()
    exec(command)  # as xlwings' VBA hands it over


if __name__ == "__main__":
    main()
