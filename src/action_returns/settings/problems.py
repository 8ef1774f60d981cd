"""Sentences about a config.toml or a name of a profile that is not right."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from action_returns.channels.setting import Setting

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_KIND: Final = "kind"


def no_such_profile(name: str, names: Iterable[str], path: Path) -> str:
    """Return the sentence about a profile that does not exist: the ones there are, and the closest of them.

    Args:
        name: as the user wrote it.
        names: of the profiles that exist.
        path: config.toml.
    """
    known = list(names)
    if not known:
        return f'There is no profile "{name}": there is none yet in {path}.'
    return f'There is no profile "{name}" in {path}.{close_match(name, known)} There is: {", ".join(known)}.'


def close_match(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean acme?`` where one of the known words is close, else nothing."""
    from difflib import get_close_matches

    by_letters = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_letters, n=1)
    return f" Did you mean {by_letters[close[0]]}?" if close else ""


def place_of(steps: Sequence[str]) -> str:
    """Return where a key stands in config.toml, such as ``[profiles.acme.channel] host``.

    Args:
        steps: the names of its tables, then the key.
    """
    tables = 3 if steps[2:3] == ["channel"] else 2
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
    from action_returns.settings.profile import NAME_TEXT, UNKNOWN_KIND

    steps, value = [str(step) for step in detail["loc"]], detail["input"]
    if steps[-1] == "[key]":
        return f"{place_of(steps[:-2])}: {_toml(value)} is no name; allowed is {NAME_TEXT}."
    where, known = place_of(steps), _settings_beside(steps, raw)
    if detail["type"] == "extra_forbidden":
        return f"{where}: this key is not known.{close_match(steps[-1], [*known, *_tables_beside(steps)])}"
    if detail["type"] == UNKNOWN_KIND:
        kind = value.get(_KIND) if isinstance(value, Mapping) else value
        stands = f"{where} {_KIND}" + ("" if kind is None else f" = {_toml(kind)}")
        return f"{stands}: allowed is {', '.join(KINDS)}.{close_match(str(kind), KINDS)}"
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
    stands = where if _may_be_secret(steps) else f"{where} = {_toml(value)}"
    return f"{stands}: allowed is {allowed}."


def _may_be_secret(steps: Sequence[str]) -> bool:
    # The address of a team's ledger may hold a password by mistake.
    return "password" in steps[-1] or steps[-1] == "ledger"


def _settings_beside(steps: Sequence[str], raw: Mapping[str, Any]) -> "dict[str, Setting]":
    """Return the settings of the table that the last step is in, by key."""
    from action_returns.channels import settings_class
    from action_returns.settings.profile import ConfigFile, Profile

    match steps:
        case ["profiles", name, "channel", _]:
            declared = settings_class(raw["profiles"][name]["channel"][_KIND]).settings()
        case ["profiles", _, _]:
            declared = Profile.settings()
        case [_]:
            declared = ConfigFile.settings()
        case _:
            return {}
    return {setting.key: setting for setting in declared}


def _tables_beside(steps: Sequence[str]) -> tuple[str, ...]:
    return {1: ("profiles",), 3: ("channel",)}.get(len(steps), ())


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _toml(value: object) -> str:
    """Return a value as config.toml has it."""
    return json.dumps(value, ensure_ascii=False, default=str)
