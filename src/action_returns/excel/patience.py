"""Waiting for a busy Excel, but not for ever.

Excel refuses every call while somebody is typing in a cell or a dialogue is open. xlwings 0.37.8 repeats refused calls
without a pause and without an end (``_xlwindows.N_COM_ATTEMPTS = 0``), so that Excel and Python wait for each other.
"""

import atexit
import sys
import time
from collections.abc import Callable
from typing import Final, TypeVar

from action_returns.excel.problems import ExcelBusy

T = TypeVar("T")

_PAUSE: Final = 0.2
_TRIES: Final = 51
"""Ten seconds of waiting."""
_REFUSED: Final = frozenset(
    {
        -2147418111,  # 0x80010001 RPC_E_CALL_REJECTED
        -2147417846,  # 0x8001010A RPC_E_SERVERCALL_RETRYLATER
        -2146777998,  # 0x800AC472 VBA_E_IGNORE: a cell is being edited
    }
)


def tame_xlwings() -> None:
    """Take away what xlwings' Windows engine does on its own: repeating for ever, and killing other Excels at exit.

    At the end of every Python it force-closes each Excel that shows no workbook (xlwings 0.37.8, ``_xlwindows.py``,
    ``Apps.cleanup``), be it the user's own start screen or another program's.
    """
    engine = sys.modules.get("xlwings._xlwindows")
    if engine is not None:
        atexit.unregister(engine.cleanup)
        engine.N_COM_ATTEMPTS = 1  # type: ignore[attr-defined]


def patiently(do: Callable[[], T]) -> T:
    """Do something in Excel, and wait a little when Excel is busy.

    Args:
        do: what is done; it is started again from its beginning.

    Raises:
        ExcelBusy: when Excel stayed busy.
    """
    for _ in range(_TRIES - 1):
        try:
            return do()
        except Exception as error:
            if not is_refusal(error):
                raise
        time.sleep(_PAUSE)
    try:
        return do()
    except Exception as error:
        if not is_refusal(error):
            raise
        raise ExcelBusy(
            "Excel is busy: a cell is being edited or a dialogue is open. Press Enter or close the dialogue, then "
            "click again."
        ) from None


def is_refusal(error: Exception) -> bool:
    """Tell whether Excel only refused for the moment."""
    code = getattr(error, "hresult", None)
    details = getattr(error, "excepinfo", None)
    return code in _REFUSED or (isinstance(details, tuple) and details[-1] in _REFUSED)
