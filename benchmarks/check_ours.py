"""Times our check over pickled columns."""

import json
import pickle
import sys
import time
from pathlib import Path

from action_returns.batch.cells import Columns
from action_returns.batch.check import check

ids, amounts, reasons = pickle.loads(Path(sys.argv[1]).read_bytes())
columns = Columns(ids, amounts, reasons, range(2, len(ids) + 2))
start = time.perf_counter()
report = check(columns)
print(json.dumps({"seconds": time.perf_counter() - start, "findings": len(report)}))
