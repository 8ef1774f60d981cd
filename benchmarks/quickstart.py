"""What `xlwings quickstart NAME --standalone` does, into a folder that is thrown away."""

import os
import sys
import uuid

from xlwings import cli

os.chdir(sys.argv[1])
sys.argv = ["xlwings", "quickstart", f"peer{uuid.uuid4().hex[:8]}", "--standalone"]
cli.main()
