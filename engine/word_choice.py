"""Choose the next words of many sentences at once from the network's scores.

One uniform number decides one word, by inverting the cumulative distribution; the
same number and the same state give the same word. This module does not know where
a sentence begins or ends.

B sentences, C words, H hidden units; the C scores lie in cells of `_CELL` words, so
that only one cell of a row is summed word by word.
"""

import math

import torch

from engine.rnn import RNN
from engine.vocabulary import Vocabulary

_CELL = 64
_SMALLEST_TEMPERATURE = 1e-6  # below it the best word always wins, and float32 overflows


class WordChooser:
    """Draw words from softmax(V s / temperature) without the words that nobody says.

    UNKNOWN_TOKEN stands for many words and SENTENCE_START for none: neither is ever
    drawn, and the other probabilities are scaled up to a sum of 1. The tutorial could
    draw SENTENCE_START, though a trained network never does.

    Parameters
    ----------
    rnn : RNN
    vocabulary : Vocabulary
    temperature : float
        1 is the model itself; towards 0 the most probable word wins always.
    """

    def __init__(self, rnn: RNN, vocabulary: Vocabulary, temperature: float) -> None:
        self._start, self._unknown = vocabulary.start_id, vocabulary.unknown_id
        self._temperature = max(temperature, _SMALLEST_TEMPERATURE)
        C = rnn.word_dim
        V = torch.zeros(-(-C // _CELL) * _CELL, rnn.hidden_dim, dtype=rnn.dtype, device=rnn.device)
        V[:C] = rnn.V
        self._V_t = V.t()  # (H, C rounded up to whole cells)
        self._scores = V.new_empty(0, len(V))  # reused: fresh pages would cost more than the work
        self._weights = V.new_empty(0, len(V))

    def choose(self, states: torch.Tensor, uniforms: list[float]) -> tuple[list[int], list[float]]:
        """Draw one word after each state.

        Parameters
        ----------
        states : tensor of shape (B, H)
        uniforms : list of B floats
            In [0, 1).

        Returns
        -------
        words : list of B ints
        log_probabilities : list of B floats
            Of the words in the whole model: temperature 1, nothing left out.
        """
        B = len(states)
        if len(self._scores) < B:
            self._scores = self._scores.new_empty(B, self._scores.shape[1])
            self._weights = torch.empty_like(self._scores)
        scores = torch.mm(states, self._V_t, out=self._scores[:B])  # (B, C)
        left_out = scores[:, [self._start, self._unknown]].double()  # (B, 2)
        scores[:, self._start] = -math.inf
        scores[:, self._unknown :] = -math.inf  # the last word, and the rounding up
        best = scores.amax(1, keepdim=True)  # (B, 1)
        weights = torch.sub(scores, best, out=self._weights[:B])  # (B, C)
        norm = None
        if self._temperature != 1.0:
            norm = weights.exp().sum(1).double()  # (B,)
            weights.div_(self._temperature)
        # not torch.softmax: it starts threads even for a row or two, and waits for them
        weights.exp_()
        words, total = invert(
            weights, torch.tensor(uniforms, dtype=torch.float64, device=states.device)
        )
        chosen = scores.gather(1, words[:, None])[:, 0].double()  # (B,)
        of_drawable = best[:, 0].double() + (total if norm is None else norm).log()  # (B,)
        of_all = torch.logsumexp(torch.cat([of_drawable[:, None], left_out], 1), 1)
        return words.tolist(), (chosen - of_all).tolist()


def invert(weights: torch.Tensor, uniforms: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return for each row the first index whose cumulative share exceeds its uniform number.

    Parameters
    ----------
    weights : tensor of shape (B, n · cell)
        Not negative, each row with a positive sum.
    uniforms : float64 tensor of shape (B,)
        In [0, 1).

    Returns
    -------
    indices : int64 tensor of shape (B,)
        Never one whose weight is zero, whatever the rounding.
    totals : float64 tensor of shape (B,)
        The sum of each row.
    """
    rows = torch.arange(len(weights), device=weights.device)
    cells = weights.view(len(rows), -1, _CELL)  # (B, n, cell)
    sums = cells.sum(2).double().cumsum(1)  # (B, n)
    target = _below(uniforms * sums[:, -1], sums[:, -1])  # (B,)
    cell = (sums <= target[:, None]).sum(1)  # (B,)
    before = torch.where(cell > 0, sums[rows, (cell - 1).clamp_(min=0)], 0.0)
    inside = cells[rows, cell].double().cumsum(1)  # (B, cell)
    rest = _below(target - before, inside[:, -1])
    return cell * _CELL + (inside <= rest[:, None]).sum(1), sums[:, -1]


def _below(values: torch.Tensor, limits: torch.Tensor) -> torch.Tensor:
    """Clamp to [0, limit): rounding must not step over the last word."""
    return torch.minimum(values, limits.nextafter(torch.zeros_like(limits))).clamp_(min=0.0)
