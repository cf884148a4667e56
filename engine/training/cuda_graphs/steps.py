"""Training steps that a GPU takes by itself: all it needs is there, and nothing is asked.

The host only says which recorded step is to be played next: it knows the lengths of the
sentences, and so the shape of each batch. The batch is found by a cursor on the device that
each step moves on; the loss is added to a sum that stays there. Once a loss or a gradient is
not finite, that sum is no number any more, and no later step changes the network.

See `layout` for how the words lie, `gradients` for the gradients and `graphs` for the recording.
"""

from functools import partial

import torch
from numpy import int64
from numpy.typing import NDArray

from engine.corpus.corpus import Sentences
from engine.network.rnn import RNN
from engine.training.cuda_graphs.gradients import (
    StaticBatch,
    add_state_gradients,
    chunk_slots,
    output_chunks,
    read_batch,
    states_before,
    static_error_through_time,
    static_states,
)
from engine.training.cuda_graphs.graphs import Recorder, StepGraphs
from engine.training.cuda_graphs.layout import EpochTables, Planned, StepShape
from engine.training.cuda_graphs.optimizers import DeviceRule, is_not_finite

_MOST_STEPS = 1024  # of time in a recording; a longer sentence is taken as it is


class DeviceSteps:
    """Take steps of one network over one text.

    Parameters
    ----------
    rnn : RNN
    sentences : Sentences
    rule : DeviceRule
        For this network.
    loss_sum : float64 tensor of shape ()
        Receives the summed loss of each batch; no number after a loss or a gradient that is
        not finite.
    recorder : Recorder
    batch_size : int
        The largest that `begin` will be given.
    """

    def __init__(
        self,
        rnn: RNN,
        sentences: Sentences,
        rule: DeviceRule,
        loss_sum: torch.Tensor,
        recorder: Recorder,
        batch_size: int,
    ) -> None:
        self._rnn, self._rule, self._loss_sum = rnn, rule, loss_sum
        self._tables = EpochTables(sentences, rnn.device, batch_size)
        self._graphs = StepGraphs(recorder)
        self._chunk_slots = chunk_slots(rnn.word_dim)
        self._planned: list[Planned] = []
        self._next = 0

    @property
    def recordings(self) -> int:
        """How many shapes of steps are recorded."""
        return len(self._graphs)

    @property
    def problem(self) -> str:
        """Why steps cannot be recorded; "" while they can."""
        return self._graphs.problem

    def begin(self, order: NDArray[int64], batch_size: int) -> None:
        """Go through the sentences `order` from here on, `batch_size` a step."""
        self._planned = self._tables.begin(order, batch_size)
        self._next = 0

    def step(self) -> Planned:
        """Take the next step; return what it was about."""
        planned = self._planned[self._next]
        step = partial(self._take, planned.shape)
        if planned.shape.steps > _MOST_STEPS:
            self._graphs.run_once(step)
        else:
            self._graphs.run(planned.shape, step)
        self._next += 1
        return planned

    def forget_recordings(self) -> None:
        """Give the memory of all recordings back."""
        self._graphs.forget()

    def _take(self, shape: StepShape) -> None:
        """Do all of one step at the cursor: this is what is recorded."""
        rnn = self._rnn
        batch = read_batch(self._tables, shape, rnn.dtype)
        s = static_states(rnn.U_by_word, rnn.W, batch, shape)
        if self._rule.is_direct and shape.slots <= self._chunk_slots:
            total, is_bad = self._change_directly(s, batch, shape)
        else:
            total, is_bad = self._change_by_gradients(s, batch, shape)
        self._loss_sum.copy_(total.masked_fill_(is_bad, torch.nan))
        self._tables.cursor[0].add_(shape.sentences)
        self._tables.cursor[1].add_(shape.slots)

    def _change_directly(
        self, s: torch.Tensor, batch: StaticBatch, shape: StepShape
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add the gradient times the rule's factor to the parameters: the tutorial's step.

        Every error is computed before the parameter that made it changes.
        """
        U_by_word, V, W = self._rnn.parameters()
        factor = self._rule.factor(batch.is_word.sum())
        (chunk,) = output_chunks(V, s, batch, self._chunk_slots)
        d_s = chunk.d_scores @ V  # (N, H)
        S = static_error_through_time(d_s, s, W, batch, self._sweeps(shape)).mul_(factor)
        total = self._loss_sum + chunk.loss
        is_bad = is_not_finite(total + S.sum())
        for each in (S, s, chunk.d_scores):  # no product with what is no number is zero
            each.masked_fill_(is_bad, 0.0)
        scaled, before = s * (batch.is_word * factor), states_before(s, batch)
        # From here on no memory is asked for that might not be there.
        V.addmm_(chunk.d_scores.t(), scaled)
        add_state_gradients(S, before, batch, to_U_by_word=U_by_word, to_W=W)
        return total, is_bad

    def _change_by_gradients(
        self, s: torch.Tensor, batch: StaticBatch, shape: StepShape
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Make the gradients, chunk after chunk, and let the rule act on them."""
        _, V, W = self._rnn.parameters()
        dLdU_by_word, dLdV, dLdW = gradients = self._rule.gradients()
        for each in gradients:
            each.zero_()
        factor = self._rule.factor(batch.is_word.sum())
        scaled = s * (batch.is_word * factor)  # (N, H)
        d_s = torch.empty_like(s)
        total = self._loss_sum
        for chunk in output_chunks(V, s, batch, self._chunk_slots, self._rule.smoothing):
            torch.mm(chunk.d_scores, V, out=d_s[chunk.rows])
            dLdV.addmm_(chunk.d_scores.t(), scaled[chunk.rows])
            total = total + chunk.loss
        S = static_error_through_time(d_s, s, W, batch, self._sweeps(shape)).mul_(factor)
        before = states_before(s, batch)
        add_state_gradients(S, before, batch, to_U_by_word=dLdU_by_word, to_W=dLdW)
        return total, self._rule.apply(gradients, total)

    def _sweeps(self, shape: StepShape) -> int:
        return min(self._rnn.bptt_truncate, shape.steps - 1)
