"""Name buttons instead of commands: the texts of errors are written for the terminal, and a user of Excel has buttons."""

import re
from functools import cache
from typing import Final

_NAME: Final = r"""(?:"[^"]*"|'[^']*'|\S(?:[.,;)]*+[^\s.,;)]++)*+)"""
_BUTTONS: Final = (
    (rf"probe(?: --profile {_NAME})?", "Test connection"),
    (rf"secret set {_NAME}(?! --ledger)", "Settings"),  # the password of a team's ledger is not among the settings
    (rf"profile add {_NAME}", "Settings"),
    (r"history list", "History"),
    (rf"reconcile (?:--open|{_NAME})(?: --(?:pending|result) {_NAME}| --api)?", "Check results"),
    (rf"history receipt {_NAME}(?! --)", "Receipt"),
    (r"doctor(?! --)", "Diagnose"),
)
"""Command as a pattern -> the button that does the same."""
_ENDS: Final = r"(?=[.,;)]*+(?:\s|\Z))"


@cache  # when the first of these texts is shown: most clicks show none
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(rf"(?P<lead>[Rr]un |(?: with)?: )?action-returns {command}{_ENDS}"), button)
        for command, button in _BUTTONS
    ]


def with_buttons(text: str) -> str:
    """Return a text in which the button stands for each command that a button does.

    Args:
        text: sentences such as ``Make one with: action-returns profile add NAME``.

    Returns:
        The same, such as ``Make one: click Settings``.
    """
    if "action-returns " in text:
        for pattern, button in _patterns():
            text = pattern.sub(lambda found, button=button: _click(found["lead"], button), text)  # type: ignore[misc]
    return text


def _click(lead: str | None, button: str) -> str:
    match lead:
        case None:
            return f"the button {button}"
        case "Run ":
            return f"Click {button}"
        case "run ":
            return f"click {button}"
        case _:
            return f": click {button}"
