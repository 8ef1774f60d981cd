"""Times pydantic, one model a row, errors and repeated ids collected."""

import json
import pickle
import sys
import time
from pathlib import Path

from peer_model import Row
from pydantic import ValidationError

ids, amounts, reasons = pickle.loads(Path(sys.argv[1]).read_bytes())
start = time.perf_counter()
found, seen = [], set()
for row, (action_id, amount, reason) in enumerate(zip(ids, amounts, reasons, strict=True), 2):
    try:
        Row(ActionId=action_id, Amount=amount, Reason=reason)
        if action_id in seen:
            found.append((row, ("ActionId",), "id-duplicate"))
        seen.add(action_id)
    except ValidationError as error:
        found += [(row, detail["loc"], detail["type"]) for detail in error.errors()]
print(json.dumps({"seconds": time.perf_counter() - start, "findings": len(found)}))
