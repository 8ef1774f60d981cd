"""Whole-column passes: the few cells worth a second look, found at the speed of C.

Each pass stands for a plain sentence about single cells and may suspect too many, never too few; what is suspected
goes to :class:`action_returns.batch.judge.Judge`. A property test compares the outcome with a row-by-row reference.
"""

import re
from collections import Counter
from collections.abc import Collection, Container, Sequence
from itertools import compress, count
from typing import Final

from action_returns.batch.amounts import EXACT_BELOW
from action_returns.batch.columns import Cell

# judge.USUAL_ID, line by line. Possessive: runs to the next unusual id in one call, without a step back.
_usual_run = re.compile(r"(?:M\.[0-9]{1,10}+\.[0-9]{1,10}+\.[0-9]{1,15}+\n)*+").match
_plain_amount = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,2})?").fullmatch

_CHUNK: Final = 64


def joined(cells: Sequence[Cell]) -> str:
    """Write a column as one text, one cell a line; a cell that is no text or holds a line break becomes empty."""
    if not cells:
        return ""
    try:
        text = "\n".join(cells) + "\n"  # type: ignore[arg-type]
    except TypeError:
        text = ""
    if text.count("\n") != len(cells):
        lines = [cell if cell.__class__ is str and "\n" not in cell else "" for cell in cells]
        text = "\n".join(lines) + "\n"
    return text


def unusual_lines(text: str) -> list[int]:
    """Give the 0-based lines that are not ``M.digits.digits.digits``, in order."""
    unusual = []
    line, at, end = 0, 0, len(text)
    count_breaks, find = text.count, text.find
    while at < end:
        stop = _usual_run(text, at).end()  # type: ignore[union-attr]  # the empty run always matches
        if stop > at:
            line += count_breaks("\n", at, stop)
        if stop == end:
            break
        unusual.append(line)
        line += 1
        at = find("\n", stop) + 1
    return unusual


def later_occurrences(keys: Sequence[str | None]) -> list[int]:
    """Give the positions of every key that stood further up already; None is nobody's key."""
    seen: set[str | None] = set()
    repeated = []
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        if seen.isdisjoint(chunk):
            before = len(seen)
            seen.update(chunk)
            if len(seen) - before == len(chunk):
                continue
            seen.difference_update(chunk)
        for position, key in enumerate(chunk, start):
            if key is None:
                continue
            if key in seen:
                repeated.append(position)
            seen.add(key)
    return repeated


def among(keys: Sequence[str | None], known: Container[str | None]) -> list[int]:
    """Give the positions of the keys that something is known about."""
    return list(compress(count(), map(known.__contains__, keys)))


def suspect_amounts(
    amounts: Sequence[Cell], reasons: Sequence[Cell], changing: Collection[str], reversing: Collection[str], most: float
) -> list[int]:
    """Give the positions whose amount or reason is not plainly good, or whose amount and reason may not agree.

    Args:
        amounts: raw cells of the Amount column.
        reasons: raw cells of the Reason column.
        changing: reason codes that go with an amount above 0.
        reversing: reason codes that go with 0.
        most: an amount from here on is suspect.
    """
    most = min(most, EXACT_BELOW)
    if str in set(map(type, amounts)):
        amounts = [float(cell) if cell.__class__ is str and _plain_amount(cell) else cell for cell in amounts]
    try:
        # amounts.EXACT_BELOW says why this proves a two-place amount.
        return [
            position
            for position, x, reason in zip(count(), amounts, reasons, strict=False)
            if not (
                x.__class__ is float
                and 0 <= x < most
                and int(x * 100 + 0.5) / 100 == x
                and (reason in changing if x else reason in reversing)
            )
        ]
    except TypeError:  # a reason that cannot be looked up, such as a list: then every row is judged by itself
        return list(range(len(amounts)))


def campaigns_apart(text: str, ids: Sequence[Cell], unusual: Sequence[int]) -> tuple[str, list[int]]:
    """Give the campaign most usual ids belong to, and the positions of usual ids of any other campaign.

    The campaign is the first number of an id (in impact.com's API samples it equals the record's CampaignId).

    Args:
        text: the column as :func:`joined` gives it.
        ids: the column itself.
        unusual: the positions of ids without the usual form, in order.
    """
    usual = len(ids) - len(unusual)
    if not usual:
        return "", []
    first = next((at for at, apart in enumerate(unusual) if at != apart), len(unusual))
    campaign = _campaign(ids[first])
    start = f"M.{campaign}."
    among_unusual = sum(
        cell.startswith(start) and "\n" not in cell for at in unusual if isinstance(cell := ids[at], str)
    )
    if ("\n" + text).count("\n" + start) - among_unusual == usual:
        return campaign, []
    apart = set(unusual)
    of_each = [(at, _campaign(cell)) for at, cell in enumerate(ids) if at not in apart]
    main = Counter(campaign for _, campaign in of_each).most_common(1)[0][0]
    return main, [at for at, campaign in of_each if campaign != main]


def _campaign(usual_id: Cell) -> str:
    return str(usual_id).split(".", 2)[1]
