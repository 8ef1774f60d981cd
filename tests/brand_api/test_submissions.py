"""What the network says of files and single changes that it received: whole, about what was asked for, or not at all."""

from datetime import UTC, datetime

import pytest

from action_returns.brand_api.submissions import (
    ChangeSubmission,
    FileError,
    FileSubmission,
    read_change_submission,
    read_file_errors,
    read_file_submissions,
)
from action_returns.channels.server_words import HIDDEN
from action_returns.errors import ApiError
from tests.servers.brand_api_server import SID, TOKEN, Literal, altered, refused

NOVEMBER = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
CONTENT = b"ActionId,Amount,Reason\r\nM.1000.7.1,12.50,ORDER_UPDATE\r\nM.1000.7.2,0,REJECTED\r\n"


@pytest.fixture
def files(client, said):
    return lambda: read_file_submissions(client(), *NOVEMBER, said.told.append)


@pytest.fixture
def errors(client, said):
    def read(address="", errors=2):
        file = FileSubmission("F-1", "a.csv", "Complete", 2, errors, address)
        return read_file_errors(client(), file, said.told.append)

    return read


def test_a_file_has_its_name_its_status_and_its_counts(server, files):
    server.network.receive_file("a.csv", CONTENT, AT)
    server.network.process(AT)
    uri = f"/Advertisers/{SID}/FTPSubmissions/F-1/Errors"
    assert files() == [FileSubmission("F-1", "a.csv", "Complete", 2, 2, uri)]
    assert server.parameters == [
        {"SubmissionDateStart": "2026-11-01T00:00:00Z", "SubmissionDateEnd": "2026-12-01T00:00:00Z"}
    ]


def test_files_of_every_page_are_read(server, files):
    server.page_rows = 1
    for name in ("a.csv", "b.csv", "c.csv"):
        server.network.receive_file(name, CONTENT, AT)
    assert [one.file_name for one in files()] == ["a.csv", "b.csv", "c.csv"]


def test_counts_that_the_network_does_not_tell_are_none(server, files):
    server.network.receive_file("a.csv", CONTENT, AT)
    server.network.files[0] |= {"TotalRecords": None, "TotalErrors": "", "ErrorsUri": None}
    ((_, _, _, records, errors, uri),) = files()
    assert (records, errors, uri) == (None, None, "")


@pytest.mark.parametrize("odd", ["many", Literal("1.5"), Literal("-1"), Literal("9" * 13), "\N{SUPERSCRIPT TWO}"])
def test_an_odd_number_is_none_and_hides_nothing_else(server, files, errors, odd):
    server.network.receive_file("a.csv", CONTENT, AT)
    server.network.files[0] |= {"TotalRecords": odd, "TotalErrors": odd}
    server.network.errors["F-1"] = [{"Line": odd, "Reason": "NO_ITEM"}, {"Line": Literal("2"), "Reason": "NO_ITEM"}]
    ((_, name, _, records, counted, _),) = files()
    assert (name, records, counted) == ("a.csv", None, None)
    assert [(one.line, one.reason) for one in errors()] == [(None, "NO_ITEM"), (2, "NO_ITEM")]


def test_words_that_repeat_the_token_or_would_move_the_cursor_are_not_passed_on(server, files, errors, client):
    server.network.receive_file("a.csv", CONTENT, AT)
    server.network.receive_change("A-1", "Reversal", {"ActionId": "M.1.2.3", "Reason": "OTHER"}, AT)
    server.network.files[0]["Status"] = f"failed for {TOKEN}"
    server.network.errors["F-1"] = [{"Status": TOKEN, "Reason": "a\x1b[2Jb"}]
    server.network.changes["A-1"]["ErrorReason"] = TOKEN
    assert files()[0].status == HIDDEN
    (error,) = errors()
    assert error.status == HIDDEN
    assert "\x1b" not in error.reason
    assert read_change_submission(client(), "A-1").error == HIDDEN


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"BatchId": ""}, "has no BatchId"),
        ({"Status": None}, "has no Status"),
        ({"FileName": ["a.csv"]}, "neither a text nor a number"),
    ],
)
def test_a_file_that_is_not_as_documented_is_refused(server, files, change, why):
    server.network.receive_file("a.csv", CONTENT, AT)
    server.network.files[0] |= change
    with pytest.raises(ApiError, match=why):
        files()


def test_a_refused_range_of_files_is_told(server, files):
    server.faults.append(refused(400, "no such range"))
    with pytest.raises(ApiError, match="no such range"):
        files()


def test_errors_have_their_line_and_words_as_they_come(server, errors):
    server.network.errors["F-1"] = [
        {"Line": Literal("2"), "OrderId": " 17 ", "Status": "Validation", "Reason": "A_NEW_WORD"},
        {"Reason": "MALFORMED"},
    ]
    assert errors() == [FileError(2, "17", "Validation", "A_NEW_WORD"), FileError(None, "", "", "MALFORMED")]


def test_errors_that_are_alike_are_both_read(server, errors):
    server.network.errors["F-1"] = [{"Line": Literal("2"), "Reason": "NO_ITEM"}] * 2
    assert len(errors()) == 2


def test_errors_are_looked_for_at_the_address_and_then_at_the_path(server, errors):
    assert errors(f"/Advertisers/{SID}/FTPSubmissions/F-9/Errors") is None
    assert [path.split("/", 3)[3] for path, _, _ in server.asked] == [
        "FTPSubmissions/F-9/Errors",
        "FTPFileSubmissions/F-1/ErrorDetails",
    ]


def test_a_change_that_waits_and_one_with_errors_are_told(server, client):
    form = {"ActionId": "M.1000.7.1", "DispositionCode": "REJECTED"}
    server.network.receive_change("A-1", "Reversal", form, AT)
    assert read_change_submission(client(), "A-1") == ChangeSubmission("Queued", "")
    server.network.process(AT)
    assert read_change_submission(client(), "A-1") == ChangeSubmission("Complete", "Validation: ACTION_REF_NOT_FOUND")
    assert read_change_submission(client(), "A-2") is None


def test_an_answer_about_another_change_is_refused(server, client):
    server.network.receive_change("A-1", "Reversal", {"ActionId": "M.1.2.3", "Reason": "OTHER"}, AT)
    server.faults.append(altered(lambda found: found.update(BatchId="A-2")))
    with pytest.raises(ApiError, match="about something else"):
        read_change_submission(client(), "A-1")


@pytest.mark.parametrize("address", ["https://elsewhere.example/x", "/Advertisers/Other/x", "no address"])
def test_an_address_that_is_none_of_the_account_is_not_asked(server, errors, address):
    server.network.errors["F-1"] = [{"Line": Literal("2")}]
    assert len(errors(address)) == 1
    assert [path.split("/", 3)[3] for path, _, _ in server.asked] == ["FTPFileSubmissions/F-1/ErrorDetails"]
