"""Keys that are numbered in the order in which they are first seen, in bounded memory.

Those seen of late are in a dict. Of the others a hash and the number are kept, sorted, which a
`Spool` moves to a file where they are many: a Python dict of all would need ten times as much.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.files.spool import Spool

_MOST_RECENT = 200_000  # in a dict, about 30 MB
_MERGED_AT_ONCE = 1 << 18
_HASH_BYTES = 16

_Key = TypeVar("_Key", str, bytes)


def hash_of(text: str) -> bytes:
    """Return 16 bytes that no other text has."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=_HASH_BYTES).digest()


class Numbering(Generic[_Key]):
    """Numbers keys, so that equal ones, and only those, have the same number.

    Parameters
    ----------
    folder : Path or None
        For files of what is too much for the memory; None = the system's.
    hash_of : callable
        Returns 16 bytes that tell a key from all others.
    """

    def __init__(self, folder: Path | None, hash_of: Callable[[_Key], bytes]) -> None:
        self._folder = folder
        self._hash_of: Callable[[_Key], bytes] = hash_of
        self._count = self._moved = 0  # different keys, and those of them that are among the old
        self._recent: dict[_Key, int] = {}
        # Fixed width: the comparison takes in zero bytes at the end.
        self._old: NDArray[np.bytes_] = np.zeros(0, dtype=f"S{_HASH_BYTES}")  # (old keys,), sorted
        self._old_numbers: NDArray[np.int32] = np.zeros(0, dtype=np.int32)  # (old keys,)

    def __len__(self) -> int:
        return self._count

    def has(self, key: _Key) -> bool:
        """Return whether a key was seen before."""
        return key in self._recent or self._find_old(key) is not None

    def __getitem__(self, key: _Key) -> int:
        """Return the number of a key, that of a new one if it was not seen before."""
        number = self._recent.get(key)
        if number is None:
            number = self._find_old(key)
            if number is None:
                number = self._count
                self._count += 1
            self._recent[key] = number
            if len(self._recent) >= _MOST_RECENT:
                self._move_recent()
        return number

    def _find_old(self, key: _Key) -> int | None:
        if not len(self._old):
            return None
        wanted = np.array(self._hash_of(key), dtype=self._old.dtype)
        place = int(np.searchsorted(self._old, wanted))
        if place < len(self._old) and self._old[place] == wanted[()]:
            return int(self._old_numbers[place])
        return None

    def _move_recent(self) -> None:
        """Sort the recent keys into the old ones."""
        new = [(self._hash_of(key), n) for key, n in self._recent.items() if n >= self._moved]
        self._recent.clear()
        if not new:
            return
        self._moved = self._count
        keys = np.array([key for key, _ in new], dtype=self._old.dtype)  # (new keys,)
        order = np.argsort(keys)
        keys, numbers = keys[order], np.array([n for _, n in new], dtype=np.int32)[order]
        places = np.searchsorted(self._old, keys)  # (new keys,)
        hashes, all_numbers = Spool(self._folder), Spool(self._folder)
        for begin in range(0, len(self._old) + 1, _MERGED_AT_ONCE):
            old = slice(begin, begin + _MERGED_AT_ONCE)
            some = slice(*np.searchsorted(places, [begin, begin + _MERGED_AT_ONCE]))
            merged = np.insert(self._old[old], places[some] - begin, keys[some])
            hashes.append(merged.view(np.uint8))
            own_numbers = self._old_numbers[old]
            all_numbers.append(np.insert(own_numbers, places[some] - begin, numbers[some]))
        self._old = hashes.array(np.uint8).view(self._old.dtype)
        self._old_numbers = all_numbers.array(np.int32)


class DocumentGroups:
    """Numbers documents so that equal ones, and only those, have the same number.

    Nothing of the texts is kept but a hash.

    Parameters
    ----------
    folder : Path or None
        For files; see `Numbering`.

    Attributes
    ----------
    duplicates : int
        Documents so far that equal an earlier one.
    """

    def __init__(self, folder: Path | None) -> None:
        self.duplicates = 0
        self._groups: Numbering[bytes] = Numbering(folder, bytes)

    def find(self, text: str) -> tuple[int, bool]:
        """Return the number of the group of `text`, and whether it is a new one."""
        groups = len(self._groups)
        group = self._groups[hash_of(text)]
        is_new = group == groups
        self.duplicates += not is_new
        return group, is_new
