"""Gives the tests behind a promise of guarantees.md: ``python docs/promises.py 2``; of all of them without a number."""

import re
import sys
from pathlib import Path

PAGE = Path(__file__).with_name("guarantees.md")


def tests_of(page: str) -> dict[int, list[str]]:
    """Give promise -> the tests that show it, in the order of the page."""
    found = {}
    for part in re.split(r"^## (?=\d+\. )", page, flags=re.MULTILINE)[1:]:
        number = int(part.partition(".")[0])
        found[number] = list(dict.fromkeys(re.findall(r"`(tests/[^`]+)`", part.partition("\n## ")[0])))
    return found


def main() -> None:
    """Print the tests of the promises that were asked for."""
    tests = tests_of(PAGE.read_text(encoding="utf-8"))
    wanted = [int(word) for word in sys.argv[1:]] or list(tests)
    if unknown := [number for number in wanted if number not in tests]:
        sys.exit(f"There is no promise {unknown[0]}. There are: {', '.join(map(str, tests))}")
    sys.stdout.write("\n".join(dict.fromkeys(test for number in wanted for test in tests[number])) + "\n")


if __name__ == "__main__":
    main()
