"""Which documents are equal: by a hash of each, in little memory."""

import hashlib

import numpy as np
from numpy.typing import NDArray

_MOST_RECENT = 200_000  # in a dict, about 30 MB


class DocumentGroups:
    """Numbers documents so that equal ones, and only those, have the same number.

    Nothing of the texts is kept but a hash of 16 bytes, and 20 bytes a document in all: a Python
    dict of all hashes would need ten times as much.

    Attributes
    ----------
    duplicates : int
        Documents so far that equal an earlier one.
    """

    def __init__(self) -> None:
        self.duplicates = 0
        self._groups = 0
        self._recent: dict[bytes, int] = {}
        # Fixed width: the comparison takes in zero bytes at the end.
        self._old: NDArray[np.bytes_] = np.zeros(0, dtype="S16")  # (old groups,), sorted
        self._old_groups: NDArray[np.int32] = np.zeros(0, dtype=np.int32)  # (old groups,)

    def find(self, text: str) -> tuple[int, bool]:
        """Return the number of the group of `text`, and whether it is a new one."""
        key = hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()
        group = self._recent.get(key)
        if group is None:
            group = self._find_old(key)
        if group is not None:
            self.duplicates += 1
            return group, False
        group = self._recent[key] = self._groups
        self._groups += 1
        if len(self._recent) >= _MOST_RECENT:
            self._move_recent()
        return group, True

    def _find_old(self, key: bytes) -> int | None:
        if not len(self._old):
            return None
        wanted = np.array(key, dtype="S16")
        place = int(np.searchsorted(self._old, wanted))
        if place < len(self._old) and self._old[place] == wanted[()]:
            return int(self._old_groups[place])
        return None

    def _move_recent(self) -> None:
        """Sort the recent hashes into the old ones."""
        keys = np.array(list(self._recent), dtype="S16")
        groups = np.fromiter(self._recent.values(), dtype=np.int32, count=len(keys))
        order = np.argsort(keys)
        places = np.searchsorted(self._old, keys[order])
        self._old = np.insert(self._old, places, keys[order])
        self._old_groups = np.insert(self._old_groups, places, groups[order])
        self._recent.clear()
