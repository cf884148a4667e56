"""The steps of an epoch, one after another, in the way that is fastest on the device.

On a GPU they are those of `cuda_graphs.steps`, as long as there is memory for the text; else
each batch is laid out by the host and sent there, with fewer sentences at once where the memory
runs out. Both give the same numbers, but for rounding.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy import int64
from numpy.typing import NDArray

from engine.config import Recipe
from engine.control import Notice
from engine.corpus.corpus import Sentences
from engine.network.batching import batch_from_flat
from engine.network.device import DeviceChoice, is_out_of_memory, return_unused_memory
from engine.network.rnn import RNN
from engine.training.cuda_graphs import graphs
from engine.training.cuda_graphs.optimizers import DeviceAdam, DeviceSgd
from engine.training.cuda_graphs.steps import DeviceSteps
from engine.training.optimizers import ClippedAdam, Optimizer, PlainSgd


class BatchStepper:
    """Gather sentences and let an optimiser take a step on them.

    Parameters
    ----------
    sentences : Sentences
    optimizer : Optimizer
    batch_size : int
        Sentences a step.
    device : torch.device
        Where the network is.
    choice : DeviceChoice
        The same for the user.

    Attributes
    ----------
    batch_size : int
        Smaller once the memory ran out.
    """

    def __init__(
        self,
        sentences: Sentences,
        optimizer: Optimizer,
        batch_size: int,
        device: torch.device,
        choice: DeviceChoice,
    ) -> None:
        self._sentences, self._optimizer = sentences, optimizer
        self._device, self._choice = device, choice
        self.batch_size = batch_size

    def step(self, chosen: NDArray[int64]) -> tuple[torch.Tensor, int] | None:
        """Take a step on the chosen sentences.

        Returns
        -------
        loss : float64 tensor of shape ()
            Summed over the words, before the step.
        words : int
            Or None instead of both, if there was no memory for it and nothing was changed.
            The caller acts after this call: while an error is held, so is its memory.
        """
        try:
            batch = batch_from_flat(self._sentences.ids, self._sentences.offsets, chosen)
            return self._optimizer.step(batch.to(self._device)), batch.words
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        return None

    def halve(self, sentences: int) -> Notice:
        """Go on with half of the `sentences`, two or more, that did not fit into the memory."""
        return_unused_memory(self._device)
        self.batch_size = sentences // 2
        return Notice(
            text=f"A step on {sentences} sentences did not fit into the memory of "
            f"{self._choice.name}. Training goes on with {self.batch_size} a step."
        )

    def move_to(self, device: torch.device, choice: DeviceChoice, batch_size: int) -> None:
        """Take the steps where the network is now."""
        self._device, self._choice, self.batch_size = device, choice, batch_size


def make_optimizer(rnn: RNN, recipe: Recipe, rate: float, clip_norm: float | None) -> Optimizer:
    """Return the recipe's update rule, in the form that suits the network's device."""
    is_recorded = graphs.recorder_for(rnn.device) is not None
    if recipe == "tutorial":
        return DeviceSgd(rnn, rate) if is_recorded else PlainSgd(rnn, rate)
    return (DeviceAdam if is_recorded else ClippedAdam)(rnn, rate, clip_norm)


def make_epoch_steps(
    rnn: RNN,
    sentences: Sentences,
    optimizer: Optimizer,
    stepper: BatchStepper,
    loss_sum: torch.Tensor,
) -> "EpochSteps":
    """Return steps of the device itself where it can record them, else the stepper's.

    Parameters
    ----------
    rnn : RNN
    sentences : Sentences
    optimizer : Optimizer
        As `make_optimizer` returned it.
    stepper : BatchStepper
        Of the same optimiser.
    loss_sum : float64 tensor of shape ()
        What `EpochSteps.step` will be given as long as the network is where it is.
    """
    recorder = graphs.recorder_for(rnn.device)
    if recorder is None or not isinstance(optimizer, DeviceSgd | DeviceAdam):
        return EpochSteps(stepper)
    return EpochSteps(stepper, partial(DeviceSteps, rnn, sentences, optimizer, loss_sum, recorder))


class EpochSteps:
    """Go through sentences in a given order.

    Parameters
    ----------
    stepper : BatchStepper
        Its batch size may change between two steps.
    make_device_steps : callable, optional
        Returns steps that the device takes by itself, given the largest batch size. Without
        it, all steps are the stepper's.
    """

    def __init__(
        self,
        stepper: BatchStepper,
        make_device_steps: Callable[[int], DeviceSteps] | None = None,
    ) -> None:
        self._stepper = stepper
        self._make_device_steps = make_device_steps
        self._device_steps: DeviceSteps | None = None
        self._left: NDArray[int64] = np.empty(0, dtype=np.int64)
        self._laid_out_by = 0  # sentences a batch on the device; 0: the device knows nothing
        self._notice: Notice | None = None
        self._is_told_of_problem = False

    def begin(self, order: NDArray[int64]) -> None:
        """Take the steps over these sentences from now on."""
        self._left, self._laid_out_by = order, 0

    def step(self, loss_sum: torch.Tensor) -> tuple[int, int] | None:
        """Take the next step.

        Parameters
        ----------
        loss_sum : float64 tensor of shape ()
            Receives the loss summed over the words, before the step. With device steps, the
            one that they were made with.

        Returns
        -------
        words, sentences : int
            Or None instead of both, if there was no memory for it and nothing was changed.
            The caller acts after this call: while an error is held, so is its memory.
        """
        chosen = self._left[: self._stepper.batch_size]
        if self._make_device_steps is not None and self._laid_out_by != self._stepper.batch_size:
            self._lay_out(self._left)
        if self._device_steps is not None:
            words = self._step_on(self._device_steps)
        else:
            words = self._ordinary_step(chosen, loss_sum)
        if words is None:
            return None
        self._left = self._left[len(chosen) :]
        return words, len(chosen)

    @property
    def are_recorded(self) -> bool:
        """Whether the steps are the device's own."""
        return self._make_device_steps is not None

    def next_size(self) -> int:
        """Return how many sentences the next step is about."""
        return len(self._left[: self._stepper.batch_size])

    def take_notice(self) -> Notice | None:
        """Return what is to be told of the last step, once."""
        notice, self._notice = self._notice, None
        return notice

    def leave_device(self) -> None:
        """Let the stepper take all steps from now on, and give the memory of the others back."""
        self._make_device_steps = self._device_steps = None

    def _lay_out(self, left: NDArray[int64]) -> None:
        """Tell the device which sentences are left, unless it has no memory for the text."""
        try:
            if self._device_steps is None and self._make_device_steps is not None:
                self._device_steps = self._make_device_steps(self._stepper.batch_size)
            if self._device_steps is not None:
                self._device_steps.begin(left, self._stepper.batch_size)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        else:
            self._laid_out_by = self._stepper.batch_size
            return
        self.leave_device()
        self._notice = Notice(
            text="The memory of the GPU has no room for the whole text next to the network, so "
            "each batch is sent there when it is due. The training is the same, but slower."
        )

    def _step_on(self, device_steps: DeviceSteps) -> int | None:
        try:
            words = device_steps.step().words
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        else:
            self._tell_of_problem(device_steps.problem)
            return words
        device_steps.forget_recordings()  # they hold memory too
        self._laid_out_by = 0
        return None

    def _ordinary_step(self, chosen: NDArray[int64], loss_sum: torch.Tensor) -> int | None:
        done = self._stepper.step(chosen)
        if done is None:
            return None
        loss, words = done
        loss_sum += loss
        return words

    def _tell_of_problem(self, problem: str) -> None:
        if problem and not self._is_told_of_problem:
            self._is_told_of_problem = True
            self._notice = Notice(
                text=f"The GPU does not take recorded steps ({problem}). The training is the "
                "same without, but slower. A newer driver may help."
            )
