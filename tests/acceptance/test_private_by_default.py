"""Everything that the program writes in its own folders is private from the first byte, whatever the umask."""

import os
import stat
import sys
from contextlib import ExitStack

import pytest

from action_returns.settings.editing import add_profile
from tests.excel.desk import BAD, Desk
from tests.hosts.fake_com import fake_excel
from tests.servers import loopback
from tests.support.batches import CSV, ONE
from tests.support.cli import run_here
from tests.support.profiles import paths_of

CHANGES = {"open", "os.mkdir", "os.chmod", "os.rename", "os.link", "os.remove", "os.rmdir", "sqlite3.connect"}
"""What Python announces before a file or a folder is made or gets another name or mode (sys.addaudithook)."""
GERMAN = f"Aktions-ID;Betrag;Grund\r\n{ONE};12.50;ORDER_UPDATE\r\n"
IN_GERMAN = ["--column", "ActionId=Aktions-ID", "--column", "Amount=Betrag", "--column", "Reason=Grund"]
MADE = {
    "backups", "backups/ledger.sqlite3", "batch-columns.json", "clicks", "clicks/.json", "clicks/.lock", "config.toml",
    "exports", "exports/.csv", "ledger.sqlite3", "logs", "logs/.txt", "pending-columns.json", "submissions",
    "submissions/0001", "submissions/0001/.csv", "submissions/0001/receipt.html",
}  # fmt: skip
"""What has to be there after the day's work, without the parts of names that differ from day to day."""


class Watch:
    """Looks at every file and folder below a folder just before each change of any of them.

    So a file that is made with wide rights and narrowed afterwards is seen, those of SQLite included.

    Attributes:
        wide: path and mode of what others could use at any moment.
        looks: number of times that it looked.
    """

    def __init__(self):
        self.folder, self.wide, self.looks, self._is_looking = None, set(), 0, False

    def __call__(self, event, _arguments):
        if self.folder is not None and event in CHANGES and not self._is_looking:
            self.look()

    def look(self):
        self._is_looking = True
        try:
            self.looks += 1
            for path in (self.folder, *self.folder.rglob("*")):
                try:
                    mode = stat.S_IMODE(path.lstat().st_mode)
                except FileNotFoundError:
                    continue
                if mode != (0o700 if path.is_dir() else 0o600):
                    self.wide.add((str(path.relative_to(self.folder)), oct(mode)))
        finally:
            self._is_looking = False


WATCH = Watch()
sys.addaudithook(WATCH)


@pytest.fixture(params=[0o000, 0o022], ids=["umask 000", "umask 022"])
def watched(request, tmp_path, monkeypatch):
    """A home that is not there yet, watched from its first moment."""
    home = tmp_path / "users" / "action-returns-home"
    home.parent.mkdir()
    monkeypatch.setenv("ACTION_RETURNS_HOME", str(home))
    before = os.umask(request.param)
    WATCH.wide, WATCH.looks, WATCH.folder = set(), 0, home
    yield home
    WATCH.folder = None
    os.umask(before)


@pytest.fixture
def receivers(tmp_path, monkeypatch):
    """Profile -> channel: a file server, a mail server, and folders for drafts and for another program."""
    authority = loopback.make_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    monkeypatch.setenv("PW", "s3cret")
    for name in ("inbox", "drafts", "outbox"):
        (tmp_path / name).mkdir()
    user = {"username": "user", "password": "s3cret", "authority": authority}
    with ExitStack() as stack:
        file_server = stack.enter_context(loopback.ftp_server(tmp_path / "inbox", **user))
        mail_server = stack.enter_context(loopback.mail_server(**user))
        sign_in = {"host": "localhost", "username": "user", "password": "env:PW"}
        addresses = {"sender": "returns@example.com", "recipient": "batch@example.com"}
        yield {
            "files": {"kind": "ftp", **sign_in, "host": file_server.host, "port": file_server.port},
            "mail": {"kind": "email", **sign_in, "host": mail_server.host, "port": mail_server.port, **addresses},
            "drafts": {"kind": "draft", "directory": str(tmp_path / "drafts")},
            "outbox": {"kind": "outbox", "directory": str(tmp_path / "outbox")},
        }


def work_for_a_day(capsys, tmp_path, home, receivers):
    """Do what a user does, by commands and by clicks."""
    paths = paths_of(home)
    returns, german, pending = (tmp_path / f"{name}.csv" for name in ("returns", "german", "pending"))
    for path, text in (
        (returns, CSV + f"{ONE},0,REJECTED\r\n"),
        (german, GERMAN),
        (pending, f"Kennung,Amount\r\n{ONE},25\r\n"),
    ):
        path.write_text(text, newline="")
    for profile, channel in receivers.items():
        add_profile(paths.config_file, profile, {"environment": "test", "account": profile, "channel": channel})
    for command in (
        ["check", returns],
        ["check", german, *IN_GERMAN],
        ["check", returns, "--pending", pending, "--pending-column", "action_id=Kennung"],
        ["export", returns],
        *(["send", returns, "--yes", "--profile", profile] for profile in receivers),
        ["history", "receipt", "0001"],
        ["profile", "use", "drafts"],
        ["doctor"],
    ):
        done = run_here(capsys, *map(str, command))
        assert done.code == 0, done.err


def click_for_a_day(tmp_path, paths, monkeypatch):
    with fake_excel() as excel:
        desk = Desk(excel, paths, tmp_path)
        desk.open(BAD[:2])
        desk.excel.answer("yes")
        desk.click("fix_safe")

        def fail(*_, **__):
            raise ZeroDivisionError

        monkeypatch.setattr("action_returns.excel.clicks.check_table", fail)
        desk.click("validate", unexpected="ZeroDivisionError")


def without_what_differs(path):
    """Return a name without numbers and dates, and of drafts and exports only the kind."""
    known = {"0001", "receipt.html"}
    if path.name in known or path.parent == path.parent.parent:
        return str(path)
    ledger = path.name.startswith("ledger-")
    return str(path.with_name("ledger.sqlite3") if ledger else path.parent / path.suffix)


def test_nothing_in_the_programs_own_folders_is_ever_open_to_others(watched, receivers, capsys, tmp_path, monkeypatch):
    work_for_a_day(capsys, tmp_path, watched, receivers)
    click_for_a_day(tmp_path, paths_of(watched), monkeypatch)
    WATCH.look()
    assert WATCH.wide == set()
    assert WATCH.looks > 100
    made = {without_what_differs(path.relative_to(watched)) for path in watched.rglob("*")}
    assert made >= MADE


def test_drafts_are_private_and_a_file_for_another_program_is_as_any_new_file(watched, receivers, capsys, tmp_path):
    work_for_a_day(capsys, tmp_path, watched, receivers)
    (draft,) = (tmp_path / "drafts").iterdir()
    (file,) = (tmp_path / "outbox").iterdir()
    (tmp_path / "usual").write_bytes(b"")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (draft, file, tmp_path / "usual")]
    assert modes[:2] == [0o600, modes[2] & ~0o002]


def test_a_watch_sees_a_file_that_is_narrowed_after_it_was_made(watched):
    watched.mkdir(mode=0o700)
    (watched / "late").touch()
    (watched / "late").chmod(0o600)
    assert {name for name, _ in WATCH.wide} == {"late"}
