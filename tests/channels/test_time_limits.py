"""How long is waited: for a step, for all steps together, and for a file."""

import itertools

import pytest

from action_returns.channels.base import TookTooLongError
from action_returns.channels.time_limits import TimeLimit, file_seconds


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


def test_a_step_ends_with_its_own_time_or_with_that_of_all_steps():
    clock = Clock()
    all_steps = TimeLimit(100, "in all", clock=clock)
    assert all_steps.step(30).left() == 30
    clock.now = 80
    last = all_steps.step(30)
    assert last.left() == 20
    clock.now = 100
    with pytest.raises(TookTooLongError, match=r"^it took longer than 100 seconds in all$"):
        last.left()


def test_a_step_that_takes_too_long_alone_says_so():
    clock = Clock()
    step = TimeLimit(100, "in all", clock=clock).step(2.5)
    clock.now = 2.5
    with pytest.raises(TimeoutError, match=r"^no answer within 2\.5 seconds$"):
        step.left()


def test_other_steps_begin_with_a_time_of_their_own_by_the_same_clock():
    clock = itertools.count(start=0, step=10)
    first = TimeLimit(15, "in all", clock=clock.__next__)  # 0
    second = first.renewed(35, "for the file")  # 10
    assert second.left() == 25  # 20
    with pytest.raises(TookTooLongError, match="15 seconds in all"):
        first.left()  # 30
    assert second.left() == 5  # 40
    with pytest.raises(TookTooLongError, match="35 seconds for the file"):
        second.left()  # 50


@pytest.mark.parametrize(("size", "bytes_a_second"), [(1_000_000, 10_000), (35_000_000, 50_000), (60_000_000, 50_000)])
def test_a_slow_and_honest_line_has_the_time_that_it_needs(size, bytes_a_second):
    assert size / bytes_a_second < file_seconds(size)


def test_no_file_is_waited_for_longer_than_half_an_hour():
    assert file_seconds(0) == 180
    assert file_seconds(1_000_000) == 280
    assert file_seconds(10**12) == 1_800
