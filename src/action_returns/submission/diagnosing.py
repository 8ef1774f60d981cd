"""Is everything in place on this machine, and if not, what to do."""

import io
import platform
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from action_returns import __version__
from action_returns.settings import Places, SettingsProblem, load_settings
from action_returns.settings.secrets import resolve

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
    yield _tried("Ledger opens", lambda: _ledger(places))


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
    try:
        profiles = load_settings(places.config_file).profiles
    except SettingsProblem:
        return
    for name, profile in profiles.items():
        kept = getattr(profile.channel, "password", None)
        if kept is not None:
            reference = kept.get_secret_value()

            def look(reference: str = reference, name: str = name) -> str:
                resolve(reference, profile=name)
                return "can be fetched"

            yield _tried(f"Password of {name}", look)


def _ledger(places: Places) -> str:
    if not places.ledger_file.exists():
        return "nothing sent yet"
    from action_returns.ledger import open_ledger

    with open_ledger(places.ledger_file) as ledger:
        batches = ledger.batches()
    unknown = [record.label for record in batches if record.state == "unknown"]
    doubt = f"; outcome unknown: {', '.join(unknown)}" if unknown else ""
    return f"{len(batches)} batches{doubt}"


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
