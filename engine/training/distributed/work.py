"""What several ranks divide among them: the sentences of a step, and the batches of an evaluation.

A rank works on its share of the sentences of a batch; the gradients are summed over the ranks, by
the words of the whole batch, and each takes the same step. An evaluation is divided by batches.
Both give the numbers of one process, but for rounding; with dropout and a sampled softmax, too.

The tutorial's recipe takes one sentence per step, which cannot be divided: every rank takes the
whole step, and evaluations alone are divided.
"""

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy import int64
from numpy.typing import NDArray

from engine.errors import DivergedError
from engine.network.batching import Batch, Masks, batch_from_flat
from engine.network.device import CPU, if_it_fits
from engine.network.rnn import RNN
from engine.network.sampled_output import SampledWords
from engine.training.distributed.ranks import Ranks
from engine.training.optimizers import ClippedAdam
from engine.training.steps import EpochSteps

_DIVERGED = "A score of the output layer is not a finite number any more."


class SharedSteps(EpochSteps):
    """Take each step together with the other ranks; made as `EpochSteps` with them in front."""

    def __init__(self, ranks: Ranks, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._ranks = ranks

    def _laid_out_here(self, chosen: NDArray[int64]) -> tuple[torch.Tensor, int] | None:
        optimizer = self._optimizer
        if not isinstance(optimizer, ClippedAdam):
            return self._whole_step(chosen)
        whole = batch_from_flat(self._sentences.ids, self._sentences.offsets, chosen)
        sample = None
        if self._sample is not None and self._rnn.device == CPU:
            sample = self._sample.words(whole.y, self._epoch, len(self._left))
        try:
            loss = if_it_fits(lambda: self._write_gradients(optimizer, chosen, whole, sample))
        except DivergedError:
            loss = math.nan
        agreed = self._ranks.sum_gradients(
            optimizer.gradients(),
            loss,
            U_rows=torch.unique(whole.x),
            V_rows=None if sample is None else sample.words,
        )
        if agreed.diverged:
            raise DivergedError(_DIVERGED)
        if agreed.without_room:
            return None
        optimizer.update()
        loss_sum = torch.tensor(agreed.loss, dtype=torch.float64, device=self._rnn.device)
        return loss_sum, whole.words

    def _whole_step(self, chosen: NDArray[int64]) -> tuple[torch.Tensor, int] | None:
        """Take the tutorial's step on every rank; the loss is rank 0's."""
        done: tuple[torch.Tensor, int] | None = None
        with contextlib.suppress(DivergedError):
            done = super()._laid_out_here(chosen)
        loss = math.nan if done is None else float(done[0])
        is_finite = math.isfinite(loss)
        agreed = self._ranks.agree(
            loss=loss if is_finite and self._ranks.leads else 0.0, diverged=not is_finite
        )
        if done is None or agreed.diverged:
            raise DivergedError(_DIVERGED)
        return done[0].new_tensor(agreed.loss), done[1]

    def _write_gradients(
        self,
        optimizer: ClippedAdam,
        chosen: NDArray[int64],
        whole: Batch,
        sample: SampledWords | None,
    ) -> float:
        """Write this rank's part of the gradient of the mean loss; return its summed loss."""
        offsets = self._sentences.offsets
        lengths = offsets[chosen + 1] - offsets[chosen] - 1  # (B,)
        is_own = dealt_out(lengths, self._ranks.rank, self._ranks.count)
        if not is_own.any():
            for each in optimizer.gradients():
                each.zero_()
            return 0.0
        longest_first = np.argsort(-lengths, kind="stable")  # as in the batch
        rows = torch.from_numpy(np.repeat(is_own[longest_first], lengths[longest_first]))  # (N,)
        batch = batch_from_flat(self._sentences.ids, offsets, chosen[is_own])
        if self._dropout is not None:  # the rows that one process would have drawn
            masks = self._dropout.masks(self._rnn, whole.words, self._epoch, len(self._left))
            batch = batch.with_masks(Masks(inputs=masks.inputs[rows], outputs=masks.outputs[rows]))
        if sample is not None:
            batch = batch.with_sample(replace(sample, y=sample.y[rows]))
        batch = batch.to(self._rnn.device)
        return float(optimizer.write_gradients(batch, whole.words))


def dealt_out(lengths: NDArray[int64], rank: int, count: int) -> NDArray[np.bool_]:
    """Tell which sentences of a batch are those of `rank`, (B,), given their words, (B,).

    They are dealt out by length, there and back, so that all ranks have about as many words.
    """
    deal = np.arange(len(lengths)) % (2 * count)  # 0 … R-1 R-1 … 0
    is_own = np.zeros(len(lengths), dtype=bool)
    is_own[np.argsort(-lengths, kind="stable")] = np.minimum(deal, 2 * count - 1 - deal) == rank
    return is_own


class Turns:
    """One evaluation, its batches dealt out in rounds: one for each rank, in their order.

    Parameters
    ----------
    ranks : Ranks

    Attributes
    ----------
    count : int
        Batches in a round.
    """

    def __init__(self, ranks: Ranks) -> None:
        self._ranks, self.count = ranks, ranks.count
        self._ahead: list[torch.Tensor] = []  # of the round, what was not asked for yet

    def losses(
        self,
        rnn: RNN,
        offsets: NDArray[int64],
        upcoming: Sequence[NDArray[int64]],
        losses_of: Callable[[NDArray[int64]], torch.Tensor],
    ) -> torch.Tensor | None:
        """Return the losses of the words of the first batch of `upcoming`, `count` at most.

        None, everywhere, if there was no memory for one of the round.
        """
        if not self._ahead:
            self._ahead = self._round(rnn, offsets, upcoming, losses_of)
        return self._ahead.pop(0) if self._ahead else None

    def _round(
        self,
        rnn: RNN,
        offsets: NDArray[int64],
        batches: Sequence[NDArray[int64]],
        losses_of: Callable[[NDArray[int64]], torch.Tensor],
    ) -> list[torch.Tensor]:
        rank = self._ranks.rank
        words = [int((offsets[each + 1] - offsets[each] - 1).sum()) for each in batches]
        together = torch.zeros(len(batches), max(words), dtype=rnn.dtype)
        has_room, diverged = True, False
        if rank < len(batches):
            try:
                own = if_it_fits(lambda: losses_of(batches[rank]))
            except DivergedError:
                diverged = True
            else:
                has_room = own is not None
                if own is not None:
                    together[rank, : words[rank]] = own
        agreed = self._ranks.agree(without_room=not has_room, diverged=diverged)
        if agreed.diverged:
            raise DivergedError(_DIVERGED)
        if agreed.without_room:
            return []
        self._ranks.sum([together])
        return [
            row[:count].to(rnn.device) for row, count in zip(together.unbind(), words, strict=True)
        ]
