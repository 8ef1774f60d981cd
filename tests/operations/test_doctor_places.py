"""Doctor tells a folder that a ledger must not be in before something is sent from it."""

import pytest

from action_returns.ledger.ledger import open_ledger
from action_returns.operations.doctor import run_checks
from tests.support.profiles import paths_of


def ledger(paths):
    return next((is_well, seen) for what, is_well, seen in run_checks(paths) if what == "Ledger")


def test_the_folder_of_the_ledger_is_named(paths):
    assert ledger(paths) == (True, f"{paths.ledger_file} (not made yet)")
    open_ledger(paths.ledger_file).close()
    assert ledger(paths) == (True, str(paths.ledger_file))


@pytest.mark.parametrize("is_made", [False, True])
def test_a_ledger_in_a_folder_that_goes_to_a_cloud_is_told_with_what_to_do(tmp_path, is_made):
    paths = paths_of(tmp_path / "My Drive" / "returns")
    if is_made:  # before the user moved the folder there
        elsewhere = paths_of(tmp_path / "returns")
        open_ledger(elsewhere.ledger_file).close()
        (tmp_path / "My Drive").mkdir()
        (tmp_path / "returns").rename(tmp_path / "My Drive" / "returns")
    is_well, seen = ledger(paths)
    assert not is_well
    assert seen.startswith(f"{paths.ledger_file}{'' if is_made else ' (not made yet)'} is not written: ")
    assert "My Drive is copied to a cloud" in seen
    assert "Set ACTION_RETURNS_HOME to a folder on this machine's own disk" in seen
