"""The different words of a text: a tuple, or mapped from a file where they are many."""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from engine.files.spool import Spool

_MOST_IN_MEMORY = 4 << 20  # bytes of words in UTF-8: as many Python texts take ten times that
_WORDS_AT_ONCE = 1 << 15
_MOST_BYTES = 4  # of a character


class MappedWords(Sequence[str]):
    """Words that are one after the other in UTF-8.

    Parameters
    ----------
    text : uint8 array
    ends : int64 array of shape (D,)
        Where each word ends.
    """

    def __init__(self, text: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._text, self._ends = text, ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self[each] for each in range(*index.indices(len(self))))
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(f"there is no word {index} among {len(self)}")
        begin = int(self._ends[index - 1]) if index else 0
        return self._text[begin : int(self._ends[index])].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        begin = 0
        for first in range(0, len(self), _WORDS_AT_ONCE):
            ends = self._ends[first : first + _WORDS_AT_ONCE].tolist()
            piece = self._text[begin : ends[-1]].tobytes()
            start = 0
            for end in ends:
                yield piece[start : end - begin].decode()
                start = end - begin
            begin = ends[-1]


def word_list(text: NDArray[np.uint8], lengths: NDArray[np.int32]) -> Sequence[str]:
    """Return words that are one after the other in UTF-8.

    Parameters
    ----------
    text : uint8 array
    lengths : int32 array of shape (D,)
        Characters of each word.

    Raises
    ------
    ValueError
        If the text is not UTF-8, or has another length.
    """
    ends = Spool(None)
    begin = 0
    for first in range(0, len(lengths), _WORDS_AT_ONCE):
        characters = np.cumsum(lengths[first : first + _WORDS_AT_ONCE], dtype=np.int64)
        window = text[begin : begin + _MOST_BYTES * int(characters[-1]) + 1]
        starts = np.flatnonzero((window & 0xC0) != 0x80)  # of characters, (characters or more,)
        starts = np.append(starts, len(window))
        if lengths[first : first + _WORDS_AT_ONCE].min() < 0 or characters[-1] >= len(starts):
            raise ValueError("the words do not have their lengths")
        own_ends = starts[characters]
        window[: own_ends[-1]].tobytes().decode()
        ends.append(begin + own_ends)
        begin += int(own_ends[-1])
    if begin != len(text):
        raise ValueError("the words do not have their lengths")
    words = MappedWords(text, ends.array(np.int64))
    return words if len(text) > _MOST_IN_MEMORY else tuple(words)
