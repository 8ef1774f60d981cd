#!/bin/sh
# Installs the spreadsheet program and the screen that the tests use, where this may be done: as root on Debian.
# Elsewhere it says so and leaves it; the tests that need them are then skipped and counted.
set -u
packages="libreoffice-calc python3-uno xvfb xauth xdotool openbox imagemagick poppler-utils"
missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Tests with a spreadsheet program are skipped. To run them, install:$missing" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of words
apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 ||
  { apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing >/dev/null; } ||
  echo "Could not install:$missing. The tests that need them are skipped." >&2
exit 0
