"""Result files of the receiver in every shape that is documented, and hostile ones."""

import gzip
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.readers.result_file import ResultLimits, read_result_file
from action_returns.verdicts.by_result import ReceiverResult, ResultEntry
from action_returns.verdicts.verdict import Verdict, Why
from tests.support.workbooks import write

SMALL = ResultLimits(unpacked=2_000, rows=20)
ERROR = {"Line": 3, "OrderId": "A-1", "Status": "Validation", "Reason": "NO_ITEM"}


def read(tmp_path, content, name="result.csv", limits=None):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_result_file(path, limits)


def refused(word, **facts):
    return ResultEntry(Verdict.REFUSED, Why.NAMED_AS_ERROR, word, **facts)


IN_LINE_3 = refused("NO_ITEM (Validation)", line=3, order_id="A-1")
OF_ACTION = refused("NO_ITEM", action_id="M.1.1.1", cents=1250)
ROWS = "ActionId,Amount,Reason,Error\r\nM.1.1.1,12.50,ORDER_UPDATE,NO_ITEM\r\nM.1.1.2,0,REJECTED,\r\n"


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_the_table_of_errors_is_read_with_any_delimiter(tmp_path, between):
    text = "Errors of the file\r\nLine,OrderId,Status,Reason\r\n3,A-1,Validation,NO_ITEM\r\n"
    assert read(tmp_path, text.replace(",", between)).entries == [IN_LINE_3]


def test_the_table_of_errors_is_read_from_a_workbook(tmp_path):
    path = tmp_path / "errors.xlsx"
    write(path, [(3, "A-1", "Validation", "NO_ITEM")], headers=("Line", "Order Id", "Status", "Reason"))
    assert read_result_file(path).entries == [IN_LINE_3]


@pytest.mark.parametrize("packed", [False, True])
def test_the_original_columns_with_an_error_beside_each_row_are_read(tmp_path, packed):
    content = gzip.compress(ROWS.encode()) if packed else ROWS.encode()
    found = read(tmp_path, content, "errors.csv.gz" if packed else "errors.csv").entries
    assert found == [OF_ACTION, ResultEntry(None, Why.PROCESSED, "", "M.1.1.2", 0)]


def test_a_table_of_errors_in_a_zip_is_read(tmp_path):
    path = tmp_path / "errors.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("errors.csv", ROWS)
    assert read_result_file(path).entries[0] == OF_ACTION


@pytest.mark.parametrize(
    ("found", "is_whole"),
    [
        ([ERROR], True),
        ({"ErrorDetail": [ERROR]}, True),
        ({"ErrorDetails": [ERROR], "@page": "1", "@numpages": "1", "@total": "1", "@nextpageuri": ""}, True),
        ({"ErrorDetail": [ERROR], "@page": "1", "@numpages": "2", "@total": "30000"}, False),
        ({"ErrorDetail": [ERROR], "@page": 1, "@numpages": 2}, False),
        ({"ErrorDetail": [ERROR], "@nextpageuri": "/Advertisers/x"}, False),
        ({"ErrorDetail": [ERROR], "@total": "2"}, False),
    ],
)
def test_the_errors_as_the_api_answers_them_are_read(tmp_path, found, is_whole):
    assert read(tmp_path, json.dumps(found), "e.json") == ReceiverResult([IN_LINE_3], is_whole=is_whole)


SUMMARY = {"FileName": "b.csv", "Status": "Complete", "TotalRecords": 4, "TotalErrors": "1"}


@pytest.mark.parametrize("found", [SUMMARY, {"FTPFileSubmissions": [SUMMARY], "@page": "1"}])
def test_a_summary_is_read(tmp_path, found):
    assert read(tmp_path, json.dumps(found), "s.json") == ReceiverResult([], "b.csv", "Complete", 4, 1)


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        ("Success", "", (None, "")),
        ("OK", "", (None, "")),
        ("ERROR", "", (Verdict.REFUSED, "ERROR")),
        ("Contract Error", "CONTRACT_NOT_FOUND", (Verdict.REFUSED, "CONTRACT_NOT_FOUND (Contract Error)")),
        ("", "A new word", (Verdict.REFUSED, "A new word")),
        ("Success", "a remark", (None, "")),
        ("Maybe", "", (Verdict.TOO_EARLY, "Maybe")),
        ("", "none", (None, "")),
        ("", "NULL", (None, "")),
        ("", "(none)", (None, "")),
        ("", "nan", (None, "")),
        ("", "0", (None, "")),
        ("", "False", (None, "")),
        ("Failed", "false", (Verdict.REFUSED, "Failed")),
        ("0", "", (Verdict.TOO_EARLY, "0")),
    ],
)
def test_a_word_is_an_error_only_when_it_says_so(tmp_path, status, error, expected):
    (entry,) = read(
        tmp_path, f"Action ID,Amount,Reason,Status,Error Type\nM.1.1.1,0,REJECTED,{status},{error}\n"
    ).entries
    assert (entry.verdict, entry.word) == expected


@pytest.mark.parametrize("error", ["", "waits"])
def test_a_row_that_waits_is_told_as_such(tmp_path, error):
    (entry,) = read(tmp_path, f"ActionId,Status,Error\nM.1.1.1,Queued,{error}\n").entries
    assert entry[:3] == (Verdict.TOO_EARLY, Why.QUEUED, "Queued")


def test_words_of_the_receiver_are_shown_without_what_controls_a_terminal(tmp_path):
    (entry,) = read(tmp_path, "ActionId,Error\nM.1.1.1,bad\x1b[2Jthing\n").entries
    assert entry.word == "bad[U+001B][2Jthing"
    (entry,) = read(tmp_path, f"ActionId,Error\nM.1.1.1,{'x' * 5_000}\n").entries
    assert len(entry.word) == 300


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        ("ActionId,Amount,Reason\nM.1.1.1,0,REJECTED\n", "batch.csv", "result-not-one"),
        ("Name,Age\nx,1\n", "other.csv", "result-not-one"),
        ("ActionId,Amount,Status,LockingDate\nM.1.1.1,0,PENDING,2026-01-01\n", "pending.csv", "result-not-one"),
        ("ActionId,Error,Error\nM.1.1.1,a,b\n", "two.csv", "result-columns-unclear"),
        ("", "empty.csv", "result-not-one"),
        ("[]", "e.json", "result-not-one"),
        ("{}", "e.json", "result-not-one"),
        ('{"Status": "ERROR", "Message": "no access"}', "e.json", "result-not-one"),
        ('{"ErrorDetail": [1]}', "e.json", "file-unreadable"),
        ('{"ErrorDetail": [{"Line": 1, "line": 2, "Status": "x"}]}', "e.json", "file-unreadable"),
        ('{"Status": "Complete", "Status": "Queued"}', "e.json", "file-unreadable"),
        ('{"ErrorDetail": ', "e.json", "file-unreadable"),
        (json.dumps({"FTPFileSubmissions": [SUMMARY, SUMMARY]}), "e.json", "result-not-one"),
        (gzip.compress(ROWS.encode(), mtime=0)[:-4], "e.csv.gz", "file-unreadable"),
        (gzip.compress(ROWS.encode(), mtime=0) + b"more", "e.csv.gz", "file-unreadable"),
        (b"\x1f\x8b\x08nothing", "e.csv.gz", "file-unreadable"),
        (gzip.compress(b"x" * 3_000, mtime=0), "e.csv.gz", "file-too-large"),
        ("Line,Status,Reason\n" + "1,Validation,NO_ITEM\n" * 60, "e.csv", "file-too-large"),
        (json.dumps([ERROR] * 21), "e.json", "file-too-large"),
    ],
)
def test_a_file_that_is_no_result_or_is_hostile_is_refused_in_words(tmp_path, content, name, problem):
    with pytest.raises(FileError) as refusal:
        read(tmp_path, content, name, SMALL)
    assert refusal.value.problem == problem
    assert name in refusal.value.message


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["Line", "Status", "Reason", "ErrorDetail", "ActionId", "@total"]), inner, max_size=4),
    max_leaves=12,
).map(lambda found: json.dumps(found).encode()))  # fmt: skip
def test_any_bytes_are_a_result_or_are_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any result"
    path.write_bytes(content)
    try:
        found = read_result_file(path, SMALL)
    except FileError:
        return
    assert all(isinstance(entry, ResultEntry) for entry in found.entries)
