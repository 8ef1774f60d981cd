"""Opens the settings window as the button does, and prints the password that is kept at the end; for a process of its own."""

import os
import sys

from action_returns.excel.dialogues import draw_sharply
from action_returns.excel.settings_window import SettingsWindow
from action_returns.files import default_paths
from action_returns.settings import secrets
from tests.support.passwords import MemoryStore

if sys.platform != "win32":
    memory = MemoryStore()
    secrets._store = lambda: memory
draw_sharply()
SettingsWindow(default_paths(os.environ)).run()
store = secrets._store()
kept = store.get_password(secrets.SERVICE, "acme")
if kept is not None:
    store.delete_password(secrets.SERVICE, "acme")
sys.stdout.write(f"kept: {kept}\n")
