"""The details of an unexpected error are kept where the user is told they are."""

import os
from datetime import UTC, datetime

import pytest

from action_returns.operations import error_details
from action_returns.operations.error_details import save_error_details


@pytest.fixture
def one_second(monkeypatch):
    """Makes every error happen in the same second."""

    class Clock(datetime):
        @classmethod
        def now(cls):
            return datetime(2026, 11, 29, 8, 30, tzinfo=UTC)

    monkeypatch.setattr(error_details, "datetime", Clock)


def test_two_errors_in_one_second_are_both_kept(paths, one_second):
    files = [save_error_details(ValueError(text), paths) for text in ("the first", "the second", "the third")]
    assert [path.read_text("utf-8").splitlines()[-1] for path in files] == [
        "ValueError: the first", "ValueError: the second", "ValueError: the third",
    ]  # fmt: skip
    assert sorted(paths.logs.iterdir()) == sorted(files)


def test_the_place_of_the_error_is_in_the_details(paths):
    try:
        os.fspath(5)
    except TypeError as error:
        path = save_error_details(error, paths)
    assert "os.fspath(5)" in path.read_text("utf-8")


def test_an_error_whose_text_is_no_valid_unicode_is_kept_too(paths):
    path = save_error_details(ValueError("half a character: \ud800"), paths)
    assert path.read_text("utf-8").splitlines()[-1] == "ValueError: half a character: [U+D800]"


def test_nothing_is_said_to_be_kept_where_the_folder_cannot_be_made(paths):
    paths.logs.parent.mkdir(parents=True, exist_ok=True)
    paths.logs.write_text("a file in the way")
    assert save_error_details(ValueError("lost"), paths) is None


def test_a_link_under_the_name_of_the_details_is_not_followed(paths, one_second, tmp_path):
    (tmp_path / "theirs").write_text("theirs")
    first = save_error_details(ValueError("the first"), paths)
    for target in ("theirs", "none"):
        first.unlink()
        first.symlink_to(tmp_path / target)
        second = save_error_details(ValueError("the second"), paths)
        assert second.name == f"{first.stem}-2.txt"
        second.unlink()
    assert (tmp_path / "theirs").read_text() == "theirs"
    assert not (tmp_path / "none").exists()
