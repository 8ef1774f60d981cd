"""Testing the connection; and for SFTP, getting to know the server before anything is told to it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from action_returns.delivery import Outcome, Phase, State
from action_returns.submission.channels import open_channel

if TYPE_CHECKING:
    from action_returns.delivery import Channel
    from action_returns.settings import Places
    from action_returns.submission.account import Account


@dataclass(frozen=True, slots=True)
class NewServer:
    """An SFTP server whose key nobody has confirmed yet.

    Args:
        host: the server.
        port: its port.
        fingerprint: of the key it showed, ``SHA256:`` and 43 letters.
    """

    host: str
    port: int
    fingerprint: str

    @property
    def question(self) -> str:
        """What a person is asked, once."""
        return (
            f"This is the first connection to {self.host}:{self.port}. The server shows this key:\n\n"
            f"    {self.fingerprint}\n\n"
            "Compare it with the one that whoever runs the server gave you, in another way than this connection. If "
            "they differ, somebody may be answering in its place. Are they the same?"
        )


def probe(
    account: "Account",
    places: "Places",
    *,
    confirm: Callable[[NewServer], bool],
    accepted: str | None = None,
    channel: "Channel | None" = None,
) -> Outcome:
    """Connect, sign in and look at the destination. Nothing is sent.

    The key of an SFTP server that was confirmed is kept in the profile; from then on another one refuses.

    Args:
        account: whose receiver.
        places: where the profiles lie.
        confirm: asks a person whether a new server is the right one; nobody is asked where ``accepted`` says it.
        accepted: the fingerprint that the server must have.
        channel: the account's channel, when it is open already.

    Raises:
        action_returns.settings.SettingsProblem: when there is no channel, or the key cannot be kept.
    """
    channel = channel or open_channel(account, places)
    if getattr(channel, "host_key", "") is not None:
        return channel.probe()

    from action_returns.delivery import SftpChannel
    from action_returns.delivery.sftp_host_key import ask_host_key
    from action_returns.settings.editing import change_profile

    assert isinstance(channel, SftpChannel)  # noqa: S101  # no other one has a key of its own
    shown = ask_host_key(channel.host, channel.port, accepted)
    if isinstance(shown, Outcome):
        return shown
    if accepted is None and not confirm(NewServer(channel.host, channel.port, shown.fingerprint)):
        return Outcome(
            State.FAILED,
            f"The key of {channel.host} was not confirmed, so nobody signed in and nothing was sent or kept. Ask whoever "
            "runs the server for its fingerprint.",
            Phase.CONNECT,
            {"host_key": shown.fingerprint},
        )
    change_profile(places.config_file, account.name, {"channel": {"kind": "sftp", "host_key": shown.fingerprint}})
    return replace(channel, host_key=shown.fingerprint).probe()
