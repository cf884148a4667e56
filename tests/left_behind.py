"""What tests may not leave behind: processes, files in the repository or among the user's own.

Each process that runs tests looks at itself and at those that it started, however they are
related to it by the end, and never at others of the machine: two suites may run beside.
"""

import contextlib
import multiprocessing
import os
from pathlib import Path

MARK = "RNN_TEXT_LAB_TESTED_BY"  # in the environment of each process that the tests start
PROGRAM = "rnn-text-lab"
MADE_BY_TOOLS = frozenset(
    {".git", ".venv", ".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache", "__pycache__"}
    | {"build", "dist"}
)
SOURCES = (".py", ".md")  # somebody may write while the tests run
# Python's own helpers, one a process, which end with it.
_KEPT_TO_THE_END = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")


def files_below(folder: Path) -> set[Path]:
    """Return the files in a folder, but for those of the tools and of people."""
    found: set[Path] = set()
    for place, folders, files in os.walk(folder):
        folders[:] = [
            name for name in folders if name not in MADE_BY_TOOLS and not name.endswith(".egg-info")
        ]
        found |= {
            Path(place, name)
            for name in files
            if not name.startswith(".coverage") and not name.endswith(SOURCES)
        }
    return found


def folders_of_the_user() -> list[Path]:
    """Return where the program keeps what is the user's own; ask before they are redirected."""
    from platformdirs import user_cache_path, user_config_path, user_data_path

    paths = (user_cache_path, user_config_path, user_data_path)
    return [path(PROGRAM, appauthor=False) for path in paths]


def processes_left() -> list[str]:
    """Return the command of each process that this one started and that is still there."""
    found = [repr(child) for child in multiprocessing.active_children()]
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            is_ours = int(parent) == os.getpid() or _mark() in (folder / "environ").read_bytes()
            is_pythons = any(helper in command for helper in _KEPT_TO_THE_END)
            if is_ours and not is_pythons and int(folder.name) != os.getpid():
                found.append(f"{folder.name}: {command or 'ended, and never waited for'}")
    return found


def mark_processes() -> None:
    """Let the processes that are started from now on be known by their environment."""
    os.environ[MARK] = str(os.getpid())


def _mark() -> bytes:
    return f"{MARK}={os.getpid()}\0".encode()
