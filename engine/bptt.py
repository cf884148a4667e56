"""Exact truncated backpropagation through time, fused with the softmax cross-entropy.

The numbers are those of the tutorial's `bptt`, which loops over outputs and, for
each, back over time. Here one matrix product serves all words of a batch:

* Output layer. With E = exp(V sᵀ) and n = column sums of E, the softmax is E / n.
  E is made for a chunk of words at a time, in one buffer that is used again, and
  is never normalised: dividing the rows of s by n instead gives the same products.
* Time. Let g_t = 1 - s_t² and D_t = (o_t - onehot(y_t)) V · g_t. Start with
  S = D and repeat bptt_truncate times: S_t <- D_t + g_t · (S_{t+1} W), with zero
  beyond the end of the sentence. S_t is then the sum of all errors that the
  tutorial's loop brings to step t, so dLdW = Σ S_t s_{t-1}ᵀ and column x_t of
  dLdU receives S_t.

Letters: N words of the batch, C words in the vocabulary, H hidden numbers.
`U_by_word` is the transpose of U, (C, H), so that a word's column is a row.
"""

import math
from itertools import pairwise

import torch

from engine.batching import Batch
from engine.errors import DivergedError
from engine.one_thread import on_one_thread
from engine.score_blocks import ALIGNED, ScoreBlocks

_LOG2_E = 1.0 / math.log(2.0)
_CHUNK_VALUES = 5_120_000  # entries of E at a time: 20 MB in float32, the fastest measured
_PANEL_VALUES = 500_000  # of these by a thread in one product
_MOST_FOR_ONE_THREAD = 2_500_000  # multiplications: 250 words of 100 hidden numbers
_FEWEST_WORDS, _MOST_WORDS = 16, 1024  # in a chunk
_FILLED_SHARE = 8  # more zeros than an eighth of the words cost more than they bring


class Workspace:
    """The one buffer for E; a fresh tensor of this size would cost its page faults each time."""

    def __init__(self, word_dim: int, dtype: torch.dtype, device: torch.device) -> None:
        fitting = _CHUNK_VALUES // word_dim
        self.chunk_words = max(_FEWEST_WORDS, min(_MOST_WORDS, fitting - fitting % ALIGNED))
        self._word_dim = word_dim
        self._dtype, self._device = dtype, device
        self._values = torch.empty(0, dtype=dtype, device=device)

    def chunks(self, words: int) -> list[slice]:
        """Divide `words` rows into as few chunks as fit, all of about one size."""
        number = math.ceil(words / self.chunk_words)
        grain = math.gcd(ALIGNED, self.chunk_words)
        grains = math.ceil(words / grain)
        bounds = [min(grains * k // number * grain, words) for k in range(number + 1)]
        return [slice(begin, end) for begin, end in pairwise(bounds)]

    def scores(self, words: int) -> ScoreBlocks:
        """Return uninitialised scores (C, words) in the buffer, words <= chunk_words."""
        needed = self._word_dim * words
        if len(self._values) < needed:
            # Grown once to the full chunk, unless only short sentences come.
            size = needed if 4 * words <= self.chunk_words else self._word_dim * self.chunk_words
            self._values = torch.empty(size, dtype=self._dtype, device=self._device)
        if self._device.type != "cpu":
            return ScoreBlocks(self._values[:needed], words, 1)
        threads = min(torch.get_num_threads(), self._word_dim)
        panels = min(max(1, needed // (threads * _PANEL_VALUES)), self._word_dim // threads)
        return ScoreBlocks(self._values[:needed], words, threads, panels)


@on_one_thread
def hidden_states(U_by_word: torch.Tensor, W: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Run the recurrence s_t = tanh(U x_t + W s_{t-1}) over all sentences at once.

    Parameters
    ----------
    U_by_word : tensor of shape (C, H)
    W : tensor of shape (H, H)
    batch : Batch

    Returns
    -------
    tensor of shape (N, H)
        Sentence-major.
    """
    if batch.sentences == 1:
        return _states_of_one_sentence(U_by_word, W, batch.x)
    time_major = U_by_word.index_select(0, batch.x_time_major)  # (N, H)
    W_t = W.t()
    before: torch.Tensor | None = None
    for now in torch.split(time_major, batch.step_sizes):  # (B_t, H), a view
        if before is not None:
            now.addmm_(before[: len(now)], W_t)
        before = now.tanh_()
    return time_major.index_select(0, batch.to_time_major)


def _states_of_one_sentence(
    U_by_word: torch.Tensor, W: torch.Tensor, x: torch.Tensor
) -> torch.Tensor:
    s = U_by_word.index_select(0, x)  # (T, H)
    before: torch.Tensor | None = None
    for now in s.unbind(0):
        if before is not None:
            now.addmv_(W, before)
        before = now.tanh_()
    return s


def output_layer(
    V: torch.Tensor,
    s: torch.Tensor,
    y: torch.Tensor,
    workspace: Workspace,
    *,
    accumulate_into: torch.Tensor | None = None,
    scale: float = 1.0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the summed cross-entropy and its derivative by the hidden states.

    Parameters
    ----------
    V : tensor of shape (C, H)
    s : tensor of shape (N, H)
    y : int64 tensor of shape (N,)
        The true next words.
    workspace : Workspace
    accumulate_into : tensor of shape (C, H), optional
        Receives scale · dLdV in place. It may be V itself, for a step of plain
        gradient descent, if N <= workspace.chunk_words.
    scale : float

    Returns
    -------
    loss : float64 tensor of shape ()
        In nats, on the device of V.
    d_s : tensor of shape (N, H)

    Raises
    ------
    DivergedError
        On the CPU, if a score is not finite; `accumulate_into` has no part of it then.
    """
    V_true = V.index_select(0, y)  # (N, H)
    true_scores = (s * V_true).sum(1)  # (N,)
    padded = _fill_up(s)  # (N or a little more, H)
    d_s = torch.empty_like(padded)
    norms = _Norms(padded, workspace)
    for rows in workspace.chunks(len(padded)):
        E, sums = norms.exponentials(V, rows, d_s[rows])
        if accumulate_into is not None:
            E.add_to(accumulate_into, padded[rows] / sums[:, None], scale)
    d_s = d_s.div_(norms.sums[:, None])[: len(s)].sub_(V_true)
    if accumulate_into is not None:
        accumulate_into.index_add_(0, y, s, alpha=-scale)
    loss = (norms.logs()[: len(s)] - true_scores).sum(dtype=torch.float64)
    return loss, d_s


def cross_entropy(
    V: torch.Tensor, s: torch.Tensor, y: torch.Tensor, workspace: Workspace
) -> torch.Tensor:
    """Return the loss of each word in nats, shape (N,), without any gradient."""
    true_scores = (s * V.index_select(0, y)).sum(1)  # (N,)
    padded = _fill_up(s)
    norms = _Norms(padded, workspace)
    for rows in workspace.chunks(len(padded)):
        norms.exponentials(V, rows)
    return norms.logs()[: len(s)].sub_(true_scores)


def _fill_up(s: torch.Tensor) -> torch.Tensor:
    """Append rows of zeros up to an aligned number; a zero row adds nothing to any product."""
    missing = _round_up(len(s)) - len(s)
    if missing == 0 or missing * _FILLED_SHARE > len(s):
        return s
    return torch.cat([s, s.new_zeros(missing, s.shape[1])])


def _round_up(words: int) -> int:
    return -(-words // ALIGNED) * ALIGNED


class _Norms:
    """E = exp(V sᵀ - shift) a chunk of words at a time, and what its sums say of the softmax.

    Parameters
    ----------
    s : tensor of shape (N, H)
    workspace : Workspace

    Attributes
    ----------
    sums : tensor of shape (N,)
        Of E over the vocabulary, as far as the chunks have come.
    """

    def __init__(self, s: torch.Tensor, workspace: Workspace) -> None:
        self._s_in_bits = s * _LOG2_E  # exp2 is the faster exponential
        self._workspace = workspace
        self._shifts: list[tuple[slice, torch.Tensor]] = []
        self.sums = s.new_empty(len(s))

    def exponentials(
        self, V: torch.Tensor, rows: slice, product: torch.Tensor | None = None
    ) -> tuple[ScoreBlocks, torch.Tensor]:
        """Return E (C, n) of some rows of s, and its sums (n,); write Eᵀ V to `product` (n, H)."""
        s_in_bits, sums = self._s_in_bits[rows], self.sums[rows]
        E = self._workspace.scores(len(s_in_bits))
        if sums.device.type == "cpu":
            E.exponentiate(V, s_in_bits, sums, product)
            if _are_in_range(sums):
                return E, sums
        # Far from zero the largest score is taken off first, as in the tutorial's softmax.
        # On a GPU this is always done: asking whether it is needed would wait for the GPU.
        self._shifts.append((rows, E.exponentiate_shifted(V, s_in_bits, sums, product)))
        if sums.device.type == "cpu" and not bool(torch.isfinite(sums).all()):
            raise DivergedError("A score of the output layer is not a finite number any more.")
        return E, sums

    def logs(self) -> torch.Tensor:
        """Return the logarithm of Σ exp(V sᵀ) over the vocabulary, shape (N,)."""
        logs = self.sums.log()
        for rows, shift_in_bits in self._shifts:
            logs[rows] += shift_in_bits / _LOG2_E
        return logs


def _are_in_range(sums: torch.Tensor) -> bool:
    """Tell whether sums of unshifted exponentials kept full precision (NaN does not)."""
    limits = torch.finfo(sums.dtype)
    low, high = torch.aminmax(sums)
    return float(low) > math.sqrt(limits.tiny) and float(high) < math.sqrt(limits.max)


def error_through_time(
    d_s: torch.Tensor, s: torch.Tensor, W: torch.Tensor, batch: Batch, bptt_truncate: int
) -> torch.Tensor:
    """Bring the errors of all outputs back in time; return S of shape (N, H).

    Parameters
    ----------
    d_s : tensor of shape (N, H)
        Derivative of the loss by the hidden states through their own output only;
        overwritten.
    s : tensor of shape (N, H)
    W : tensor of shape (H, H)
    batch : Batch
    bptt_truncate : int
        Steps back; `batch.longest` - 1 or more is the exact gradient.
    """
    work = len(s) * s.shape[1] ** 2  # multiplications of one step back
    bring = _bring_back if work > _MOST_FOR_ONE_THREAD else _bring_back_on_one_thread
    return bring(d_s, s, W, batch, bptt_truncate)


def _bring_back(
    d_s: torch.Tensor, s: torch.Tensor, W: torch.Tensor, batch: Batch, bptt_truncate: int
) -> torch.Tensor:
    g = torch.addcmul(s.new_ones(()), s, s, value=-1.0)  # (N, H), 1 - s²
    D = d_s.mul_(g)
    if bptt_truncate == 0 or batch.longest == 1:
        return D
    if bptt_truncate >= batch.longest - 1 and batch.longest > 8:
        return _whole_way_back(D, g, W, batch)
    if batch.sentences > 1:
        g *= batch.is_inner  # the row after a sentence's last word belongs to another sentence
    S = D.clone()
    now, after, D_now, g_now = S[:-1], S[1:], D[:-1], g[:-1]  # (N - 1, H), views
    carried = torch.empty_like(after)
    for _ in range(min(bptt_truncate, batch.longest - 1)):
        torch.mm(after, W, out=carried)
        torch.addcmul(D_now, g_now, carried, out=now)
    return S


_bring_back_on_one_thread = on_one_thread(_bring_back)


@on_one_thread
def _whole_way_back(
    D: torch.Tensor, g: torch.Tensor, W: torch.Tensor, batch: Batch
) -> torch.Tensor:
    """Sum the errors from the last step to the first: one pass over time, whatever its length."""
    rows = batch.to_time_major
    S_steps, g_steps = (
        torch.split(torch.empty_like(each).index_copy_(0, rows, each), batch.step_sizes)
        for each in (D, g)
    )  # one (B_t, H) a step
    for t in range(batch.longest - 2, -1, -1):
        after = S_steps[t + 1]
        S_steps[t][: len(after)].addcmul_(g_steps[t][: len(after)], after @ W)
    return torch.cat(S_steps).index_select(0, rows)


def recurrent_gradient(
    S: torch.Tensor,
    s: torch.Tensor,
    batch: Batch,
    *,
    accumulate_into: torch.Tensor,
    scale: float = 1.0,
) -> None:
    """Add scale · dLdW = scale · Σ S_t s_{t-1}ᵀ to a tensor of shape (H, H)."""
    before = s[:-1]
    if batch.sentences > 1:
        before = before * batch.is_inner[:-1]  # nothing precedes a sentence's first word
    accumulate_into.addmm_(S[1:].t(), before, alpha=scale)
