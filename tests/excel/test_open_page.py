"""A page is shown by the program of each system, without a shell, and a refusal is told."""

import subprocess
import webbrowser
from pathlib import Path
from types import SimpleNamespace

import pytest

from action_returns.excel import open_page as module
from action_returns.excel.open_page import open_page


@pytest.fixture
def on(monkeypatch):
    """Let the program take this computer for one of another system."""

    def on(platform, **of_os):
        monkeypatch.setattr(module, "sys", SimpleNamespace(platform=platform))
        monkeypatch.setattr(module, "os", SimpleNamespace(**of_os))

    return on


@pytest.mark.parametrize(("code", "is_open"), [(0, True), (1, False)])
def test_on_a_mac_open_gets_the_path_as_one_argument(on, monkeypatch, tmp_path, code, is_open):
    started = []
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: started.append(command) or SimpleNamespace(returncode=code)
    )
    on("darwin")
    page = tmp_path / "0001; echo" / "receipt.html"
    assert open_page(page) is is_open
    assert started == [["/usr/bin/open", str(page)]]


def test_windows_opens_it_with_the_program_for_its_kind_of_file(on, tmp_path):
    started = []
    on("win32", startfile=started.append)
    assert open_page(tmp_path / "receipt.html") is True
    assert started == [tmp_path / "receipt.html"]


def test_what_windows_refuses_is_told(on, tmp_path):
    def refuse(_path):
        raise PermissionError(5, "Access is denied")

    on("win32", startfile=refuse)
    assert open_page(tmp_path / "receipt.html") is False


@pytest.mark.parametrize("is_open", [True, False])
def test_elsewhere_the_browser_gets_its_address(on, monkeypatch, tmp_path, is_open):
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda address: asked.append(address) or is_open)
    on("linux")
    assert open_page(tmp_path / "with blank.html") is is_open
    assert asked == [(tmp_path / "with blank.html").as_uri()]


def test_a_relative_path_has_an_address_too(on, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda address: asked.append(address) or True)
    monkeypatch.chdir(tmp_path)
    on("linux")
    assert open_page(Path("100% ü #1") / "receipt.html") is True
    assert asked == [f"{tmp_path.as_uri()}/100%25%20%C3%BC%20%231/receipt.html"]
