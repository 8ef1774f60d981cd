"""What was read of a fetch is kept where it can be, and its troubles are told."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from action_returns.brand_api.whole_lists import Stretch
from action_returns.errors import OutputFileError
from action_returns.operations.fetch_part import FetchPlan, open_part

FULL = Path("/dev/full")
PLAN = FetchPlan("IRabc123", "api.example", 443, ("1000",), 90, datetime(2026, 12, 1, 9, tzinfo=UTC))
OCTOBER = Stretch("1000", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
NOVEMBER = Stretch("1000", datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
ROW = ("1000.1.1", "=1+3", "19.90", "\u20ac", "", "", "", "\ufffd\n", "1000", "", "")


def test_a_part_is_what_it_was_when_it_is_opened_again(paths):
    with open_part(paths.fetches, "acme", PLAN) as part:
        part.add(OCTOBER, [ROW])
        part.add_halved(NOVEMBER)
    with open_part(paths.fetches, "acme", PLAN) as part:
        assert (part.counts, part.halved, part.thrown_away) == ({OCTOBER: 1}, {NOVEMBER}, "")
        assert list(part.stretches()) == [[ROW]]
        part.remove()
    assert not part.path.exists()


def test_a_last_line_without_its_end_does_not_count(paths):
    with open_part(paths.fetches, "acme", PLAN) as part:
        part.add(OCTOBER, [ROW])
        part.add(NOVEMBER, [ROW, ROW])
    part.path.write_bytes(part.path.read_bytes()[:-1])
    with open_part(paths.fetches, "acme", PLAN) as part:
        assert part.counts == {OCTOBER: 1}
        part.add(NOVEMBER, [ROW])
        assert list(part.stretches()) == [[ROW], [ROW]]


def test_each_profile_has_a_part_of_its_own(paths):
    with open_part(paths.fetches, "acme", PLAN) as part, open_part(paths.fetches, "other", PLAN) as other:
        part.add(OCTOBER, [ROW])
        assert (part.rows, other.rows) == (1, 0)


def test_a_folder_that_cannot_be_made_is_told(paths):
    paths.fetches.write_text("a file")
    with pytest.raises(OutputFileError, match=r"acme\.part cannot be written: .* set ACTION_RETURNS_HOME to a folder"):
        open_part(paths.fetches, "acme", PLAN)


@pytest.mark.skipif(not FULL.exists(), reason="no device that is full")
@pytest.mark.parametrize("rows", [1, 1_000])
def test_a_disk_without_room_is_told(paths, rows):
    with open_part(paths.fetches, "acme", PLAN) as part:
        part._file.close()
        part._file = FULL.open("wb")
        with pytest.raises(OutputFileError, match="No space left on device"):
            part.add(OCTOBER, [ROW] * rows)
    assert part.rows == 0


@pytest.mark.skipif(os.name != "posix", reason="Windows locks in another way")
def test_a_drive_without_locks_keeps_a_part_as_well(paths, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with open_part(paths.fetches, "acme", PLAN) as part:
        part.add(OCTOBER, [ROW])
    with open_part(paths.fetches, "acme", PLAN) as part:
        assert part.rows == 1
