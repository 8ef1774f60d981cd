#!/bin/sh
# Installs the JavaScript programs of one folder into a cache folder, with the versions and hashes of its package-lock.json;
# nothing of them runs while they are installed. What cannot be installed is said; its tests are then skipped and counted.
#   install_node.sh FOLDER CACHE WHAT    the folder with package-lock.json, the folder to make, and the name of the tests
set -u
node_ready() { cmp -s "$1/package-lock.json" "$2/package-lock.json" && [ -f "$2/.ready" ]; }
install_node() {
  rm -rf "$2" && mkdir -p "$2" && cp "$1/package.json" "$1/package-lock.json" "$2/" &&
    (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null) && touch "$2/.ready"
}
node_ready "$1" "$2" && exit 0
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Tests with $3 are skipped. To run them, install: node npm" >&2
else
  install_node "$1" "$2" || echo "Tests with $3 are skipped: npm could not install them." >&2
fi
exit 0
