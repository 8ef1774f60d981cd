"""From a profile to the channel it names."""

from typing import TYPE_CHECKING

from action_returns.errors import ConfigError
from action_returns.files import Paths
from action_returns.settings.secrets import read_secret

if TYPE_CHECKING:
    from action_returns.channels.base import Channel
    from action_returns.operations.account import Account
    from action_returns.settings.models import Profile


def open_channel(account: "Account", places: Paths) -> "Channel":
    """Build the channel of an account. Nothing is connected yet, and the secret is read when it is needed.

    Raises:
        ConfigError: when there is no profile, or what its channel needs is not installed.
    """
    profile = account.profile
    if profile is None:
        raise ConfigError(
            f"There is no profile yet, so nobody knows where to send to: {places.config_file} does not exist. "
            "Make one with: action-returns profile add NAME"
        )
    return _build(account.name, profile)


def _build(name: str, profile: "Profile") -> "Channel":

    channel = profile.channel
    match channel.kind:
        case "outbox":
            from action_returns.channels.folder import OutboxChannel

            return OutboxChannel(directory=channel.directory)
        case "draft":
            from action_returns.channels.folder import DraftChannel

            return DraftChannel(
                directory=channel.directory,
                sender=channel.sender,
                recipient=channel.recipient,
                subject=channel.subject,
            )
        case "ftp":
            from action_returns.channels.ftp import FtpChannel

            return FtpChannel(
                host=channel.host,
                port=channel.port,
                security=channel.security,
                username=channel.username,
                password=lambda: read_secret(channel.password.get_secret_value(), profile=name),
                directory=channel.directory,
                upload=channel.upload,
            )
        case "email":
            password = channel.password
            from action_returns.channels.email import EmailChannel

            return EmailChannel(
                host=channel.host,
                port=channel.port,
                security=channel.security,
                username=channel.username,
                password=None if password is None else (lambda: read_secret(password.get_secret_value(), profile=name)),
                sender=channel.sender,
                recipient=channel.recipient,
                subject=channel.subject,
            )
        case "sftp":
            _need_paramiko()
            secret = channel.password
            from action_returns.channels.sftp import SftpChannel

            return SftpChannel(
                host=channel.host,
                port=channel.port,
                username=channel.username,
                password=None if secret is None else (lambda: read_secret(secret.get_secret_value(), profile=name)),
                private_key=channel.private_key,
                host_key=channel.host_key,
                directory=channel.directory,
                upload=channel.upload,
            )


def _need_paramiko() -> None:
    from importlib.util import find_spec

    if find_spec("paramiko") is None:
        raise ConfigError(
            "SFTP needs a part of this program that is not installed here. Nothing was sent. "
            'Install it: pip install "action-returns[sftp]"'
        )
