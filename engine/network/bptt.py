"""Exact truncated backpropagation through time: the states, and the errors brought back.

The numbers are those of the tutorial's `bptt`, which loops over outputs and, for
each, back over time. Here one matrix product serves all words of a batch. Let
g_t = 1 - s_t² and D_t = (o_t - onehot(y_t)) V · g_t, of which `engine.network.output_layer` makes
the first factor. Start with S = D and repeat bptt_truncate times:
S_t <- D_t + g_t · (S_{t+1} W), with zero beyond the end of the sentence. S_t is then the
sum of all errors that the tutorial's loop brings to step t, so dLdW = Σ S_t s_{t-1}ᵀ and
column x_t of dLdU receives S_t.

Small tensor work is kept on one CPU thread: PyTorch divides even a small product among its
threads and then waits for the last one. For the many small products of a recurrence, the
waiting costs as much as the work; where another program or the window needs a core, it costs
far more, since the thread that is waited for does not run.

Letters: N words of the batch, C words in the vocabulary, H hidden numbers.
`U_by_word` is the transpose of U, (C, H), so that a word's column is a row.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import torch

from engine.network.batching import Batch

_MOST_FOR_ONE_THREAD = 2_500_000  # multiplications: 250 words of 100 hidden numbers

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def on_one_thread(work: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let `work` use one CPU thread, and give the threads back after it."""

    @wraps(work)
    def alone(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        threads = torch.get_num_threads()
        if threads == 1:
            return work(*args, **kwargs)
        torch.set_num_threads(1)
        try:
            return work(*args, **kwargs)
        finally:
            torch.set_num_threads(threads)

    return alone


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
        return _states_of_one_sentence(U_by_word, W, batch)
    run = _step_by_step if _is_much(batch.sentences, W) else _step_by_step_on_one_thread
    return run(U_by_word, W, batch)


def _step_by_step(U_by_word: torch.Tensor, W: torch.Tensor, batch: Batch) -> torch.Tensor:
    time_major = U_by_word.index_select(0, batch.x_time_major)  # (N, H)
    if batch.masks is not None:
        rows = batch.to_time_major
        time_major *= torch.empty_like(time_major).index_copy_(0, rows, batch.masks.inputs)
    W_t = W.t()
    before: torch.Tensor | None = None
    for now in torch.split(time_major, batch.step_sizes):  # (B_t, H), a view
        if before is not None:
            now.addmm_(before[: len(now)], W_t)
        before = now.tanh_()
    return time_major.index_select(0, batch.to_time_major)


_step_by_step_on_one_thread = on_one_thread(_step_by_step)


@on_one_thread
def _states_of_one_sentence(U_by_word: torch.Tensor, W: torch.Tensor, batch: Batch) -> torch.Tensor:
    s = U_by_word.index_select(0, batch.x)  # (T, H)
    if batch.masks is not None:
        s *= batch.masks.inputs
    before: torch.Tensor | None = None
    for now in s.unbind(0):
        if before is not None:
            now.addmv_(W, before)
        before = now.tanh_()
    return s


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
    bring = _bring_back if _is_much(len(s), W) else _bring_back_on_one_thread
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
    scale: float,
) -> None:
    """Add scale · dLdW = scale · Σ S_t s_{t-1}ᵀ to a tensor of shape (H, H)."""
    before = s[:-1]
    if batch.sentences > 1:
        before = before * batch.is_inner[:-1]  # nothing precedes a sentence's first word
    is_much = _is_much(len(s), accumulate_into)
    add = torch.Tensor.addmm_ if is_much else _add_on_one_thread
    add(accumulate_into, S[1:].t(), before, alpha=scale)


_add_on_one_thread = on_one_thread(torch.Tensor.addmm_)


def _is_much(rows: int, W: torch.Tensor) -> bool:
    """Tell whether a product of so many rows with W (H, H) is worth waiting for other threads."""
    return rows * len(W) ** 2 > _MOST_FOR_ONE_THREAD
