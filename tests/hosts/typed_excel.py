"""One window of Excel for the real pywin32, with a type library of Excel's identifiers. Windows only, in a process of its own.

Python under Wine has no Excel, and what pywin32 keeps in its folder `gen_py` follows from Excel's type library. This one
has the identifiers of the true one, and of what is in it only Window.Application. Nothing is registered.
"""

import importlib.metadata
import sys
from pathlib import Path
from types import SimpleNamespace

LIBRARY = "{00020813-0000-0000-C000-000000000046}"
WINDOW = "{00020893-0000-0000-C000-000000000046}"
MODULE = "00020813-0000-0000-C000-000000000046x0x1x9"
APPLICATION = 148  # Application's number in Excel's type library


def find_excel(folder):
    """Reach Excel as the product does; returns the name that Excel's application gives itself."""
    import pythoncom
    import win32com

    from action_returns.excel.reach import reach_excel

    if not hasattr(importlib.metadata.MetadataPathFinder.invalidate_caches, "__self__"):
        # Python before 3.12.4 lacks the decorator (gh-117572), and makepy calls it.
        finder = importlib.metadata.MetadataPathFinder
        finder.invalidate_caches = classmethod(finder.invalidate_caches)
    path = Path(folder) / "excel.tlb"
    library = _library(path)
    # Excel registers its library as 1.9; Windows gives it to those who ask for 1.2 too.
    pythoncom.LoadRegTypeLib = lambda *_: library
    pythoncom.QueryPathOfRegTypeLib = lambda *_: f"{path}\0"

    def find(xlwings):
        engine = xlwings._xlwindows
        window = _window(library)
        engine.get_excel_hwnds = lambda: [1]
        engine.accessible_object_from_window = lambda _hwnd: None
        engine._PyCom_PyObjectFromIUnknown = lambda *_: window
        return next(engine.get_xl_apps()).Name

    found = reach_excel(find)
    knows = any(name.endswith(MODULE) for name in sys.modules)
    return f"{found}, {'with' if knows else 'without'} a module, {win32com.__gen_path__}"


def _library(path):
    import pythoncom
    import pywintypes

    if not path.exists():
        library = pythoncom.CreateTypeLib2(pythoncom.SYS_WIN32, str(path))
        library.SetGuid(pywintypes.IID(LIBRARY))
        library.SetVersion(1, 9)
        library.SetName("Excel")
        library.SetLcid(0)
        window = library.CreateTypeInfo("Window", pythoncom.TKIND_DISPATCH)
        window.SetGuid(pywintypes.IID(WINDOW))
        ole = pythoncom.LoadRegTypeLib("{00020430-0000-0000-C000-000000000046}", 2, 0, 0)
        window.AddImplType(0, window.AddRefTypeInfo(ole.GetTypeInfoOfGuid(pythoncom.IID_IDispatch)))
        application = pythoncom.FUNCDESC()
        application.memid, application.args = APPLICATION, []
        application.invkind, application.funckind = pythoncom.INVOKE_PROPERTYGET, pythoncom.FUNC_DISPATCH
        application.callconv, application.rettype = 4, (pythoncom.VT_DISPATCH, 0, None)
        window.AddFuncDesc(0, application)
        window.SetFuncAndParamNames(0, ("Application",))
        window.LayOut()
        library.SaveAllChanges()
        del window, library
    return pythoncom.LoadTypeLib(str(path))


def _window(library):
    """The window as pywin32 gets it from Windows: an interface, with its type."""
    import pywintypes
    from win32com.server.policy import DesignatedWrapPolicy
    from win32com.server.util import wrap

    typeinfo = library.GetTypeInfoOfGuid(pywintypes.IID(WINDOW))

    class Typed(DesignatedWrapPolicy):
        def _GetTypeInfoCount_(self):  # noqa: N802  # pywin32's name
            return 1

        def _GetTypeInfo_(self, _index, _lcid):  # noqa: N802
            return 0, typeinfo

    application = SimpleNamespace(_public_methods_=(), _public_attrs_=("Name",), Name="Microsoft Excel")
    shown = SimpleNamespace(_public_methods_=(), _public_attrs_=("Application",), Application=wrap(application))
    shown._dispid_to_get_ = {APPLICATION: "Application"}
    return wrap(shown, usePolicy=Typed)


if __name__ == "__main__":
    from action_returns.errors import ExcelError

    try:
        print(find_excel(sys.argv[1]))  # noqa: T201
    except ExcelError as error:
        print(f"Stopped: {error}")  # noqa: T201
