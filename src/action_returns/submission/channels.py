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
        ConfigProblem: when there is no profile, or its channel is not available in this version.
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
        case kind:
            raise ConfigProblem(
                f"The channel {kind} of profile {name} is not available in this version. "
                f"Set profiles.{name}.channel.kind to ftp, email, outbox or draft."
            )
