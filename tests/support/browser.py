"""Look at a page of HTML in Chromium without a screen: what axe-core finds in it, and a picture of it."""

import json
import os
import re
import subprocess
from html import unescape

from tests.support.available import BROWSER, chromium

_AXE = BROWSER / "node" / "node_modules" / "axe-core" / "axe.min.js"
_POLICY = re.compile(rb"<meta http-equiv=.Content-Security-Policy.*?>")
_RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(found => {
  const said = found.violations.map(one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).slice(0, 5).join(", "));
  const place = document.createElement("pre");
  place.id = "axe-said";
  place.textContent = JSON.stringify({rules: found.passes.length, said});
  document.body.append(place);
});
"""
_SAID = re.compile(r'<pre id="axe-said">(.*?)</pre>', re.DOTALL)


DARK = "--blink-settings=preferredColorScheme=0"
"""Chromium's option for a computer on which the user chose dark colours."""


def violations(page, folder, *options):
    """Return what axe-core finds in a page, one text each; nothing in a page that everybody can use.

    The page itself allows no script, so a copy of it is looked at, with the checker in it.

    Args:
        page: the bytes of the page.
        folder: where the copy and the browser's profile are written.
        options: of Chromium.
    """
    copy = folder / "copy.html"
    script = b"<script>" + _AXE.read_bytes() + b"</script><script>" + _RUN.encode() + b"</script></body>"
    assert page.count(b"</body>") == 1
    copy.write_bytes(_POLICY.sub(b"", page).replace(b"</body>", script))
    shown = _chromium(folder, "--dump-dom", "--virtual-time-budget=60000", *options, copy.as_uri())
    found = json.loads(unescape(_SAID.search(shown)[1]))
    assert found["rules"] + len(found["said"]) > 5, "the checker did not look at the page"
    return found["said"]


def picture(page, folder, name, *, size=(1100, 1400)):
    """Write a picture of a page and return its path."""
    (folder / "shown.html").write_bytes(page)
    path = folder / f"{name}.png"
    _chromium(folder, f"--screenshot={path}", f"--window-size={size[0]},{size[1]}", (folder / "shown.html").as_uri())
    return path


def _chromium(folder, *arguments):
    libraries = [
        *(BROWSER / "root").glob("usr/lib/*-linux-gnu"),
        *(BROWSER / "root").glob("usr/lib/*-linux-gnu/pulseaudio"),
    ]
    command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run(
        [*command, *arguments],
        env={**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))},
        capture_output=True,
        check=True,
        timeout=120,
    )
    return done.stdout.decode()
