"""The loss of a model on a corpus that it was not trained on.

The corpus is numbered anew with the model's vocabulary. Held-out text of the same
corpus is `trainer`'s; one typed sentence is `scorer`'s.
"""

import math
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from engine.control import RunControl, StageProgress
from engine.corpus.corpus import Corpus
from engine.language_model.model import LanguageModel

_BATCH_SENTENCES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How well a model predicts a corpus."""

    sentences: int
    words: int  # predicted, SENTENCE_END included
    unknown_share: float  # of the words without SENTENCE_END
    loss: float  # nats a word
    perplexity: float
    bits_per_word: float


def evaluate_corpus(
    model: LanguageModel, corpus: Corpus, control: RunControl
) -> Generator[StageProgress, None, Evaluation | None]:
    """Compute the mean loss of `model` over all sentences of `corpus`.

    Parameters
    ----------
    model : LanguageModel
    corpus : Corpus
        Prepared with a vocabulary of all its words and nothing held out; a word that
        is unknown there is unknown to the model, too.
    control : RunControl
        A stop ends the work between two batches.

    Yields
    ------
    StageProgress
        After each batch.

    Returns
    -------
    Evaluation or None
        None after a stop.
    """
    own_ids = np.array(model.vocabulary.encode(corpus.vocabulary.words), np.int64)  # by file's id
    sentences = corpus.training
    total_loss, words, unknown = 0.0, 0, 0
    for first in range(0, len(sentences), _BATCH_SENTENCES):
        if not control.proceed():
            return None
        last = min(first + _BATCH_SENTENCES, len(sentences))
        batch = [own_ids[sentences.sequence(k)] for k in range(first, last)]
        xs, ys = [ids[:-1] for ids in batch], [ids[1:] for ids in batch]
        total_loss += model.rnn.calculate_total_loss(xs, ys)
        words += sum(len(y) for y in ys)
        unknown += sum(int((y == model.vocabulary.unknown_id).sum()) for y in ys)
        yield StageProgress(stage="Evaluating", done=last, total=len(sentences), unit="sentences")
    loss = total_loss / max(1, words)
    return Evaluation(
        sentences=len(sentences),
        words=words,
        unknown_share=unknown / max(1, words - len(sentences)),
        loss=loss,
        perplexity=math.exp(loss) if loss < 700.0 else math.inf,
        bits_per_word=loss / math.log(2.0),
    )
