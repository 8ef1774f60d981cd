#!/bin/sh
# Fetches what looks at the pages of HTML as a browser does: axe-core from npm, and Debian's Chromium, which is unpacked into
# a cache folder, where this may be done: as root on Debian. Nothing is installed. Elsewhere it says so and leaves it; the
# tests that need them are then skipped and counted.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache="$top/.cache/browser"
"$top/tests/node/install_node.sh" "$here" "$cache/node" "the checker of accessible pages"
wanted="chromium"
ready="$cache/.ready"
[ -f "$ready" ] && [ "$(cat "$ready")" = "$wanted" ] && exit 0
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  echo "Tests in a browser are skipped here: they need chromium, or apt-get and root to fetch it." >&2
  exit 0
fi

# The browser, and what it would bring along that is not here yet.
needed() {
  apt-get install --simulate --no-install-recommends "$wanted" 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}

fetch() {
  rm -rf "$cache/packages" "$cache/root" && mkdir -p "$cache/packages" "$cache/root" && cd "$cache/packages" || return 1
  # shellcheck disable=SC2046  # a list of words
  apt-get download -qq -o APT::Sandbox::User=root $(needed) >/dev/null 2>&1 || return 1
  for package in ./*.deb; do dpkg-deb -x "$package" "$cache/root" || return 1; done
  rm -rf "$cache/packages"
  echo "$wanted" >"$ready"
}

fetch || { apt-get update -qq >/dev/null 2>&1 && fetch; } ||
  echo "Could not fetch: $wanted. The tests that need it are skipped." >&2
exit 0
