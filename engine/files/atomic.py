"""Write a whole file so that a crash leaves the old one or the new one, never a half.

The bytes go to a temporary file in the same folder, reach the disk, and only then
take the file's name. This module knows nothing of what the bytes mean.
"""

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.errors import EngineError, ExportError

if sys.platform != "win32":
    import fcntl

_PREFIX = ".rnn-text-lab-"
_SUFFIX = ".tmp"
_TRIED_BYTES = 4096  # a full disk still takes an empty file
_NOT_OFFERED = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EBADF)

_REASONS = {
    errno.ENOSPC: "the disk is full. Free some space or choose another folder",
    errno.EDQUOT: "your disk quota is used up. Free some space or choose another folder",
    errno.EACCES: "writing there is not permitted. Choose a folder that you own",
    errno.EPERM: "writing there is not permitted. Choose a folder that you own",
    errno.EROFS: "that disk is read-only. Choose another folder",
    errno.EFBIG: "the file is larger than that disk allows. Choose another disk",
    errno.ENOENT: "that folder does not exist any more. Choose another folder",
    errno.ENOTDIR: "a part of that path is not a folder. Choose another folder",
    errno.EISDIR: "that is a folder. Give the name of a file",
    errno.EEXIST: "a file is in its way. Choose another folder",
    errno.ENAMETOOLONG: "that name is too long. Choose a shorter one",
    errno.EILSEQ: "no file can have that name. Choose another one",
    errno.EIO: "the disk reported an error. Choose another disk and look after this one",
}


def write_durably(path: Path, data: bytes, *, new_mode: int = 0o666) -> None:
    """Replace the content of `path` by `data`, or leave it untouched.

    Parameters
    ----------
    path : Path
        The file; a symbolic link is followed, so that the link stays a link.
    data : bytes
        The whole new content.
    new_mode : int
        Permissions of a file that was not there; the umask narrows them.

    Raises
    ------
    OSError
        If any step failed. The old file is then intact and nothing is left behind;
        only when the folder itself could not be flushed, as the last step, is the
        new file already in place.
    """
    with replacing(path, new_mode=new_mode) as descriptor:
        _write_all(descriptor, data)


def export_file(path: Path, data: bytes, what: str) -> None:
    """Write a file for other programs as `write_durably` does; the message names `what` it is.

    Raises
    ------
    ExportError
        If that failed; an older file is intact.
    """
    write_or_raise(path, data, f"{what} could not be written", ExportError)


def write_or_raise(path: Path, data: bytes, failed: str, kind: type[EngineError]) -> None:
    """Write a file as `write_durably` does; an error of `kind` begins with what `failed`."""
    try:
        write_durably(path, data)
    except OSError as error:
        raise kind(
            f"{failed} to {path}, because {explain_os_error(error)}. "
            "A file that was there before is unchanged."
        ) from error


@contextlib.contextmanager
def replacing(path: Path, *, new_mode: int = 0o666, is_durable: bool = True) -> Iterator[int]:
    """Give an open temporary file that takes the place of `path` when the block ends.

    If the block raises, `path` is untouched. As `write_durably`, for what is written
    piece by piece.

    Parameters
    ----------
    path : Path
    new_mode : int
        Permissions of a file that was not there; the umask narrows them.
    is_durable : bool
        Whether to wait until the bytes are on the disk. Without it, a crash of the
        machine can leave a damaged file, and a crash of the program cannot.

    Yields
    ------
    int
        The descriptor to write to.
    """
    try:
        target = Path(os.path.realpath(path))
    except ValueError as error:  # a NUL, or half of a character
        raise OSError(errno.EILSEQ, "no file can have that name", str(path)) from error
    mode = _mode_to_keep(target, new_mode)
    remove_leftovers(target.parent)
    temporary, descriptor = _create_temporary(target.parent, mode)
    is_open = True
    try:
        yield descriptor
        if is_durable:
            os.fsync(descriptor)
        if sys.platform == "win32":
            is_open = False  # Windows renames closed files only
            os.close(descriptor)
        temporary.replace(target)
    except BaseException:  # Ctrl+C included: nothing of ours may be left behind
        _remove_quietly(temporary)
        raise
    finally:
        if is_open:  # kept open until here: its lock tells other savers that it is in use
            _close_quietly(descriptor)
    if is_durable:
        _flush_folder(target.parent)


def try_to_write(folder: Path) -> None:
    """Raise the OSError that a small file in `folder` would meet now; leave nothing behind."""
    temporary, descriptor = _create_temporary(folder, 0o600)
    try:
        _write_all(descriptor, bytes(_TRIED_BYTES))
    finally:
        _close_quietly(descriptor)
        _remove_quietly(temporary)


def remove_leftovers(folder: Path) -> None:
    """Delete temporary files that a killed save of ours left in `folder`."""
    try:
        leftovers = [entry for entry in folder.iterdir() if _is_ours(entry.name)]
    except OSError:
        return  # the save itself will name what is wrong with the folder
    for leftover in leftovers:
        with contextlib.suppress(OSError):  # in use, or not ours to open: it stays
            descriptor = os.open(leftover, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                _lock(descriptor)
                leftover.unlink()
            finally:
                _close_quietly(descriptor)


def explain_os_error(error: OSError) -> str:
    """Return the reason for a failed write and what to do, for use after "because"."""
    known = _REASONS.get(error.errno or 0)
    return known if known is not None else f"of an error: {error.strerror or error}"


def _is_ours(name: str) -> bool:
    middle = name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    return name == f"{_PREFIX}{middle}{_SUFFIX}" and len(middle) == 16 and middle.isalnum()


def _mode_to_keep(target: Path, new_mode: int) -> int:
    """Return the permissions for the new file; refuse what is not a plain file."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return new_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(target))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a plain file", str(target))
    return stat.S_IMODE(mode)


def _create_temporary(folder: Path, mode: int) -> tuple[Path, int]:
    """Return a new temporary file and its open, locked descriptor."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        temporary = folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
        descriptor = os.open(temporary, flags, mode)
        try:
            _lock(descriptor)
            is_linked = sys.platform == "win32" or os.fstat(descriptor).st_nlink > 0
        except BlockingIOError:
            _close_quietly(descriptor)
            continue  # another saver is deleting it as a leftover: take a new one
        except OSError:
            return temporary, descriptor  # no locks there, so no saver deletes leftovers
        if is_linked:
            return temporary, descriptor
        _close_quietly(descriptor)  # deleted between our open and our lock


def _lock(descriptor: int) -> None:
    """Lock an open temporary file until it is closed; raise if another process holds it."""
    if sys.platform != "win32":  # there an open file cannot be deleted anyway
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_all(descriptor: int, data: bytes) -> None:
    remaining = memoryview(data)
    while remaining:
        written = os.write(descriptor, remaining)
        if written == 0:
            raise OSError(errno.EIO, "the disk took no more bytes")
        remaining = remaining[written:]
    size = os.fstat(descriptor).st_size
    if size != len(data):
        raise OSError(errno.EIO, f"{size:,} of {len(data):,} bytes were written")


def _flush_folder(folder: Path) -> None:
    """Make the new name durable, where the system offers it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_OFFERED:
            raise
    finally:
        _close_quietly(descriptor)


def _remove_quietly(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        return  # it was not made, or its disk is gone; the next save tries again


def _close_quietly(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        return  # the bytes were flushed before, so nothing is lost
