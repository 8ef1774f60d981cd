"""Is everything in place on this machine, and if not, what to do."""

import io
import platform
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from action_returns import __version__
from action_returns.channels.base import Outcome, Phase, State
from action_returns.errors import ActionReturnsError, SettingsError
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.operations.channels import open_channel
from action_returns.settings.config import load_settings
from action_returns.settings.secrets import ledger_account, read_secret

if TYPE_CHECKING:
    from action_returns.channels.base import Channel
    from action_returns.settings.models import Profile


DoctorCheck: TypeAlias = tuple[str, bool, str]
"""What was looked at, whether it is well, and what was seen."""


def run_checks(places: Paths) -> Iterator[DoctorCheck]:
    """Look at everything this machine needs."""
    yield "Action Returns", True, f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield "Interpreter", True, sys.executable
    heavy = [name for name in ("numpy", "pandas", "polars", "pyarrow") if _is_installed(name)]
    seen = (
        f"{', '.join(heavy)} installed beside it: every click in Excel becomes slow"
        if heavy
        else "nothing that slows clicks"
    )
    yield "Environment", not heavy, seen
    for what, path in (("Profiles", places.config_file), ("Ledger", places.ledger_file)):
        yield what, True, f"{path}{'' if path.exists() else ' (not made yet)'}"
    yield _tried("Profiles are right", lambda: _profiles(places))
    yield from _secrets(places)
    yield from _ledgers(places)


def _tried(what: str, look: Callable[[], str]) -> DoctorCheck:
    try:
        return what, True, look()
    except ActionReturnsError as problem:
        return what, False, str(problem)


def _profiles(places: Paths) -> str:
    names = load_settings(places.config_file).profiles
    return ", ".join(names) if names else "none yet: action-returns profile add NAME"


def _secrets(places: Paths) -> Iterator[DoctorCheck]:
    for name, profile in _known(places).items():
        accounts = {
            f"Password of {name}": (name, getattr(profile.channel, "password", None)),
            f"Password of the ledger of {name}": (ledger_account(name), profile.ledger_password),
        }
        for what, (account, kept) in accounts.items():
            if kept is not None:
                reference = kept.get_secret_value()

                def look(reference: str = reference, account: str = account) -> str:
                    read_secret(reference, profile=account)
                    return "can be fetched"

                yield _tried(what, look)


def _ledgers(places: Paths) -> Iterator[DoctorCheck]:
    """Look into this machine's ledger and into every one that is shared with a team."""
    from action_returns.operations.account import open_ledger_if_exists

    def seen(account: Account) -> str:
        ledger = open_ledger_if_exists(account, places)
        if ledger is None:
            return "nothing sent yet"
        with ledger:
            batches = ledger.batches()
        unknown = [record.label for record in batches if record.state == "unknown"]
        doubt = f"; outcome unknown: {', '.join(unknown)}" if unknown else ""
        return f"{len(batches)} batches{doubt}"

    yield _tried("Ledger opens", lambda: f"{seen(Account())}{_last_copy(places)}")
    for name, profile in _known(places).items():
        if profile.ledger != "sqlite":
            team = Account(name, profile=profile)
            yield _tried(f"Team ledger of {name} opens", lambda team=team: seen(team))  # type: ignore[misc]


def _last_copy(places: Paths) -> str:
    from action_returns.ledger.sqlite import list_copies

    made = list_copies(places.backups)
    return f"; last copy: {made[0]}" if made else ""


def _known(places: Paths) -> "Mapping[str, Profile]":
    try:
        return load_settings(places.config_file).profiles
    except SettingsError:  # said already, where the profiles were looked at
        return {}


def _is_installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def support_file(findings: list[DoctorCheck]) -> bytes:
    """Make a .zip that tells support what this machine is like; it holds no secrets, no rows and no user name."""
    from importlib.metadata import distributions

    home = str(Path.home())
    told = "\n".join(f"{'ok' if well else '!!'}  {what}: {seen}" for what, well, seen in findings)
    installed = "\n".join(sorted(f"{d.metadata['Name']} {d.version}" for d in distributions()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doctor.txt", told.replace(home, "~"))
        archive.writestr("installed.txt", installed)
    return buffer.getvalue()


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
    places: "Paths",
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
        action_returns.errors.SettingsError: when there is no channel, or the key cannot be kept.
    """
    channel = channel or open_channel(account, places)
    if getattr(channel, "host_key", "") is not None:
        return channel.probe()

    from action_returns.channels.sftp import SftpChannel
    from action_returns.channels.ssh_connection import ask_host_key
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
