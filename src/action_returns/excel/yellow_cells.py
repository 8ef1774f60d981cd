"""Name the yellow cells of the sheet Import in texts that name options of the command line."""

import re
from typing import Final

from action_returns.operations.import_texts import FIELD_WORDS

_ON_SHEET: Final = ", or choose it on the sheet Import"
_TEXTS: Final = (
    (f"Import again with --without-tax-and-shipping{_ON_SHEET}", "Choose yes beside Without tax and shipping"),
    (f"Import again without --without-tax-and-shipping{_ON_SHEET}", "Choose no beside Without tax and shipping"),
    ("allow it with --tolerance AMOUNT or on the sheet Import", "allow it beside Tolerance"),
    ("The choice --amounts ", "The choice beside Refunds in the export "),
    ("add: --amounts events", 'choose "one refund a line" beside Refunds in the export'),
    ("add: --amounts to-date", 'choose "all until now" beside Refunds in the export'),
)
"""Text of a message -> the same for a user of the sheet."""


_replace_reasons: Final = re.compile(r': --reason "[^"]*"(?:, or on the sheet Import)?').sub
_replace_columns: Final = re.compile(r'--map ([a-z-]+)="([^"]*)"').sub


def name_cells(text: str) -> str:
    """Return a text in which the yellow cell of the sheet Import stands for each option that does the same.

    Args:
        text: sentences such as ``If each line is one refund, add: --amounts events``.
    """
    if "--" not in text:
        return text
    for option, cell in _TEXTS:
        text = text.replace(option, cell)
    return _replace_columns(_named_column, _replace_reasons(", beside its word on the sheet Import", text))


def _named_column(option: re.Match[str]) -> str:
    words = {field.value: said for field, said in FIELD_WORDS.items()}.get(option[1], option[1])
    return words if option[2] == "HEADER" else f'"{option[2]}" as {words}'
