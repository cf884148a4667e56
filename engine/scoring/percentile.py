"""Where a sentence stands among held-out ones of its length; without PyTorch.

S held-out sentences that are compared with.
"""

from dataclasses import dataclass

import numpy as np

_FEWEST = 20  # that are compared with, if there are so many
_NEAR = 5  # lengths that differ by a fifth count as alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentile:
    """How many held-out sentences of about the same length are less probable."""

    share: float  # from 0 to 1; equally probable ones count half
    compared: int  # sentences
    shortest: int  # words of those
    longest: int


class HeldOutScores:
    """The probabilities of held-out sentences under one model.

    Parameters
    ----------
    lengths : sequence of S ints
        Words, SENTENCE_END left out.
    log_probabilities : sequence of S floats
    """

    def __init__(self, lengths: list[int], log_probabilities: list[float]) -> None:
        self._lengths = np.array(lengths, np.int64)
        self._log_probabilities = np.array(log_probabilities, np.float64)

    def percentile(self, words: int, log_probability: float) -> Percentile | None:
        """Return where a sentence of `words` words stands; None where nothing is held out."""
        if len(self._lengths) == 0:
            return None
        distance = np.abs(self._lengths - words)
        near = np.flatnonzero(distance <= max(1, words // _NEAR))
        if len(near) < _FEWEST:
            near = np.argsort(distance, kind="stable")[:_FEWEST]
        others = self._log_probabilities[near]
        lower, equal = (others < log_probability).sum(), (others == log_probability).sum()
        return Percentile(
            share=float(lower + equal / 2) / len(near),
            compared=len(near),
            shortest=int(self._lengths[near].min()),
            longest=int(self._lengths[near].max()),
        )
