"""Channels that deliver a file. Each kind is registered here, in one line.

A new channel is one module with a settings class and a channel class, its test, and one line in :data:`KINDS`.
config.toml, ``profile add``, the settings window and docs/config.md read everything else from the settings class.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from action_returns.channels.settings_base import ChannelSettings

KINDS: "Final[Mapping[str, str]]" = {
    "ftp": "action_returns.channels.ftp:FtpSettings",
    "sftp": "action_returns.channels.sftp_settings:SftpSettings",
    "email": "action_returns.channels.email:EmailSettings",
    "api": "action_returns.channels.api:ApiChannelSettings",
    "outbox": "action_returns.channels.folder:OutboxSettings",
    "draft": "action_returns.channels.folder:DraftSettings",
}
"""Kind of channel -> module and settings class. Names, so that only the kinds that are used are imported."""


def settings_class(kind: str) -> "type[ChannelSettings]":
    """Import and return the settings class of a kind of channel.

    Raises:
        KeyError: when there is no such kind.
    """
    from importlib import import_module

    module, _, name = KINDS[kind].partition(":")
    found: type[ChannelSettings] = getattr(import_module(module), name)
    return found
