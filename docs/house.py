"""Draws the structure of the product from its real imports, for docs/architecture.md: run it with `make docs`."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[1] / "src" / "action_returns"
_PACKAGE: Final = "action_returns"

TEXT: Final = """# Architecture

Cells come in, findings or exact bytes come out, and every byte that leaves is on record before it leaves.

This page is printed from the code by `make docs`; a test fails when it is out of date. An arrow says: imports.
import-linter holds the direction of all arrows (pyproject.toml).

## Who imports whom

```mermaid
flowchart TD
{arrows}
```

The arrow from `cli` to `excel` is the one exception between the two faces: `--live` works in a workbook that is open in
Excel. Heavy libraries are imported inside the function that needs them: each click is a new Python process.

## The one way data flows

1. `readers` or `excel` read a `LoadedBatch`: three columns of raw cells, never cleaned.
2. `batch.check` returns a `CheckResult`: findings in row order and the ready rows. `operations.check` adds the pending
   download and what was sent before, so that the rules stay pure, and returns a `CheckedBatch`.
3. `CheckedBatch.prepared` makes the file once: bytes and SHA-256. What was shown is what is confirmed, recorded and sent.
4. `operations.send` asks the user through a `Dialogue`. `operations.submit` records the batch (`prepared`), records that
   the first byte is about to leave (`sending`), calls the channel, and records the `Outcome` with its evidence.
5. A face prints what comes back. The command line and the buttons decide nothing.

## The modules

{modules}
"""


def modules() -> dict[str, Path]:
    """Return every module of the product, ``batch.check`` -> its file."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path
    return found


def imports() -> dict[str, set[str]]:
    """Return part -> the parts that it imports, at the top of a module or inside a function, for types or to run."""
    known = modules()
    arrows: defaultdict[str, set[str]] = defaultdict(set)
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == _PACKAGE:
                module = node.module.removeprefix(_PACKAGE).removeprefix(".")
                for alias in node.names:
                    whole = f"{module}.{alias.name}".removeprefix(".")
                    target = whole if whole in known else module
                    if _part(target) and _part(name) and _part(target) != _part(name):
                        arrows[_part(name)].add(_part(target))
    return dict(arrows)


def page() -> str:
    """Return docs/architecture.md."""
    return TEXT.format(arrows="\n".join(_arrows()), modules="\n".join(_modules()))


def _part(name: str) -> str:
    """Return the package of a module, or the module itself where it lies beside the packages."""
    return name.split(".", maxsplit=1)[0]


def _arrows() -> Iterator[str]:
    """Yield the arrows, without those that another way implies."""
    arrows = imports()
    for source in sorted(arrows):
        for target in sorted(arrows[source]):
            others = arrows[source] - {target}
            if not any(target in _reached(other, arrows) for other in others):
                yield f"    {source} --> {target}"


def _reached(part: str, arrows: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [part]
    while ahead:
        for target in arrows.get(ahead.pop(), ()):
            if target not in found:
                found.add(target)
                ahead.append(target)
    return found


def _modules() -> Iterator[str]:
    known = modules()
    packages = {name for name, path in known.items() if path.name == "__init__.py"}
    for package in sorted(packages):
        inside = [name for name in known if name.rpartition(".")[0] == package and name not in packages and name]
        if not inside:
            continue
        yield f"### {package or 'beside the packages'}\n"
        yield f"{_purpose(known[package])}\n"
        yield "| module | what it is for |"
        yield "|---|---|"
        yield from (f"| `{name.rpartition('.')[2]}` | {_purpose(known[name])} |" for name in inside)
        yield ""


def _purpose(path: Path) -> str:
    """Return the first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ").replace("|", "/")
