"""Who trains a run now: a lock that goes with its process, and a heartbeat.

The operating system lets go of the lock when the process ends, however it ends. Where a
disk knows no locks, the heartbeat decides: the lock file's time of change, renewed
while the process lives.
"""

import contextlib
import errno
import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

HEARTBEAT_S = 5.0
_SILENT_S = 60.0  # without a heartbeat; then the process is taken for gone
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


class RunLock:
    """Hold a run for this process.

    Parameters
    ----------
    path : Path
        The lock file; it is never deleted.

    Raises
    ------
    BlockingIOError
        If another process, or another part of this one, holds it.
    OSError
        If the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
            self.beat()
        except OSError:
            os.close(self._descriptor)
            raise

    def beat(self) -> None:
        """Show that the process lives."""
        os.utime(self._path)

    def release(self) -> None:
        """Let go of the run."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1


def is_held(path: Path) -> bool:
    """Tell whether a living process holds the lock file at `path`."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False  # never made, or not ours
    try:
        _lock(descriptor, needs_locks=True)
    except BlockingIOError:
        return True
    except OSError:
        return time.time() - os.fstat(descriptor).st_mtime < _SILENT_S
    finally:
        os.close(descriptor)
    return False


def _lock(descriptor: int, *, needs_locks: bool = False) -> None:
    """Lock the open file until it is closed; raise BlockingIOError if it is held."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            raise BlockingIOError(error.errno, "the run is in use") from error
        if needs_locks:
            raise
