"""The steps of an epoch, one after another, in the way that is fastest on the device.

On a GPU they are those of `cuda_graphs.steps`, as long as there is memory for the text; else
each batch is laid out by the host and sent there, with fewer sentences at once where the memory
runs out. Both give the same numbers, but for rounding.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from numpy import int64
from numpy.typing import NDArray

from engine.config import TrainConfig
from engine.control import Notice
from engine.corpus.corpus import Sentences
from engine.network.batching import Masks, batch_from_flat
from engine.network.device import CPU, DeviceChoice, if_it_fits, return_unused_memory
from engine.network.rnn import RNN
from engine.network.sampled_output import SampledWords, draw_words
from engine.recipes import fill_in, tuning_of
from engine.training.cuda_graphs import graphs
from engine.training.cuda_graphs.optimizers import DeviceAdam, DeviceSgd
from engine.training.cuda_graphs.steps import DeviceSteps
from engine.training.optimizers import ClippedAdam, Optimizer, PlainSgd

_OF_SOFTMAX = 1  # tells its random numbers from those of dropout
_MOST_WEIGHT = 10.0  # times the mean weight of a drawn word


def make_optimizer(rnn: RNN, config: TrainConfig, *, is_shared: bool = False) -> Optimizer:
    """Return the recipe's update rule, in the form that suits the network's device.

    Several processes exchange gradients within a step that is shared: a GPU cannot record it.
    """
    is_recorded = not is_shared and graphs.recorder_for(rnn.device) is not None
    rate, _, clip_norm = fill_in(config)
    if config.recipe == "tutorial":
        return DeviceSgd(rnn, rate) if is_recorded else PlainSgd(rnn, rate)
    kind = DeviceAdam if is_recorded else ClippedAdam
    return kind(rnn, rate, clip_norm, tuning_of(config))


class Dropout:
    """Draw which numbers the steps of a run leave out.

    Parameters
    ----------
    config : TrainConfig

    Attributes
    ----------
    is_used : bool
        Whether any are left out.

    Notes
    -----
    What is drawn depends on the seed, the epoch and the place in it alone, so that a run that goes
    on draws what it would have drawn. Hidden number 0 of a network with a unigram start is never
    left out: the others are what such a network learns on top of it.
    """

    def __init__(self, config: TrainConfig) -> None:
        self._tuning, self._seed = tuning_of(config), config.seed
        self.is_used = self._tuning.input_dropout > 0.0 or self._tuning.output_dropout > 0.0

    def masks(self, rnn: RNN, words: int, epoch: int, sentences_left: int) -> Masks:
        """Return the masks of one batch, on the CPU."""
        generator = _generator(self._seed, epoch, sentences_left)
        inputs, outputs = (
            self._mask(rnn, words, share, generator)
            for share in (self._tuning.input_dropout, self._tuning.output_dropout)
        )
        return Masks(inputs=inputs, outputs=outputs)

    def _mask(self, rnn: RNN, words: int, share: float, generator: torch.Generator) -> torch.Tensor:
        mask = torch.empty(words, rnn.hidden_dim, dtype=rnn.dtype)
        mask.bernoulli_(1.0 - share, generator=generator).div_(1.0 - share)
        if self._tuning.unigram_start:
            mask[:, 0] = 1.0
        return mask


class SoftmaxSample:
    """Draw which words the softmax of each step of a run is over.

    Parameters
    ----------
    config : TrainConfig
    counts : sequence of int
        How common each word of the vocabulary is, (C,); 0 for the special ones, always taken.

    Attributes
    ----------
    is_used : bool
        Whether not all are taken.

    Notes
    -----
    A word is drawn in proportion to the root of its count: common ones contribute more to the sum,
    and rare ones must not be pushed down too seldom and too hard. As with `Dropout`, what is drawn
    depends on the place in the run alone.
    """

    def __init__(self, config: TrainConfig, counts: Sequence[int] | NDArray[int64]) -> None:
        share, self._seed = tuning_of(config).softmax_sample, config.seed
        self.is_used = share < 1.0
        self._probabilities = torch.from_numpy(
            _shares_of(np.sqrt(np.array(counts, np.float64)), share)
        ).float()

    def words(self, y: torch.Tensor, epoch: int, sentences_left: int) -> SampledWords:
        """Return those of one batch, whose next words are y, on the CPU."""
        generator = _generator(self._seed, epoch, sentences_left, _OF_SOFTMAX)
        return draw_words(y, self._probabilities, generator)


def _generator(*place: int) -> torch.Generator:
    """Return the random numbers of one place in a run."""
    seed = np.random.SeedSequence(place).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(seed) >> 1)


def _shares_of(weights: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return probabilities in proportion to the weights, 1 at most, that are `share` on average.

    Words without a weight have 1.
    """
    found = np.ones_like(weights)
    is_open = weights > 0.0  # not yet known to be 1
    while is_open.any():
        left = share * len(weights) - (len(weights) - int(is_open.sum()))
        found[is_open] = max(left, share) * weights[is_open] / weights[is_open].sum()
        if not (found > 1.0).any():
            break
        is_open &= found < 1.0
        found[~is_open] = 1.0
    return np.maximum(found, share / _MOST_WEIGHT)


class EpochSteps:
    """Go through sentences in a given order, a step at a time.

    Parameters
    ----------
    rnn : RNN
    sentences : Sentences
    optimizer : Optimizer
        As `make_optimizer` returned it.
    batch_size : int
        Sentences per step.
    choice : DeviceChoice
        Where the network is, for the user.
    dropout : Dropout, optional
        What each step leaves out; the host draws it, so that such steps are laid out there.
    sample : SoftmaxSample, optional
        What the softmax of each step on the CPU is over. On a GPU it is exact.

    Attributes
    ----------
    batch_size : int
        Smaller once the memory ran out.
    loss_sum : float64 tensor of shape ()
        Receives the loss of each step, summed over its words, before the step. Reading it waits
        for a GPU.
    """

    def __init__(
        self,
        rnn: RNN,
        sentences: Sentences,
        optimizer: Optimizer,
        batch_size: int,
        choice: DeviceChoice,
        dropout: Dropout | None = None,
        sample: SoftmaxSample | None = None,
    ) -> None:
        self._rnn, self._sentences, self._optimizer = rnn, sentences, optimizer
        self._sample = sample if sample is not None and sample.is_used else None
        self._dropout = dropout if dropout is not None and dropout.is_used else None
        self._epoch = 0
        self._choice, self.batch_size = choice, batch_size
        self.loss_sum = torch.zeros((), dtype=torch.float64, device=rnn.device)
        # Steps that the device takes by itself, given the largest batch size; without them,
        # all are laid out by the host.
        self._make_device_steps: Callable[[int], DeviceSteps] | None = None
        recorder = graphs.recorder_for(rnn.device)
        if (
            self._dropout is None
            and recorder is not None
            and isinstance(optimizer, DeviceSgd | DeviceAdam)
        ):
            self._make_device_steps = partial(
                DeviceSteps, rnn, sentences, optimizer, self.loss_sum, recorder
            )
        self._device_steps: DeviceSteps | None = None
        self._left: NDArray[int64] = np.empty(0, dtype=np.int64)
        self._laid_out_by = 0  # sentences a batch on the device; 0: the device knows nothing
        self._notice: Notice | None = None
        self._is_told_of_problem = False

    def begin(self, order: NDArray[int64], epoch: int = 0) -> None:
        """Take the steps over these sentences, those left of `epoch`, from now on."""
        self._left, self._epoch, self._laid_out_by = order, epoch, 0

    def step(self) -> tuple[int, int] | None:
        """Take the next step.

        Returns
        -------
        words, sentences : int
            Or None instead of both, if there was no memory for it and nothing was changed.
        """
        chosen = self._left[: self.batch_size]
        if self._make_device_steps is not None and self._laid_out_by != self.batch_size:
            self._lay_out(self._left)
        if self._device_steps is not None:
            words = self._step_on(self._device_steps)
        else:
            words = self.step_on(chosen)
        if words is None:
            return None
        self._left = self._left[len(chosen) :]
        return words, len(chosen)

    def step_on(self, chosen: NDArray[int64]) -> int | None:
        """Take a step on the chosen sentences, laid out here; return its words, or None."""
        done = if_it_fits(lambda: self._laid_out_here(chosen))
        if done is None:
            return None
        loss, words = done
        self.loss_sum += loss
        return words

    @property
    def are_recorded(self) -> bool:
        """Whether the steps are the device's own."""
        return self._make_device_steps is not None

    def next_size(self) -> int:
        """Return how many sentences the next step is about."""
        return len(self._left[: self.batch_size])

    def take_notice(self) -> Notice | None:
        """Return what is to be told of the last step, once."""
        notice, self._notice = self._notice, None
        return notice

    def halve(self) -> Notice:
        """Go on with half of the sentences, two or more, that did not fit into the memory."""
        return_unused_memory(self._rnn.device)
        sentences = self.next_size()
        self.batch_size = sentences // 2
        return Notice(
            text=f"A step on {sentences} sentences did not fit into the memory of "
            f"{self._choice.name}. Training goes on with {self.batch_size} per step."
        )

    def leave_device(self) -> None:
        """Lay out all steps here from now on, and give the memory of the others back."""
        self._make_device_steps = self._device_steps = None

    def follow_network(self, choice: DeviceChoice, batch_size: int) -> None:
        """Take the steps where the network is now."""
        self._choice, self.batch_size = choice, batch_size
        self.loss_sum = self.loss_sum.to(self._rnn.device)

    def _laid_out_here(self, chosen: NDArray[int64]) -> tuple[torch.Tensor, int] | None:
        batch = batch_from_flat(self._sentences.ids, self._sentences.offsets, chosen)
        if self._dropout is not None:
            left = len(self._left)
            batch = batch.with_masks(self._dropout.masks(self._rnn, batch.words, self._epoch, left))
        if self._sample is not None and self._rnn.device == CPU:
            sample = self._sample.words(batch.y, self._epoch, len(self._left))
            batch = batch.with_sample(sample)
        return self._optimizer.step(batch.to(self._rnn.device)), batch.words

    def _lay_out(self, left: NDArray[int64]) -> None:
        """Tell the device which sentences are left, unless it has no memory for the text."""
        if if_it_fits(lambda: self._laid_out_there(left)):
            self._laid_out_by = self.batch_size
            return
        self.leave_device()
        self._notice = Notice(
            text="The memory of the GPU has no room for the whole text next to the network, so "
            "each batch is sent there when it is due. The training is the same, but slower."
        )

    def _laid_out_there(self, left: NDArray[int64]) -> bool:
        if self._device_steps is None and self._make_device_steps is not None:
            self._device_steps = self._make_device_steps(self.batch_size)
        if self._device_steps is not None:
            self._device_steps.begin(left, self.batch_size)
        return True

    def _step_on(self, device_steps: DeviceSteps) -> int | None:
        planned = if_it_fits(device_steps.step)
        if planned is None:
            device_steps.forget_recordings()  # they hold memory too
            self._laid_out_by = 0
            return None
        self._tell_of_problem(device_steps.problem)
        return planned.words

    def _tell_of_problem(self, problem: str) -> None:
        if problem and not self._is_told_of_problem:
            self._is_told_of_problem = True
            self._notice = Notice(
                text=f"The GPU does not take recorded steps ({problem}). The training is the "
                "same without, but slower. A newer driver may help."
            )
