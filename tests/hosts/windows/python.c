/* python.exe: starts the Python of python312.dll, as python.org's own does. */
#include <windows.h>

int wmain(int argc, wchar_t **argv) {
    HMODULE dll = LoadLibraryW(L"python312.dll");
    int (*run)(int, wchar_t **) = dll ? (int (*)(int, wchar_t **))GetProcAddress(dll, "Py_Main") : 0;
    return run ? run(argc, argv) : 120;
}
