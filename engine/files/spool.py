"""Bytes that are appended now and read later, in memory while few and in a file when many.

The file has no name (on Windows the system deletes it when it is closed), so nothing
is left behind, whatever ends the program. Where it cannot be written, the bytes stay
in memory: a full disk costs memory, and never the work.
"""

import contextlib
import mmap
import os
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[Any]

MOST_IN_MEMORY = 8 << 20
_NUMBERS_AT_ONCE = 1 << 19
_MANY_NUMBERS = 1 << 20  # 8 MB of them
_APPENDED_AT_ONCE = 1 << 16
PIECE_BYTES = 4 << 20  # read at once; a few milliseconds of work, and a whole number of numbers


class Spool:
    """An append-only store of bytes.

    Parameters
    ----------
    folder : Path or None
        Where the file is made, if one is needed; None = the system's folder for
        temporary files.
    most_in_memory : int
        Bytes from which on a file is used.

    Attributes
    ----------
    size : int
        Bytes so far.
    failure : OSError or None
        Why the file could not be written.
    """

    def __init__(self, folder: Path | None, *, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self.size = 0
        self.failure: OSError | None = None
        self._folder = folder
        self._most_in_memory = most_in_memory
        self._memory = bytearray()  # what follows the bytes in the file
        self._file: IO[bytes] | None = None

    def append(self, data: bytes | Numbers) -> None:
        """Append bytes, or those of a contiguous array."""
        view = _bytes_of(data)
        self._memory += view
        self.size += len(view)
        most = self._most_in_memory
        if self._file is not None:
            most = min(most, MOST_IN_MEMORY)
        if len(self._memory) >= most and self.failure is None:
            self._write()

    def pieces(self) -> Iterator[bytes]:
        """Yield all bytes so far, in pieces of `PIECE_BYTES` and shorter."""
        for start in range(0, self._in_file, PIECE_BYTES):
            yield self._read(start, min(PIECE_BYTES, self._in_file - start))
        for start in range(0, len(self._memory), PIECE_BYTES):
            yield bytes(self._memory[start : start + PIECE_BYTES])

    def array(self, dtype: type[np.generic], *, is_writable: bool = False) -> Numbers:
        """Return all bytes as an array, mapped from the file if there is one.

        The spool is of no other use afterwards. What is written to the array, if it is
        to be writable (PyTorch wants that), does not reach the file.
        """
        if self._file is not None and self._memory and self.failure is None:
            self._write()
        if self._file is not None and self._memory:
            self._memory = bytearray().join(self.pieces())
        elif self._file is not None:
            access = mmap.ACCESS_COPY if is_writable else mmap.ACCESS_READ
            mapped = mmap.mmap(self._file.fileno(), self.size, access=access)
            self._file.close()  # the mapping holds it
            return np.frombuffer(mapped, dtype)
        return np.frombuffer(self._memory, dtype)

    def close(self) -> None:
        """Give the bytes up."""
        self._memory = bytearray()
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _in_file(self) -> int:
        return self.size - len(self._memory)

    def _write(self) -> None:
        """Move the bytes in memory to the end of the file."""
        end = self._in_file
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(  # noqa: SIM115 - closed by `close`
                    dir=self._folder, prefix="rnn-text-lab-", buffering=0
                )
            self._file.seek(end)
            left = memoryview(self._memory)
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self.failure = error.with_traceback(None)  # which holds on to the bytes
            with contextlib.suppress(OSError):
                if self._file is not None:
                    self._file.truncate(end)  # room for others, where the disk is full
            return
        finally:
            left = memoryview(b"")  # a bytearray that is looked at cannot be changed
        self._memory = bytearray()

    def _read(self, start: int, count: int) -> bytes:
        if self._file is None:
            raise ValueError("the bytes were given up")
        self._file.seek(start)
        data = b""
        while len(data) < count:
            more = self._file.read(count - len(data))
            if not more:
                raise OSError(0, "a temporary file was cut short")
            data += more
        return data


def _bytes_of(data: bytes | Numbers) -> memoryview:
    if not len(data):
        return memoryview(b"")
    return memoryview(data) if isinstance(data, bytes) else data.data.cast("B")


class SpooledNumbers:
    """Whole numbers that are appended one by one; see `Spool`.

    Parameters
    ----------
    spool : Spool
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._last: array[int] = array("q")

    def __len__(self) -> int:
        return self._spool.size // 8 + len(self._last)

    def append(self, number: int) -> None:
        """Append a number."""
        self._last.append(number)
        if len(self._last) == _APPENDED_AT_ONCE:
            self._move()

    def array(self) -> NDArray[np.int64]:
        """Return all of them, mapped from the file if there is one; no more can be appended."""
        self._move()
        return self._spool.array(np.int64)

    def _move(self) -> None:
        self._spool.append(self._last.tobytes())
        self._last = array("q")


def numbers_in_file(count: int) -> NDArray[np.int64]:
    """Return 0, 1, 2 … in memory that the system can write to a file, which has no name.

    Few of them, and all where there is no room on the disk, are in common memory.
    """
    if count < _MANY_NUMBERS:
        return np.arange(count)
    try:
        with tempfile.TemporaryFile(prefix="rnn-text-lab-") as file:
            for begin in range(0, count, _NUMBERS_AT_ONCE):
                numbers = np.arange(begin, min(begin + _NUMBERS_AT_ONCE, count), dtype=np.int64)
                file.write(numbers.data)
            file.flush()
            return map_file(file, np.int64, is_writable=True)
    except OSError:
        return np.arange(count)


def map_file(file: IO[bytes], dtype: type[np.generic], *, is_writable: bool = False) -> Numbers:
    """Return the content of an open file as an array; the file may be closed or deleted then."""
    access = mmap.ACCESS_WRITE if is_writable else mmap.ACCESS_READ
    if os.fstat(file.fileno()).st_size == 0:
        return np.zeros(0, dtype)
    return np.frombuffer(mmap.mmap(file.fileno(), 0, access=access), dtype)


def forget_pages(array: Numbers) -> None:
    """Let the system take back the memory of a mapped array that nobody has written to.

    A page that is read again comes from the file. Only a hint: where the array is not
    mapped or the system does not know it, nothing happens.
    """
    owner: object = array
    while isinstance(owner, np.ndarray | memoryview):
        owner = owner.base if isinstance(owner, np.ndarray) else owner.obj
    if isinstance(owner, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED") and os.name == "posix":
        owner.madvise(mmap.MADV_DONTNEED)
