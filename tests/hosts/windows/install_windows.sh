#!/usr/bin/env bash
# Puts Windows' own Python (python.org's 64-bit build of 3.12) under Wine into .cache/windows, with this program and all
# it needs as wheels for Windows, where this may be done: as root on Debian for x86-64. Elsewhere it says so and ends with 3.
#
# Where the parts come from: python312.dll, its modules (.pyd) and their DLLs lie in the wheel of panda3d for Windows,
# the modules written in Python in a Python 3.12 of this computer, the parts of Tcl/Tk written in Tcl in Debian's
# packages, which may be of an older 8.6 than the DLLs. python.exe, python3.dll and bcryptprimitives.dll are
# made here with mingw. tests/hosts/README.md tells what differs from a real Windows.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
home="$root/.cache/windows"
packages="wine wine64 gcc-mingw-w64-x86-64-win32 mingw-w64-x86-64-dev libtcl8.6 libtk8.6 xvfb xdotool openbox imagemagick"

not_here() {
  echo "Tests under Windows' own Python are skipped here: $1" >&2
  exit 3
}

# The folder of the modules of a Python 3.12 that is installed here.
library_of_312() {
  local found
  for found in "${PYTHON312:-python3.12}" python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.*/bin/python3.12 \
    "$HOME"/.local/share/uv/python/cpython-3.12*/bin/python3.12 /usr/local/bin/python3.12; do
    "$found" -c 'import os; print(os.path.dirname(os.__file__))' 2>/dev/null && return
  done
}

[ "$(uname -sm)" = "Linux x86_64" ] || not_here "they need Linux on x86-64."
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || not_here "they need apt-get and root, to install: $packages"
library=$(library_of_312)
[ -n "$library" ] || not_here "they need a Python 3.12. Set PYTHON312 to its path."

wanted=$(cat "$0" "$here"/*.c "$here"/sitecustomize.py "$root"/requirements/windows*.lock "$root/pyproject.toml" | sha256sum; echo "$root $library")
[ -f "$home/.ready" ] && [ "$(cat "$home/.ready")" = "$wanted" ] && exit 0

missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
if [ -n "$missing" ]; then
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086  # a list of words
  apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing >/dev/null; } ||
    not_here "could not install:$missing"
fi

pip="${PYTHON:-python3} -m pip --quiet --disable-pip-version-check"
download() {
  mkdir -p "$home/$2"
  $pip download --no-deps --platform win_amd64 --python-version 3.12 --require-hashes -d "$home/$2" -r "$root/requirements/$1"
}
download windows-python.lock parts
download windows.lock wheels
for source in "$home"/wheels/*.tar.gz; do # Python only, so that a wheel made here is good there
  [ ! -e "$source" ] || { $pip wheel --no-deps -w "$home/wheels" "$source" && rm "$source"; }
done

rm -rf "$home/python" "$home/prefix" && mkdir -p "$home/python/DLLs"
cd "$home"
"${PYTHON:-python3}" - <<'P'
import pathlib
import zipfile

with zipfile.ZipFile(next(pathlib.Path("parts").glob("panda3d-*.whl"))) as wheel:
    for name in wheel.namelist():
        leaf = name.rpartition("/")[2]
        # Wine has its own api-ms*.dll, and cannot answer _wmi.
        if name.startswith("deploy_libs/") and leaf and not leaf.startswith(("api-ms", "_wmi")):
            folder = "python/DLLs" if leaf.endswith(".pyd") else "python"
            pathlib.Path(folder, leaf).write_bytes(wheel.read(name))
P
cp -r "$library" python/Lib
rm -rf python/Lib/site-packages python/Lib/lib-dynload python/Lib/test python/Lib/config-*
mkdir python/Lib/site-packages
cp "$here/sitecustomize.py" python/Lib/
mkdir python/tcl
cp -rL /usr/share/tcltk/tcl8.6 /usr/share/tcltk/tk8.6 python/tcl/
version=$(strings -a python/tcl86t.dll | grep -xE '8\.6\.[0-9]+' | tail -n 1)
sed -i -E "s/(package require -exact (Tcl|Tk) +)8\.6\.[0-9]+/\1$version/" python/tcl/tcl8.6/init.tcl python/tcl/tk8.6/tk.tcl

compile=x86_64-w64-mingw32-gcc
$compile -municode -o python/python.exe "$here/python.c"
# python3.dll hands every name of the stable ABI on to python312.dll.
{
  printf 'LIBRARY python3.dll\nEXPORTS\n'
  x86_64-w64-mingw32-objdump -p python/python312.dll |
    awk '/Name Pointer\] Table/{on=1;next} on&&/\[ *[0-9]+\]/{print $NF}' | grep -E '^_?Py' | sort -u |
    awk '{print "  " $1 " = python312." $1}'
} >python3.def
echo 'int none(void) { return 0; }' >none.c
$compile -shared -nostdlib -Wl,-e,0 -o python/python3.dll none.c python3.def
rm python3.def none.c

export WINEPREFIX="$home/prefix" WINEDEBUG=-all
wineboot -i >/dev/null 2>&1
wine winecfg -v win10 >/dev/null 2>&1
$compile -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$here/prng.c" -ladvapi32

cd "$root"
install() {
  "$here/wpython" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-warn-script-location "$@"
}
"$here/wpython" -m ensurepip >/dev/null
install "$home"/wheels/*.whl
install --no-build-isolation -e .
echo "$wanted" >"$home/.ready"
