"""Read config.toml, and name exactly what is wrong with it."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.errors import ConfigError, NoSuchProfileError
from action_returns.private_files import NotPrivateError, read_own_file
from action_returns.settings.problems import is_name, no_such_profile, problems_text
from action_returns.settings.repeated import NOT_REPEATED, close_match

if TYPE_CHECKING:
    from action_returns.settings.profile import Profile

_LARGEST_FILE: Final = 1_000_000
_MOST_DOTS: Final = 200
"""Dots in one line: Python's TOML reader keeps each beginning of a dotted key, which takes the square of their number."""
_PLUGINS: Final = "PYDANTIC_DISABLE_PLUGINS"
_PLACE: Final = re.compile(r"\(at (line \d+, column \d+|end of document)\)\Z")
_ESCAPE: Final = re.compile(r"\A(?:Unescaped|Invalid hex)")
_SINGLE_QUOTES: Final = (
    r" A path with \ stands in single quotes, such as 'C:\Users\ann': in double quotes \ means more."
)
_TWICE: Final = re.compile(r"\A(?:Cannot|Duplicate) ")


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
            NoSuchProfileError: there is no profile of that name.
            ConfigError: no profile is named, and none is the default one.
        """
        chosen = name or self.default_profile or (next(iter(self.profiles)) if len(self.profiles) == 1 else None)
        if chosen in self.profiles and chosen is not None:
            return chosen, self.profiles[chosen]
        if chosen is None and not self.profiles:
            raise ConfigError(f"There is no profile yet in {self.path}. Make one: action-returns profile add NAME")
        if chosen is None:
            raise ConfigError(
                f"{self.path} names no default_profile. Name the profile with --profile NAME "
                f"({', '.join(self.profiles)}), or choose the default: action-returns profile use NAME"
            )
        known = no_such_profile(chosen, self.profiles, self.path)
        choose = "Choose one of them, or make it" if self.profiles else "Make it"
        raise NoSuchProfileError(
            f"{known} {choose}: action-returns profile add {chosen if is_name(chosen) else 'NAME'}"
        )


def load_settings(path: Path) -> Settings:
    """Read the profiles. No file means no profiles.

    Raises:
        ConfigError: when the file is not as it should be; all that is wrong is named at once.
    """
    content = read_config(path)
    return Settings(path) if content is None else parse_settings(content, path)


def read_config(path: Path) -> bytes | None:
    """Read the file of the profiles; None when there is none.

    It says to which host the rows and the password go. So it is not used when another user could have changed it.

    Raises:
        ConfigError: it cannot be read, or another user could have changed it.
    """
    try:
        return read_own_file(path, largest=_LARGEST_FILE)
    except FileNotFoundError:
        return None
    except NotPrivateError as error:
        raise ConfigError(
            f"{path} {error.problem}. It says where rows and passwords are sent, so it is not used. Look whether its "
            f"profiles are as you left them, then mend this. {error.remedy}"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}. Check who may read it.") from None


def parse_settings(content: bytes, path: Path, *, is_change: bool = False) -> Settings:
    """Read the profiles from the bytes of a config.toml.

    Args:
        content: the bytes.
        path: the file to name in errors.
        is_change: whether the bytes are to be written, rather than those of the file as it is.

    Raises:
        ConfigError: as :func:`load_settings`.
    """
    import tomllib

    if any(line.count(b".") > _MOST_DOTS for line in content.splitlines()):
        raise ConfigError(f"{path} has a line with more than {_MOST_DOTS} dots, which no setting needs. Shorten it.")
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is no TOMLDecodeError
        raise ConfigError(
            f"{path} is not valid TOML{_place_in_file(error)}. Texts stand in quotes, keys as name = value."
            f"{_SINGLE_QUOTES if _ESCAPE.search(str(error)) else ''}"
        ) from None
    with _without_pydantic_plugins():
        from pydantic import ValidationError

        from action_returns.settings.profile import ConfigFile

        try:
            config = ConfigFile.model_validate(raw)
        except ValidationError as error:
            raise ConfigError(problems_text(path, raw, error, is_change=is_change)) from None
    default = config.default_profile
    if default is not None and config.profiles and default not in config.profiles:
        if not close_match(default, config.profiles):
            raise ConfigError(
                f"default_profile in {path} names no profile. {NOT_REPEATED} There is: {', '.join(config.profiles)}. "
                "Correct that line."
            )
        known = no_such_profile(default, config.profiles, path)
        raise ConfigError(f'{known} Correct the line default_profile = "{default}" there.')
    return Settings(path, default, config.profiles)


def _place_in_file(error: Exception) -> str:
    """Return where a file breaks off; the rest of the parser's words may repeat what stands there."""
    place = _PLACE.search(str(error))
    twice = " (something stands there twice)" if _TWICE.search(str(error)) else ""
    return twice if place is None else f" at {place[1]}{twice}"


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
