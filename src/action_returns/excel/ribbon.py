"""Build the ribbon and its VBA procedures from the table of buttons; ``make docs`` writes them into ``addin/``.

No click imports this module: a workbook is made from the committed texts.
"""

import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

from action_returns.excel.button import GROUPS, RibbonButton

_GROUPS: Final = re.compile(r"(?<=\n)(?: +<group .*?</group>\n)+", re.DOTALL)
_CALLBACKS: Final = re.compile(r"(?:Public Sub On\w+\(control As IRibbonControl\)\n    Clicks\.\w+\nEnd Sub\n\n?)+")
_PROCEDURES: Final = re.compile(r'(?:Public Sub \w+\(\)\n    Run "\w+"\nEnd Sub\n\n?)+')


def addin_texts(addin: Path, buttons: Mapping[str, RibbonButton]) -> dict[Path, str]:
    """Build the three texts of ``addin/`` that list every button.

    Only the lists are new; what stands around them is kept as it is.

    Args:
        addin: the folder ``addin/``.
        buttons: function in ``clicks`` -> its button, in the order of each group.

    Returns:
        File -> the text it must have.

    Raises:
        ValueError: when a file has no list of buttons, or more than one.
    """
    groups = list(dict.fromkeys((*GROUPS, *(button.group for button in buttons.values()))))
    buttons = dict(sorted(buttons.items(), key=lambda item: groups.index(item[1].group)))
    parts = (
        ("ribbon/customUI14.xml", _GROUPS, _groups(buttons)),
        ("vba/Ribbon.bas", _CALLBACKS, "\n".join(map(_callback, buttons))),
        ("vba/Clicks.bas", _PROCEDURES, "\n".join(map(_procedure, buttons)) + "\n"),
    )
    return {addin / name: _with_list(addin / name, pattern, text) for name, pattern, text in parts}


def _with_list(path: Path, pattern: re.Pattern[str], text: str) -> str:
    changed, number = pattern.subn(lambda _: text, path.read_text(encoding="ascii"))
    if number != 1:
        raise ValueError(f"{path} has {number} lists of buttons; it must have one")
    return changed


def _groups(buttons: Mapping[str, RibbonButton]) -> str:
    return "".join(
        f"        <group id={quoteattr(_group_id(heading))} label={quoteattr(heading)}>\n"
        + "".join(_element(function, button) for function, button in members)
        + "        </group>\n"
        for heading, members in groupby(buttons.items(), key=lambda item: item[1].group)
    )


def _element(function: str, button: RibbonButton) -> str:
    name = _procedure_name(function)
    size = ' size="large"' if button.large else ""
    indent = "\n" + " " * 18
    return (
        f'          <button id="{name[0].lower()}{name[1:]}" label={quoteattr(button.label)} '
        f"keytip={quoteattr(button.keytip)}{size} imageMso={quoteattr(button.image)}"
        f'{indent}onAction="Ribbon.On{name}" screentip={quoteattr(button.tip)}'
        f"{indent}supertip={quoteattr(button.help)}/>\n"
    )


def _group_id(heading: str) -> str:
    return f"group{heading.split(maxsplit=1)[0]}"


def _callback(function: str) -> str:
    name = _procedure_name(function)
    return f"Public Sub On{name}(control As IRibbonControl)\n    Clicks.{name}\nEnd Sub\n"


def _procedure(function: str) -> str:
    return f'Public Sub {_procedure_name(function)}()\n    Run "{function}"\nEnd Sub\n'


def _procedure_name(function: str) -> str:
    return "".join(word.capitalize() for word in function.split("_"))
