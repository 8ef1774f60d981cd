"""From a profile to the channel it names."""

from typing import TYPE_CHECKING

from action_returns.settings import ConfigProblem, Places, resolve

if TYPE_CHECKING:
    from action_returns.delivery import Channel
    from action_returns.settings.models import Profile
    from action_returns.submission.account import Account


def open_channel(account: "Account", places: Places) -> "Channel":
    """Build the channel of an account. Nothing is connected yet, and the secret is read when it is needed.

    Raises:
        ConfigProblem: when there is no profile, or what its channel needs is not installed.
    """
    profile = account.profile
    if profile is None:
        raise ConfigProblem(
            f"There is no profile yet, so nobody knows where to send to: {places.config_file} does not exist. "
            "Make one with: action-returns profile add NAME"
        )
    return _build(account.name, profile)


def _build(name: str, profile: "Profile") -> "Channel":
    from action_returns import delivery

    channel = profile.channel
    match channel.kind:
        case "outbox":
            return delivery.Outbox(directory=channel.directory)
        case "draft":
            return delivery.DraftChannel(
                directory=channel.directory,
                sender=channel.sender,
                recipient=channel.recipient,
                subject=channel.subject,
            )
        case "ftp":
            return delivery.FtpChannel(
                host=channel.host,
                port=channel.port,
                security=channel.security,
                username=channel.username,
                password=lambda: resolve(channel.password.get_secret_value(), profile=name),
                directory=channel.directory,
                upload=channel.upload,
            )
        case "email":
            password = channel.password
            return delivery.EmailChannel(
                host=channel.host,
                port=channel.port,
                security=channel.security,
                username=channel.username,
                password=None if password is None else (lambda: resolve(password.get_secret_value(), profile=name)),
                sender=channel.sender,
                recipient=channel.recipient,
                subject=channel.subject,
            )
        case "sftp":
            _need_paramiko()
            secret = channel.password
            return delivery.SftpChannel(
                host=channel.host,
                port=channel.port,
                username=channel.username,
                password=None if secret is None else (lambda: resolve(secret.get_secret_value(), profile=name)),
                private_key=channel.private_key,
                host_key=channel.host_key,
                directory=channel.directory,
                upload=channel.upload,
            )


def _need_paramiko() -> None:
    from importlib.util import find_spec

    if find_spec("paramiko") is None:
        raise ConfigProblem(
            "SFTP needs a part of this program that is not installed here. Nothing was sent. "
            'Install it: pip install "action-returns[sftp]"'
        )
