"""What goes to support says nothing about who works at this computer, and stays legible."""

import getpass
import io
import json
import os
import platform
import zipfile
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.operations.support_file import Person, person_here, support_file, without_person

ANN = Person(homes=("/home/ann.smith",), users=("ann.smith",), computers=("desk-7.example.com", "desk-7"))
WINDOWS = Person(homes=(r"C:\Users\Ann Smith",), users=("Ann Smith", "asmith"), computers=("DESK-7",))
JOERG = Person(homes=("/home/jörg",), users=("jörg",), computers=())
AN = Person(homes=("/home/an",), users=("an",), computers=("pc",))


@pytest.mark.parametrize(
    ("person", "text", "shown"),
    [
        (ANN, "/home/ann.smith/.config/action-returns/config.toml", "~/.config/action-returns/config.toml"),
        (ANN, "/home/ann.smith", "~"),
        (ANN, "file:///home/ann%2Esmith/x", "file:~/x"),
        (ANN, "/home/ann.smithers/x", "/home/<user>/x"),
        (ANN, "/mnt/data/ann.smith/x", "/mnt/data/<user>/x"),
        (ANN, "owned by ann.smith, not readable", "owned by <user>, not readable"),
        (ANN, "on desk-7 and DESK-7.example.com", "on <computer> and <computer>"),
        (ANN, "/Users/bob/x and /home/carol", "/Users/<user>/x and /home/<user>"),
        (ANN, "ftp://me:hunter2@ftp.example.com/in", "ftp://…@ftp.example.com/in"),
        (ANN, "postgresql://ann.smith@db.example.com:5432/r", "postgresql://…@db.example.com:5432/r"),
        (ANN, "ftp://me:p/a:s@s@h/in", "ftp://…@h/in"),
        (ANN, "(me:hunter2@h)", "…@h)"),
        (ANN, "returns@example.com at 12:30", "returns@example.com at 12:30"),
        (JOERG, "/home/jörg/x, /home/jo\u0308rg/x", "~/x, ~/x"),
        (JOERG, json.dumps("/home/jörg/x") + quote("/home/jörg/x"), '"~/x"~/x'),
        (WINDOWS, r"C:\Users\Ann Smith\AppData\x", r"~\AppData\x"),
        (WINDOWS, r"c:\users\ANN SMITH\x", r"~\x"),
        (WINDOWS, "C:/Users/Ann Smith/AppData/x", "~/AppData/x"),
        (WINDOWS, json.dumps({"p": r"C:\Users\Ann Smith\x"}), '{"p": "~' + r'\\x"}'),
        (WINDOWS, "file:///C:/Users/Ann%20Smith/x", "file:///~/x"),
        (WINDOWS, "C%3A%5CUsers%5CAnn%20Smith%5Cx", "~%5Cx"),
        (WINDOWS, r"C:\Users\ANNSMI~1\AppData\Local\Temp\x", r"C:\Users\<user>\AppData\Local\Temp\x"),
        (WINDOWS, r"D:\Users\bob\x", r"D:\Users\<user>\x"),
        (WINDOWS, r"\\server\asmith\x on desk-7", r"\\server\<user>\x on <computer>"),
        (WINDOWS, r'Run: icacls D:\x /grant:r "DESK-7\asmith:F"', r'Run: icacls D:\x /grant:r "<computer>\<user>:F"'),
        (AN, "an action can be an error in /home/an/x and in /home/another/x", "an action can be an error in ~/x and in /home/<user>/x"),
        (AN, "/srv/an/x, /srv/can/x, USER=an, an@h, pc", "/srv/<user>/x, /srv/can/x, USER=<user>, <user>@h, pc"),
    ],
)  # fmt: skip
def test_who_works_here_is_left_out_in_every_spelling(person, text, shown):
    assert without_person(text, person) == shown


@pytest.mark.parametrize("home", ["/", "C:\\", "/root"])
def test_the_root_of_a_disk_as_home_leaves_paths_legible(home):
    person = Person(homes=(home,), users=("",), computers=("localhost", ""))
    assert without_person("/rootfs/x on localhost", person) == "/rootfs/x on localhost"
    assert without_person(r"D:\x", person) == r"D:\x"


names = st.text(st.characters(categories=["L", "N"], include_characters=" .-_'+(){}[]$^|?é日"), min_size=1, max_size=12)


@given(names.filter(lambda name: name.strip(" .") and name == name.strip(" .")), st.booleans())
def test_no_home_and_no_name_is_left_of_any_path(name, is_windows):
    pure = PureWindowsPath("C:/Users") if is_windows else PurePosixPath("/home")
    home = pure / name
    person = Person(homes=(str(home),), users=(name,), computers=())
    inside = home / "zz9" / "config.toml"
    for path in (str(inside), inside.as_posix(), str(inside).replace("\\", "\\\\")):
        assert name not in without_person(f'"{path}" was read', person).replace("zz9", "").replace(
            "config.toml", ""
        ).replace("was read", "")
    shown = without_person(quote(inside.as_posix()), person)
    assert shown in {"~/zz9/config.toml", "/~/zz9/config.toml"}
    assert without_person(str(home), person) == "~"


def test_the_support_file_of_this_computer_names_neither_user_nor_home(monkeypatch):
    home = "/home/ann.smith" if os.name == "posix" else r"C:\Users\ann.smith"
    for name in ("USER", "USERNAME"):
        monkeypatch.setenv(name, "ann.smith")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, home)
    monkeypatch.setattr(platform, "node", lambda: "desk-7.example.com")
    findings = [
        ("Profiles", True, f"{home}/.config/action-returns/config.toml"),
        ("Ledger", False, "postgresql://ann.smith:hunter2@db.example.com/r: no route from desk-7\x1b[2J"),
    ]
    with zipfile.ZipFile(io.BytesIO(support_file(findings))) as archive:
        assert archive.namelist() == ["doctor.txt", "installed.txt"]
        assert archive.read("doctor.txt").decode() == (
            "ok  Profiles: ~/.config/action-returns/config.toml\n"
            "!!  Ledger: postgresql://…@db.example.com/r: no route from <computer>[U+001B][2J"
        )
        assert "pydantic " in archive.read("installed.txt").decode()


def test_a_computer_without_a_named_user_has_a_support_file(monkeypatch):
    def nameless():
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    for name in ("USER", "USERNAME", "LOGNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # without HOME and an entry in passwd
    assert person_here().homes == ()
    assert support_file([("Python", True, "3.11")])
