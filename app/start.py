"""Open the window, where that can be.

Nothing of Qt is loaded before it is known that it can be: a system that lacks a library of Qt's
is told which packages have it.
"""

import ctypes
import multiprocessing
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

CANNOT_START = 2
_LIBRARY = re.compile(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object file")


def has_display() -> bool:
    """Tell whether a window can be shown, or Qt was told to do without."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in named)


def main() -> int:
    """Run the installed program and return its exit code."""
    multiprocessing.freeze_support()
    if has_display():
        return open_window()
    sys.stderr.write(
        "There is no display here for a window. 'rnn-text-lab-cli' does the same in the terminal: "
        "'rnn-text-lab-cli --help' says how.\n"
    )
    return CANNOT_START


def open_window() -> int:
    """Open the window, or say in a sentence or two why Qt cannot."""
    try:
        from app.application import main as run_window

        load_platform_plugin()
    except ImportError as error:
        return explain(str(error)) if _LIBRARY.search(str(error)) else _explain_module(error)
    except OSError as error:  # of the plugin
        return explain(str(error))
    return run_window()


def load_platform_plugin() -> None:
    """Load the library that Qt draws with; raise OSError, naming what it lacks, as Qt would not.

    Qt itself only aborts. Where it is not clear which library Qt takes, nothing is tried.
    """
    if not sys.platform.startswith("linux"):
        return
    from resources.scripts.set_up import needed_platforms

    spec = find_spec("PySide6")
    for folder in () if spec is None else (spec.submodule_search_locations or ()):
        for name in needed_platforms("run", os.environ):
            plugin = Path(folder) / "Qt" / "plugins" / "platforms" / name
            if plugin.is_file():
                ctypes.CDLL(str(plugin))


def explain(problem: str) -> int:
    """Say which libraries of the system Qt lacks, and how to get them; return the exit code."""
    from resources.scripts.set_up import advice, missing_libraries, needed_platforms

    named = _LIBRARY.findall(problem)
    lacking = missing_libraries(needed_platforms("run", os.environ), sys.executable) or named
    sys.stderr.write(advice(lacking) if lacking else f"Qt cannot start: {problem}\n")
    return CANNOT_START


def _explain_module(error: ImportError) -> int:
    """Say which Python to use where this one lacks a package; a module of ours is a defect."""
    missing = isinstance(error, ModuleNotFoundError) and error.name is not None
    if not missing or str(error.name).partition(".")[0] in ("app", "engine", "resources"):
        raise error
    sys.stderr.write(
        f"This Python ({sys.executable}) has no '{error.name}', which the program needs. "
        "'make run' sets up one that has it, and starts the program.\n"
    )
    return CANNOT_START
