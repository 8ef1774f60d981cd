#!/bin/sh
# Installs the programs that write workbooks for tests/acceptance/test_producers.py: those of Python and JavaScript into
# a cache folder of their own, never beside the product, with the versions and hashes of the lock files; Debian's where
# this may be done: as root on Debian. What cannot be installed is named; its tests are then skipped and counted.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache="$top/.cache/producers"
packages="gnumeric libexcel-writer-xlsx-perl r-cran-openxlsx"
mkdir -p "$cache"

python_ready() { cmp -s "$top/requirements/producers.lock" "$cache/venv/producers.lock"; }
install_python() {
  rm -rf "$cache/venv"
  "${PYTHON:-python3}" -m venv "$cache/venv" &&
    "$cache/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$top/requirements/producers.lock" &&
    cp "$top/requirements/producers.lock" "$cache/venv/producers.lock"
}
python_ready || install_python || echo "Tests with producers written in Python are skipped: pip could not install them." >&2

"$top/tests/node/install_node.sh" "$here" "$cache/node" "producers written in JavaScript"

missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Tests with Debian's producers are skipped. To run them, install:$missing" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of words
apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 ||
  { apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing >/dev/null; } ||
  echo "Could not install:$missing. The tests that need them are skipped." >&2
exit 0
