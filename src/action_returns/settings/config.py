"""Read config.toml, and name exactly what is wrong with it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from action_returns.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from action_returns.settings.profile import Profile

_PLUGINS: Final = "PYDANTIC_DISABLE_PLUGINS"


@dataclass(frozen=True, slots=True)
class Settings:
    """The profiles of this user.

    Args:
        path: the file they are in.
        default_profile: the profile used when none is named.
        profiles: name -> profile.
    """

    path: Path
    default_profile: str | None = None
    profiles: "Mapping[str, Profile]" = field(default_factory=dict)

    def choose(self, name: str | None = None) -> "tuple[str, Profile]":
        """Return the named profile, else the default one, else the only one.

        Raises:
            ConfigError: when there is no such profile.
        """
        chosen = name or self.default_profile or (next(iter(self.profiles)) if len(self.profiles) == 1 else None)
        if chosen in self.profiles and chosen is not None:
            return chosen, self.profiles[chosen]
        names = ", ".join(self.profiles) or "none"
        if chosen is None:
            raise ConfigError(f"{self.path} names no default_profile. Name the profile with --profile NAME ({names}).")
        raise ConfigError(
            f'There is no profile "{chosen}" in {self.path}. There is: {names}. '
            f"Choose one of them with --profile, or make it: action-returns profile add {chosen}"
        )


def load_settings(path: Path) -> Settings:
    """Read the profiles. No file means no profiles.

    Raises:
        ConfigError: when the file is not as it should be; all that is wrong is named at once.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Settings(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}. Check who may read it.") from None
    return parse_settings(content, path)


def parse_settings(content: bytes, path: Path) -> Settings:
    """Read the profiles from the bytes of a config.toml.

    Args:
        content: the bytes.
        path: the file to name in errors.

    Raises:
        ConfigError: as :func:`load_settings`.
    """
    import tomllib

    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}. Texts stand in quotes, keys as name = value.") from None
    with _without_pydantic_plugins():
        from pydantic import ValidationError

        from action_returns.settings.profile import ConfigFile

        try:
            config = ConfigFile.model_validate(raw)
        except ValidationError as error:
            raise ConfigError(_problems_text(path, raw, error)) from None
    settings = Settings(path, config.default_profile, config.profiles)
    if config.default_profile is not None and config.profiles:
        settings.choose()
    return settings


@contextmanager
def _without_pydantic_plugins() -> Iterator[None]:
    """Keep pydantic from reading the metadata of every installed package in search of plugins, on every click.

    The variable is set back: a program that uses this package may want its plugins.
    """
    before = os.environ.get(_PLUGINS)
    os.environ[_PLUGINS] = "__all__"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_PLUGINS]
        else:
            os.environ[_PLUGINS] = before


def _problems_text(path: Path, raw: Mapping[str, Any], error: "ValidationError") -> str:
    problems = [_problem_text(detail, raw) for detail in error.errors(include_url=False)]
    head = f"{path} is not right:" if len(problems) == 1 else f"{len(problems)} things in {path} are not right:"
    return "\n  ".join([head, *problems])


def _problem_text(detail: "ErrorDetails", raw: Mapping[str, Any]) -> str:
    from action_returns.channels import KINDS
    from action_returns.settings.profile import UNKNOWN_KIND

    steps = [str(step) for step in detail["loc"]]
    key = ".".join(steps)
    value = detail["input"]
    match detail["type"]:
        case "extra_forbidden":
            return f"{key}: this key is not known{_close_match(steps, raw)}."
        case "missing":
            return f"{key}: this key is missing."
        case kind if kind == UNKNOWN_KIND:
            return f"{key}.kind: one of {', '.join(sorted(KINDS))} is allowed."
    allowed = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if _is_secret(steps) or isinstance(value, Mapping):
        return f"{key}: allowed is {allowed}." if not isinstance(value, Mapping) else f"{key}: {allowed}."
    return f"{key} = {value!r}: allowed is {allowed}."


def _is_secret(steps: list[str]) -> bool:
    # The address of a team's ledger may hold a password by mistake.
    return bool(steps) and ("password" in steps[-1] or steps[-1] == "ledger")


def _close_match(steps: list[str], raw: Mapping[str, Any]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(steps[-1], _known_keys(steps, raw), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _known_keys(steps: list[str], raw: Mapping[str, Any]) -> Iterable[str]:
    """Return the keys that are allowed in the table that the last step is in."""
    from action_returns.channels import settings_class
    from action_returns.settings.profile import ConfigFile, Profile

    match steps:
        case ["profiles", name, "channel", _]:
            return settings_class(raw["profiles"][name]["channel"]["kind"]).model_fields
        case ["profiles", _, _]:
            return Profile.model_fields
    return ConfigFile.model_fields
