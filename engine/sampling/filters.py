"""What a sampler makes of a model's scores: the probabilities that words are drawn with.

One place for all filters, so that a drawn word and a shown probability cannot differ. Sentences
drawn without filters take the faster way of `engine.sampling.sampler.WordChooser`.

B sentences, C words in the vocabulary, H hidden units.
"""

import math
from collections.abc import Callable, Collection, Sequence

import numpy as np
import torch

from engine.config import SampleConfig
from engine.language_model.model import LanguageModel
from engine.tokenization.vocabulary import Vocabulary

SCORES_AT_ONCE = 1 << 20  # until a stop is heard: sorted within a tenth of a second


class FilteredChooser:
    """Draw words from a model's probabilities after the filters of `config`.

    Parameters
    ----------
    model : LanguageModel
    config : SampleConfig
    proceed : callable
        Asked before each share of the work; where it returns False, the rest is left out.
    """

    def __init__(
        self, model: LanguageModel, config: SampleConfig, proceed: Callable[[], bool]
    ) -> None:
        self._model, self._config, self._proceed = model, config, proceed

    @torch.inference_mode()
    def choose(
        self,
        states: torch.Tensor,
        uniforms: Sequence[float],
        said: Sequence[Sequence[int]],
        may_end: Sequence[bool],
    ) -> tuple[list[int], list[float]]:
        """Draw one word after each state; after a stop not after all of them.

        Parameters
        ----------
        states : tensor of shape (B, H)
        uniforms : B floats
            In [0, 1).
        said : B sequences of int
            The words of each sentence so far.
        may_end : B bools
            Whether SENTENCE_END may be drawn.

        Returns
        -------
        words : list of B ints
        log_probabilities : list of B floats
            Of the words in the whole model: temperature 1, nothing left out.
        """
        words: list[int] = []
        log_probabilities: list[float] = []
        at_once = max(1, SCORES_AT_ONCE // self._model.word_dim)
        for first in range(0, len(states), at_once):
            if not self._proceed():
                break
            part = slice(first, first + at_once)
            drawn = self._choose(states[part], uniforms[part], said[part], may_end[part])
            words += drawn[0]
            log_probabilities += drawn[1]
        return words, log_probabilities

    def _choose(
        self,
        states: torch.Tensor,
        uniforms: Sequence[float],
        said: Sequence[Sequence[int]],
        may_end: Sequence[bool],
    ) -> tuple[list[int], list[float]]:
        vocabulary = self._model.vocabulary
        before = [(vocabulary.start_id, *words) for words in said]
        scores = self._model.scores(states, before)  # (B, C)
        shares = drawing_probabilities(scores, self._config, vocabulary, said, may_end)
        sums = shares.cumsum(1)  # (B, C)
        target = torch.tensor(uniforms, dtype=torch.float64, device=states.device) * sums[:, -1]
        words = torch.searchsorted(sums, target[:, None], right=True)  # (B, 1)
        # Where rounding stepped over the last word that can be drawn:
        last = sums.shape[1] - 1 - (shares > 0.0).flip(1).int().argmax(1, keepdim=True)
        words = torch.minimum(words, last)
        log_p = scores.gather(1, words)[:, 0] - scores.logsumexp(1)  # (B,)
        return words[:, 0].tolist(), log_p.clamp_(max=0.0).tolist()


def drawing_probabilities(
    scores: torch.Tensor,
    config: SampleConfig,
    vocabulary: Vocabulary,
    said: Sequence[Sequence[int]],
    may_end: Sequence[bool],
) -> torch.Tensor:
    """Return the probability with which each word is drawn.

    Parameters
    ----------
    scores : float64 tensor of shape (B, C)
        V s_t, before the softmax; left unchanged.
    config : SampleConfig
    vocabulary : Vocabulary
    said : B sequences of int
        The words of each sentence so far.
    may_end : B bools
        Whether SENTENCE_END may be drawn.

    Returns
    -------
    float64 tensor of shape (B, C)
        Each row sums to 1; what is never drawn has exactly 0.

    Notes
    -----
    In this order, where p is the softmax of what the step before left:

    * SENTENCE_START and UNKNOWN_TOKEN are left out, and SENTENCE_END where it may not come;
    * a word is left out that would end a run of `no_repeat_ngram` words that was said already;
      where nothing else is left, it stays;
    * the score z of a word that was said becomes z / penalty, or z · penalty where z < 0 (those
      of a mixture are logarithms, so always);
    * z becomes z / temperature; at temperature 0 the best word alone is left (of equal ones the
      more common in the text);
    * top-k leaves the k best words;
    * top-p leaves the fewest best words whose p sum to `top_p` or more;
    * min-p leaves the words whose p is at least `min_p` times that of the best.

    References
    ----------
    .. [1] A. Fan, M. Lewis, Y. Dauphin, "Hierarchical Neural Story Generation", ACL 2018 (top-k).
    .. [2] A. Holtzman et al., "The Curious Case of Neural Text Degeneration", ICLR 2020 (top-p).
    .. [3] N. S. Keskar et al., "CTRL: A Conditional Transformer Language Model", 2019, section
       4.1 (repetition penalty; the form for z < 0 is the one in general use since).
    .. [4] R. Paulus, C. Xiong, R. Socher, "A Deep Reinforced Model for Abstractive
       Summarization", ICLR 2018, section 2.5 (no n-gram twice).
    .. [5] M. Nguyen et al., "Turning Up the Heat: Min-p Sampling", 2024.
    """
    scores = scores.clone()
    scores[:, [vocabulary.start_id, vocabulary.unknown_id]] = -math.inf
    cannot_end = [row for row, allowed in enumerate(may_end) if not allowed]
    scores[cannot_end, vocabulary.end_id] = -math.inf
    if config.no_repeat_ngram:
        _leave_out_repeated(scores, said, config.no_repeat_ngram)
    if config.repetition_penalty > 1.0:
        _penalise(scores, said, config.repetition_penalty)
    if config.temperature == 0.0:
        best = scores.argmax(1, keepdim=True)  # (B, 1)
        first = (scores == scores.gather(1, best)).int().argmax(1, keepdim=True)
        return torch.zeros_like(scores).scatter_(1, first, 1.0)
    scores -= scores.amax(1, keepdim=True)  # a small temperature must not overflow
    scores /= config.temperature
    if config.top_k is not None and config.top_k < scores.shape[1]:
        largest = scores.topk(config.top_k, 1).values  # (B, k)
        count = torch.full_like(scores[:, :1], config.top_k)
        scores.masked_fill_(~_best(scores, largest[:, -1:], count), -math.inf)
    if config.top_p < 1.0:
        scores.masked_fill_(~_nucleus(scores, config.top_p), -math.inf)
    if config.min_p > 0.0:
        scores.masked_fill_(scores < math.log(config.min_p), -math.inf)
    return torch.softmax(scores, 1)


def _leave_out_repeated(scores: torch.Tensor, said: Sequence[Sequence[int]], n: int) -> None:
    """Leave out the words that would end a run of n words that was said already."""
    for row, words in enumerate(said):
        before = tuple(words[len(words) - n + 1 :])  # the n - 1 words that the next one follows
        ends = {
            words[k + n - 1]
            for k in range(len(words) - n + 1)
            if tuple(words[k : k + n - 1]) == before
        }
        if not ends:
            continue
        left = scores[row].clone()  # (C,)
        left[list(ends)] = -math.inf
        if bool(left.isfinite().any()):
            scores[row] = left


def _penalise(scores: torch.Tensor, said: Sequence[Collection[int]], penalty: float) -> None:
    pairs = [(row, word) for row, words in enumerate(said) for word in set(words)]
    if not pairs:
        return
    rows, words = torch.tensor(pairs, device=scores.device).t()
    own = scores[rows, words]
    scores[rows, words] = torch.where(own > 0.0, own / penalty, own * penalty)


def _nucleus(scores: torch.Tensor, share: float) -> torch.Tensor:
    """Return which are the fewest best words whose probabilities sum to `share` or more."""
    rough = scores.float()  # sorted in half the time; what is equal in it counts as equal
    falling = _sorted(rough).flip(1)  # (B, C)
    norm = scores.logsumexp(1, keepdim=True)  # (B, 1)
    sums = (falling.double() - norm).exp_().cumsum(1)
    kept = (sums < share).sum(1, keepdim=True).add_(1).clamp_(max=scores.shape[1])  # (B, 1)
    return _best(rough, falling.gather(1, kept - 1), kept)


def _sorted(scores: torch.Tensor) -> torch.Tensor:
    if scores.device.type == "cpu":
        return torch.from_numpy(np.sort(scores.numpy(), 1))  # far faster than torch.sort
    return scores.sort(1).values


def _best(scores: torch.Tensor, least: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
    """Return which are the `count` (B, 1) best: all above `least` (B, 1), then the first equal."""
    enough = scores >= least
    if bool((enough.sum(1, keepdim=True) > count).any()):  # more equal ones than places
        above, equal = scores > least, scores == least
        places = count - above.sum(1, keepdim=True)
        enough = above | (equal & (equal.cumsum(1) <= places))
    return enough
