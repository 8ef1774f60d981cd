"""Build the command of the next step: complete, with what the user said to this one, and quoted for the shell."""

from pathlib import Path
from typing import Final

import click

from action_returns.operations.check import STANDARD_INPUT
from action_returns.operations.texts import command_for

OF_ONE_FILE: Final = frozenset({"sheet"})
"""Options that another file with the same rows and columns does not need."""
_KEPT: Final = frozenset({"sheet", "column", "pending", "pending_column", "pending_dates", "live", "profile"})
"""Options of a command that the next command needs as well."""


def next_command(name: str, file: str, *options: str, without: frozenset[str] = frozenset()) -> str:
    """Return the command of the next step with a file, with the options of the command that runs now.

    Args:
        name: the next command, ``review``.
        file: the file it is about, as the user would name it.
        options: more options of the next command.
        without: parameters of the command that runs now which the next one does not take.
    """
    return command_for(name, file, *kept_options(without), *options)


def kept_options(without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the options of the command that runs now which another command about the file needs as well.

    Args:
        without: parameters of the command that runs now which the other one does not take.
    """
    words: list[str] = []
    context = click.get_current_context()
    for parameter in context.command.params:
        if parameter.name in _KEPT - without:
            words += _words(parameter.opts[-1], context.params[parameter.name])
    return tuple(words)


def _words(option: str, value: str | bool | tuple[str, ...] | None) -> list[str]:
    """Return an option as it was given; no words when it was not."""
    match value:
        case None | False | ():
            return []
        case True:
            return [option]
        case str():
            return [option, value]
        case _:
            return [word for each in value for word in (option, each)]


def repaired_name(file: str) -> str:
    """Return a free name beside a file for the same rows with the safe corrections."""
    path = Path("returns.csv" if file == STANDARD_INPUT else file)
    ending = ".csv" if path.suffix.lower() == ".csv" else ".xlsx"
    name, number = path.with_name(f"{path.stem}-repaired{ending}"), 2
    while name.exists():
        name, number = path.with_name(f"{path.stem}-repaired-{number}{ending}"), number + 1
    return str(name)
