"""Change config.toml and keep everything that the user wrote in it, comments included."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from action_returns.errors import ConfigError, NoSuchProfileError
from action_returns.files import what_to_do, write_atomically
from action_returns.private_files import make_private_folder
from action_returns.settings.config import parse_settings, read_config
from action_returns.settings.problems import no_such_profile

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from action_returns.settings.keys import Steps

_BARE_NEWLINE: Final = re.compile(r"(?<!\r)\n")


def add_profile(path: Path, name: str, values: Mapping[str, Any]) -> None:
    """Add a profile; the first one becomes the default.

    Raises:
        ConfigError: when there is one of that name already, or the values are not allowed. Nothing is written then.
    """
    with _changed(path) as document:
        profiles = document.setdefault("profiles", {})
        if name in profiles:
            raise ConfigError(
                f'There is a profile "{name}" in {path} already. Change it with: action-returns profile set {name} KEY=VALUE'
            )
        profiles[name] = {}
        for key, value in values.items():
            if key == "channel":
                profiles[name][key] = value
            elif value is not None:
                _set(profiles[name], key, value)
        document.setdefault("default_profile", name)


def change_profile(path: Path, name: str, values: Mapping[str, Any]) -> None:
    """Change a profile, or add it; settings that ``values`` does not name stay, comments included.

    Args:
        path: config.toml.
        name: the profile.
        values: its settings; a channel is replaced as a whole when its kind changes, and a setting of None is removed.

    Raises:
        ConfigError: when the values are not allowed. Nothing is written then.
    """
    with _changed(path) as document:
        profiles = document.setdefault("profiles", {})
        document.setdefault("default_profile", name)
        profile = profiles.setdefault(name, {})
        if profile.get("channel", {}).get("kind") != values.get("channel", {}).get("kind"):
            profile.pop("channel", None)
        _merge(profile, values)


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


class Change(NamedTuple):
    """One key of a profile that was changed.

    Args:
        key: ``channel.host``.
        before: its value in the file before, None where it was not there.
        after: its value now, None where it is taken out.
    """

    key: str
    before: Any
    after: Any


def change_keys(path: Path, name: str, changes: "Mapping[Steps, object]") -> list[Change]:
    """Change single keys of a profile; every other line of the file stays as it is, byte for byte.

    A setting that no longer holds is taken out, such as the confirmed key when the server is another one.

    Args:
        path: config.toml.
        name: the profile.
        changes: where a key is -> its value, None to take it out. Another kind of channel begins without settings.

    Returns:
        Every key that was named, and those that were taken out with them.

    Raises:
        ConfigError: there is no such profile, or the values are not allowed. Nothing is written then.
    """
    with _changed(path) as document:
        profile = _find(document, name, path)
        before = profile.unwrap()
        kind = changes.get(("channel", "kind"))
        if kind is not None and kind != before["channel"]["kind"]:
            profile["channel"] = {"kind": kind}
        for steps, value in changes.items():
            _change(profile, steps, value)
        outdated = _outdated(before["channel"], profile["channel"].unwrap())
        for steps in outdated - changes.keys():
            _change(profile, steps, None)
        if profile.get("api") == {}:  # its last key was taken out
            profile.pop("api")
        after = profile.unwrap()
    return [
        Change(".".join(steps), _value(before, steps), _value(after, steps))
        for steps in {**changes, **dict.fromkeys(outdated)}
    ]


def _outdated(before: Mapping[str, Any], after: Mapping[str, Any]) -> "set[Steps]":
    from action_returns.settings.keys import outdated_keys

    if before["kind"] != after.get("kind"):
        return set()
    return {("channel", key) for key in outdated_keys(before["kind"], before, after)}


def _value(table: Mapping[str, Any], steps: "Steps") -> Any:
    found: Any = table
    for step in steps:
        found = None if found is None else found.get(step)
    return found


def _change(profile: Any, steps: "Steps", value: object) -> None:
    table = profile
    for step in steps[:-1]:
        if step not in table:
            _add_table(table, step)
        table = table[step]
    if value is None:
        table.pop(steps[-1], None)
    elif table.get(steps[-1]) != value:
        _set(table, steps[-1], value)


def _add_table(table: Any, key: str) -> None:
    """Add a table; that of the API has a header of its own, as the channel has."""
    if key == "api":
        table[key] = {}
    else:
        _set(table, key, {})


def _set(table: Any, key: str, value: object) -> None:
    """Set a key; a new one is put after the last one, and not after a comment that belongs to the next table."""
    import tomlkit
    from tomlkit.items import AoT, Table

    item: Any = value
    if isinstance(value, Mapping):
        item = tomlkit.inline_table()
        item.update(value)
    elif isinstance(value, str) and "\\" in value and "'" not in value:
        item = tomlkit.string(value, literal=True)  # a pattern, or a folder on Windows
    if key not in table and isinstance(table, Table):
        own = [name for name, found in table.value.body if name and not isinstance(found, Table | AoT)]
        if own:
            table.value._insert_after(own[-1], key, item)  # noqa: SLF001  # what is public appends after the comment
            return
    table[key] = item


def use_profile(path: Path, name: str) -> None:
    """Write a profile as the default one.

    Raises:
        ConfigError: when there is no such profile.
    """
    with _changed(path) as document:
        _find(document, name, path)
        document["default_profile"] = name


def remove_profile(path: Path, name: str) -> None:
    """Remove a profile. Its password, batches and receipts stay.

    Raises:
        ConfigError: when there is no such profile.
    """
    with _changed(path) as document:
        _find(document, name, path)
        del document["profiles"][name]
        if document.get("default_profile") == name:
            del document["default_profile"]


def _find(document: "TOMLDocument", name: str, path: Path) -> Any:
    """Return the table of a profile.

    Raises:
        NoSuchProfileError: there is no such profile.
    """
    profiles = document.get("profiles", {})
    if name not in profiles:
        raise NoSuchProfileError(no_such_profile(name, profiles, path))
    return profiles[name]


@contextmanager
def _changed(path: Path) -> "Iterator[TOMLDocument]":
    """Read config.toml, and write it when the block has changed its document.

    A file with errors is not changed, and a change that would be one is not written.
    """
    import tomlkit

    before = read_config(path) or b""
    parse_settings(before, path)
    text = before.decode("utf-8-sig")
    document = tomlkit.parse(text)
    yield document
    after = document.as_string()
    if "\r\n" in text and not _BARE_NEWLINE.search(text):
        after = _BARE_NEWLINE.sub("\r\n", after)
    content = after.encode("utf-8-sig" if before.startswith(BOM_UTF8) else "utf-8")
    parse_settings(content, path, is_change=True)
    try:
        make_private_folder(path.parent)
        # Through a link, which read_config took: the file of a dotfiles folder is the one that is changed.
        write_atomically(path.resolve(), content, overwrite=True)
    except OSError as error:
        todo = what_to_do(error, "Check its folder and who may write there.")
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}. Nothing was changed. {todo}") from None
