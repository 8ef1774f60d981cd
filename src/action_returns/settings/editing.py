"""Change config.toml and keep everything that the user wrote in it, comments included."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from action_returns.errors import ConfigError
from action_returns.files import write_atomically
from action_returns.settings.config import parse_settings

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def add_profile(path: Path, name: str, values: Mapping[str, Any]) -> None:
    """Add a profile; the first one becomes the default.

    Raises:
        ConfigError: when there is one of that name already, or the values are not allowed. Nothing is written then.
    """
    document = _open(path)
    profiles = document.setdefault("profiles", {})
    if name in profiles:
        raise ConfigError(f'There is a profile "{name}" in {path} already. Change it there, or remove it first.')
    profiles[name] = {key: value for key, value in values.items() if value is not None}
    document.setdefault("default_profile", name)
    _write(path, document)


def change_profile(path: Path, name: str, values: Mapping[str, Any]) -> None:
    """Change a profile, or add it; settings that ``values`` does not name stay, comments included.

    Args:
        path: config.toml.
        name: the profile.
        values: its settings; a channel is replaced as a whole when its kind changes, and a setting of None is removed.

    Raises:
        ConfigError: when the values are not allowed. Nothing is written then.
    """
    document = _open(path)
    profiles = document.setdefault("profiles", {})
    document.setdefault("default_profile", name)
    profile = profiles.setdefault(name, {})
    if profile.get("channel", {}).get("kind") != values.get("channel", {}).get("kind"):
        profile.pop("channel", None)
    _merge(profile, values)
    _write(path, document)


def _merge(table: Any, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        elif isinstance(value, Mapping) and key in table:
            _merge(table[key], value)
        elif table.get(key) != value:
            table[key] = (
                {inner: setting for inner, setting in value.items() if setting is not None}
                if isinstance(value, Mapping)
                else value
            )


def use_profile(path: Path, name: str) -> None:
    """Write a profile as the default one.

    Raises:
        ConfigError: when there is no such profile.
    """
    document = _open(path)
    document["default_profile"] = name
    _write(path, document)


def remove_profile(path: Path, name: str) -> None:
    """Remove a profile. Its password, batches and receipts stay.

    Raises:
        ConfigError: when there is no such profile.
    """
    document = _open(path)
    profiles = document.get("profiles", {})
    if name not in profiles:
        raise ConfigError(f'There is no profile "{name}" in {path}. There is: {", ".join(profiles) or "none"}.')
    del profiles[name]
    if document.get("default_profile") == name:
        del document["default_profile"]
    _write(path, document)


def _open(path: Path) -> "TOMLDocument":
    import tomlkit

    if not path.exists():
        return tomlkit.document()
    content = path.read_bytes()
    parse_settings(content, path)  # a file with errors is not changed
    return tomlkit.parse(content.decode("utf-8-sig"))


def _write(path: Path, document: "TOMLDocument") -> None:
    content = document.as_string().encode()
    parse_settings(content, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content, overwrite=True, private=True)
