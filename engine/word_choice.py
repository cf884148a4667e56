"""Choose the next words of many sentences at once from the network's scores.

One uniform number decides one word, by inverting the cumulative distribution; the
same number and the same state give the same word. This module does not know where
a sentence begins or ends.

B sentences, C words, H hidden units. The words lie in K blocks, one for each CPU thread,
whose products are one batched product (`engine.network.score_blocks` says why), and each block
in n cells of `_CELL` words, so that only one cell of a row is summed word by word.
"""

import math

import torch

from engine.corpus.vocabulary import Vocabulary
from engine.network.rnn import RNN

_CELL = 64
_SMALLEST_TEMPERATURE = 1e-6  # below it the best word always wins, and float32 overflows
_LOG2_E = 1.0 / math.log(2.0)


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
        self._temperature = max(temperature, _SMALLEST_TEMPERATURE)
        C, H = rnn.word_dim, rnn.hidden_dim
        threads = torch.get_num_threads() if rnn.device.type == "cpu" else 1
        self._blocks = min(threads, -(-C // _CELL))
        in_block = -(-C // (self._blocks * _CELL)) * _CELL
        # Scores in bits: exp2 is the faster exponential.
        self._V_in_bits = rnn.V.new_zeros(self._blocks * in_block, H)  # whole cells
        torch.mul(rnn.V, _LOG2_E, out=self._V_in_bits[:C])
        self._left_out = self._V_in_bits[[vocabulary.start_id, vocabulary.unknown_id]]  # (2, H)
        block, place = divmod(vocabulary.start_id, in_block)
        self._silent = [(block, slice(place, place + 1))]
        for block in range(self._blocks):  # UNKNOWN_TOKEN is the last word, rounding up follows
            place = max(0, vocabulary.unknown_id - block * in_block)
            if place < in_block:
                self._silent.append((block, slice(place, in_block)))
        self._scores = rnn.V.new_empty(0)  # reused: fresh pages would cost more than the work

    @torch.inference_mode()
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
        scores = self._all_scores(states)  # (K, B, n · _CELL) in bits
        left_out = states @ self._left_out.t()  # (B, 2)
        best = scores.amax(2).amax(0)  # (B,)
        weights = scores.sub_(best[:, None])
        norm = None
        if self._temperature != 1.0:
            norm = weights.exp2().sum((0, 2), dtype=torch.float64)  # (B,)
            weights.div_(self._temperature)
        # not torch.softmax: it starts threads even for a row or two, and waits for them
        weights.exp2_()
        words, total = invert(
            weights.view(*weights.shape[:2], -1, _CELL),
            torch.tensor(uniforms, dtype=torch.float64, device=states.device),
        )
        in_block = weights.shape[2]
        rows = torch.arange(len(words), device=words.device)
        weight = weights[words // in_block, rows, words % in_block]  # (B,)
        chosen = best.double() + self._temperature * weight.double().log2()  # (B,) in bits
        of_drawable = best.double() + (total if norm is None else norm).log2()  # (B,)
        bits = torch.cat([of_drawable[:, None], left_out.double()], 1)  # (B, 3)
        of_all = torch.logsumexp(bits / _LOG2_E, 1)
        log_probabilities = (chosen / _LOG2_E - of_all).clamp_(max=0.0)  # but for rounding, it is
        return words.tolist(), log_probabilities.tolist()

    def _all_scores(self, states: torch.Tensor) -> torch.Tensor:
        """Return V s in bits, minus infinity for what is never drawn, (K, B, n · _CELL)."""
        K, B = self._blocks, len(states)
        words, H = self._V_in_bits.shape
        if len(self._scores) < B * words:
            self._scores = states.new_empty(B * words)
        scores = self._scores[: B * words].view(K, B, -1)
        V = self._V_in_bits.view(K, -1, H)
        torch.bmm(states.expand(K, -1, -1), V.transpose(1, 2), out=scores)
        for block, places in self._silent:
            scores[block, :, places] = -math.inf
        return scores


def invert(weights: torch.Tensor, uniforms: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return for each row the first index whose cumulative share exceeds its uniform number.

    Parameters
    ----------
    weights : tensor of shape (K, B, n, cell)
        Not negative, each row of K · n · cell numbers with a positive sum.
    uniforms : float64 tensor of shape (B,)
        In [0, 1).

    Returns
    -------
    indices : int64 tensor of shape (B,)
        From 0 to K · n · cell - 1; never one whose weight is zero, whatever the rounding.
    totals : float64 tensor of shape (B,)
        The sum of each row.
    """
    K, B, n, size = weights.shape
    rows = torch.arange(B, device=weights.device)
    by_cell = weights.sum(3).transpose(0, 1).reshape(B, K * n)
    sums = by_cell.cumsum(1, dtype=torch.float64).contiguous()  # (B, K · n)
    totals = sums[:, -1]
    target = _below(uniforms * totals, totals)  # (B,)
    cell = torch.searchsorted(sums, target[:, None], right=True)[:, 0]  # (B,)
    before = torch.where(cell > 0, sums[rows, (cell - 1).clamp_(min=0)], 0.0)
    inside = weights[cell // n, rows, cell % n].cumsum(1, dtype=torch.float64)  # (B, cell)
    rest = _below(target - before, inside[:, -1])
    return cell * size + torch.searchsorted(inside, rest[:, None], right=True)[:, 0], totals


def _below(values: torch.Tensor, limits: torch.Tensor) -> torch.Tensor:
    """Clamp to [0, limit): rounding must not step over the last word."""
    return torch.minimum(values, limits.nextafter(torch.zeros_like(limits))).clamp_(min=0.0)
