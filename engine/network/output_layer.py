"""The output layer and its cross-entropy, fused: o_t = softmax(V s_t) is never written down.

With E = exp(V sᵀ) and z its sums over the vocabulary, the softmax is E / z. E is made for a
chunk of words at a time, in one buffer that is used again, and is never normalised: dividing
the rows of s by z instead gives the same products.

Every sentence of a text begins with SENTENCE_START, and many go on with the same word. What
follows such words differs, but the softmax after them is one::

    a  START the  film  was          s(START) is made three times and s(START the) twice:
    b  START the  end                7 softmaxes serve the 10 words
    c  START we   know

So each is made once, and every word has its own error: no number changes but for rounding. Of
64 sentences about one word in 17 is spared.

Letters: N words of the batch, B sentences, D states of the network among the words (N where
none are shared), n words of a chunk, C words in the vocabulary, H hidden numbers.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import DivergedError
from engine.network.score_blocks import ALIGNED, ScoreBlocks, round_up

_LOG2_E = 1.0 / math.log(2.0)
_CHUNK_VALUES = 5_120_000  # entries of E at a time: 20 MB in float32, the fastest measured
_PANEL_VALUES = 500_000  # of these by a thread in one product
_FEWEST_WORDS, _MOST_WORDS = 16, 1024  # in a chunk
_FILLED_SHARE = 8  # more zeros than an eighth of the words cost more than they bring
_WIDTH_GRAIN = 8  # columns that a product fills at once
_NARROW, _MANY_WORDS = 128, 1000  # with fewer of both, a wider buffer is not worth its copying

_WORTHWHILE = 32  # fewer than one word in so many spared do not pay for the bookkeeping


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStates:
    """Which words share a state; D is filled up to an aligned number with states of no word."""

    rows: torch.Tensor  # int64 (D,), a word in each state
    of_word: torch.Tensor  # int64 (N,), the state of each word, an index into `rows`
    words: torch.Tensor  # float32 (D,), how many words are in each state

    def to(self, device: torch.device) -> "SharedStates":
        """Return copies on `device`."""
        return SharedStates(
            rows=self.rows.to(device, non_blocking=True),
            of_word=self.of_word.to(device, non_blocking=True),
            words=self.words.to(device, non_blocking=True),
        )


def find_shared_states(x: NDArray[np.int64], lengths: NDArray[np.int64]) -> SharedStates | None:
    """Return the states that words share, or None if too few do.

    Parameters
    ----------
    x : int64 array of shape (N,)
        The words of all sentences, one sentence after the other.
    lengths : int64 array of shape (B,)
        Words in each sentence, falling.
    """
    made_by = _first_in_same_state(x, lengths)  # (N,)
    is_first = made_by == np.arange(len(x))
    rows = np.flatnonzero(is_first)  # (D,)
    if (len(x) - len(rows)) * _WORTHWHILE < len(x):
        return None
    of_word = (np.cumsum(is_first) - 1)[made_by]  # (N,)
    aligned = round_up(len(rows), ALIGNED)
    return SharedStates(
        rows=torch.from_numpy(np.pad(rows, (0, aligned - len(rows)))),
        of_word=torch.from_numpy(of_word),
        words=torch.from_numpy(np.bincount(of_word, minlength=aligned).astype(np.float32)),
    )


def _first_in_same_state(x: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each word the row of the first one in the same state, often itself."""
    made_by = np.arange(len(x))
    rows = np.cumsum(lengths) - lengths  # (B,), of the words of one step
    state = np.zeros(len(lengths), dtype=np.int64)  # (B,), of each sentence one step before
    for step in range(int(lengths[0])):
        going_on = int(np.count_nonzero(lengths > step))  # the first ones
        rows, state = rows[:going_on], state[:going_on]
        pairs = state * (int(x.max()) + 1) + x[rows]  # a number for each pair of state and word
        _, first, state = np.unique(pairs, return_index=True, return_inverse=True)
        if len(first) == going_on:
            break
        made_by[rows] = rows[first][state]
        rows = rows + 1
    return made_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothing:
    """Label smoothing: what is learned at each word is not onehot(y), but a little of all words.

    The target is (1 - share) · onehot(y) + share · towards. The loss that is told stays that of y.

    References
    ----------
    Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016.
    """

    share: float  # from 0 to below 1
    towards: torch.Tensor  # (C,), sums to 1


class Workspace:
    """The buffers for E and dLdV; fresh tensors would cost their page faults each time."""

    def __init__(self, word_dim: int, dtype: torch.dtype, device: torch.device) -> None:
        fitting = _CHUNK_VALUES // word_dim
        self.chunk_words = max(_FEWEST_WORDS, min(_MOST_WORDS, fitting - fitting % ALIGNED))
        self._word_dim = word_dim
        self._dtype, self._device = dtype, device
        self._values = torch.empty(0, dtype=dtype, device=device)
        self._wide = torch.empty(word_dim, 0, dtype=dtype, device=device)

    def of_fewer(self, word_dim: int) -> "Workspace":
        """Return one for a part of the vocabulary, in the same memory."""
        fewer = Workspace(word_dim, self._dtype, self._device)
        self.scores(self.chunk_words)  # grows the buffer
        fewer._values = self._values
        return fewer

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
            with torch.inference_mode(mode=False):  # written to with and without it
                self._values = torch.empty(size, dtype=self._dtype, device=self._device)
        if self._device.type != "cpu":
            return ScoreBlocks(self._values[:needed], words, 1, 1)
        threads = min(torch.get_num_threads(), self._word_dim)
        panels = min(max(1, needed // (threads * _PANEL_VALUES)), self._word_dim // threads)
        return ScoreBlocks(self._values[:needed], words, threads, panels)

    def wide(self, narrow: torch.Tensor, words: int) -> torch.Tensor:
        """Return a buffer for what becomes `narrow` (C, H), of a width that products fill fast.

        With 100 columns a product takes 6 % longer than with 104, with 150 25 % longer than
        with 152. Where that is not worth it for so many words, `narrow` itself is returned.
        """
        columns = narrow.shape[1]
        width = round_up(columns, _WIDTH_GRAIN)
        is_worth_it = columns > _NARROW or words >= _MANY_WORDS
        if width == columns or not is_worth_it or narrow.device.type != "cpu":
            return narrow
        if self._wide.shape[1] != width:
            with torch.inference_mode(mode=False):
                self._wide = self._values.new_empty(self._word_dim, width)
        return self._wide


def output_layer(
    V: torch.Tensor,
    s: torch.Tensor,
    y: torch.Tensor,
    workspace: Workspace,
    *,
    into: torch.Tensor,
    adds: bool = False,
    shared: SharedStates | None = None,
    scale: float = 1.0,
    smoothing: Smoothing | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the summed cross-entropy and its derivative by the hidden states.

    Parameters
    ----------
    V : tensor of shape (C, H)
    s : tensor of shape (N, H)
    y : int64 tensor of shape (N,)
        The true next words.
    workspace : Workspace
    into : tensor of shape (C, H)
        Receives scale · dLdV.
    adds : bool
        Add to what is there; else it is written over. With `adds` it may be V itself, for
        a step of plain gradient descent, if N <= workspace.chunk_words.
    shared : SharedStates, optional
        Rows of s that are the same, but for rounding: they have one softmax.
    scale : float
    smoothing : Smoothing, optional
        The derivatives are then those of the smoothed loss; not with `adds`.

    Returns
    -------
    loss : float64 tensor of shape ()
        In nats, on the device of V, without any smoothing.
    d_s : tensor of shape (N, H)

    Raises
    ------
    DivergedError
        On the CPU, if a score is not finite. V has not changed then, other tensors may have.
    """
    V_true = V.index_select(0, y)  # (N, H)
    true_scores = (s * V_true).sum(1)  # (N,)
    H, of_y = V.shape[1], 1.0  # of_y: what is y's own of the target
    if smoothing is not None:
        of_y -= smoothing.share
        V_true.lerp_(smoothing.towards @ V, smoothing.share)
    total = into if adds else workspace.wide(into, len(s))  # (C, H or more)
    states = _states(s, shared, total.shape[1])  # (D, H or more)
    norms = _Norms(states[:, :H], workspace)
    d_states = s.new_empty(len(states), H)
    for rows in workspace.chunks(len(states)):
        E, sums = norms.exponentials(V, rows, d_states[rows])
        # Filled-up rows are of 0 words: infinity takes them out.
        norm = sums if shared is None else sums / shared.words[rows]
        is_first = rows.start == 0
        E.add_to(total, states[rows] / norm[:, None], scale, overwrites=is_first and not adds)
    d_s = _of_words(d_states.div_(norms.sums[:, None]), shared, len(s)).sub_(V_true)
    if total is not into:
        into.copy_(total[:, :H])
    into.index_add_(0, y, s, alpha=-scale * of_y)
    if smoothing is not None:
        into.addr_(smoothing.towards, s.sum(0), alpha=-scale * smoothing.share)
    loss = (_of_words(norms.logs(), shared, len(s)) - true_scores).sum(dtype=torch.float64)
    return loss, d_s


def cross_entropy(
    V: torch.Tensor,
    s: torch.Tensor,
    y: torch.Tensor,
    workspace: Workspace,
    shared: SharedStates | None = None,
) -> torch.Tensor:
    """Return the loss of each word in nats, shape (N,), without any gradient."""
    true_scores = (s * V.index_select(0, y)).sum(1)  # (N,)
    states = _states(s, shared, V.shape[1])  # (D, H)
    norms = _Norms(states, workspace)
    for rows in workspace.chunks(len(states)):
        norms.exponentials(V, rows)
    return _of_words(norms.logs(), shared, len(s)).sub_(true_scores)


def _states(s: torch.Tensor, shared: SharedStates | None, width: int) -> torch.Tensor:
    """Return each state once, or all of s (N, H), filled up with zeros on all sides."""
    H = s.shape[1]
    if shared is not None:
        if width == H:
            return s.index_select(0, shared.rows)
        states = s.new_zeros(len(shared.rows), width)
        torch.index_select(s, 0, shared.rows, out=states[:, :H])
        return states
    words = round_up(len(s), ALIGNED)
    if (words - len(s)) * _FILLED_SHARE > len(s):
        words = len(s)
    if (words, width) == s.shape:
        return s
    states = s.new_zeros(words, width)
    states[: len(s), :H] = s
    return states


def _of_words(by_state: torch.Tensor, shared: SharedStates | None, words: int) -> torch.Tensor:
    """Return the row of each word's state, (N, …), from rows of states."""
    return by_state[:words] if shared is None else by_state.index_select(0, shared.of_word)


class _Norms:
    """E = exp(V sᵀ - shift) a chunk of words at a time, and what its sums say of the softmax.

    Parameters
    ----------
    s : tensor of shape (D, H)
    workspace : Workspace

    Attributes
    ----------
    sums : tensor of shape (D,)
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
        """Return the logarithm of Σ exp(V sᵀ) over the vocabulary, shape (D,)."""
        logs = self.sums.log()
        for rows, shift_in_bits in self._shifts:
            logs[rows] += shift_in_bits / _LOG2_E
        return logs


def _are_in_range(sums: torch.Tensor) -> bool:
    """Tell whether sums of unshifted exponentials kept full precision (NaN does not)."""
    limits = torch.finfo(sums.dtype)
    low, high = torch.aminmax(sums)
    return float(low) > math.sqrt(limits.tiny) and float(high) < math.sqrt(limits.max)
