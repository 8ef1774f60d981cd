"""Check whether this computer is ready to send: Python, profiles, passwords, ledgers and the connection."""

import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from action_returns import __version__
from action_returns.channels.base import Ask, NewServer, ProbeResult
from action_returns.errors import ActionReturnsError, LedgerError, OutputFileError, SettingsError
from action_returns.files import Paths
from action_returns.operations.account import Account, open_channel, open_ledger_if_exists
from action_returns.operations.file_rights import check_file_rights
from action_returns.operations.interpreter import obstacle_to_buttons, way_round_obstacle
from action_returns.operations.texts import TEST_UPLOADS, counted
from action_returns.settings.config import load_settings
from action_returns.settings.secrets import api_account, ledger_account, read_secret

if TYPE_CHECKING:
    from action_returns.channels.base import Channel
    from action_returns.channels.settings_base import ChannelSettings
    from action_returns.settings.api import ApiSettings
    from action_returns.settings.profile import Profile


DoctorCheck: TypeAlias = tuple[str, bool, str]
"""The subject of a check, whether it is as it should be, and what was found."""


def run_checks(paths: Paths) -> Iterator[DoctorCheck]:
    """Check everything that this program needs on this computer."""
    yield "Action Returns", True, f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield "Interpreter", *_interpreter()
    if sys.platform == "darwin":
        yield _checked("AppleScript", _applescript)
    heavy = [name for name in ("numpy", "pandas", "polars", "pyarrow") if _is_installed(name)]
    environment = (
        f"{', '.join(heavy)} installed beside it: every click in Excel becomes slow"
        if heavy
        else "nothing that slows clicks"
    )
    yield "Environment", not heavy, environment
    yield "Packages", *_versions()
    if sys.platform == "win32":
        from action_returns.operations.pywin32_folder import check_pywin32

        yield _checked("Excel", check_pywin32)
    yield "Profiles", True, _path_and_whether_made(paths.config_file)
    yield _checked("Ledger", lambda: _ledger_place(paths.ledger_file))
    yield _checked("Profiles are right", lambda: _profile_names(paths))
    yield from _secrets(paths)
    yield from _certificates(paths)
    yield from _ledgers(paths)
    yield _checked("Files are private", lambda: check_file_rights(paths))


def _checked(subject: str, check: Callable[[], str]) -> DoctorCheck:
    """Return the result of a check; one that raises has failed, and its message is what was found."""
    try:
        return subject, True, check()
    except ActionReturnsError as problem:
        return subject, False, str(problem)
    except OSError as problem:
        where = "" if problem.filename is None else f"{problem.filename} cannot be looked at: "
        return subject, False, f"{where}{problem.strerror or problem}. Check the folder and who may use it."
    except Exception as problem:  # noqa: BLE001  # one check that fails in a new way must not hide the others
        return subject, False, f"This could not be checked ({type(problem).__name__}: {problem}). Please report it."


def _interpreter() -> tuple[bool, str]:
    """Return whether the buttons of a workbook can start this Python, and where it lies."""
    obstacle = obstacle_to_buttons()
    if obstacle is None:
        return True, sys.executable
    return False, (
        f"{sys.executable}. That path holds {obstacle}, so that the buttons of a workbook cannot start Python. "
        f"{way_round_obstacle()}."
    )


def _applescript() -> str:
    """Return that Excel for Mac finds the script by which it starts Python.

    Raises:
        OutputFileError: it is missing, or another one.
    """
    from action_returns.operations.new_workbook import applescript_problem

    if problem := applescript_problem(sys.platform, Path.home()):
        raise OutputFileError(f"{problem}.")
    return "lies where Excel may run it"


def _path_and_whether_made(path: Path) -> str:
    return f"{path}{'' if os.path.exists(path) else ' (not made yet)'}"  # noqa: PTH110  # Path.exists raises where it may not look


def _ledger_place(path: Path) -> str:
    """Return where the ledger is.

    Raises:
        LedgerError: it would be refused there when something is sent.
    """
    from action_returns.ledger.location import advice_about_place, unsafe_folder_reason

    if unsafe := unsafe_folder_reason(path.parent):
        raise LedgerError(f"{_path_and_whether_made(path)} is not written: {unsafe}. {advice_about_place()}")
    return _path_and_whether_made(path)


def _versions() -> tuple[bool, str]:
    """Return whether every package has the version that was tested, and what was found."""
    from action_returns.extras import untested_versions

    try:
        others = untested_versions()
    except FileNotFoundError as error:
        return False, str(error)
    if not others:
        return True, "the versions that were tested"
    found = ", ".join(f"{name} {installed} (tested: {tested})" for name, installed, tested in others)
    return True, f"other versions than were tested: {found}"


def _profile_names(paths: Paths) -> str:
    names = load_settings(paths.config_file).profiles
    return ", ".join(names) if names else "none yet: action-returns profile add NAME"


def _secrets(paths: Paths) -> Iterator[DoctorCheck]:
    """Check that every password of every profile can be fetched."""
    for name, profile in _readable_profiles(paths).items():
        accounts = {
            f"Password of {name}": (name, getattr(profile.channel, "password", None)),
            f"Password of the ledger of {name}": (ledger_account(name), profile.ledger_password),
            f"Token of the API of {name}": (api_account(name), None if profile.api is None else profile.api.auth_token),
        }
        for subject, (account, password) in accounts.items():
            if password is not None:
                reference = password.get_secret_value()

                def fetch(reference: str = reference, account: str = account) -> str:
                    read_secret(reference, profile=account)
                    return "can be fetched"

                yield _checked(subject, fetch)


def _certificates(paths: Paths) -> Iterator[DoctorCheck]:
    """Check the certificates of own authorities that profiles name for their servers."""
    for name, profile in _readable_profiles(paths).items():
        if getattr(profile.channel, "ca_file", None) is not None:

            def read(channel: "ChannelSettings" = profile.channel) -> str:
                channel.check_files()
                return "can be read"

            yield _checked(f"Certificates of {name}", read)
        if profile.api is not None:
            yield _checked(f"API of {name}", lambda api=profile.api: _api(api))  # type: ignore[misc]


def _api(settings: "ApiSettings") -> str:
    """Return that the API can be called.

    Raises:
        ConfigError: a package is missing, or the file of certificates cannot be used.
    """
    from action_returns.brand_api.connection import check_urllib3

    check_urllib3()
    if settings.ca_file is None:
        return f"{settings.host}, {counted(len(settings.campaigns), 'campaign')}; action-returns pending fetch calls it"
    from action_returns.trusted_certificates import read_certificates

    read_certificates(settings.ca_file, "api.ca_file")
    return "the certificates can be read; action-returns pending fetch calls it"


def _ledgers(paths: Paths) -> Iterator[DoctorCheck]:
    """Open this computer's ledger and every ledger that is shared with a team."""

    def contents(account: Account) -> str:
        ledger = open_ledger_if_exists(account, paths)
        if ledger is None:
            return "nothing sent yet"
        with ledger:
            batches = ledger.batches()
        told = {
            "outcome unknown": [record.label for record in batches if record.state == "unknown"],
            "may still be being sent, connection lost": [record.label for record in batches if record.sending_until],
            "outcome came after a person had marked it": [record.label for record in batches if record.answered_late],
        }
        return "; ".join(
            (
                counted(len(batches), "batch"),
                *(f"{what}: {', '.join(labels)}" for what, labels in told.items() if labels),
            )
        )

    def unchanged(account: Account) -> str:
        from action_returns.operations.kept_copies import check_record

        ledger = open_ledger_if_exists(account, paths)
        if ledger is not None:
            with ledger:
                check_record(ledger, paths.submissions)
        return "every batch, row and event is as it was recorded"

    own = _checked("Ledger opens", lambda: f"{contents(Account())}{_last_copy(paths)}")
    yield own
    if own[1]:
        yield _checked("Ledger is unchanged", lambda: unchanged(Account()))
    for name, profile in _readable_profiles(paths).items():
        if profile.ledger != "sqlite":
            team = Account(name, profile=profile)
            opens = _checked(f"Team ledger of {name} opens", lambda team=team: contents(team))  # type: ignore[misc]
            yield opens
            if opens[1]:
                yield _checked(f"Team ledger of {name} is unchanged", lambda team=team: unchanged(team))  # type: ignore[misc]
    yield _checked("Outcomes are on record", lambda: _kept_outcomes(paths))


def _kept_outcomes(paths: Paths) -> str:
    """Return that no outcome waits on this computer for its ledger; whatever could be recorded was, when that opened."""
    from action_returns.ledger.kept_outcomes import damaged_files, kept_outcomes

    waiting = [f"batch {kept.label} is {kept.state} ({kept.path})" for kept in kept_outcomes(paths.submissions)]
    damaged = [f"{path} is damaged" for path in damaged_files(paths.submissions)]
    if waiting or damaged:
        raise LedgerError(
            f"Not on record yet: {'; '.join((*waiting, *damaged))}. The next command on this computer that opens the ledger "
            "of such a batch records it. Keep the files until then; what a damaged one says, compare with the receiver."
        )
    return "none waits for its ledger"


def _last_copy(paths: Paths) -> str:
    from action_returns.ledger.copies import list_copies

    copies = list_copies(paths.backups)
    return f"; last copy: {copies[0]}" if copies else ""


def _readable_profiles(paths: Paths) -> "Mapping[str, Profile]":
    try:
        return load_settings(paths.config_file).profiles
    except SettingsError:  # the check "Profiles are right" reports it
        return {}


def _is_installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def probe(
    account: Account,
    paths: Paths,
    *,
    confirm: Ask,
    accepted: str | None = None,
    channel: "Channel | None" = None,
) -> ProbeResult:
    """Connect, sign in and look at the destination. Nothing is sent.

    The confirmed key of an SFTP server is kept in the profile. From then on another key is refused.

    Args:
        account: the account whose receiver is tested.
        paths: where the profiles are.
        confirm: asks the user whether a new server is the right one; not called when ``accepted`` is the answer.
        accepted: the fingerprint that a new server must have.
        channel: the account's channel, when it is open already.

    Raises:
        action_returns.errors.SettingsError: there is no channel, or the key cannot be saved.
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

    result = channel.probe(confirm_and_keep, accepted)
    is_test = result.works and account.environment == "test"
    return replace(result, message=f"{result.message} {TEST_UPLOADS}") if is_test else result
