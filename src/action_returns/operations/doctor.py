"""Is everything in place on this machine, and if not, what to do."""

import io
import platform
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from action_returns import __version__
from action_returns.channels.base import Ask, NewServer, ProbeResult
from action_returns.errors import ActionReturnsError, SettingsError
from action_returns.files import Paths
from action_returns.operations.account import Account, open_channel
from action_returns.settings.config import load_settings
from action_returns.settings.secrets import ledger_account, read_secret

if TYPE_CHECKING:
    from action_returns.channels.base import Channel
    from action_returns.settings.profile import Profile


DoctorCheck: TypeAlias = tuple[str, bool, str]
"""What was looked at, whether it is well, and what was seen."""


def run_checks(paths: Paths) -> Iterator[DoctorCheck]:
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
    for what, path in (("Profiles", paths.config_file), ("Ledger", paths.ledger_file)):
        yield what, True, f"{path}{'' if path.exists() else ' (not made yet)'}"
    yield _tried("Profiles are right", lambda: _profiles(paths))
    yield from _secrets(paths)
    yield from _ledgers(paths)


def _tried(what: str, look: Callable[[], str]) -> DoctorCheck:
    try:
        return what, True, look()
    except ActionReturnsError as problem:
        return what, False, str(problem)


def _profiles(paths: Paths) -> str:
    names = load_settings(paths.config_file).profiles
    return ", ".join(names) if names else "none yet: action-returns profile add NAME"


def _secrets(paths: Paths) -> Iterator[DoctorCheck]:
    for name, profile in _known(paths).items():
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


def _ledgers(paths: Paths) -> Iterator[DoctorCheck]:
    """Look into this machine's ledger and into every one that is shared with a team."""
    from action_returns.operations.account import open_ledger_if_exists

    def seen(account: Account) -> str:
        ledger = open_ledger_if_exists(account, paths)
        if ledger is None:
            return "nothing sent yet"
        with ledger:
            batches = ledger.batches()
        unknown = [record.label for record in batches if record.state == "unknown"]
        doubt = f"; outcome unknown: {', '.join(unknown)}" if unknown else ""
        return f"{len(batches)} batches{doubt}"

    yield _tried("Ledger opens", lambda: f"{seen(Account())}{_last_copy(paths)}")
    for name, profile in _known(paths).items():
        if profile.ledger != "sqlite":
            team = Account(name, profile=profile)
            yield _tried(f"Team ledger of {name} opens", lambda team=team: seen(team))  # type: ignore[misc]


def _last_copy(paths: Paths) -> str:
    from action_returns.ledger.sqlite import list_copies

    made = list_copies(paths.backups)
    return f"; last copy: {made[0]}" if made else ""


def _known(paths: Paths) -> "Mapping[str, Profile]":
    try:
        return load_settings(paths.config_file).profiles
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


def probe(
    account: "Account",
    paths: "Paths",
    *,
    confirm: Ask,
    accepted: str | None = None,
    channel: "Channel | None" = None,
) -> ProbeResult:
    """Connect, sign in and look at the destination. Nothing is sent.

    The confirmed key of an SFTP server is kept in the profile. From then on another key is refused.

    Args:
        account: whose receiver.
        paths: where the profiles are.
        confirm: asks the user whether a new server is the right one; not called where ``accepted`` answers that.
        accepted: the fingerprint that a new server must have.
        channel: the account's channel, when it is open already.

    Raises:
        action_returns.errors.SettingsError: when there is no channel, or the key cannot be kept.
    """
    channel = channel or open_channel(account, paths)

    def confirm_and_keep(server: NewServer) -> bool:
        if accepted is None and not confirm(server):
            return False
        from action_returns.settings.editing import change_profile

        if account.profile is not None:
            key = {"kind": account.profile.channel.kind, "host_key": server.fingerprint}
            change_profile(paths.config_file, account.name, {"channel": key})
        return True

    return channel.probe(confirm_and_keep, accepted)
