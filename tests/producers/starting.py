"""How a producer is started: with its orders, or with workbooks that it opens and saves."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.producers.cells import write_orders
from tests.producers.differences import Damage, Difference, RowDifference

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "producers"
SECONDS = 300
"""The time limit of one producer for all of its files."""


@dataclass(frozen=True)
class Producer:
    """A program that writes files.

    Args:
        name: its name in docs/producers.md.
        command: returns the words that start it; the path of the orders is put after the program's own file.
        missing: returns why it cannot be used here, an empty text when it can.
        cannot: sets of rows and layouts that it cannot write.
        differences: what it writes otherwise.
        damage: the cells that make its files damaged.
        of_rows: what it does to whole rows.
    """

    name: str
    command: Callable[[Path], list[str]]
    missing: Callable[[], str]
    cannot: frozenset[str] = frozenset()
    differences: tuple[Difference, ...] = ()
    damage: Damage | None = None
    of_rows: RowDifference | None = None

    def damages(self, order):
        """Return whether what this producer writes for this order is damaged."""
        return self.damage is not None and any(map(self.damage.of, order.cells.values()))

    def write(self, orders, folder):
        """Write the files of all orders.

        Raises:
            AssertionError: when the program fails; with what it printed.
        """
        listed = folder / "orders.txt"
        write_orders(listed, orders)
        done = subprocess.run(
            self.command(listed),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=_environment(),
            cwd=folder,
            check=False,
        )
        assert done.returncode == 0, f"{self.name}: {done.stdout[-2000:]}{done.stderr[-4000:]}"

    def written(self, order):
        """Return the order with what this producer writes instead of what it was told."""
        cells = dict(order.cells)
        for difference in self.differences:
            cells = {place: difference.change(cell) for place, cell in cells.items()}
        if self.of_rows is not None:
            rows: dict[int, dict[int, Any]] = {}
            for (row, column), cell in cells.items():
                rows.setdefault(row, {})[column] = cell
            cells = {(row, column): cell for row in rows for column, cell in self.of_rows.change(rows[row]).items()}
        return replace(order, cells=cells)


@dataclass(frozen=True)
class Resaver(Producer):
    """A program that opens workbooks of XlsxWriter and saves them; ``command`` takes the folders it reads and writes."""

    def write(self, orders, folder):
        source = folder / "source"
        source.mkdir()
        SOURCE.write([replace(order, path=(source / order.path.name).with_suffix(".xlsx")) for order in orders], folder)
        for words in self.command(source):
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=SECONDS, cwd=folder, env=_environment(), check=False
            )
            assert done.returncode == 0, f"{self.name}: {done.stdout[-2000:]}{done.stderr[-4000:]}"


def _environment():
    return {**os.environ, "PRODUCERS_NODE": str(CACHE / "node" / "package.json"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def libreoffice(to):
    def commands(source):
        files = map(str, sorted(source.glob("*.xlsx")))
        profile = f"-env:UserInstallation={(source.parent / 'profile').as_uri()}"
        yield ["soffice", profile, "--headless", "--convert-to", to, "--outdir", ".", *files]

    return commands


def gnumeric(ending, *options):
    def commands(source):
        for file in sorted(source.glob("*.xlsx")):
            yield ["ssconvert", *options, str(file), str(source.parent / file.with_suffix(ending).name)]

    return commands


def python(script, *options):
    return lambda listed: [str(CACHE / "venv" / "bin" / "python"), str(HERE / "write" / script), str(listed), *options]


def node(script, *options):
    return lambda listed: ["node", str(HERE / "write" / script), str(listed), *options]


def missing_python():
    return "" if (CACHE / "venv" / "producers.lock").exists() else "tests/producers/install_producers.sh did not run"


def missing_node():
    return (
        "" if (CACHE / "node" / ".ready").exists() else "no node, or tests/producers/install_producers.sh did not run"
    )


def debian(program, script, *options):
    return lambda listed: [program, str(HERE / "write" / script), str(listed), *options]


def missing_for_saving(missing):
    """Return the check for a program that opens workbooks of XlsxWriter."""
    return lambda: missing_python() or missing()


def missing_package(name):
    return lambda: (
        ""
        if Path(f"/usr/share/doc/{name}").exists()
        else f"{name} is not installed (tests/producers/install_producers.sh)"
    )


SOURCE = Producer("XlsxWriter", python("xlsxwriter_books.py"), missing_python)
"""The producer of the workbooks that other programs open and save."""
