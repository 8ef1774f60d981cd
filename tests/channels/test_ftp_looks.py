"""What the answers of FTP servers say about a name; the words are those of the servers that are named."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.channels.ftp_looks import from_facts, from_folder, from_list, from_size
from action_returns.channels.line_protocol import Reply
from action_returns.channels.looks import FREE, Taken, Unseen

NAME = "Batch_1.csv"


def reply(said):
    code, _, text = said.partition(" ")
    return Reply(int(code), tuple(text.split("\n")), text)


ABSENT = [
    "550 No such file or directory.",  # many
    "550 File not found",  # FileZilla Server
    "550 Batch_1.csv: No such file or directory",  # ProFTPD
    "550 ENOENT: no such file or directory, stat 'Batch_1.csv'",  # ftp-srv
    "550 path does not exists",  # aioftp
    "550 The system cannot find the file specified.",  # IIS
    "550 Sorry, but that file doesn't exist",  # Pure-FTPd
    "450 Batch_1.csv: No such file or directory",
    "550 /srv/failover/denied/Batch_1.csv: No such file or directory",
    "550 C:\\Failed\\Batch_1.csv not found",
]
NEUTRAL = [
    "550 Could not get file size.",  # vsftpd
    "550 Can't check for file existence",  # Pure-FTPd
    "550 /Batch_1.csv is not retrievable.",  # pyftpdlib
    "550 Requested action not taken.",
    "550",
]
CANNOT_TELL = [
    "550 Batch_1.csv: Operation not permitted",  # ProFTPD, <Limit SIZE>
    "550 Permission denied.",  # vsftpd, cmds_denied
    "550 SIZE not allowed in ASCII mode.",  # ProFTPD
    "550 Access is denied.",  # IIS
    "550 Zugriff verweigert",  # IIS in German
    "550 Accès refusé.",
    "550 File unavailable (e.g., file not found, no access).",  # RFC 959, 4.2.1
    "500 Unknown command.",
    "502 'size' not implemented",
    "504 Not for that parameter",
    "530 Please login with USER and PASS.",
    "553 not here",
    "450 File busy",
    "421 closing",
    "200 24",
]


@pytest.mark.parametrize("said", ABSENT)
@pytest.mark.parametrize("is_first", [True, False])
def test_clear_words_that_there_is_no_such_file_are_always_believed(said, is_first):
    assert from_size(reply(said), is_first=is_first) == FREE
    assert from_facts(NAME, reply(said), is_first=is_first) == FREE


@pytest.mark.parametrize("said", NEUTRAL)
def test_a_refusal_that_says_nothing_about_rights_is_believed_where_no_other_way_was_denied(said):
    for read in (from_size, partial(from_facts, NAME)):
        assert read(reply(said), is_first=True) == FREE
        assert isinstance(read(reply(said), is_first=False), Unseen)


@pytest.mark.parametrize("said", CANNOT_TELL)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_server_that_does_not_tell_is_never_taken_for_one_that_says_no(said, is_first):
    found = from_size(reply(said), is_first=is_first)
    assert isinstance(found, Unseen)
    assert said in found.answers


@pytest.mark.parametrize(
    "said", ["213", "213 many", "213 -1", "213 1234567890123456789", "213 8,024", "213 8.024", "213 8 024", "213 8 kB"]
)
def test_a_size_that_is_no_number_is_that_of_a_file_all_the_same(said):
    """ftp-srv names none for an empty file."""
    assert from_size(reply(said)) == Taken(None)


@pytest.mark.parametrize("size", [0, 24, 10**17])
def test_the_size_of_a_file_is_read_from_size(size):
    assert from_size(reply(f"213 {size}")) == Taken(size)
    assert from_size(reply(f"213 {size} bytes")) == Taken(size)


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("250 Begin\n type=file;Size=24; Batch_1.csv\nEnd", 24),
        ("250 Begin\n size=24;type=file; Batch_1.csv\nEnd", 24),
        ("250 Begin\n type=file;size=9; /drop/Batch_1.csv\nEnd", 9),
        ("250 Begin\n type=file;size=9; BATCH_1.CSV\nEnd", 9),
        ("250 Begin\n type=file; Batch_1.csv\nEnd", None),
        ("250 Begin\n Type=dir; Batch_1.csv\nEnd", None),
    ],
)
def test_a_file_whose_facts_are_told_is_there_with_or_without_its_size(said, size):
    assert from_facts(NAME, reply(said)) == Taken(size)


def test_facts_in_a_refusal_are_none():
    assert from_facts(NAME, reply("550 size=24; Batch_1.csv"), is_first=True) == FREE
    assert isinstance(from_facts(NAME, reply("501 size=24; Batch_1.csv")), Unseen)


@pytest.mark.parametrize("line", ["type=cdir;size=4096; /drop", "type=file;size=24; old_Batch_1.csv", "size=24;", ""])
def test_facts_of_something_else_tell_nothing_about_the_name(line):
    assert isinstance(from_facts(NAME, reply(f"250 Begin\n {line}\nEnd")), Unseen)


DONE = "226 Transfer complete"
LINES = [
    "-rw-r--r--   1 uploader 64904           6 Dec  1 02:55 Batch_1.csv",  # as ls -l
    "12-01-26  02:55AM                    6 Batch_1.csv",  # IIS
    "+i8388621.48594,m825718503,r,s280,\tBatch_1.csv",  # EPLF
    "type=file;size=6; Batch_1.csv",
    "Batch_1.csv",
    "./Batch_1.csv",
    "Batch_1.csv\r",
    "batch_1.CSV",
    "lrwxrwxrwx   1 uploader 64904          12 Dec  1 02:55 Batch_1.csv -> /other/place",
    "lrwxrwxrwx   1 uploader 64904          12 Dec  1 02:55 Batch_1.csv@ -> old_Batch_1.csv",
    "drwxr-xr-x   2 uploader 64904        4096 Dec  1 02:55 Batch_1.csv/",  # as ls -F
    "-rwxr-xr-x   1 uploader 64904           6 Dec  1 02:55 Batch_1.csv*",
    "12-01-26  02:55AM       <DIR>          Batch_1.csv",
]


@pytest.mark.parametrize("line", LINES)
def test_a_name_in_a_listing_is_taken_in_every_format(line):
    assert from_list(NAME, reply(DONE), [line]) == Taken(None)
    assert from_folder(NAME, reply(DONE), ["total 2", "-rw 1 x 6 Dec 1 other.csv", line]) == Taken(None)


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("450 Batch_1.csv: No such file or directory", []),  # ProFTPD
        ("451 ENOENT: no such file or directory, stat 'Batch_1.csv'", []),  # ftp-srv
        ("550 path does not exists", []),  # aioftp
        (DONE, ["ls: Batch_1.csv: No such file or directory"]),
        (DONE, ["-rw-r--r-- 1 x 6 Dec 1 02:55 other.csv"]),  # a server that lists the whole folder instead
        (DONE, ["-rw-r--r-- 1 x 6 Dec 1 02:55 old_Batch_1.csv", "-rw-r--r-- 1 x 6 Dec 1 02:55 Batch_1.csv.part"]),
        (DONE, ["lrwxrwxrwx 1 x 6 Dec 1 02:55 latest -> Batch_1.csv"]),
        (DONE, ["-rw-r--r-- 1 x 6 Dec 1 02:55 upload failed.txt", "drwxr-xr-x 2 x 6 Dec 1 02:55 denied"]),
        (DONE, ["12-01-26  02:55AM                    6 permission denied.csv"]),
        (DONE, ["type=file;size=6; forbidden.csv", "+m825718503,r,s280,\tfailed rows.csv", "failed.csv"]),
    ],
)
def test_a_name_that_a_listing_leaves_out_or_denies_is_free(said, lines):
    assert from_list(NAME, reply(said), lines) == FREE


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        (DONE, []),  # aioftp lists only folders; ProFTPD with <Limit LIST>
        (DONE, ["", "total 0"]),
        ("226 Transfer done (but failed to open directory).", []),  # vsftpd
        (DONE, ["ls: .: Permission denied"]),
        ("226 Output truncated to 2000 matches", ["-rw-r--r-- 1 x 6 Dec 1 02:55 other.csv"]),  # Pure-FTPd
        ("550 Permission denied.", []),
        ("426 the listing broke off", ["-rw-r--r-- 1 x 6 Dec 1 02:55 other.csv"]),
        ("500 Unknown command.", []),
    ],
)
def test_an_empty_or_denied_listing_proves_nothing(said, lines):
    for read in (from_list, from_folder):
        assert isinstance(read(NAME, reply(said), lines), Unseen)


def test_a_folder_that_is_not_there_says_nothing_about_the_name():
    assert isinstance(from_folder(NAME, reply("550 path does not exists"), []), Unseen)  # aioftp, to LIST -a


@given(st.integers(100, 699), st.text(max_size=60), st.booleans())
def test_no_answer_but_two_is_a_size_and_none_is_misread_as_free(code, text, is_first):
    said = Reply(code, (text,), text)
    if from_size(said, is_first=is_first) == FREE:
        assert code >= 400
    if isinstance(from_size(said), Taken):
        assert code == 213
    if isinstance(from_facts(NAME, said), Taken):
        assert code == 250
