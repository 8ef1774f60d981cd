"""Outbox and draft: a file that is there as a whole, never over another one."""

import os
from email import message_from_bytes, policy

import pytest

from action_returns.delivery import DraftChannel, Outbox, Parcel, State

PARCEL = Parcel("Batch_1.csv", b"ActionId,Amount,Reason\r\nM.1.2.3,0,REJECTED\r\n")


def test_the_outbox_holds_exactly_the_file(tmp_path):
    outcome = Outbox(tmp_path).deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(PARCEL.name, PARCEL.content)]


def test_a_file_of_that_name_is_left_as_it_is(tmp_path):
    (tmp_path / PARCEL.name).write_bytes(b"mine")
    outcome = Outbox(tmp_path).deliver(PARCEL)
    assert outcome.state is State.FAILED
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_a_missing_folder_is_told_and_not_made(tmp_path):
    for outcome in (Outbox(tmp_path / "none").deliver(PARCEL), Outbox(tmp_path / "none").probe()):
        assert outcome.state is State.FAILED
        assert "no such folder" in outcome.message
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome = Outbox(tmp_path).deliver(PARCEL)
    assert outcome.state is State.FAILED
    assert "disk is full" in outcome.message
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links_works_and_still_replaces_nothing(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError(1, "not permitted")

    monkeypatch.setattr(os, "link", unsupported)
    assert Outbox(tmp_path).deliver(PARCEL).state is State.HANDED_OVER
    assert Outbox(tmp_path).deliver(Parcel(PARCEL.name, b"other")).state is State.FAILED
    assert (tmp_path / PARCEL.name).read_bytes() == PARCEL.content


def test_a_draft_opens_as_an_unsent_message_with_the_exact_file(tmp_path):
    outcome = DraftChannel(tmp_path, "a@b.example", "c@d.example").deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    message = message_from_bytes((tmp_path / "Batch_1.eml").read_bytes(), policy=policy.SMTP)
    (attachment,) = message.iter_attachments()
    assert (message["X-Unsent"], message["To"], attachment.get_filename()) == ("1", "c@d.example", PARCEL.name)
    assert attachment.get_payload(decode=True) == PARCEL.content
    assert outcome.evidence["message_id"] == message["Message-ID"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user whom a folder can refuse")
def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    tmp_path.chmod(0o500)
    assert "may not write" in Outbox(tmp_path).deliver(PARCEL).message
