"""Who is writing: a name for this process that no later one has, and whether such a process still runs."""

import os

_SAME_START = 2.0
"""Seconds by which a system may give the start of one and the same process differently, after its clock was set."""


def this_process() -> str:
    """Give a name for this process: its number and the moment it started."""
    return f"{os.getpid()}@{_started(os.getpid()):.2f}"


def still_runs(name: str) -> bool:
    """Tell whether the process of that name may still run on this machine.

    A number alone may belong to another process by now, so the moment it started has to agree.
    """
    import psutil

    number, _, started = name.partition("@")
    try:
        return abs(float(started) - _started(int(number))) < _SAME_START
    except (ValueError, psutil.NoSuchProcess):  # ZombieProcess included: it has ended and only waits to be counted
        return False
    except psutil.AccessDenied:  # there is such a process, and the system tells no more
        return True


def _started(number: int) -> float:
    import psutil

    process = psutil.Process(number)
    if process.status() == psutil.STATUS_ZOMBIE:
        raise psutil.ZombieProcess(number)
    return process.create_time()
