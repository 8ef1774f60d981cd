#!/bin/sh
# Fetches the servers that the tests talk to. Those in JavaScript come from npm. Debian's are unpacked into a cache folder,
# where this may be done: as root on Debian. Nothing is installed and no service is started; the tests start the programs on
# loopback and stop them. Elsewhere it says so and leaves it; the tests that need them are then skipped and counted.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
"$here/tests/node/install_node.sh" "$here/tests/node" "$here/.cache/node" "servers and checkers written in JavaScript"
cache="$here/.cache/servers"
wanted="vsftpd proftpd-core proftpd-mod-crypto pure-ftpd openssh-server openssh-sftp-server postfix exim4-daemon-light
  postgresql pgbouncer strace"
ready="$cache/.ready"
[ -f "$ready" ] && [ "$(cat "$ready")" = "$wanted" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  echo "Tests against Debian's own servers are skipped here: they need apt-get and root. They are: $wanted" >&2
  exit 0
fi

# What each of them would bring along that is not here yet; asked one by one, because FTP servers exclude each other.
needed() {
  for package in $wanted; do
    echo "$package"
    apt-get install --simulate --no-install-recommends "$package" 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p'
  done | sort -u
}

fetch() {
  rm -rf "$cache" && mkdir -p "$cache/packages" "$cache/root" && cd "$cache/packages" || return 1
  # shellcheck disable=SC2046  # a list of words
  apt-get download -qq -o APT::Sandbox::User=root $(needed) >/dev/null 2>&1 || return 1
  for package in ./*.deb; do dpkg-deb -x "$package" "$cache/root" || return 1; done
  rm -rf "$cache/packages"
  echo "$wanted" >"$ready"
}

fetch || { apt-get update -qq >/dev/null 2>&1 && fetch; } ||
  echo "Could not fetch: $wanted. The tests that need them are skipped." >&2
exit 0
