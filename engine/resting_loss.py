"""The mean loss of sentences with the parameters at rest, as a training run needs it.

A whole model on another file is `engine.evaluation`'s affair.
"""

import math
from collections.abc import Callable, Generator

import numpy as np
import torch
from numpy import int64
from numpy.typing import NDArray

from engine.batching import batch_from_flat, batches_by_length
from engine.control import Ticker
from engine.corpus_data import Sentences
from engine.errors import DivergedError
from engine.events import StageProgress
from engine.rnn import RNN

_STAGE_EVERY_S = 0.5
_BATCH_WORDS = 4096


def resting_loss(
    rnn: RNN,
    sentences: Sentences,
    proceed: Callable[[], bool],
    chosen: NDArray[int64] | None = None,
) -> Generator[StageProgress, None, float | None]:
    """Compute the mean loss of all or the chosen sentences.

    Parameters
    ----------
    rnn : RNN
    sentences : Sentences
    proceed : callable
        Asked before each batch; False is a stop.
    chosen : int64 array, optional
        Sentence numbers.

    Yields
    ------
    StageProgress
        Twice a second.

    Returns
    -------
    float or None
        Nats a word; None after a stop.

    Raises
    ------
    DivergedError
        If the loss is not finite.
    """
    batches = batches_by_length(sentences.offsets, _BATCH_WORDS, chosen)
    total = torch.zeros((), dtype=torch.float64, device=rnn.device)
    words = 0
    ticker = Ticker(_STAGE_EVERY_S)
    for number, members in enumerate(batches):
        if not proceed():
            return None
        batch = batch_from_flat(sentences.ids, sentences.offsets, members).to(rnn.device)
        total += rnn.word_losses(batch).sum(dtype=torch.float64)
        words += batch.words
        if ticker.is_due():
            yield StageProgress(
                stage="Evaluating", done=number + 1, total=len(batches), unit="batches"
            )
    return require_finite(float(total)) / words


def few_of(sentences: Sentences, count: int) -> NDArray[int64]:
    """Return the numbers of at most `count` sentences, evenly spread."""
    few: NDArray[int64] = np.unique(np.linspace(0, len(sentences) - 1, count, dtype=int64))
    return few


def require_finite(loss: float) -> float:
    """Return `loss`, or raise `DivergedError` if it is not a finite number."""
    if not math.isfinite(loss):
        raise DivergedError("The loss is not a finite number any more.")
    return loss
