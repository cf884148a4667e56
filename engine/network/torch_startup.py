"""What must be done before PyTorch is loaded, so that the rest of the program goes on meanwhile.

`import torch` maps hundreds of megabytes and runs their start-up code while it holds
the interpreter's lock, so a window that is open would not react. A foreign function
called through ctypes lets go of the lock: loaded this way first, the libraries are only
found again by the import. On Windows PyTorch itself loads them so.

How long a thread of PyTorch spins while it waits must be said before that, too. This module
imports nothing heavy.
"""

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

_GLOBAL_DEPENDENCIES = "libtorch_global_deps"  # PyTorch makes the names of this one global, too
_LIBRARIES = ("libtorch_cpu", "libtorch_cuda")

_SPINS = "3000"  # some tens of microseconds: as long as the work between two products


def load_torch_libraries() -> list[str]:
    """Load what of PyTorch's libraries is there; return their file names.

    What cannot be loaded is left to `import torch`, which says what is wrong.
    """
    if "torch" in sys.modules or os.name != "posix":
        return []
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent / "lib"
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    open_library = ctypes.CDLL(None).dlopen
    open_library.argtypes = [ctypes.c_char_p, ctypes.c_int]
    open_library.restype = ctypes.c_void_p
    loaded = []
    for name in (_GLOBAL_DEPENDENCIES, *_LIBRARIES):
        path = folder / f"{name}{suffix}"
        scope = os.RTLD_GLOBAL if name == _GLOBAL_DEPENDENCIES else os.RTLD_LOCAL
        if path.is_file() and open_library(os.fsencode(path), os.RTLD_NOW | scope):
            loaded.append(path.name)
    return loaded


def wait_politely() -> None:
    """Let PyTorch's threads sleep soon while they wait for each other.

    By default they spin for milliseconds. With every core to themselves that is a little
    faster; but as soon as the window or another program needs a core, the thread that is
    waited for does not run, since those that wait hold the cores: training then ran at a
    fiftieth of its speed. With this setting it is as fast alone, and many times as fast
    beside others. With a third of it, it is 4 % slower alone; with three times as much, half
    as fast beside one busy program. A setting made by the user stays.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
