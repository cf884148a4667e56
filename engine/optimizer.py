"""One parameter update: the tutorial's plain SGD, and Adam for mini-batches.

What is updated on, how often, and when the learning rate changes is the
trainer's affair.
"""

import math
from typing import Protocol

import torch
import torch._dynamo  # the first optimiser would load it: a second that no stop could interrupt

from engine.batching import Batch
from engine.errors import DivergedError
from engine.rnn import RNN

_ADAM_BETAS = (0.9, 0.999)
_ADAM_KEYS = ("step", "exp_avg", "exp_avg_sq")


class Optimizer(Protocol):
    """What the trainer needs of an update rule."""

    learning_rate: float

    def step(self, batch: Batch) -> torch.Tensor:
        """Update the network on one batch; return its summed loss before, float64 ()."""

    def forget(self) -> None:
        """Drop what earlier steps left behind, after the parameters were replaced."""

    def state_tensors(self) -> dict[str, torch.Tensor]:
        """Return what earlier steps left behind, by name; live, not copied."""

    def load_state_tensors(self, tensors: dict[str, torch.Tensor]) -> None:
        """Take over copies of what `state_tensors` returned; ValueError if it does not fit."""


class PlainSgd:
    """The tutorial's sgd_step: parameters minus learning rate times the summed gradient."""

    def __init__(self, rnn: RNN, learning_rate: float) -> None:
        self._rnn = rnn
        self.learning_rate = learning_rate

    def step(self, batch: Batch) -> torch.Tensor:
        """Update in place; the learning rate is per sentence, as the gradient is a sum."""
        return self._rnn.descend(batch, self.learning_rate)

    def forget(self) -> None:
        """Do nothing: plain gradient descent remembers nothing."""

    def state_tensors(self) -> dict[str, torch.Tensor]:
        """Return nothing, for the same reason."""
        return {}

    def load_state_tensors(self, tensors: dict[str, torch.Tensor]) -> None:
        """Refuse what another update rule left behind."""
        if tensors:
            raise ValueError("plain gradient descent remembers nothing")


class ClippedAdam:
    """Adam on the mean loss a word of each batch, the gradient's norm limited.

    Parameters
    ----------
    rnn : RNN
    learning_rate : float
    clip_norm : float or None
        Largest Euclidean norm of the whole gradient.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
    Pascanu et al., "On the difficulty of training recurrent neural networks", ICML 2013.
    """

    def __init__(self, rnn: RNN, learning_rate: float, clip_norm: float | None) -> None:
        self._rnn = rnn
        self._clip_norm = math.inf if clip_norm is None else clip_norm
        self._parameters = list(rnn.parameters())
        self._gradients = tuple(torch.zeros_like(each) for each in self._parameters)
        for parameter, gradient in zip(self._parameters, self._gradients, strict=True):
            parameter.grad = gradient
        self._adam = torch.optim.Adam(
            self._parameters, lr=learning_rate, betas=_ADAM_BETAS, fused=True
        )

    @property
    def learning_rate(self) -> float:
        """The size of a step."""
        return float(self._adam.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._adam.param_groups[0]["lr"] = value

    def step(self, batch: Batch) -> torch.Tensor:
        """Update in place; raise `DivergedError` before the step if a gradient is not finite."""
        for gradient in self._gradients:
            gradient.zero_()
        loss = self._rnn.add_gradients(batch, self._gradients, scale=1.0 / batch.words)
        try:
            torch.nn.utils.clip_grad_norm_(
                self._parameters, self._clip_norm, error_if_nonfinite=loss.device.type == "cpu"
            )
        except RuntimeError as error:
            raise DivergedError("The gradient is not a finite number any more.") from error
        self._adam.step()
        return loss

    def forget(self) -> None:
        """Drop the running means of the gradients."""
        self._adam.state.clear()

    def state_tensors(self) -> dict[str, torch.Tensor]:
        """Return Adam's running means and step counts, such as ``"0.exp_avg"``; live."""
        return {
            f"{number}.{key}": value
            for number, parameter in enumerate(self._parameters)
            for key, value in self._adam.state.get(parameter, {}).items()
        }

    def load_state_tensors(self, tensors: dict[str, torch.Tensor]) -> None:
        """Take over copies of what `state_tensors` returned; ValueError if it does not fit."""
        expected = {
            f"{number}.{key}": () if key == "step" else parameter.shape
            for number, parameter in enumerate(self._parameters)
            for key in _ADAM_KEYS
        }
        shapes = {name: tuple(value.shape) for name, value in tensors.items()}
        if shapes and shapes != expected:
            raise ValueError("the optimiser's numbers do not fit the network")
        self._adam.state.clear()
        for name, value in tensors.items():
            parameter, key = self._parameters[int(name[0])], name[2:]
            dtype = torch.float32 if key == "step" else parameter.dtype  # as Adam makes them
            own = value.to(device=parameter.device, dtype=dtype, copy=True)
            self._adam.state[parameter][key] = own
