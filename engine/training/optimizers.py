"""One parameter update: the tutorial's plain SGD, and Adam for mini-batches.

What is updated on, how often, and when the learning rate changes is the
trainer's affair.
"""

import math
from collections.abc import Sequence
from typing import Protocol

import torch
import torch._dynamo  # the first optimiser would load it: a second that no stop could interrupt

from engine.errors import DivergedError
from engine.network.batching import Batch
from engine.network.device import CPU
from engine.network.rnn import RNN
from engine.recipes import Tuning

_ADAM_BETAS = (0.9, 0.999)
LATEST = 9.0  # of the first steps, a mean is about the latest tenth
MEAN = "mean"  # the name of a parameter's mean in the state
_AS_BEFORE = Tuning()
_ADAM_KEYS = ("step", "exp_avg", "exp_avg_sq")


class Optimizer(Protocol):
    """What the trainer needs of an update rule."""

    learning_rate: float
    resting: RNN  # what is judged and kept: the network, or the mean of its last steps

    def step(self, batch: Batch) -> torch.Tensor:
        """Update the network on one batch; return its summed loss before, float64 ()."""

    def forget(self) -> None:
        """Drop what earlier steps left behind, after the parameters were replaced."""

    def follow_network(self) -> None:
        """Go on with the network's tensors, and all that was left behind, where it moved to."""

    def state_tensors(self) -> dict[str, torch.Tensor]:
        """Return what earlier steps left behind, by name; live, not copied."""

    def load_state_tensors(self, tensors: dict[str, torch.Tensor]) -> None:
        """Take over copies of what `state_tensors` returned; ValueError if it does not fit."""


class PlainSgd:
    """The tutorial's sgd_step: parameters minus learning rate times the summed gradient."""

    def __init__(self, rnn: RNN, learning_rate: float) -> None:
        self._rnn = self.resting = rnn
        self.learning_rate = learning_rate

    def step(self, batch: Batch) -> torch.Tensor:
        """Update in place; the learning rate is per sentence, as the gradient is a sum.

        V is changed before the errors are brought back in time: if there is no memory for
        that, V is as it was again.
        """
        kept = None if self._rnn.device == CPU else self._rnn.V.clone()  # (C, H)
        try:
            return self._rnn.descend(batch, self.learning_rate)
        except RuntimeError:
            if kept is not None:
                self._rnn.V.copy_(kept)
            raise

    def forget(self) -> None:
        """Do nothing: plain gradient descent remembers nothing."""

    def follow_network(self) -> None:
        """Do nothing: the network is asked for its tensors at each step."""

    def state_tensors(self) -> dict[str, torch.Tensor]:
        """Return nothing, for the same reason."""
        return {}

    def load_state_tensors(self, tensors: dict[str, torch.Tensor]) -> None:
        """Refuse what another update rule left behind."""
        if tensors:
            raise ValueError("plain gradient descent remembers nothing")


class ClippedAdam:
    """Adam on the mean loss per word of each batch, the gradient's norm limited.

    Parameters
    ----------
    rnn : RNN
    learning_rate : float
    clip_norm : float or None
        Largest Euclidean norm of the gradient of the mean loss per word, all parameters together.
    tuning : Tuning
        Its epsilon, weight decay, averaging and label smoothing. Hidden number 0 of a network with
        a unigram start holds how common words are, and does not decay.

    Notes
    -----
    The gradients of a rare word are small in nearly all steps. Adam divides them by their own size,
    so that such a word moves as far as a common one, away from what little is known of it. A large
    epsilon ends that: gradients well below it move a word in proportion.

    With averaging, `resting` is the mean of the parameters after each step, the last ones weighing
    most: a network that is still making large steps is worse than the one in their middle. So the
    rate need not fall, and a run may end at any time, or go on.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
    Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.
    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    Pascanu et al., "On the difficulty of training recurrent neural networks", ICML 2013.
    """

    def __init__(
        self,
        rnn: RNN,
        learning_rate: float,
        clip_norm: float | None,
        tuning: Tuning = _AS_BEFORE,
    ) -> None:
        self._rnn, self._tuning, self.smoothing = rnn, tuning, tuning.label_smoothing
        self._clip_norm = math.inf if clip_norm is None else clip_norm
        self.resting = rnn.copy() if tuning.averaging else rnn
        self._take_up(learning_rate)

    def _take_up(self, learning_rate: float) -> None:
        """Make gradients and an empty memory for the network's present tensors."""
        self._parameters = list(self._rnn.parameters())
        self._gradients = tuple(torch.zeros_like(each) for each in self._parameters)
        for parameter, gradient in zip(self._parameters, self._gradients, strict=True):
            parameter.grad = gradient
        self._adam = torch.optim.Adam(
            self._parameters,
            lr=learning_rate,
            betas=_ADAM_BETAS,
            eps=self._tuning.adam_epsilon,
            fused=True,
        )

    def follow_network(self) -> None:
        """Go on with the network's tensors where it moved to, with what was remembered."""
        remembered = self.state_tensors()
        if self._tuning.averaging:
            self.resting.move_to(self._rnn.device)
        self._take_up(self.learning_rate)
        self.load_state_tensors(remembered)

    @property
    def learning_rate(self) -> float:
        """The size of a step."""
        return float(self._adam.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._adam.param_groups[0]["lr"] = value

    def step(self, batch: Batch) -> torch.Tensor:
        """Update in place; raise `DivergedError` before the step if a gradient is not finite."""
        loss = self.write_gradients(batch, batch.words)
        self.update()
        return loss

    def write_gradients(self, batch: Batch, words: int) -> torch.Tensor:
        """Write the gradient of the summed loss, divided by `words`; return that loss."""
        return self._rnn.write_gradients(
            batch, self._gradients, scale=1.0 / words, smoothing=self.smoothing
        )

    def gradients(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return tensors shaped like the parameters, the same ones each time."""
        U_by_word, V, W = self._gradients
        return U_by_word, V, W

    def update(self) -> None:
        """Update the network by what is in the gradients; raise as `step` does."""
        is_on_cpu = self._rnn.device == CPU
        try:
            norm = torch.nn.utils.get_total_norm(self._gradients, error_if_nonfinite=is_on_cpu)
        except RuntimeError as error:
            raise DivergedError("The gradient is not a finite number any more.") from error
        # Where asking does not make anybody wait, a norm within the limit costs no pass more.
        if not is_on_cpu or norm > self._clip_norm:
            torch.nn.utils.clip_grads_with_norm_(self._parameters, self._clip_norm, norm)
        self._adam.step()  # it may find no memory: nothing is changed before
        if self._tuning.weight_decay:
            self._shrink(1.0 - self.learning_rate * self._tuning.weight_decay)
        if self._tuning.averaging:
            steps = float(self._adam.state[self._parameters[0]]["step"])
            self._average(max(1.0 - self._tuning.averaging, LATEST / (LATEST + 1.0 + steps)))

    @torch.no_grad()
    def _average(self, share: float | torch.Tensor) -> None:
        """Take so much of the present parameters into their mean."""
        for mean, parameter in zip(self.resting.parameters(), self._parameters, strict=True):
            mean.lerp_(parameter, share)

    def _average_anew(self) -> None:
        """Let the mean be the present parameters."""
        if self._tuning.averaging:
            for mean, parameter in zip(self.resting.parameters(), self._parameters, strict=True):
                mean.copy_(parameter)

    @torch.no_grad()
    def _shrink(self, share: float | torch.Tensor) -> None:
        """Multiply the parameters, but not what the network knows of how common words are."""
        U_by_word, V, W = self._rnn.parameters()
        first = 1 if self._tuning.unigram_start else 0
        for each in (U_by_word[:, first:], V[:, first:], W):
            each.mul_(share)

    def forget(self) -> None:
        """Drop the running means of the gradients, and of the parameters."""
        self._adam.state.clear()
        self._average_anew()

    def state_tensors(self) -> dict[str, torch.Tensor]:
        """Return Adam's running means and step counts, such as ``"0.exp_avg"``; live.

        With averaging, the means of the parameters are among them: ``"0.mean"``.

        Nothing where the memory ran out in the first step: it makes them one by one.
        """
        made = [self._adam.state.get(each, {}).keys() for each in self._parameters]
        if any(keys < set(_ADAM_KEYS) for keys in made):
            return {}
        of_adam = {
            f"{number}.{key}": value
            for number, parameter in enumerate(self._parameters)
            for key, value in self._adam.state.get(parameter, {}).items()
        }
        return of_adam | self._means() if of_adam else {}

    def _means(self) -> dict[str, torch.Tensor]:
        """Return the means of the parameters, such as ``"0.mean"``; live."""
        if not self._tuning.averaging:
            return {}
        return {f"{number}.{MEAN}": each for number, each in enumerate(self.resting.parameters())}

    def load_state_tensors(self, tensors: dict[str, torch.Tensor]) -> None:
        """Take over copies of what `state_tensors` returned; ValueError if it does not fit."""
        require_fitting(tensors, self._parameters, has_means=bool(self._tuning.averaging))
        self._adam.state.clear()
        self._average_anew()
        for name, value in self._means().items():
            value.copy_(tensors.get(name, value))
        for name, value in tensors.items():
            if name.endswith(MEAN):
                continue
            parameter, key = self._parameters[int(name[0])], name[2:]
            dtype = torch.float32 if key == "step" else parameter.dtype  # as Adam makes them
            own = value.to(device=parameter.device, dtype=dtype, copy=True)
            self._adam.state[parameter][key] = own


def require_fitting(
    tensors: dict[str, torch.Tensor], parameters: Sequence[torch.Tensor], *, has_means: bool
) -> None:
    """Raise `ValueError` unless this is Adam's state of these parameters, or nothing."""
    keys = (*_ADAM_KEYS, MEAN) if has_means else _ADAM_KEYS
    expected = {
        f"{number}.{key}": () if key == "step" else tuple(parameter.shape)
        for number, parameter in enumerate(parameters)
        for key in keys
    }
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    if shapes and shapes != expected:
        raise ValueError("the optimiser's numbers do not fit the network")
