"""Make small mistakes in the product, one at a time, and count those that a test notices.

    python -m tests.mutants.mutants --sample 100 --seed 7

A random sample over all packages is tried, each mistake in a private copy of the tree, against the tests that reach its
line. Which tests those are is measured once for each folder of tests and kept in ``.cache/mutants``.
"""

import argparse
import hashlib
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mistakes import Mutant, mistakes_in
from tests.mutants.workshop import Verdict, judge, measure, private_copy, workers

_LEAST = 6
"""Mutants of each package in a large enough sample."""


@dataclass(frozen=True)
class Reach:
    """Which passing tests reach which line, and how long each takes."""

    seconds: dict[str, float]
    lines: dict[str, dict[int, set[str]]]

    def tests_for(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach a mutant, the fastest first.

        A line that runs when its module is loaded belongs to no test; all tests that reach the module stand for it.
        """
        lines = self.lines.get(mutant.file, {})
        first, last = mutant.statement
        numbers = lines if mutant.at_import else range(first, last + 1)
        tests = set().union(*(lines.get(number, set()) for number in numbers)) & self.seconds.keys()
        return sorted(tests, key=lambda test: (self.seconds[test], test))


def _parts(root: Path) -> dict[str, str]:
    """Return each folder and file of tests with a name for its state: the product, the helpers and its own tests."""
    files = (path for folder in ("src", "tests") for path in (root / folder).rglob("*"))
    common = [path for path in files if not _is_test(path)]
    parts = (path for path in (root / "tests").iterdir() if any(map(_is_test, (path, *path.rglob("*")))))
    return {
        part.relative_to(root).as_posix(): _state(root, [*common, *([part] if part.is_file() else part.rglob("*"))])
        for part in sorted(parts)
    }


def _is_test(path: Path) -> bool:
    return path.name.startswith("test_") and path.suffix == ".py"


def _state(root: Path, paths: list[Path]) -> str:
    state = hashlib.sha256()
    for path in sorted({path for path in paths if path.is_file() and "__pycache__" not in path.parts}):
        state.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()[:16]


def reach_of(root: Path, cache: Path, pool: ProcessPoolExecutor, wanted: list[str]) -> Reach:
    """Read what each part of the tests reaches, and measure the parts that are not known yet."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = {
        part: cache / f"{part.replace('/', '-')}-{state}.json"
        for part, state in _parts(root).items()
        if not wanted or part in wanted
    }
    asked = {part: pool.submit(measure, part, path) for part, path in kept.items() if not path.exists()}
    for part, measuring in asked.items():
        _report(f"{part}: which lines its tests reach, measured in {measuring.result():.0f} s")
    seconds: dict[str, float] = {}
    lines: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in kept.values():
        known = json.loads(path.read_text())
        seconds |= known["seconds"]
        if known["failed"]:
            _report(f"fail without any mistake and are left out: {', '.join(known['failed'])}")
        for file, by in known["lines"].items():
            for line, tests in by.items():
                lines[file][int(line)] |= set(tests)
    return Reach(seconds, lines)


def packages(root: Path) -> dict[str, list[str]]:
    """Return the files of each package of the product; modules beside the packages count as one."""
    found = defaultdict(list)
    for path in sorted((root / "src").rglob("*.py")):
        file = path.relative_to(root)
        found[file.parts[2] if len(file.parts) > 3 else file.parts[1]].append(file.as_posix())
    return found


def sample(root: Path, files: dict[str, list[str]], many: int, chance: random.Random) -> dict[str, list[Mutant]]:
    """Draw mutants: each package its share by lines and a least number, each line at most once."""
    lines: dict[str, list[list[Mutant]]] = {}
    for package, names in files.items():
        by_line = defaultdict(list)
        for name in names:
            for mutant in mistakes_in(name, (root / name).read_bytes()):
                by_line[name, mutant.lines[0]].append(mutant)
        lines[package] = chance.sample(list(by_line.values()), len(by_line))
    least = min(_LEAST, many // max(len(files), 1))
    shares = Counter({package: min(least, len(found)) for package, found in lines.items()})
    while shares.total() < many and (open_ := [name for name in lines if shares[name] < len(lines[name])]):
        shares[max(open_, key=lambda name: len(lines[name]) / (shares[name] + 1))] += 1
    return {package: list(_drawn(root, found, shares[package], chance)) for package, found in lines.items()}


def _drawn(root: Path, lines: list[list[Mutant]], many: int, chance: random.Random) -> Iterator[Mutant]:
    for mutants in lines:
        if many == 0:
            return
        mutant = chance.choice(mutants)
        if mutant.is_change((root / mutant.file).read_bytes()):
            many -= 1
            yield mutant


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _results(verdicts: dict[str, list[Verdict]]) -> Iterator[str]:
    rows = {package: Counter(verdict.how for verdict in found) for package, found in verdicts.items() if found}
    rows["all"] = sum(rows.values(), Counter())
    width = max(map(len, rows))
    for package, counts in rows.items():
        noticed = counts.total() - counts["survived"]
        endless = f", {counts['endless']} by the time limit" if counts["endless"] else ""
        yield f"{package:{width}}  noticed {noticed:3} of {counts.total():3}  {noticed / counts.total():4.0%}{endless}"
    for found in verdicts.values():
        for verdict in (verdict for verdict in found if verdict.how == "survived"):
            mutant = verdict.mutant
            yield f"\n{mutant.file}:{mutant.lines[0]}  {mutant.kind}  ({verdict.tests})"
            yield from verdict.difference


def main(arguments: list[str] | None = None) -> None:
    """Read the options, try the sample and print what was noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=100, help="how many mutants")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10**6), help="for the same sample again"
    )
    parser.add_argument("--package", action="append", default=[], help="only mutants of this package")
    parser.add_argument("--tests", action="append", default=[], help="only this folder of tests, such as tests/batch")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=2)
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the tree, with src and tests")
    options = parser.parse_args(arguments)
    print(f"sample {options.sample}, seed {options.seed}", flush=True)
    root = options.root.resolve()
    with private_copy(root) as tree, workers(tree, tree.parent, options.workers) as pool:
        files = {
            name: found for name, found in packages(tree).items() if name in options.package or not options.package
        }
        drawn = sample(tree, files, options.sample, random.Random(options.seed))
        known = reach_of(tree, root / ".cache" / "mutants", pool, options.tests)
        verdicts = _tried(drawn, known, pool)
    print("\n".join(_results(verdicts)))


def _tried(drawn: dict[str, list[Mutant]], known: Reach, pool: ProcessPoolExecutor) -> dict[str, list[Verdict]]:
    asked = []
    for package, mutants in drawn.items():
        for mutant in mutants:
            tests = known.tests_for(mutant)
            seconds = {test: known.seconds[test] for test in tests}
            asked.append((package, pool.submit(judge, mutant, tests, seconds)))
    verdicts: dict[str, list[Verdict]] = {package: [] for package in drawn}
    for number, (package, judging) in enumerate(asked, 1):
        verdict = judging.result()
        verdicts[package].append(verdict)
        mutant = verdict.mutant
        _report(f"{number}/{len(asked)} {verdict.how}: {mutant.file}:{mutant.lines[0]} {mutant.kind}")
    return verdicts


if __name__ == "__main__":
    main()
