"""The probabilities of many texts at once, in batches, and of their words wherever they stand.

One typed sentence with all that is to be known of its words is `scorer`'s.

N words of a batch, C words in the vocabulary.
"""

from collections.abc import Sequence

import numpy as np
import torch

from engine.corpus.corpus import Sentences
from engine.language_model.model import LanguageModel
from engine.language_model.results import NOTHING, TextScore, WordScore, WordStatistic
from engine.network.batching import batch_from_pairs, batches_by_length

_BATCH_WORDS = 4096


class WordTally:
    """Add up what each word of the vocabulary cost, over as many texts as one likes.

    Memory is that of the vocabulary: two numbers per word.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._vocabulary = model.vocabulary
        self._sums = torch.zeros(2, model.word_dim, dtype=torch.float64, device=model.rnn.device)

    def add(self, y: torch.Tensor, losses: torch.Tensor) -> None:
        """Add the words `y`, int64 of shape (N,), and the loss of each in nats, (N,)."""
        self._sums[0].index_add_(0, y, torch.ones_like(losses))
        self._sums[1].index_add_(0, y, losses)

    def add_words(self, words: Sequence[WordScore]) -> None:
        """Add the words of a scored sentence."""
        device = self._sums.device
        y = torch.tensor(self._vocabulary.encode(word.word for word in words), device=device)
        losses = torch.tensor([-word.log_probability for word in words], dtype=torch.float64)
        self.add(y, losses.to(device))

    def statistics(self) -> tuple[WordStatistic, ...]:
        """Return the words that occurred; those that cost most in sum come first."""
        counts, losses = self._sums.tolist()
        occurring = [number for number, count in enumerate(counts) if count]
        occurring.sort(key=lambda number: -losses[number])
        return tuple(
            WordStatistic(
                word=self._vocabulary.words[number],
                count=int(counts[number]),
                log_probability=min(0.0, -losses[number]),
            )
            for number in occurring
        )


def score_texts(
    model: LanguageModel,
    texts: Sequence[str | tuple[str, ...]],
    tally: WordTally | None = None,
) -> list[TextScore]:
    """Compute the probability of each text, as `scorer.score` does of one.

    Parameters
    ----------
    model : LanguageModel
    texts : sequence of str or of tuples of words
        The former split into sentences as the corpus was, the latter one each; as many as may
        be in memory.
    tally : WordTally, optional
        Gets the words.

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
    offsets = np.cumsum([0, *map(len, framed)])
    for members in batches_by_length(offsets, _BATCH_WORDS):
        some = [framed[k] for k in members]
        for k, scored in zip(members, _scores_of(model, some, tally), strict=True):
            scores[text_of[k]] += scored
    return scores


def _sentences_of(model: LanguageModel, text: str | tuple[str, ...]) -> list[Sequence[str]]:
    if isinstance(text, tuple):
        return [text]
    return [words for _, words in model.reading.sentences(text)] or [()]  # an empty sentence


def _scores_of(
    model: LanguageModel, framed: Sequence[Sequence[int]], tally: WordTally | None
) -> list[TextScore]:
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
    if tally is not None:
        tally.add(batch.y, losses)
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
