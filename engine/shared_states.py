"""Words of a batch after which the network is in one state, since all words before are the same.

Every sentence of a text begins with SENTENCE_START, and many go on with the same word.
What follows such words differs, but the softmax after them is one::

    a  START the  film  was          s(START) is made three times and s(START the) twice:
    b  START the  end                7 softmaxes serve the 10 words
    c  START we   know

The output layer makes each softmax once and gives every word its own error, so that no
number changes but for rounding. Of 64 sentences about one word in 17 is spared.

Letters: N words of the batch, B sentences, D states made once.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.score_blocks import ALIGNED, round_up

_WORTHWHILE = 32  # fewer than one word in so many spared do not pay for the bookkeeping


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStates:
    """Which words share a state; D is filled up to an aligned number with states of no word."""

    rows: torch.Tensor  # int64 (D,), a word in each state
    of_word: torch.Tensor  # int64 (N,), the state of each word, an index into `rows`
    words: torch.Tensor  # float32 (D,), how many words are in each state

    def to(self, device: torch.device) -> "SharedStates":
        """Return copies on `device`."""
        return SharedStates(
            rows=self.rows.to(device, non_blocking=True),
            of_word=self.of_word.to(device, non_blocking=True),
            words=self.words.to(device, non_blocking=True),
        )


def find_shared_states(x: NDArray[np.int64], lengths: NDArray[np.int64]) -> SharedStates | None:
    """Return the states that words share, or None if too few do.

    Parameters
    ----------
    x : int64 array of shape (N,)
        The words of all sentences, one sentence after the other.
    lengths : int64 array of shape (B,)
        Words in each sentence, falling.
    """
    made_by = _first_in_same_state(x, lengths)  # (N,)
    is_first = made_by == np.arange(len(x))
    rows = np.flatnonzero(is_first)  # (D,)
    if (len(x) - len(rows)) * _WORTHWHILE < len(x):
        return None
    of_word = (np.cumsum(is_first) - 1)[made_by]  # (N,)
    aligned = round_up(len(rows), ALIGNED)
    return SharedStates(
        rows=torch.from_numpy(np.pad(rows, (0, aligned - len(rows)))),
        of_word=torch.from_numpy(of_word),
        words=torch.from_numpy(np.bincount(of_word, minlength=aligned).astype(np.float32)),
    )


def _first_in_same_state(x: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each word the row of the first one in the same state, often itself."""
    made_by = np.arange(len(x))
    rows = np.cumsum(lengths) - lengths  # (B,), of the words of one step
    state = np.zeros(len(lengths), dtype=np.int64)  # (B,), of each sentence one step before
    for step in range(int(lengths[0])):
        going_on = int(np.count_nonzero(lengths > step))  # the first ones
        rows, state = rows[:going_on], state[:going_on]
        pairs = state * (int(x.max()) + 1) + x[rows]  # a number for each pair of state and word
        _, first, state = np.unique(pairs, return_index=True, return_inverse=True)
        if len(first) == going_on:
            break
        made_by[rows] = rows[first][state]
        rows = rows + 1
    return made_by
