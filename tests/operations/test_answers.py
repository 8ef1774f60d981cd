"""Answers about columns are kept for this user, and used only when no other user could have changed them."""

import stat

import pytest

from action_returns.operations.answers import save_answers, saved_answers

ANSWERS = {"Amount": "Betrag"}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "home" / "batch-columns.json"
    save_answers(path, "headers", ANSWERS)
    return path


def test_answers_are_kept_and_can_be_given_anew(file):
    assert saved_answers(file) == {"headers": ANSWERS}
    save_answers(file, "headers", {"Amount": "Wert"})
    save_answers(file, "other headers", ANSWERS)
    assert saved_answers(file) == {"headers": {"Amount": "Wert"}, "other headers": ANSWERS}


def test_answers_and_their_folder_are_private(file):
    assert saved_answers(file) == {"headers": ANSWERS}
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


def test_answers_that_others_can_change_are_asked_for_again(file):
    file.chmod(0o666)
    assert saved_answers(file) == {}
    save_answers(file, "headers", {"Amount": "Wert"})
    assert saved_answers(file) == {"headers": {"Amount": "Wert"}}


def test_answers_of_an_older_version_that_others_can_read_are_used(file):
    file.chmod(0o644)
    assert saved_answers(file) == {"headers": ANSWERS}


def test_no_link_is_followed_when_answers_are_kept(file, tmp_path):
    (tmp_path / "other.json").write_bytes(b"{}")
    (tmp_path / "other.json").chmod(0o600)
    file.unlink()
    file.symlink_to(tmp_path / "other.json")
    save_answers(file, "headers", ANSWERS)
    assert (tmp_path / "other.json").read_bytes() == b"{}"
    assert not file.is_symlink()
