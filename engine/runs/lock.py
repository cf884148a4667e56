"""Who trains a run now: a lock that goes with its process, and a heartbeat.

The operating system lets go of the lock when the process ends, however it ends. Where a
disk knows no locks, the heartbeat decides: the lock file's time of change, renewed
while the process lives.

Whoever only looks shares the lock with others who look, for a few microseconds; whoever
takes it tries for a second, so that no look is in the way.
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
_TRIES, _TRY_EVERY_S = 20, 0.05  # to take the lock: longer than anybody looks
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
            _take(self._descriptor)
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
        _lock(descriptor, is_shared=True)
    except BlockingIOError:
        return True
    except OSError:
        return time.time() - os.fstat(descriptor).st_mtime < _SILENT_S
    finally:
        os.close(descriptor)
    return False


def _take(descriptor: int) -> None:
    """Lock the open file until it is closed; raise BlockingIOError if another one holds it."""
    for tries_left in reversed(range(_TRIES)):
        try:
            _lock(descriptor)
        except BlockingIOError:
            if not tries_left:
                raise
            time.sleep(_TRY_EVERY_S)
        except OSError:
            return  # the disk knows no locks
        else:
            return


def _lock(descriptor: int, *, is_shared: bool = False) -> None:
    """Lock the open file; raise BlockingIOError if it is held, OSError if there are no locks."""
    try:
        if sys.platform == "win32":  # which has no shared locks here
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            raise BlockingIOError(error.errno, "the run is in use") from error
        raise
