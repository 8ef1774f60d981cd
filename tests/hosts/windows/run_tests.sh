#!/usr/bin/env bash
# The suite under Windows' own Python, judged; on a machine where that cannot be had, the reason and success.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
installed=0
"$here/install_windows.sh" || installed=$?
[ "$installed" = 3 ] && exit 0
[ "$installed" = 0 ] || exit "$installed"
# What the tests started ends with them.
trap 'WINEPREFIX="$here/../../../.cache/windows/prefix" wineserver -k 2>/dev/null || true; kill "$screen"' EXIT
# Windows open on a screen without a monitor.
exec {told}< <(exec Xvfb -displayfd 1 -screen 0 1500x900x24 -nolisten tcp 2>/dev/null)
screen=$!
read -r display <&"$told"
# On Windows pytest-timeout ends the whole interpreter, and Wine takes long to start a command.
DISPLAY=":$display" "$here/wpython" \
  -m pytest -o timeout=600 -p tests.hosts.windows.judge -p no:cacheprovider -q -n 2 --dist loadfile --durations=15 "$@"
# A person at the keyboard of that screen is a program of Linux.
[ $# != 0 ] || "$here/../../../.venv/bin/pytest" -q "$here/../../excel/test_settings_window_keyboard.py"
