"""Sentences about a config.toml or a name of a profile that is not right."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from action_returns.settings.repeated import NOT_REPEATED, close_match, repeated_key, repeated_value

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from action_returns.channels.setting import Setting

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_NAME: Final = 64
_OTHER_KEY: Final = '"…"'
"""What stands for a key that is no name: a password may have been pasted there."""
_KIND: Final = "kind"


def no_such_profile(name: str, names: Iterable[str], path: Path) -> str:
    """Return the sentence about a profile that does not exist: the ones there are, and the closest of them.

    Args:
        name: as the user wrote it.
        names: of the profiles that exist.
        path: config.toml.
    """
    known, shown = list(names), name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    if not known:
        return f'There is no profile "{shown}": there is none yet in {path}.'
    return f'There is no profile "{shown}" in {path}.{close_match(shown, known)} There is: {", ".join(known)}.'


def is_name(text: str) -> bool:
    """Return whether a text may be the name of a profile; only then does it stand in a command that can be pasted."""
    return _BARE_KEY.fullmatch(text) is not None


def place_of(steps: Sequence[str]) -> str:
    """Return where a key stands in config.toml, such as ``[profiles.acme.channel] host``.

    Args:
        steps: the names of its tables, then the key.
    """
    if not steps:
        return ""
    tables = 3 if steps[2:3] in (["channel"], ["api"]) else 2
    if steps[0] != "profiles" or len(steps) == 1:
        return ".".join(map(_key, steps))
    table, keys = steps[:tables], steps[tables:]
    return " ".join([f"[{'.'.join(map(_key, table))}]", ".".join(map(_key, keys))]).rstrip()


def problems_text(path: Path, raw: Mapping[str, Any], error: "ValidationError", *, is_change: bool) -> str:
    """Return everything that is wrong with a config.toml.

    Args:
        path: the file.
        raw: its tables.
        error: what pydantic found in them.
        is_change: whether the tables are to be written, rather than those of the file as it is.
    """
    problems = [_problem_text(detail, raw) for detail in error.errors(include_url=False)]
    head = f"{path} is not right:" if len(problems) == 1 else f"{len(problems)} things in {path} are not right:"
    if is_change:
        head = f"Nothing was changed in {path}, because this would not be right:"
    return "\n  ".join([head, *problems])


def _problem_text(detail: "ErrorDetails", raw: Mapping[str, Any]) -> str:
    from action_returns.channels import KINDS
    from action_returns.settings.profile import CODE_TEXT, NAME_TEXT, UNKNOWN_KIND, WORD_TEXT

    steps, value = [str(step) for step in detail["loc"]], detail["input"]
    if steps[-1] == "[key]":
        names = list(_table_at(steps[:-2], raw))
        allowed = {"reasons": CODE_TEXT, "return_reasons": WORD_TEXT}.get(steps[-3], NAME_TEXT)
        return f"{place_of(steps[:-2])}: name {names.index(value) + 1} of {len(names)} is none; allowed is {allowed}. {NOT_REPEATED}"
    where, known = place_of(steps), _settings_beside(steps, raw)
    if detail["type"] == "extra_forbidden":
        return _unknown_key(steps, [*known, *_tables_beside(steps)])
    if detail["type"] == UNKNOWN_KIND:
        kind = value.get(_KIND) if isinstance(value, Mapping) else value
        if kind is None:
            return f"{where} {_KIND}: allowed is {', '.join(KINDS)}."
        return _refused(f"{where} {_KIND}", kind, ", ".join(KINDS), KINDS) + close_match(str(kind), KINDS)
    declared = known.get(steps[-1])
    if detail["type"] == "missing":
        return f"{where}: this " + (
            f"key is missing; allowed is {declared.allowed}." if declared else "table is missing."
        )
    allowed = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if detail["type"] != "value_error" and declared is not None:
        allowed = declared.allowed
    if isinstance(value, Mapping):
        return f"{where}: {allowed}."
    return _refused(where, value, allowed, declared.choices if declared else ())


def _table_at(steps: Sequence[str], raw: Mapping[str, Any]) -> Mapping[str, Any]:
    for step in steps:
        raw = raw[step]
    return raw


def _unknown_key(steps: Sequence[str], known: Sequence[str]) -> str:
    key = repeated_key(steps[-1], known)
    if key is None:
        return f"{place_of(steps[:-1])}: one of its keys is not known. {NOT_REPEATED}".removeprefix(": ")
    return f"{place_of(steps)}: this key is not known.{close_match(key, known)}"


def _refused(where: str, value: object, allowed: str, known: Iterable[str]) -> str:
    """Return that a value is not allowed; it is repeated only where it cannot hold a password."""
    shown = repeated_value(value, key=where.rpartition(" ")[2], known=known)
    if shown is not None:
        return f"{where} = {shown}: allowed is {allowed}."
    return f"{where}: allowed is {allowed}." + ("" if "not repeated" in allowed else f" {NOT_REPEATED}")


def _settings_beside(steps: Sequence[str], raw: Mapping[str, Any]) -> "dict[str, Setting]":
    """Return the settings of the table that the last step is in, by key."""
    from action_returns.channels import settings_class
    from action_returns.settings.api import ApiSettings
    from action_returns.settings.profile import ConfigFile, Profile

    match steps:
        case ["profiles", name, "channel", _]:
            declared = settings_class(raw["profiles"][name]["channel"][_KIND]).settings()
        case ["profiles", _, "api", _]:
            declared = ApiSettings.settings()
        case ["profiles", _, _]:
            declared = Profile.settings()
        case [_]:
            declared = ConfigFile.settings()
        case _:
            return {}
    return {setting.key: setting for setting in declared}


def _tables_beside(steps: Sequence[str]) -> tuple[str, ...]:
    return {1: ("profiles",), 3: ("channel", "api")}.get(len(steps), ())


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _OTHER_KEY
