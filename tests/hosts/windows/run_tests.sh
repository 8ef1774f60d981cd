#!/usr/bin/env bash
# The suite under Windows' own Python, judged; or the files that are named, not judged. On a machine where that cannot be had, the reason and success.
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
export DISPLAY=":$display"
# On Windows pytest-timeout ends the whole interpreter, and Wine takes long to start a command.
run() { "$here/wpython" -m pytest -q -o timeout=300 -o cache_dir=.cache/windows/pytest "$@"; }
# Three at a time: each waits for Wine's one server for a part of its time.
ended=0
judge=(-p tests.hosts.windows.judge)
[ $# = 0 ] || judge=()
run "${judge[@]}" -n 3 --dist loadfile --durations=15 "$@" || ended=$?
if [ "$ended" = 1 ]; then
  echo "What failed is run once more by itself: a test may have waited too long for Wine beside two others." >&2
  run --last-failed "$@"
elif [ "$ended" != 0 ]; then
  exit "$ended"
fi
# A person at the keyboard of that screen is a program of Linux.
[ $# != 0 ] || "$here/../../../.venv/bin/pytest" -q "$here/../../excel/test_settings_window_keyboard.py"
