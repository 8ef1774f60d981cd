"""Match regular expressions step by step and count the steps, so that a test needs no clock.

Python's own engine says nothing about its work. :class:`Counter` walks the same parsed pattern in the same order: greedy
and lazy repeats, alternatives from left to right, atomic groups that are never entered again. Its matches are compared
with those of Python in ``tests/test_patterns.py``.
"""

import re
import re._compiler as compiler  # the parsed pattern has no public door
import re._constants as kinds
import re._parser as parser
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

ALL_METHODS = frozenset({"findall", "finditer", "split", "sub", "subn"})
"""Methods that go on behind each match."""
MOST_STEPS = 400_000
"""Steps after which counting ends: the pattern grows faster than any text of a test can be long."""
_STEADY = 8
"""Steps for each character that are no growth, whatever shorter texts took."""
_NO_MATCH = -1

Matcher = Callable[[int], int]
"""Place in the text -> end of the match, -1 without one."""


class TooManyStepsError(Exception):
    """A pattern took more than :data:`MOST_STEPS`."""


class Counter:
    """Counts the steps of one pattern.

    Args:
        pattern: the compiled pattern.
    """

    def __init__(self, pattern: "re.Pattern[Any]") -> None:
        parsed = parser.parse(pattern.pattern, pattern.flags)
        self._state = parsed.state
        self._is_text = isinstance(pattern.pattern, str)
        self._text: Any = ""
        self._groups: dict[int, tuple[int, int]] = {}
        self._must_end = False
        self.steps = 0
        self._start = self._sequence(list(parsed), self._end, pattern.flags)

    def spans(self, text: Any, method: str) -> list[tuple[int, int]]:
        """Return the places that match, as a method of a pattern finds them; :attr:`steps` has what that took.

        Raises:
            TooManyStepsError: when it takes more than any test needs.
        """
        self._text, self.steps, self._must_end = text, 0, method == "fullmatch"
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(200_000)
        try:
            if method in {"match", "fullmatch"}:
                end = self._from(0)
                return [] if end == _NO_MATCH else [(0, end)]
            found = list(self._all())
        finally:
            sys.setrecursionlimit(limit)
        return found if method in ALL_METHODS else found[:1]

    def count(self, text: Any, method: str) -> int:
        """Return the steps that a method takes for a text."""
        if method == "search":
            self._text, self.steps, self._must_end = text, 0, False
            limit = sys.getrecursionlimit()
            sys.setrecursionlimit(200_000)
            try:
                next(self._all(), None)
            finally:
                sys.setrecursionlimit(limit)
        else:
            self.spans(text, method)
        return self.steps

    def _all(self) -> Iterator[tuple[int, int]]:
        at, end_before = 0, _NO_MATCH
        while at <= len(self._text):
            end = self._from(at)
            if end == _NO_MATCH or (end == at == end_before):
                at += 1
                continue
            yield at, end
            # An empty match may stand behind another match, but not where the last one was empty.
            end_before = end if end > at else _NO_MATCH
            at = end + (end == at)
            if end_before == end:
                end_before = _NO_MATCH

    def _from(self, at: int) -> int:
        self._groups.clear()
        return self._start(at)

    def _end(self, at: int) -> int:
        self._step()
        return at if not self._must_end or at == len(self._text) else _NO_MATCH

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooManyStepsError

    def _sequence(self, items: list[Any], follow: Matcher, flags: int) -> Matcher:
        for item in reversed(items):
            follow = self._item(item, follow, flags)
        return follow

    def _item(self, item: Any, follow: Matcher, flags: int) -> Matcher:
        kind, value = item
        if kind in _SINGLE:
            return self._one(self._admits(item, flags), follow)
        if kind in {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}:
            least, most, body = value
            if len(body) == 1 and body[0][0] in _SINGLE:
                return self._characters(kind, least, most, self._admits(body[0], flags), follow)
            if kind is kinds.POSSESSIVE_REPEAT:
                return self._possessive(least, most, self._sequence(list(body), _stay, flags), follow)
            return self._repeat(kind, least, most, list(body), follow, flags)
        if kind is kinds.BRANCH:
            ways = [self._sequence(list(way), follow, flags) for way in value[1]]
            return self._ways(ways)
        if kind is kinds.SUBPATTERN:
            number, added, taken, body = value
            return self._group(number, list(body), follow, (flags | added) & ~taken)
        if kind is kinds.ATOMIC_GROUP:
            return self._atomic(self._sequence(list(value), _stay, flags), follow)
        if kind in {kinds.ASSERT, kinds.ASSERT_NOT}:
            direction, body = value
            back = body.getwidth()[0] if direction < 0 else 0
            return self._look(self._sequence(list(body), _stay, flags), back, kind is kinds.ASSERT, follow)
        if kind is kinds.AT:
            return self._at(value, follow, flags)
        if kind is kinds.GROUPREF:
            return self._same(value, follow)
        raise NotImplementedError(str(kind))

    def _admits(self, item: Any, flags: int) -> Callable[[Any], bool]:
        """Return whether one character fits, which Python's own engine decides."""
        one = compiler.compile(parser.SubPattern(self._state, [item]), flags)
        known: dict[Any, bool] = {}

        def admits(character: Any) -> bool:
            if character not in known:
                text = character if self._is_text else bytes([character])
                known[character] = one.match(text) is not None
            return known[character]

        return admits

    def _one(self, admits: Callable[[Any], bool], follow: Matcher) -> Matcher:
        def match(at: int) -> int:
            self._step()
            return follow(at + 1) if at < len(self._text) and admits(self._text[at]) else _NO_MATCH

        return match

    def _characters(self, kind: Any, least: int, most: int, admits: Callable[[Any], bool], follow: Matcher) -> Matcher:
        def scan(at: int, count: int) -> int:
            end, last = at, min(len(self._text), at + min(count, len(self._text)))
            while end < last and admits(self._text[end]):
                self._step()
                end += 1
            return end

        def match(at: int) -> int:
            self._step()
            if kind is kinds.MIN_REPEAT:
                end = scan(at, least)
                while end - at >= least:
                    found = follow(end)
                    if found != _NO_MATCH or end - at >= most or scan(end, 1) == end:
                        return found
                    end += 1
                return _NO_MATCH
            end = scan(at, most)
            if kind is kinds.POSSESSIVE_REPEAT:
                return follow(end) if end - at >= least else _NO_MATCH
            for place in range(end, at + least - 1, -1):
                self._step()
                found = follow(place)
                if found != _NO_MATCH:
                    return found
            return _NO_MATCH

        return match

    def _possessive(self, least: int, most: int, body: Matcher, follow: Matcher) -> Matcher:
        def match(at: int) -> int:
            count = 0
            while count < most:
                self._step()
                end = body(at)
                if end == _NO_MATCH or (end == at and count >= least):
                    break
                at, count = end, count + 1
            return follow(at) if count >= least else _NO_MATCH

        return match

    def _repeat(self, kind: Any, least: int, most: int, items: list[Any], follow: Matcher, flags: int) -> Matcher:
        state = [(0, _NO_MATCH)]  # iterations so far, and where the last one began

        def once_more(at: int) -> int:
            count, last = state[0]
            if count >= most or (at == last and count >= least):
                return _NO_MATCH
            state[0] = (count + 1, at)
            end = body(at)
            if end == _NO_MATCH:
                state[0] = (count, last)
            return end

        def leave(at: int) -> int:
            return _NO_MATCH if state[0][0] < least else follow(at)

        def go_on(at: int) -> int:
            self._step()
            first, second = (leave, once_more) if kind is kinds.MIN_REPEAT else (once_more, leave)
            end = first(at)
            return second(at) if end == _NO_MATCH else end

        body = self._sequence(items, go_on, flags)

        def enter(at: int) -> int:
            kept, state[0] = state[0], (0, _NO_MATCH)
            end = go_on(at)
            state[0] = kept
            return end

        return enter

    def _ways(self, ways: list[Matcher]) -> Matcher:
        def match(at: int) -> int:
            for way in ways:
                self._step()
                end = way(at)
                if end != _NO_MATCH:
                    return end
            return _NO_MATCH

        return match

    def _group(self, number: int | None, items: list[Any], follow: Matcher, flags: int) -> Matcher:
        if number is None:
            return self._sequence(items, follow, flags)
        starts: list[int] = []

        def close(at: int) -> int:
            before = self._groups.get(number)
            start = starts.pop()
            self._groups[number] = (start, at)
            end = follow(at)
            starts.append(start)
            if end == _NO_MATCH:
                if before is None:
                    del self._groups[number]
                else:
                    self._groups[number] = before
            return end

        inner = self._sequence(items, close, flags)

        def match(at: int) -> int:
            starts.append(at)
            end = inner(at)
            starts.pop()
            return end

        return match

    def _atomic(self, body: Matcher, follow: Matcher) -> Matcher:
        def match(at: int) -> int:
            end = body(at)
            return _NO_MATCH if end == _NO_MATCH else follow(end)

        return match

    def _look(self, body: Matcher, back: int, wanted: bool, follow: Matcher) -> Matcher:
        def match(at: int) -> int:
            self._step()
            found = at >= back and body(at - back) != _NO_MATCH
            return follow(at) if found is wanted else _NO_MATCH

        return match

    def _at(self, where: Any, follow: Matcher, flags: int) -> Matcher:
        sign = compiler.compile(parser.SubPattern(self._state, [(kinds.AT, where)]), flags)

        def match(at: int) -> int:
            self._step()
            around = self._text[max(0, at - 1) : at + 2]  # no place is judged by more than its neighbours
            begins, ends = at == 0, at + 2 >= len(self._text)
            filler = "\0" if self._is_text else b"\0"
            if not begins and at > 1:
                around = filler + around
            if not ends:
                around += filler
            place = min(2, at)
            return follow(at) if sign.match(around, place) else _NO_MATCH

        return match

    def _same(self, number: int, follow: Matcher) -> Matcher:
        def match(at: int) -> int:
            self._step()
            if number not in self._groups:
                return _NO_MATCH
            start, end = self._groups[number]
            self.steps += end - start
            return follow(at + end - start) if self._text[start:end] == self._text[at : at + end - start] else _NO_MATCH

        return match


_SINGLE = frozenset({kinds.LITERAL, kinds.NOT_LITERAL, kinds.ANY, kinds.IN})
"""Kinds that take one character."""


def _stay(at: int) -> int:
    return at


def growth(texts: Sequence[Any], steps: Sequence[int]) -> float:
    """Return what the second doubling of a text added to the steps, as a multiple of what the first one added.

    Args:
        texts: a text, one about twice as long, and one about four times as long.
        steps: the steps for each.
    """
    if steps[2] <= _STEADY * len(texts[2]):
        return 0
    return (steps[2] - steps[1]) / max(steps[1] - steps[0], len(texts[1]) - len(texts[0]))
