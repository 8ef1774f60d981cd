"""Bytes to the receiver, and the honest outcome. A new channel is one new file here."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from action_returns.delivery.outcome import Channel, Leaving, Outcome, Parcel, Phase, State, unrecorded

if TYPE_CHECKING:
    from action_returns.delivery.draft import DraftChannel
    from action_returns.delivery.email import EmailChannel
    from action_returns.delivery.ftp import FtpChannel
    from action_returns.delivery.outbox import Outbox
    from action_returns.delivery.sftp import SftpChannel

__all__ = [
    "Channel",
    "DraftChannel",
    "EmailChannel",
    "FtpChannel",
    "Leaving",
    "Outbox",
    "Outcome",
    "Parcel",
    "Phase",
    "SftpChannel",
    "State",
    "unrecorded",
]

_CHANNELS: Final = {
    "DraftChannel": "draft",
    "EmailChannel": "email",
    "FtpChannel": "ftp",
    "Outbox": "outbox",
    "SftpChannel": "sftp",
}


def __getattr__(name: str) -> Any:
    """Load a channel only when it is used: TLS and SSH cost a click 20 to 200 ms."""
    if name in _CHANNELS:
        return getattr(import_module(f"action_returns.delivery.{_CHANNELS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
