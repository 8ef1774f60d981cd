"""Reading config.toml, and saying exactly what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from action_returns.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from action_returns.settings.models import Profile


@dataclass(frozen=True, slots=True)
class Settings:
    """The profiles of this user.

    Args:
        path: the file they stand in.
        default_profile: the profile used when none is named.
        profiles: name -> profile.
    """

    path: Path
    default_profile: str | None = None
    profiles: "Mapping[str, Profile]" = field(default_factory=dict)

    def choose(self, name: str | None = None) -> "tuple[str, Profile]":
        """Give the named profile, else the default one, else the only one.

        Raises:
            ConfigError: when there is no such profile.
        """
        wanted = name or self.default_profile or (next(iter(self.profiles)) if len(self.profiles) == 1 else None)
        if wanted in self.profiles and wanted is not None:
            return wanted, self.profiles[wanted]
        there = ", ".join(self.profiles) or "none"
        if wanted is None:
            raise ConfigError(f"{self.path} names no default_profile. Say which with --profile NAME ({there}).")
        raise ConfigError(
            f'There is no profile "{wanted}" in {self.path}. There is: {there}. '
            f"Choose one of them with --profile, or make it: action-returns profile add {wanted}"
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
    from pydantic import ValidationError

    from action_returns.settings.models import ConfigFile

    try:
        config = ConfigFile.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(_all_that_is_wrong(path, error)) from None
    settings = Settings(path, config.default_profile, config.profiles)
    if config.default_profile is not None and config.profiles:
        settings.choose()
    return settings


def _all_that_is_wrong(path: Path, error: "ValidationError") -> str:
    said = [_one(detail) for detail in error.errors(include_url=False)]
    head = f"{path} is not right:" if len(said) == 1 else f"{len(said)} things in {path} are not right:"
    return "\n  ".join([head, *said])


def _one(detail: "ErrorDetails") -> str:
    kinds = {"ftp", "sftp", "email", "outbox", "draft"}
    steps = [str(step) for step in detail["loc"]]
    # The union adds the chosen kind of channel to the way; people know it as ...channel.port.
    key = ".".join(step for at, step in enumerate(steps) if not (step in kinds and steps[at - 1] == "channel"))
    value = detail["input"]
    match detail["type"]:
        case "extra_forbidden":
            return f"{key}: this key is not known{_close(steps)}."
        case "missing":
            return f"{key}: this key is missing."
        case "union_tag_invalid" | "union_tag_not_found":
            return f"{key}.kind: one of {', '.join(sorted(kinds))} is allowed."
    allowed = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if _is_secret(steps) or isinstance(value, Mapping):
        return f"{key}: allowed is {allowed}." if not isinstance(value, Mapping) else f"{key}: {allowed}."
    return f"{key} = {value!r}: allowed is {allowed}."


def _is_secret(steps: list[str]) -> bool:
    # An address of a team's ledger may hold a password by mistake.
    return bool(steps) and ("password" in steps[-1] or steps[-1] == "ledger")


def _close(steps: list[str]) -> str:
    from difflib import get_close_matches

    from action_returns.settings import models

    known: Iterable[str] = {name for model in vars(models).values() for name in getattr(model, "model_fields", ())}
    close = get_close_matches(steps[-1], known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
