"""The probabilities of many texts at once, in batches, and what they sum to.

One typed sentence with all that is to be known of its words is `scorer`'s.

N words of a batch, C words in the vocabulary.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.corpus.corpus import Sentences
from engine.language_model.model import LanguageModel
from engine.network.batching import batch_from_pairs, batches_by_length

_BATCH_WORDS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class TextScore:
    """A text: how probable, and how much of that is due to unknown words."""

    words: int  # predicted, SENTENCE_END included
    unknown: int  # of those: scored as UNKNOWN_TOKEN, which stands for all rare words together
    log_probability: float  # natural logarithm
    log_probability_of_known: float  # the same without the unknown words

    @property
    def perplexity(self) -> float:
        """Of each word, SENTENCE_END and the unknown ones included."""
        return _perplexity(self.log_probability, self.words)

    @property
    def perplexity_of_known(self) -> float:
        """Of each known word, SENTENCE_END included."""
        return _perplexity(self.log_probability_of_known, self.words - self.unknown)

    def __add__(self, other: "TextScore") -> "TextScore":
        """Return the score of both texts together."""
        return TextScore(
            words=self.words + other.words,
            unknown=self.unknown + other.unknown,
            log_probability=self.log_probability + other.log_probability,
            log_probability_of_known=self.log_probability_of_known + other.log_probability_of_known,
        )


NOTHING = TextScore(words=0, unknown=0, log_probability=0.0, log_probability_of_known=0.0)


def total_of(scores: Iterable[TextScore]) -> TextScore:
    """Return the score of all texts together."""
    return sum(scores, start=NOTHING)


def score_texts(model: LanguageModel, texts: Sequence[str | tuple[str, ...]]) -> list[TextScore]:
    """Compute the probability of each text, as `scorer.score` does of one.

    Parameters
    ----------
    model : LanguageModel
    texts : sequence of str or of tuples of words
        The former split into sentences as the corpus was, the latter one each; as many as may
        be in memory.

    Returns
    -------
    list of TextScore
        In the order of `texts`.
    """
    vocabulary = model.vocabulary
    scores: list[TextScore] = [NOTHING] * len(texts)
    framed: list[list[int]] = []
    text_of: list[int] = []  # each sentence's
    for number, text in enumerate(texts):
        for words in _sentences_of(model, text):
            framed.append([vocabulary.start_id, *vocabulary.encode(words), vocabulary.end_id])
            text_of.append(number)
    if not framed:
        return scores
    offsets = np.concatenate([[0], np.cumsum([len(ids) for ids in framed], dtype=np.int64)])
    for members in batches_by_length(offsets, _BATCH_WORDS):
        some = [framed[k] for k in members]
        for k, scored in zip(members, _scores_of(model, some), strict=True):
            scores[text_of[k]] += scored
    return scores


def _sentences_of(model: LanguageModel, text: str | tuple[str, ...]) -> list[Sequence[str]]:
    if isinstance(text, tuple):
        return [text]
    return [words for _, words in model.reading.sentences(text)] or [()]  # an empty sentence


def _scores_of(model: LanguageModel, framed: Sequence[Sequence[int]]) -> list[TextScore]:
    """Return the scores of framed sentences that fit into one batch, in their order."""
    lengths = np.array([len(ids) - 1 for ids in framed])  # (B,)
    order = np.argsort(-lengths, kind="stable")  # that of the batch: longest first
    ordered = [framed[k] for k in order]
    batch = batch_from_pairs([ids[:-1] for ids in ordered], [ids[1:] for ids in ordered])
    batch = batch.to(model.rnn.device)
    losses = model.rnn.word_losses(batch).double()  # (N,)
    if model.mixture is not None:
        ids = np.concatenate(ordered).astype(np.int32)
        sentences = Sentences(ids, np.cumsum([0, *map(len, ordered)]))
        losses = model.mixture.losses(losses, sentences)
    is_known = batch.y != model.vocabulary.unknown_id  # (N,)
    of_text = torch.arange(len(framed), device=losses.device).repeat_interleave(
        torch.as_tensor(lengths[order], device=losses.device)
    )  # (N,)
    sums = losses.new_zeros(3, len(framed))
    for row, values in enumerate((losses, losses * is_known, (~is_known).double())):
        sums[row].index_add_(0, of_text, values)
    scores = [NOTHING] * len(framed)
    for place, loss, of_known, unknown in zip(order, *sums.tolist(), strict=True):
        scores[place] = TextScore(
            words=int(lengths[place]),
            unknown=int(unknown),
            log_probability=min(0.0, -loss),
            log_probability_of_known=min(0.0, -of_known),
        )
    return scores


def _perplexity(log_probability: float, words: int) -> float:
    if words == 0:
        return math.nan
    nats = -log_probability / words
    return math.exp(nats) if nats < 700.0 else math.inf
