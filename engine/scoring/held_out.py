"""The probabilities of held-out sentences, for `percentile`."""

from collections.abc import Iterator

import numpy as np

from engine.control import RunControl, StageProgress
from engine.corpus.corpus import Corpus
from engine.language_model.model import LanguageModel
from engine.scoring.percentile import HeldOutScores
from engine.scoring.text_scores import score_texts

_AT_ONCE = 128


def score_held_out(
    model: LanguageModel, corpus: Corpus, control: RunControl, *, most: int = 2000
) -> Iterator[StageProgress | HeldOutScores]:
    """Score held-out sentences of a corpus, spread over all of them.

    Parameters
    ----------
    model : LanguageModel
    corpus : Corpus
        That the model was trained on.
    control : RunControl
        A stop ends the work without a result.
    most : int
        So many sentences at most.

    Yields
    ------
    StageProgress
        After each 128 sentences.
    HeldOutScores
        The last event, unless it was stopped.
    """
    held_out = np.flatnonzero(corpus.is_validation)
    chosen = held_out[:: max(1, -(-len(held_out) // most))].tolist()
    lengths: list[int] = []
    log_probabilities: list[float] = []
    for first in range(0, len(chosen), _AT_ONCE):
        if not control.proceed():
            return
        some = [
            tuple(token.text for token in corpus.sentence_view(number).tokens)
            for number in chosen[first : first + _AT_ONCE]
        ]
        lengths += map(len, some)
        log_probabilities += (each.log_probability for each in score_texts(model, some))
        yield StageProgress(
            stage="Scoring held-out sentences",
            done=len(lengths),
            total=len(chosen),
            unit="sentences",
        )
    yield HeldOutScores(lengths, log_probabilities)
