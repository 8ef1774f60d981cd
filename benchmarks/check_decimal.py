"""Times what a straightforward programmer writes: one loop, Decimal, the same rules without words and fixes."""

import json
import pickle
import re
import sys
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path

ID = re.compile(r"M\.[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,15}")
MOBILE = re.compile(r"M[0-9.]+")
NO_PREFIX = re.compile(r"[0-9]+(\.[0-9]+)+")
LARGE = Decimal("999999.99")
AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def check(ids, amounts, reasons):
    """Give row, column and code of every error."""
    found, seen, campaigns = [], set(), {}
    for row, (action_id, amount, reason) in enumerate(zip(ids, amounts, reasons, strict=True), 2):
        if not isinstance(action_id, str) or not action_id:
            found.append((row, "ActionId", "id-missing"))
        else:
            if ID.fullmatch(action_id):
                campaigns.setdefault(action_id.split(".")[1], []).append(row)
            elif MOBILE.fullmatch(action_id):
                found.append((row, "ActionId", "id-unusual"))
            else:
                found.append((row, "ActionId", "id-no-prefix" if NO_PREFIX.fullmatch(action_id) else "id-shape"))
            if action_id in seen:
                found.append((row, "ActionId", "id-duplicate"))
            seen.add(action_id)
        value = None
        if amount is None or amount == "":
            found.append((row, "Amount", "amount-missing"))
        elif isinstance(amount, bool) or (isinstance(amount, str) and not AMOUNT.fullmatch(amount)):
            found.append((row, "Amount", "amount-not-number"))
        else:
            try:
                value = Decimal(amount if isinstance(amount, str) else repr(amount))
            except InvalidOperation:
                found.append((row, "Amount", "amount-not-number"))
        if value is not None and value < 0:
            found.append((row, "Amount", "amount-negative"))
            value = None
        elif value is not None and value.normalize().as_tuple().exponent < -2:
            found.append((row, "Amount", "amount-decimals"))
            value = None
        elif value is not None and value > LARGE:
            found.append((row, "Amount", "amount-large"))
        if reason not in ("ORDER_UPDATE", "REJECTED"):
            found.append((row, "Reason", "reason-unknown"))
        elif value is not None and (value == 0) != (reason == "REJECTED"):
            found.append((row, "Reason", "reason-amount-mismatch"))
    main = max(campaigns, key=lambda campaign: len(campaigns[campaign]), default=None)
    for campaign, rows in campaigns.items():
        if campaign != main:
            found += [(row, "ActionId", "id-mixed-campaigns") for row in rows]
    found.sort()
    return found


columns = pickle.loads(Path(sys.argv[1]).read_bytes())
start = time.perf_counter()
found = check(*columns)
print(json.dumps({"seconds": time.perf_counter() - start, "findings": len(found)}))
