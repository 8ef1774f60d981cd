"""The sentences of the product use the words of its users."""

import ast
import re
from pathlib import Path

import pytest

from action_returns.batch.context import PendingAction
from action_returns.channels import KINDS, settings_class

PRODUCT = Path(__file__).parents[2] / "src" / "action_returns"


def sentences(module):
    """Yield the texts of a module that hold a blank, without its docstrings."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
    docstrings |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # of an attribute
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield from [node.value] * (node not in docstrings)


KEYS = sorted({key for kind in KINDS for key in settings_class(kind).model_fields})
OF_OURS = re.compile(
    # As the value of an option it is what the user types.
    rf"\bchannel\.({'|'.join(KEYS)})\b|(?<!--pending-column )\b({'|'.join(n for n in PendingAction._fields if '_' in n)})\b"
)
SQL = ("CREATE TABLE ", "DELETE ", "INSERT ", "SELECT ")
"""Begin texts that a database reads, and no user."""


@pytest.mark.parametrize("module", sorted(PRODUCT.rglob("*.py")), ids=lambda path: path.relative_to(PRODUCT).as_posix())
def test_no_sentence_names_a_field_of_the_program(module):
    told = (text for text in sentences(module) if not text.lstrip().startswith(SQL))
    assert [text for text in told if OF_OURS.search(text)] == []
