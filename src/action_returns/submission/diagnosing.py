"""Is everything in place on this machine, and if not, what to do."""

import io
import platform
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from action_returns import __version__
from action_returns.settings import Places, SettingsProblem, load_settings
from action_returns.settings.secrets import ledger_account, resolve
from action_returns.submission.account import Account

if TYPE_CHECKING:
    from action_returns.settings.models import Profile

Finding: TypeAlias = tuple[str, bool, str]
"""What was looked at, whether it is well, and what was seen."""


def examine(places: Places) -> Iterator[Finding]:
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


def _tried(what: str, look: Callable[[], str]) -> Finding:
    from action_returns.ledger import LedgerProblem

    try:
        return what, True, look()
    except (SettingsProblem, LedgerProblem) as problem:
        return what, False, str(problem)


def _profiles(places: Places) -> str:
    names = load_settings(places.config_file).profiles
    return ", ".join(names) if names else "none yet: action-returns profile add NAME"


def _secrets(places: Places) -> Iterator[Finding]:
    for name, profile in _known(places).items():
        accounts = {
            f"Password of {name}": (name, getattr(profile.channel, "password", None)),
            f"Password of the ledger of {name}": (ledger_account(name), profile.ledger_password),
        }
        for what, (account, kept) in accounts.items():
            if kept is not None:
                reference = kept.get_secret_value()

                def look(reference: str = reference, account: str = account) -> str:
                    resolve(reference, profile=account)
                    return "can be fetched"

                yield _tried(what, look)


def _ledgers(places: Places) -> Iterator[Finding]:
    """Look into this machine's ledger and into every one that is shared with a team."""
    from action_returns.submission.records import existing_records

    def seen(account: Account) -> str:
        ledger = existing_records(account, places)
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


def _last_copy(places: Places) -> str:
    from action_returns.ledger.backups import copies

    made = copies(places.backups)
    return f"; last copy: {made[0]}" if made else ""


def _known(places: Places) -> "Mapping[str, Profile]":
    try:
        return load_settings(places.config_file).profiles
    except SettingsProblem:  # said already, where the profiles were looked at
        return {}


def _is_installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def support_file(findings: list[Finding]) -> bytes:
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
