"""A new finding is one entry in the catalogue and one function: nothing else has to know of it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import action_returns

ROOT = Path(__file__).parents[2]

ENTRY = """
    _warning(
        "Amount", "amount-one-cent", "Amount is one cent",
        "{found} in row {row} is one cent, after {weeks} weeks of the month.",
        "A made-up reason.",
        "Do what the test says.",
        facts={
            "row": Fact(lambda case: case.columns.rows[case.position], "N"),
            "weeks": Fact(lambda case: (case.context.now.day - 1) // 7, "some"),
        },
    ),
    _error(
        "Amount", "amount-word", "Amount is the word free",
        "{found} is a word.",
        "Another made-up reason.",
        "Write 0.",
    ),
"""
FUNCTION = """
def find_single_cents(batch, context):
    yield Found("amount-one-cent", [at for at, cell in enumerate(batch.columns.amount) if cell == 0.01])


"""
BRANCH = """
    if text == "free":
        return "amount-word"
"""
LOOK = """
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from action_returns.batch.cells import Columns
from action_returns.batch.check import check
from action_returns.batch.context import Context
from action_returns.workbook_builder.contents import Contents, Entries
from action_returns.workbook_builder.info import WorkbookInfo
from action_returns.workbook_builder.template import load_template
from docs import print as pages

ids = ["M.8882.4808.1", "M.8882.4808.2", "M.8882.4808.3"]
columns = Columns(ids, [5.0, 0.01, "free"], ["ORDER_UPDATE", "ORDER_UPDATE", "REJECTED"], [2, 3, 4])
result = check(columns, context=Context(now=datetime(2026, 11, 23, tzinfo=UTC)))
contents = Contents(load_template(Path(sys.argv[1])), WorkbookInfo("0"), Entries())
print(json.dumps({
    "findings": [(finding.row, finding.column, finding.severity, finding.code, finding.message) for finding in result],
    "warnings": result.warnings,
    "ready": result.ready,
    "page": pages.rules().splitlines(),
    "dictionary": list(contents.rows("rules")),
}))
"""


def insert(path, after, text):
    source = path.read_text(encoding="utf-8")
    assert source.count(after) == 1, after
    path.write_text(source.replace(after, after + text), encoding="utf-8")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What a copy of the product shows in which two made-up findings are registered: one for rows, one for cells."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(Path(action_returns.__file__).parent, copy / "action_returns")
    batch = copy / "action_returns" / "batch"
    insert(batch / "rules.py", "\n_AMOUNT: Final = (", ENTRY.rstrip())
    insert(batch / "row_rules.py", "\n    find_percentages,\n)\n", FUNCTION.rstrip() + "\n")
    insert(batch / "row_rules.py", "\n    find_contradictions,", "\n    find_single_cents,")
    insert(batch / "cell_rules.py", "\ndef _amount_of_text(text: str) -> Cents | Code:", BRANCH.rstrip())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(copy), str(ROOT)]), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", LOOK, str(ROOT / "workbook_templates" / "mobile_actions.toml")]
    done = subprocess.run(command, env=environment, cwd=copy, capture_output=True, text=True, check=False)
    assert not done.stderr
    return json.loads(done.stdout)


def test_a_new_finding_about_rows_is_found_and_worded_with_its_own_facts(shown):
    text = '"0.01" in row 3 is one cent, after 3 weeks of the month. A made-up reason. Do what the test says.'
    assert [3, "Amount", "warning", "amount-one-cent", text] in shown["findings"]


def test_a_new_finding_about_a_cell_is_found_and_keeps_its_row_back(shown):
    text = '"free" is a word. Another made-up reason. Write 0.'
    assert [4, "Amount", "error", "amount-word", text] in shown["findings"]
    assert (len(shown["findings"]), shown["warnings"], shown["ready"]) == (2, 1, 2)


def test_a_new_finding_stands_on_the_printed_page(shown):
    row = "<found> in row <row> is one cent, after <weeks> weeks of the month. A made-up reason. Do what the test says."
    assert f"| `amount-one-cent` | warning | {row} |  |" in shown["page"]
    assert "| `amount-word` | error | <found> is a word. Another made-up reason. Write 0. |  |" in shown["page"]


def test_a_new_finding_stands_in_the_dictionary_of_a_new_workbook_without_a_case(shown):
    rows = {code: row for code, *row in shown["dictionary"]}
    what = "The cell in row N is one cent, after some weeks of the month."
    assert rows["amount-one-cent"] == [
        "warning", "Amount is one cent", what, "A made-up reason.", "Do what the test says.", "by Validate",
    ]  # fmt: skip
    assert rows["amount-word"][2] == "The cell is a word."
