"""No regular expression of the product takes more than a steady number of steps for each character that it is given.

Files, downloads and answers of servers come from strangers. A pattern that looks at each character once for each other
one turns a small file into minutes.
"""

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.excel import button_texts
from action_returns.readers import amount_column, missing_columns
from action_returns.readers.xlsx import row_pattern
from action_returns.workbook_builder.vba import module as vba_module
from tests.support.made_patterns import MADE, OF_USER, PASSED_ON
from tests.support.pattern_inputs import Shape, hostile_shapes
from tests.support.pattern_steps import ALL_METHODS, Counter, TooManyStepsError, growth
from tests.support.patterns import PRODUCT, Used, patterns_of_product

PATTERNS = patterns_of_product()
SOME_SHAPES = 600
"""Texts for one pattern in the short run; nearly all patterns have fewer."""
ALL_SHAPES = 1_000_000
LONG_UNIT = 12
LINEAR = 2.1
"""What twice the text may add, as a multiple of what the first half added: 2 for a linear pattern, 4 for a square."""


def test_every_pattern_is_found_with_the_methods_it_is_used_with():
    assert {*PATTERNS.made} == {*MADE, *OF_USER}
    unclear = [one.place for one in PATTERNS.used if not one.methods and not _passed_on(one) and not _is_part(one)]
    assert unclear == []
    sources = "\n".join(path.read_text("utf-8") for path in PRODUCT.rglob("*.py"))
    calls = re.findall(r"\bre\.(?:compile|match|fullmatch|search|findall|finditer|split|subn?)\(", sources)
    assert len(calls) == len(PATTERNS.used) + sum(map(len, PATTERNS.made.values())) > 100


def test_patterns_of_settings_are_left_to_an_engine_that_is_linear():
    # pydantic matches ``pattern=`` with Rust's regex crate, unless this setting asks for Python's.
    assert [path for path in PRODUCT.rglob("*.py") if "regex_engine" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("one", PATTERNS.used, ids=lambda one: one.place)
def test_a_pattern_takes_no_more_steps_for_each_character_of_a_longer_text(one):
    for method in _one_of_each_kind(one.methods or _passed_on(one)):
        assert _not_linear(one.pattern, method, ALL_SHAPES) == ""


@pytest.mark.parametrize("function", MADE, ids=".".join)
def test_a_pattern_that_is_made_takes_no_more_steps_for_each_character_of_a_longer_text(function):
    examples = list(MADE[function]())
    assert examples
    for pattern, methods in examples:
        for method in methods:
            assert _not_linear(pattern, method) == ""


@pytest.mark.long
@pytest.mark.parametrize("function", MADE, ids=".".join)
def test_a_pattern_that_is_made_is_linear_in_every_text_that_can_be_thought_of(function):
    for pattern, methods in MADE[function]():
        for method in methods:
            assert _not_linear(pattern, method, ALL_SHAPES) == ""


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"\s+$", "search"),
        (r"<a [^>]*r=", "findall"),
        (r"[0-9]*x?[0-9]*y", "match"),
        (r"(?:[a-z]+ ?)+\.", "fullmatch"),
        (r"(?:a|aa)+b", "match"),
        (r"x*?y", "findall"),
        (r"<t>.*?</t>", "findall"),
        (r"(.*)\s*=", "fullmatch"),
        (r"[^,]+,[0-9]", "findall"),
        (r"(\\*)\"", "sub"),
    ],
)
def test_a_pattern_that_grows_faster_than_its_text_is_found(pattern, method):
    assert _not_linear(re.compile(pattern, re.DOTALL), method) != ""


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"\S\s*+$", "search"),
        (r"<a [^<>]*+r=", "findall"),
        (r"[0-9]*+x?+[0-9]*+y", "match"),
        (r"(?:[a-z]++ ?+)++\.", "fullmatch"),
        (r"(?<![,a-z])[^,]{1,9}+,[0-9]", "findall"),
        (r"(?=.{3,20}$)[a-z]+(?:\.[a-z]+)*", "fullmatch"),
    ],
)
def test_a_linear_pattern_is_not_blamed(pattern, method):
    assert _not_linear(re.compile(pattern, re.DOTALL), method) == ""


@pytest.mark.parametrize("one", PATTERNS.used, ids=lambda one: one.place)
def test_the_steps_are_those_of_the_match_that_python_finds(one):
    for method in one.methods or _passed_on(one):
        counter = Counter(one.pattern)
        for text in _texts(one.pattern, 6):
            assert counter.spans(text, method) == _spans(one.pattern, text, method)


@given(
    pattern=st.sampled_from(
        [
            r"(?:a|b(?=c)|(?P<x>c))*?d",
            r"(a*)(b\1)?c",
            r"(?:(a|ab)(c|bcd)(d*))+",
            r"(?<=a)b*+|\bc+?\B",
            r"(?i:A)?(?:b|)*c$",
        ]
    ),
    text=st.text("abcdA \n", max_size=12),
    method=st.sampled_from(["match", "fullmatch", "search", "findall"]),
)
def test_the_counter_finds_what_python_finds(pattern, text, method):
    compiled = re.compile(pattern)
    assert Counter(compiled).spans(text, method) == _spans(compiled, text, method)


PLAIN_WORDS = [
    # The pattern of the product, the same without possessive forms, and the way it is used.
    (
        amount_column._pattern,
        (
            rf"([-\u2212(]?)\s*({amount_column._currency})?\s*([-\u2212]?)([0-9](?:[0-9.,'\u2019\s]*[0-9])?)\s*"
            rf"({amount_column._currency})?\)?"
        ),
        "fullmatch",
        "-\u2212( $.0,5'\u2019EURs)x",
    ),
    (
        missing_columns._looks_like_data.__self__,
        r"[^A-Za-z]*[0-9][^A-Za-z]*|[Mm]\.[0-9.]+|(?i:order_update|rejected)",
        "fullmatch",
        "Mm.09 -x",
    ),
    (vba_module._attribute.__self__, r"Attribute (VB_\w+) = (.*?)\s*", "fullmatch", "x \n\t="),
    (
        row_pattern._row.__self__,
        (
            rb'<row r="([0-9]{1,9}+)"((?: (?!xmlns|r=|hidden="(?!0"|false")|ht="(?![0-9.]*[1-9][0-9.]*"))'
            rb'[A-Za-z][A-Za-z0-9:]*+="[^"<>&]*+")*+)>(.*)</row>[ \t\r\n]*+'
        ),
        "fullmatch",
        '09."ht= ',
    ),
    (
        button_texts._patterns()[1][0],
        (
            r"""(?P<lead>[Rr]un |(?: with)?: )?action-returns secret set (?:"[^"]*"|'[^']*'|\S+?)(?! --ledger)"""
            r"""(?=[.,;)]*(?:\s|\Z))"""
        ),
        "sub",
        "a.,;)\"' -",
    ),
]


@pytest.mark.parametrize(("product", "plain", "method", "alphabet"), PLAIN_WORDS, ids=range(len(PLAIN_WORDS)))
def test_a_possessive_pattern_finds_what_its_plain_words_find(product, plain, method, alphabet):
    other = re.compile(plain, product.flags & ~re.UNICODE)
    for text in [*_texts(product, 3), *_texts(other, 3)]:
        assert _groups(product, text, method) == _groups(other, text, method)

    @given(st.text(alphabet, max_size=14), st.sampled_from(_texts(other, 1)))
    def on_any_text(text, around):
        for whole in (
            (text, around[: len(around) // 2] + text + around[len(around) // 2 :])
            if isinstance(around, str)
            else (around[: len(around) // 2] + text.encode() + around[len(around) // 2 :],)
        ):
            assert _groups(product, whole, method) == _groups(other, whole, method)

    on_any_text()


def _groups(pattern: "re.Pattern[Any]", text: Any, method: str) -> list[Any]:
    if method == "fullmatch":
        match = pattern.fullmatch(text)
        return [] if match is None else [match.span(), match.groups()]
    return [(match.span(), match.groups()) for match in pattern.finditer(text)]


def _texts(pattern: "re.Pattern[Any]", size: int) -> list[Any]:
    return [shape.text(size) for shape in hostile_shapes(pattern)]


def _spans(pattern: "re.Pattern[Any]", text: Any, method: str) -> list[tuple[int, int]]:
    if method in ALL_METHODS:
        return [match.span() for match in pattern.finditer(text)]
    match = getattr(pattern, method)(text)
    return [] if match is None else [match.span()]


def _not_linear(pattern: "re.Pattern[Any]", method: str, most: int = SOME_SHAPES) -> str:
    """Return a text for which a pattern takes more steps than its length accounts for, ``""`` when none is found."""
    counter, shapes = Counter(pattern), hostile_shapes(pattern)
    for shape in shapes[:: 1 + len(shapes) // most]:
        # A repeat of 61 at most begins like a square; longer texts tell.
        short = 10 if len(shape.unit) <= LONG_UNIT else 4
        if all(_ratio(counter, method, shape, size) > LINEAR for size in (short, 200)):
            return f"{pattern.pattern!r}.{method} for {shape}"
    return ""


def _ratio(counter: Counter, method: str, shape: Shape, size: int) -> float:
    texts = [shape.text(size << doubled) for doubled in range(3)]
    try:
        return growth(texts, [counter.count(text, method) for text in texts])
    except TooManyStepsError:
        return math.inf


def _one_of_each_kind(methods: Any) -> set[str]:
    """Return the methods without those that take the same steps."""
    return {"findall" if method in ALL_METHODS else method for method in methods}


def _passed_on(one: Used) -> set[str]:
    return PASSED_ON.get((one.place.partition(":")[0], one.pattern.pattern), set())


def _is_part(one: Used) -> bool:
    """Return whether a pattern is only a part of others, which are looked at themselves."""
    name = PRODUCT.parent.joinpath(*one.place.partition(":")[0].split(".")).with_suffix(".py")
    line = name.read_text("utf-8").splitlines()[int(one.place.rpartition(":")[2]) - 1]
    return f"{line.partition(':')[0]}.pattern" in name.read_text("utf-8")
