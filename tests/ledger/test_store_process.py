"""Whether the program that was sending still runs: a number that another process has by now does not count."""

import os
import subprocess
import sys

import psutil
import pytest

from action_returns.ledger.store import is_running, process_name


def test_this_process_runs():
    assert is_running(process_name())


def test_a_process_that_has_ended_does_not_run_even_before_its_parent_has_counted_it():
    script = "from action_returns.ledger.store import process_name; print(process_name(), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        name = process.stdout.readline().decode().strip()
        assert is_running(name)
        process.kill()
        if os.name == "posix":
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        else:
            process.wait()  # its number is not free while this handle is open
        assert not is_running(name)
    assert not is_running(name)


def test_a_later_process_with_the_same_number_is_another_one():
    number, _, started = process_name().partition("@")
    assert not is_running(f"{number}@{float(started) - 60:.2f}")


def test_a_clock_that_was_set_by_a_second_makes_no_other_process_of_it():
    number, _, started = process_name().partition("@")
    assert is_running(f"{number}@{float(started) + 1:.2f}")


@pytest.mark.parametrize("name", ["", "x@1", "12", "12@", "12@x", "999999999@1", "-1@5"])
def test_a_name_that_is_none_is_no_running_process(name):
    assert not is_running(name)


def test_a_process_of_which_the_system_tells_nothing_may_still_run(monkeypatch):
    def denied(_number):
        raise psutil.AccessDenied(1)

    monkeypatch.setattr(psutil, "Process", denied)
    assert is_running("1@2.00")
