"""In Excel, a message names the cell to change and not an option of the command line."""

import ast
from pathlib import Path

import pytest

from action_returns.excel.yellow_cells import name_cells

RETURNS = Path(__file__).parents[2] / "src" / "action_returns" / "returns"


def texts_of(path):
    """Every text in a module; a value inside a text is written as x."""
    inside = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "x" for part in node.values]
            inside |= {id(part) for part in ast.walk(node)}
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


WITH_OPTIONS = sorted(
    {text for path in RETURNS.glob("*.py") for text in texts_of(path) if "--" in text and "``" not in text}
)


@pytest.mark.parametrize("text", WITH_OPTIONS)
def test_no_option_is_left_in_what_an_import_says(text):
    assert "--" not in name_cells(text)


def test_there_are_texts_with_options():
    assert len(WITH_OPTIONS) >= 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("If each line is one refund, add: --amounts events", 'If each line is one refund, choose "one refund a line" beside Refunds in the export'),
        ('Choose one: --map refund="Back" or --map refund="Paid back"', 'Choose one: "Back" as refunded amount or "Paid back" as refunded amount'),
        ('name it: --map order="HEADER".', "name it: order number."),
        ("Nothing to change -- here", "Nothing to change -- here"),
    ],
)  # fmt: skip
def test_the_cell_is_named(text, said):
    assert name_cells(text) == said
