"""How much of some sentences is new: of written ones, and of held-out text beside them.

What people wrote and the model never saw repeats the training text, too: that is the measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.corpus.copies import LONGEST_RUN, Copy, CopyFinder
from engine.corpus.corpus import Corpus

_MOST_HELD_OUT = 200  # sentences that are compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """How much of some sentences does not stand in the training text.

    Attributes
    ----------
    sentences : int
    copied : float
        The longest copied run of a sentence as a share of its words, on average.
    new : tuple of float or None
        Of all runs of 1, 2, 3 … words within the sentences, the share that the training text does
        not have; None where no sentence is so long.
    """

    sentences: int
    copied: float
    new: tuple[float | None, ...]


def novelty(copies: Sequence[Copy], runs: Sequence[tuple[int, ...]]) -> Novelty | None:
    """Return what is new in sentences; None where there are none.

    Parameters
    ----------
    copies : sequence of Copy
        What `CopyFinder.longest` gives for each sentence.
    runs : sequence of tuple of int
        What `CopyFinder.runs` gives for each, or for some of them.
    """
    shares = [copy.length / copy.words for copy in copies if copy.words]
    if not shares:
        return None
    new: list[float | None] = []
    for length in range(1, LONGEST_RUN + 1):
        found = [run for each in runs for run in each[: max(0, len(each) - length + 1)]]
        new.append(sum(run < length for run in found) / len(found) if found else None)
    return Novelty(sentences=len(shares), copied=sum(shares) / len(shares), new=tuple(new))


def held_out_novelty(corpus: Corpus, finder: CopyFinder) -> Novelty | None:
    """Return what is new in held-out text, of some 200 sentences; None where none is held out."""
    held_out = np.flatnonzero(corpus.is_validation)
    chosen = held_out[:: max(1, len(held_out) // _MOST_HELD_OUT)].tolist()
    texts = [[token.text for token in corpus.sentence_view(number).tokens] for number in chosen]
    return novelty([*map(finder.longest, texts)], [*map(finder.runs, texts)])
