"""The gradients of `network.bptt` in shapes that are the same each time, for a recorded step.

The arithmetic is the same but for three things. A batch has a few empty slots at its end
(see `layout`); whatever stands in them is multiplied by zero, so they add nothing. All B
sentences go on to the last step; what a sentence does beyond its end is never read. And nothing
here asks for the value of a number: a GPU would be waited for.

Letters: N slots, T steps, B sentences, C words in the vocabulary, H hidden numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from engine.network.bptt import on_one_thread
from engine.training.cuda_graphs.layout import (
    IS_INNER,
    IS_WORD,
    NEXT,
    PLACE,
    WORD,
    EpochTables,
    StepShape,
)

_CHUNK_VALUES = 8_000_000  # scores at a time: 32 MB in float32, in a large GPU's cache
_FEWEST_SLOTS, _MOST_SLOTS = 16, 4096  # in a chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticBatch:
    """One batch, read from the tables at the cursor."""

    x: torch.Tensor  # int32 (N,)
    y: torch.Tensor  # int64 (N, 1)
    place: torch.Tensor  # int32 (N,), of each word among the T · B states
    is_word: torch.Tensor  # (N, 1), 0 in the empty slots at the end
    is_inner: torch.Tensor  # (N, 1), 0 there and on the last word of each sentence
    x_by_step: torch.Tensor  # int32 (T · B,), step after step


def read_batch(tables: EpochTables, shape: StepShape, dtype: torch.dtype) -> StaticBatch:
    """Return the batch at the cursor; its masks are of `dtype`."""
    N, T, B = shape
    numbers = tables.numbers
    columns = tables.columns.index_select(1, tables.cursor[1] + numbers[:N])  # (5, N)
    masks = columns[IS_WORD:].to(dtype)  # (2, N)
    if B == 1:
        x_by_step = columns[WORD]
    else:
        starts = tables.first_slots.index_select(0, tables.cursor[0] + numbers[:B])  # (B,)
        slots = starts + numbers[:T, None]  # (T, B)
        x_by_step = tables.columns[WORD].index_select(0, slots.view(-1))
    return StaticBatch(
        x=columns[WORD],
        y=columns[NEXT].long()[:, None],
        place=columns[PLACE],
        is_word=masks[0, :, None],
        is_inner=masks[IS_INNER - IS_WORD, :, None],
        x_by_step=x_by_step,
    )


@on_one_thread
def static_states(
    U_by_word: torch.Tensor, W: torch.Tensor, batch: StaticBatch, shape: StepShape
) -> torch.Tensor:
    """Return s_t = tanh(U x_t + W s_{t-1}) of each slot, shape (N, H)."""
    by_step = U_by_word.index_select(0, batch.x_by_step)  # (T · B, H)
    before: torch.Tensor | None = None
    if shape.sentences == 1:
        for now in by_step.unbind(0):  # (H,), a view
            if before is not None:
                now.addmv_(W, before)
            before = now.tanh_()
        return by_step
    W_t = W.t()
    for now in by_step.view(shape.steps, shape.sentences, -1).unbind(0):  # (B, H), a view
        if before is not None:
            now.addmm_(before, W_t)
        before = now.tanh_()
    return by_step.index_select(0, batch.place)


def chunk_slots(word_dim: int) -> int:
    """Return how many slots have their scores computed at a time."""
    return max(_FEWEST_SLOTS, min(_MOST_SLOTS, _CHUNK_VALUES // word_dim))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The output layer of some slots."""

    rows: slice
    loss: torch.Tensor  # float64 (), summed over the words
    d_scores: torch.Tensor  # (n, C), softmax - onehot, or - the smoothed target


def output_chunks(
    V: torch.Tensor,
    s: torch.Tensor,
    batch: StaticBatch,
    most_slots: int,
    smoothing: float = 0.0,
) -> Iterator[Chunk]:
    """Yield the loss and its derivative by the scores V s, `most_slots` slots at a time.

    With `smoothing`, so large a share of each target goes to all words alike; the loss stays that
    of the next word.
    """
    for begin in range(0, len(s), most_slots):
        rows = slice(begin, begin + most_slots)
        y = batch.y[rows]  # (n, 1)
        is_word = batch.is_word[rows]
        log_o = torch.log_softmax(torch.mm(s[rows], V.t()), 1)  # (n, C)
        loss = -(log_o.gather(1, y) * is_word).sum(dtype=torch.float64)
        d_scores = log_o.exp_().scatter_add_(1, y, -(1.0 - smoothing) * is_word)
        if smoothing:
            d_scores.sub_(smoothing / len(V))
        yield Chunk(rows=rows, loss=loss, d_scores=d_scores)


@on_one_thread
def static_error_through_time(
    d_s: torch.Tensor, s: torch.Tensor, W: torch.Tensor, batch: StaticBatch, sweeps: int
) -> torch.Tensor:
    """Bring the errors of all outputs back in time; return S of shape (N, H).

    Parameters
    ----------
    d_s : tensor of shape (N, H)
        Derivative of the loss by the hidden states through their own output only.
    s : tensor of shape (N, H)
    W : tensor of shape (H, H)
    batch : StaticBatch
    sweeps : int
        Steps back; T - 1 or more is the exact gradient.

    Notes
    -----
    The derivation is in `engine.network.bptt`; zero in the empty slots.
    """
    g = torch.addcmul(batch.is_word, s, s, value=-1.0)  # (N, H), 1 - s² in the words
    D = d_s * g * batch.is_word
    if sweeps == 0 or len(s) == 1:
        return D
    g *= batch.is_inner
    S = D.clone()
    for _ in range(sweeps):
        torch.addcmul(D[:-1], g[:-1], S[1:] @ W, out=S[:-1])
    return S


def states_before(s: torch.Tensor, batch: StaticBatch) -> torch.Tensor:
    """Return s_{t-1} for the rows from the second one on, zero before a sentence's first word."""
    return s[:-1] * batch.is_inner[:-1]  # (N - 1, H)


def add_state_gradients(
    S: torch.Tensor,
    before: torch.Tensor,
    batch: StaticBatch,
    *,
    to_U_by_word: torch.Tensor,
    to_W: torch.Tensor,
) -> None:
    """Add Σ S_t s_{t-1}ᵀ to a tensor (H, H), and S_t to row x_t of a tensor (C, H).

    `before` is what `states_before` returned.
    """
    to_U_by_word.index_add_(0, batch.x, S)
    to_W.addmm_(S[1:].t(), before)
