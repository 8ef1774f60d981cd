"""Measures `reconcile --open --api` of several batches on loopback; the server is a process of its own with prepared pages.

.venv/bin/python benchmarks/reconcile_api.py
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from run import HERE, run

sys.path.insert(0, str(HERE.parent))
from tests.servers.loopback import make_authority

BATCHES = 8
ROWS = 20_000
RUNS = 3


def main() -> None:
    """Send the batches to a folder, measure, print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home, box = folder / "home", folder / "box"
        authority = make_authority(folder)
        _send_all(home, box)
        command = [sys.executable, str(HERE / "reconcile_api_server.py"), str(box), str(authority.server)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin
            assert server.stdout
            port = server.stdout.readline().strip()
            config = home / "config.toml"
            config.write_text(
                f'{config.read_text("utf-8")}[profiles.acme.api]\naccount_sid = "IRabc123"\nauth_token = "env:API_TOKEN"\n'
                f'campaigns = ["8882"]\nhost = "127.0.0.1"\nport = {port}\nca_file = \'{authority.bundle}\'\n',
                "utf-8",
            )
            kept = folder / "kept"
            shutil.copytree(home, kept)
            seen = []
            for _ in range(RUNS):
                shutil.rmtree(home)
                shutil.copytree(kept, home)
                seen.append(
                    run(
                        [sys.executable, "-m", "action_returns", "reconcile", "--open", "--api"],
                        ACTION_RETURNS_HOME=str(home),
                        API_TOKEN="t",
                    )
                )
            server.stdin.close()
            applied = sum(_applied(number, home) for number in range(1, BATCHES + 1))
    if applied != BATCHES * ROWS:
        sys.exit(f"{applied} rows applied")
    figures = [statistics.median(getattr(one, what) for one in seen) for what in ("seconds", "processor", "peak")]
    sys.stdout.write(
        f"{BATCHES} batches of {ROWS:,} rows over the API: {figures[0]:.2f} s, processor {figures[1]:.2f} s, "
        f"{figures[2]:.0f} MB\n"
    )


def _applied(number: int, home: Path) -> int:
    """Return how many rows of a batch are applied, as the ledger has it."""
    done = subprocess.run(
        [sys.executable, "-m", "action_returns", "history", "show", str(number), "--json"],
        check=True,
        env={**os.environ, "ACTION_RETURNS_HOME": str(home)},
        stdout=subprocess.PIPE,
    )
    event = next(event for event in json.loads(done.stdout)["events"] if event["kind"] == "reconciled")
    applied: int = event.get("detail", event)["applied"]
    return applied


def _send_all(home: Path, box: Path) -> None:
    home.mkdir()
    box.mkdir()
    (home / "config.toml").write_text(
        f'[profiles.acme]\nenvironment = "live"\nmax_raise = "999999999.99"\n[profiles.acme.channel]\nkind = "outbox"\n'
        f"directory = '{box}'\n",
        "utf-8",
    )
    for batch in range(BATCHES):
        source = home / "rows.csv"
        rows = (
            f"M.8882.4808.{1_000_000 + batch * ROWS + at},{'0,REJECTED' if at % 5 == 0 else f'{at + 1}.50,ORDER_UPDATE'}\n"
            for at in range(ROWS)
        )
        source.write_text("ActionId,Amount,Reason\n" + "".join(rows), "ascii")
        subprocess.run(
            [sys.executable, "-m", "action_returns", "send", str(source), "--yes", "--quiet"],
            check=True,
            env={**os.environ, "ACTION_RETURNS_HOME": str(home)},
        )


if __name__ == "__main__":
    main()
