"""The mean loss of sentences with the parameters at rest: of a run's text, or a model on another.

A corpus that the model was not trained on is numbered anew with the model's vocabulary. One
typed sentence is `engine.language_model.scorer`'s.
"""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy import int64
from numpy.typing import NDArray

from engine.control import Notice, RunControl, StageProgress, Ticker
from engine.corpus.corpus import Corpus, Sentences
from engine.corpus.vocabulary import Vocabulary
from engine.errors import DivergedError
from engine.files.spool import Spool
from engine.language_model.model import LanguageModel
from engine.network.batching import Batch, batch_from_flat, batches_by_length
from engine.network.device import if_it_fits, return_unused_memory
from engine.network.rnn import RNN

_STAGE_EVERY_S = 0.5
_BATCH_WORDS = 4096
_WORDS_AT_ONCE = 1 << 20  # numbered anew
_FEWEST_SENTENCES = 8  # of which a standard error says anything


def resting_loss(
    rnn: RNN,
    sentences: Sentences,
    proceed: Callable[[], bool],
    chosen: NDArray[int64] | None = None,
    leave: Callable[[], Notice] | None = None,
    by_sentence: "SentenceLosses | None" = None,
) -> Generator[StageProgress | Notice, None, float | None]:
    """Compute the mean loss of all or the chosen sentences.

    Parameters
    ----------
    rnn : RNN
    sentences : Sentences
    proceed : callable
        Asked before each batch; False is a stop.
    chosen : int64 array, optional
        Sentence numbers.
    leave : callable, optional
        Moves the network to another device, when this one has no memory for a single
        sentence. Without it an error of PyTorch comes through.
    by_sentence : SentenceLosses, optional
        Gets the loss of each sentence.

    Yields
    ------
    StageProgress
        Twice a second.
    Notice
        If the memory ran out.

    Returns
    -------
    float or None
        Nats a word; None after a stop.

    Raises
    ------
    DivergedError
        If the loss is not finite.
    """
    batches = _Batches(sentences.offsets, chosen)
    total: torch.Tensor | None = None
    ticker = Ticker(_STAGE_EVERY_S)
    while batches.done < len(batches.all):
        if not proceed():
            return None
        members = batches.all[batches.done]
        work = partial(_loss_of, rnn, sentences, members, by_sentence)
        loss = work() if leave is None else if_it_fits(work)
        if loss is not None:
            total = loss if total is None else total + loss
            batches.take()
            if by_sentence is not None:
                by_sentence.keep()
        elif len(members) > 1:
            return_unused_memory(rnn.device)
            if batches.are_whole:
                yield _fewer(len(members))
            batches.halve()
        elif leave is not None:
            yield leave()
            total = None if total is None else total.to(rnn.device)
        if ticker.is_due():
            yield batches.progress()
    return require_finite(0.0 if total is None else float(total)) / batches.words_done


def few_of(sentences: Sentences, count: int) -> NDArray[int64]:
    """Return the numbers of at most `count` sentences, evenly spread."""
    few: NDArray[int64] = np.unique(np.linspace(0, len(sentences) - 1, count, dtype=int64))
    return few


def require_finite(loss: float) -> float:
    """Return `loss`, or raise `DivergedError` if it is not a finite number."""
    if not math.isfinite(loss):
        raise DivergedError("The loss is not a finite number any more.")
    return loss


class _Batches:
    """Sentence numbers in batches; those left become smaller where the memory does not suffice."""

    def __init__(self, offsets: NDArray[int64], chosen: NDArray[int64] | None) -> None:
        self._offsets = offsets
        self._at_once = _BATCH_WORDS
        self.all = batches_by_length(offsets, self._at_once, chosen)
        self.done = self.words_done = 0

    @property
    def are_whole(self) -> bool:
        """Whether none was made smaller."""
        return self._at_once == _BATCH_WORDS

    def take(self) -> None:
        """Count the next batch as done."""
        members = self.all[self.done]
        self.words_done += int((self._offsets[members + 1] - self._offsets[members] - 1).sum())
        self.done += 1

    def progress(self) -> StageProgress:
        """Return how far the evaluation is."""
        return StageProgress(
            stage="Evaluating", done=self.done, total=len(self.all), unit="batches"
        )

    def halve(self) -> None:
        """Make new batches, of half as many words, of all sentences left."""
        self._at_once = max(1, self._at_once // 2)
        left = np.concatenate(self.all[self.done :])
        self.all = self.all[: self.done] + batches_by_length(self._offsets, self._at_once, left)


class SentenceLosses:
    """The loss of each sentence in one evaluation, to compare it with another of the same ones."""

    def __init__(self) -> None:
        self._kept: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._newest: tuple[torch.Tensor, torch.Tensor] | None = None

    def note(self, losses: torch.Tensor, batch: Batch) -> None:
        """Sum the losses of the words, (N,), by sentence; they count once the batch does."""
        last_words = torch.nonzero(~batch.is_inner.flatten()).flatten()  # (B,)
        sums = torch.cumsum(losses.to(torch.float64), 0)[last_words]  # (B,)
        zero = sums.new_zeros(1)
        lengths = torch.diff(last_words, prepend=last_words.new_full((1,), -1))  # (B,)
        self._newest = torch.diff(sums, prepend=zero).cpu(), lengths.cpu()

    def keep(self) -> None:
        """Count the newest batch."""
        if self._newest is not None:
            self._kept.append(self._newest)
            self._newest = None

    def change_error(self, before: "SentenceLosses") -> float | None:
        """Return the standard error of the change of the mean loss since `before`.

        Returns
        -------
        float or None
            Nats a word; None where the two are not of the same sentences in the same order, as
            when the memory ran out meanwhile, or of fewer than two.

        Notes
        -----
        The estimate of a ratio, of the change of loss to words, with the sentences as
        independent units: se = sqrt(S / (S - 1) · sum (d_i - m n_i)²) / N.
        """
        (losses, lengths), (others, other_lengths) = self.whole(), before.whole()
        if len(losses) < _FEWEST_SENTENCES or not torch.equal(lengths, other_lengths):
            return None
        change, words = losses - others, lengths.sum()
        residuals = change - change.sum() / words * lengths
        spread = (residuals**2).sum() * len(losses) / (len(losses) - 1)
        return float(torch.sqrt(spread) / words)

    def whole(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the losses of all sentences in nats, float64 (S,), and their words, (S,)."""
        if not self._kept:
            return torch.zeros(0), torch.zeros(0)
        losses, lengths = zip(*self._kept, strict=True)
        return torch.cat(losses), torch.cat(lengths)


def _loss_of(
    rnn: RNN,
    sentences: Sentences,
    members: NDArray[int64],
    by_sentence: SentenceLosses | None = None,
) -> torch.Tensor:
    """Return the summed loss of some sentences, float64 ()."""
    batch = batch_from_flat(sentences.ids, sentences.offsets, members).to(rnn.device)
    losses = rnn.word_losses(batch)
    if by_sentence is not None:
        by_sentence.note(losses, batch)
    return losses.sum(dtype=torch.float64)


def _fewer(sentences: int) -> Notice:
    return Notice(
        text=f"Evaluating {sentences} sentences at once did not fit into the memory. It goes on "
        "with fewer at a time.",
        severity="info",
    )


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
) -> Generator[StageProgress | Notice, None, Evaluation | None]:
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
    StageProgress, Notice
        As `resting_loss` does.

    Returns
    -------
    Evaluation or None
        None after a stop.
    """
    sentences, unknown = _renumbered(corpus, model.vocabulary)
    loss = yield from resting_loss(model.rnn, sentences, control.proceed)
    if loss is None:
        return None
    words = sentences.words_to_predict
    return Evaluation(
        sentences=len(sentences),
        words=words,
        unknown_share=unknown / max(1, words - len(sentences)),
        loss=loss,
        perplexity=math.exp(loss) if loss < 700.0 else math.inf,
        bits_per_word=loss / math.log(2.0),
    )


def _renumbered(corpus: Corpus, vocabulary: Vocabulary) -> tuple[Sentences, int]:
    """Return all sentences with the ids of `vocabulary`, and how many words are unknown there."""
    sentences, unknown = corpus.training, 0
    own_ids = np.array(vocabulary.encode(corpus.vocabulary.words), np.int32)  # by the corpus's id
    ids = Spool(None)
    for begin in range(0, len(sentences.ids), _WORDS_AT_ONCE):
        some = own_ids[sentences.ids[begin : begin + _WORDS_AT_ONCE]]
        unknown += int((some == vocabulary.unknown_id).sum())
        ids.append(some)
    return Sentences(ids.array(np.int32, is_writable=True), sentences.offsets), unknown
