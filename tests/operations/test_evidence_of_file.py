"""A file that tells what became of a batch is taken for what it is; one that repeats what was sent proves nothing."""

import json
from datetime import datetime

import pytest

from action_returns.errors import FileError
from action_returns.operations.account import Account
from action_returns.operations.evidence_of_file import FileKind, kind_of_file, refuse_as_pending
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.reconcile_pending import PendingEvidence

IN_A_DOWNLOAD = (
    "Action Id,Action Date,Amount,Currency,State,Locking Date\nM.1.1.1,2026-11-02,20.00,EUR,PENDING,2099-01-31\n"
)
ERRORS = "ActionId,Amount,Reason,Error\nM.1.1.1,12.50,ORDER_UPDATE,ACTION_NOT_FOUND\n"
LINES = "Line,Status,Reason\n3,Error,MALFORMED\n"
AS_SENT = "ActionId,Amount,Reason\nM.1.1.1,12.50,ORDER_UPDATE\n"
WITH_STATUS = "ActionId,Amount,Reason,Status\nM.1.1.1,12.50,ORDER_UPDATE,Failed\n"
BARE = "Action Id,Amount,Status\nM.1.1.1,12.50,PENDING\n"


@pytest.fixture
def file(tmp_path):
    def write(content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (IN_A_DOWNLOAD, FileKind.PENDING),
        (IN_A_DOWNLOAD.replace("Action Date", "Reason"), FileKind.PENDING),
        ("Id,Amount,CampaignId\nM.1.1.1,20.00,1000\n", FileKind.PENDING),
        (ERRORS, FileKind.RESULT),
        (LINES, FileKind.RESULT),
        (WITH_STATUS, FileKind.RESULT),
        (BARE, FileKind.UNCLEAR),
        ("Row,Action Id,Amount,Currency,State\n1,M.1.1.1,20.00,EUR,PENDING\n", FileKind.UNCLEAR),
        ("Action Id,Amount\nM.1.1.1,20.00\n", FileKind.UNCLEAR),
    ],
)
def test_only_columns_that_one_of_the_two_alone_has_decide(file, content, kind):
    assert kind_of_file(file(content)) is kind


def test_json_of_a_submission_is_a_result(file):
    submission = {"FileName": "a.csv", "Status": "COMPLETED", "TotalRecords": 1, "TotalErrors": 0}
    assert kind_of_file(file(json.dumps(submission), "submission.json")) is FileKind.RESULT


def test_the_file_that_was_sent_is_refused_because_its_amounts_say_nothing_of_the_network(file):
    for decide in (kind_of_file, refuse_as_pending):
        with pytest.raises(FileError, match="as a file that is sent") as told:
            decide(file(AS_SENT))
        assert "Choose a new Pending Actions download" in told.value.message


@pytest.mark.parametrize("content", [ERRORS, ERRORS.replace(",Reason", ",Note")])
def test_a_list_of_errors_is_never_read_as_a_pending_download(file, content):
    with pytest.raises(FileError, match="names errors") as told:
        refuse_as_pending(file(content))
    assert "action-returns reconcile BATCH --result file.csv" in told.value.message


@pytest.mark.parametrize(
    "content", [IN_A_DOWNLOAD, BARE, IN_A_DOWNLOAD.replace("Currency", "Error"), "Row,Id,Revenue\n1,M.1.1.1,2\n"]
)
def test_a_pending_download_is_not_refused(file, content):
    refuse_as_pending(file(content))


@pytest.mark.parametrize("content", [b"%PDF-1.7\n\x00\x01", b""])
def test_a_file_that_is_neither_is_refused_or_left_to_its_reader(file, content):
    path = file(content)
    try:
        assert kind_of_file(path) is FileKind.UNCLEAR
    except FileError as error:
        assert path.name in error.message  # noqa: PT017  # either of the two


@pytest.mark.parametrize("content", [AS_SENT, ERRORS])
def test_what_was_sent_is_never_compared_with_itself(file, paths, content):
    path = file(content)
    evidence = PendingEvidence(
        PendingSource(path, paths.pending_answers), Account(), paths, datetime.now().astimezone()
    )
    with pytest.raises(FileError) as told:
        evidence.find([])
    assert told.value.problem == "pending-other-file"
