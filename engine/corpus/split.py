"""Which documents are held out; nothing is counted here."""

import numpy as np
from numpy.typing import NDArray

from engine.files.spool import numbers_in_file

_AT_ONCE = 1 << 20  # documents


def draw_validation(group_of: NDArray[np.int64], fraction: float, seed: int) -> NDArray[np.bool_]:
    """Choose the validation documents.

    Parameters
    ----------
    group_of : int64 array of shape (documents,)
        Equal documents have the same number: they go to the same side, or the
        validation loss would be measured on what was trained on.
    fraction : float
        Share of the documents to hold out.
    seed : int

    Returns
    -------
    bool array of shape (documents,)
        About `fraction` of it True, never all; at least one, if there are two
        different documents and the fraction is not zero.
    """
    documents = len(group_of)
    sizes = _sizes(group_of)  # (groups,)
    if fraction <= 0.0 or len(sizes) < 2:
        return np.zeros(documents, dtype=bool)
    most = min(max(1, round(fraction * documents)), documents - 1)
    is_chosen = np.zeros(len(sizes), dtype=bool)  # (groups,)
    chosen = 0
    order = numbers_in_file(len(sizes))  # (groups,)
    np.random.default_rng(seed).shuffle(order)
    for group in order:
        if chosen == most:
            break
        size = int(sizes[group])
        # A group that is too large for what is missing is left to the training side.
        if chosen + size <= most:
            is_chosen[group] = True
            chosen += size
    if chosen == 0:
        is_chosen[int(np.argmin(sizes))] = True
    return is_chosen[group_of]


def _sizes(group_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many documents each group has, (groups,)."""
    sizes = numbers_in_file(int(group_of.max()) + 1 if len(group_of) else 0)
    sizes.fill(0)
    for begin in range(0, len(group_of), _AT_ONCE):
        np.add.at(sizes, group_of[begin : begin + _AT_ONCE], 1)
    return sizes
