"""How much longer each regular expression of the product takes for a text of twice the length, one JSON object printed.

Each gets the texts from its own alphabet for which it takes the most steps for each character, the same ones that
``tests/test_patterns.py`` counts; here Python's own engine runs them against the clock.
"""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

sys.path.pop(0)  # this folder holds a click.py, which is not the package of that name
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.made_patterns import MADE, PASSED_ON  # the path comes first
from tests.support.pattern_inputs import Shape, hostile_shapes
from tests.support.pattern_steps import ALL_METHODS, Counter, TooManyStepsError
from tests.support.patterns import patterns_of_product

CHARACTERS = 20_000
HARDEST = 3
RUNS = 3
AGAIN = 4
LINEAR = 2.6
"""Twice the text takes twice as long, and a little more in a bad moment of the machine; a square takes four times as long."""


def main() -> None:
    """Measure every pattern with each of its methods, and print the slowest growth."""
    ratios: dict[str, float] = {}
    patterns = set()
    for place, pattern, methods in _patterns():
        patterns.add((place, pattern.pattern))
        for method in {"findall" if method in ALL_METHODS else method for method in methods}:
            for shape in _hardest(pattern, method):
                ratio = _ratio(pattern, method, shape)
                for _ in range(AGAIN):  # a bad moment of the machine passes
                    if ratio > LINEAR:
                        ratio = min(ratio, _ratio(pattern, method, shape))
                ratios[place] = max(ratio, ratios.get(place, 0.0))
    worst = max(ratios, key=lambda place: ratios[place])
    above = sorted(place for place, ratio in ratios.items() if ratio > LINEAR)
    print(json.dumps({"patterns": len(patterns), "worst": ratios[worst], "place": worst, "above": above}))


def _patterns() -> list[tuple[str, "re.Pattern[Any]", set[str]]]:
    found = patterns_of_product()
    used = [
        (
            one.place,
            one.pattern,
            set(one.methods) or PASSED_ON.get((one.place.partition(":")[0], one.pattern.pattern), set()),
        )
        for one in found.used
    ]
    return used + [(found.made[function][0], *example) for function, examples in MADE.items() for example in examples()]


def _hardest(pattern: "re.Pattern[Any]", method: str) -> list[Shape]:
    counter = Counter(pattern)

    def steps(shape: Shape) -> float:
        text = shape.text(8)
        try:
            return counter.count(text, method) / len(text)
        except TooManyStepsError:
            return float("inf")

    return sorted(hostile_shapes(pattern), key=steps)[-HARDEST:]


def _ratio(pattern: "re.Pattern[Any]", method: str, shape: Shape) -> float:
    size = CHARACTERS // len(shape.unit)
    once, twice = (_seconds(pattern, method, shape.text(size * times)) for times in (1, 2))
    return twice / once if twice > 5e-4 else 0  # shorter times are the clock's


def _seconds(pattern: "re.Pattern[Any]", method: str, text: Any) -> float:
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        getattr(pattern, method)(text)
        best = min(best, time.process_time() - start)
        if best > 0.5:
            break
    return best


if __name__ == "__main__":
    main()
