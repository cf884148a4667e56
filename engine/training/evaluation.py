"""The mean loss of sentences with the parameters at rest: of a run's text, or a model on another.

A corpus that the model was not trained on is numbered anew with the model's vocabulary. One
typed sentence is `engine.scoring.scorer`'s.
"""

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy import int64
from numpy.typing import NDArray

from engine.control import Notice, RunControl, StageProgress, Ticker
from engine.corpus.corpus import Corpus, Sentences
from engine.corpus.counting.references import ReferenceLosses
from engine.errors import DivergedError
from engine.language_model.counted_text import count_sequences, in_words_of
from engine.language_model.model import LanguageModel
from engine.network.batching import batch_from_flat, batches_by_length
from engine.network.device import if_it_fits, return_unused_memory
from engine.network.rnn import RNN
from engine.training.distributed.work import Turns

_STAGE_EVERY_S = 0.5
_BATCH_WORDS = 4096
_FEWEST_SENTENCES = 8  # of which a standard error says anything


def resting_loss(
    rnn: RNN,
    sentences: Sentences,
    proceed: Callable[[], bool],
    chosen: NDArray[int64] | None = None,
    leave: Callable[[], Notice] | None = None,
    is_over: Callable[[], bool] | None = None,
    by_sentence: "SentenceLosses | None" = None,
    turns: Turns | None = None,
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
    is_over : callable, optional
        Asked after each batch whether there is no time for another one.
    by_sentence : SentenceLosses, optional
        Gets the loss of each sentence.
    turns : Turns, optional
        Divides the work over several processes; all of them get all losses.

    Yields
    ------
    StageProgress
        Twice per second.
    Notice
        If the memory ran out.

    Returns
    -------
    float or None
        Nats per word; None after a stop, or where the time was over before the end.

    Raises
    ------
    DivergedError
        If the loss is not finite.
    """
    batches = _Batches(
        sentences.offsets, batches_by_length(sentences.offsets, _BATCH_WORDS, chosen)
    )
    total: torch.Tensor | None = None
    for losses in _losses(rnn, sentences, batches, proceed, leave, turns):
        if not isinstance(losses, torch.Tensor):
            yield losses
            continue
        if by_sentence is not None:
            by_sentence.add(losses, _lengths(sentences.offsets, batches.taken))
        loss = losses.sum(dtype=torch.float64)
        total = loss if total is None else total.to(rnn.device) + loss
        if is_over is not None:
            float(total)  # waits for a GPU, which else would be far behind the clock
            if is_over():
                break
    if batches.are_left:
        return None
    return require_finite(0.0 if total is None else float(total)) / batches.words_done


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledLoss:
    """The mean loss of some sentences of a text, and how far that of all may be from it."""

    loss: float  # nats per word
    standard_error: float  # the same; 0 where they were all
    sentences: int
    words: int  # predicted, SENTENCE_END included
    by_sentence: "SentenceLosses"


def sampled_loss(
    rnn: RNN,
    sentences: Sentences,
    proceed: Callable[[], bool],
    chosen: NDArray[int64],
    leave: Callable[[], Notice] | None = None,
    is_over: Callable[[], bool] = lambda: False,
    turns: Turns | None = None,
) -> Generator[StageProgress | Notice, None, SampledLoss | None]:
    """Estimate the mean loss of a text from the chosen sentences; as `resting_loss` else.

    Each batch is spread over the text as all of them are, so that those done when `is_over`
    are a smaller sample; there is one at least.

    Notes
    -----
    With L_i the summed loss of sentence i, n_i its words, m sentences of S and the mean
    R = sum L_i / sum n_i, the standard error is that of a ratio of sums over clusters::

        sqrt((1 - m/S) m/(m-1) sum (L_i - R n_i)^2) / sum n_i

    References
    ----------
    William G. Cochran, "Sampling Techniques", 3rd edition, 1977, section 6.3.
    """
    offsets = sentences.offsets
    lengths = offsets[chosen + 1] - offsets[chosen] - 1  # (m,)
    pieces = min(len(chosen), math.ceil(int(lengths.sum()) / _BATCH_WORDS))
    batches = _Batches(offsets, [chosen[piece::pieces] for piece in range(pieces)])
    by_sentence = SentenceLosses()
    is_cut = False
    for losses in _losses(rnn, sentences, batches, proceed, leave, turns):
        if not isinstance(losses, torch.Tensor):
            yield losses
            continue
        by_sentence.add(losses, _lengths(offsets, batches.taken))
        if is_cut := is_over():
            break
    if batches.are_left and not is_cut:
        return None
    return _sampled(by_sentence, of=len(sentences))


def _sampled(by_sentence: "SentenceLosses", *, of: int) -> SampledLoss:
    """Return the mean and the standard error of some of `of` sentences; see `sampled_loss`."""
    L, n = by_sentence.whole()
    loss = require_finite(float(L.sum())) / int(n.sum())
    return SampledLoss(
        loss=loss,
        standard_error=_error_of_ratio(L, n, share=len(n) / of),
        sentences=len(n),
        words=int(n.sum()),
        by_sentence=by_sentence,
    )


def _losses(
    rnn: RNN,
    sentences: Sentences,
    batches: "_Batches",
    proceed: Callable[[], bool],
    leave: Callable[[], Notice] | None,
    turns: Turns | None,
) -> Iterator[torch.Tensor | StageProgress | Notice]:
    """Yield the losses of each batch's words, the longest sentence first, until a stop."""
    ticker = Ticker(_STAGE_EVERY_S)
    while batches.are_left and proceed():
        members = batches.next
        work = partial(_losses_of, rnn, sentences)
        if turns is not None:
            losses = turns.losses(rnn, sentences.offsets, batches.upcoming(turns.count), work)
        else:
            losses = work(members) if leave is None else if_it_fits(partial(work, members))
        if losses is not None:
            batches.take()
            yield losses
        elif len(members) > 1:
            return_unused_memory(rnn.device)
            if batches.are_whole:
                yield _fewer(len(members))
            batches.halve()
        elif leave is not None:
            yield leave()
        if ticker.is_due():
            yield batches.progress()


def few_of(sentences: Sentences, count: int) -> NDArray[int64]:
    """Return the numbers of at most `count` sentences, evenly spread."""
    count = min(count, len(sentences))
    few: NDArray[int64] = np.unique(np.linspace(0, len(sentences) - 1, count, dtype=int64))
    return few


def require_finite(loss: float) -> float:
    """Return `loss`, or raise `DivergedError` if it is not a finite number."""
    if not math.isfinite(loss):
        raise DivergedError("The loss is not a finite number any more.")
    return loss


class _Batches:
    """Sentence numbers in batches; those left become smaller where the memory does not suffice."""

    def __init__(self, offsets: NDArray[int64], batches: list[NDArray[int64]]) -> None:
        self._offsets = offsets
        self._at_once = _BATCH_WORDS
        self._all = batches
        self._done = self.words_done = 0

    @property
    def are_left(self) -> bool:
        """Whether not all were taken."""
        return self._done < len(self._all)

    @property
    def are_whole(self) -> bool:
        """Whether none was made smaller."""
        return self._at_once == _BATCH_WORDS

    @property
    def next(self) -> NDArray[int64]:
        """The batch to be taken."""
        return self._all[self._done]

    def upcoming(self, count: int) -> list[NDArray[int64]]:
        """Return the next batches, `count` at most."""
        return self._all[self._done : self._done + count]

    @property
    def taken(self) -> NDArray[int64]:
        """The one taken last."""
        return self._all[self._done - 1]

    def take(self) -> None:
        """Count the next batch as done."""
        self.words_done += int(_lengths(self._offsets, self.next).sum())
        self._done += 1

    def progress(self) -> StageProgress:
        """Return how far the evaluation is."""
        return StageProgress(
            stage="Evaluating", done=self._done, total=len(self._all), unit="batches"
        )

    def halve(self) -> None:
        """Make new batches, of half as many words, of all sentences left."""
        self._at_once = max(1, self._at_once // 2)
        left = np.concatenate(self._all[self._done :])
        self._all = self._all[: self._done] + batches_by_length(self._offsets, self._at_once, left)


def _lengths(offsets: NDArray[int64], members: NDArray[int64]) -> NDArray[int64]:
    """Return how many words there are to predict in each sentence, the longest first."""
    lengths: NDArray[int64] = offsets[members + 1] - offsets[members] - 1
    return -np.sort(-lengths)


def _losses_of(rnn: RNN, sentences: Sentences, members: NDArray[int64]) -> torch.Tensor:
    """Return the losses of some sentences' words, the longest sentence first."""
    batch = batch_from_flat(sentences.ids, sentences.offsets, members).to(rnn.device)
    return rnn.word_losses(batch)


class SentenceLosses:
    """The loss of each sentence in one evaluation, to compare it with another of the same ones."""

    def __init__(self) -> None:
        self._losses: list[NDArray[np.float64]] = []  # of the sentences, batch by batch
        self._lengths: list[NDArray[int64]] = []

    def add(self, losses: torch.Tensor, lengths: NDArray[int64]) -> None:
        """Add sentences: the losses of all their words, (N,), and how many each has, (B,)."""
        begins = np.cumsum(lengths) - lengths
        self._losses.append(np.add.reduceat(losses.double().cpu().numpy(), begins))
        self._lengths.append(lengths)

    def whole(self) -> tuple[NDArray[np.float64], NDArray[int64]]:
        """Return the losses of all sentences in nats, (S,), and their words, (S,)."""
        if not self._losses:
            return np.zeros(0), np.zeros(0, dtype=int64)
        return np.concatenate(self._losses), np.concatenate(self._lengths)

    def change_error(self, before: "SentenceLosses") -> float | None:
        """Return the standard error of the change of the mean loss since `before`.

        Returns
        -------
        float or None
            Nats per word; None where the two are not of the same sentences in the same order, as
            when the memory ran out meanwhile, or of fewer than eight.

        Notes
        -----
        That of a ratio, as in `sampled_loss`, of the change of loss to words: with d_i the
        change of sentence i, n_i its words and m the mean, sqrt(S/(S-1) sum (d_i - m n_i)^2) / N.
        """
        (losses, lengths), (others, other_lengths) = self.whole(), before.whole()
        if len(losses) < _FEWEST_SENTENCES or not np.array_equal(lengths, other_lengths):
            return None
        return _error_of_ratio(losses - others, lengths)


def _error_of_ratio(L: NDArray[np.float64], n: NDArray[int64], *, share: float = 0.0) -> float:
    """Return the standard error of sum L / sum n over clusters, a `share` of all of them."""
    m = len(n)
    spread = float(((L - L.sum() / n.sum() * n) ** 2).sum())
    return math.sqrt((1.0 - share) * m / max(1, m - 1) * spread) / int(n.sum())


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
    loss: float  # nats per word
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
    sentences, unknown = in_words_of(model.vocabulary, corpus, corpus.training)
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


def evaluate_references(
    model: LanguageModel, counted: Corpus, corpus: Corpus, control: RunControl
) -> Generator[StageProgress, None, ReferenceLosses | None]:
    """Compute what tables of word sequences, counted on one text, lose on another.

    Parameters
    ----------
    model : LanguageModel
        Whose vocabulary is used, so that its loss can be set beside.
    counted, corpus : Corpus
        What is counted and what is predicted, prepared as for `evaluate_corpus`.
    control : RunControl

    Yields
    ------
    StageProgress

    Returns
    -------
    ReferenceLosses or None
        None after a stop.
    """
    counts = yield from count_sequences(model, counted, control)
    if counts is None:
        return None
    sentences, _ = in_words_of(model.vocabulary, corpus, corpus.training)
    return (yield from counts.losses(sentences, control))
