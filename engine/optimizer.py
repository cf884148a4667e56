"""One parameter update: the tutorial's plain SGD, and Adam for mini-batches.

What is updated on, how often, and when the learning rate changes is the
trainer's affair.
"""

import math
from typing import Protocol

import torch

from engine.batching import Batch
from engine.errors import DivergedError
from engine.rnn import RNN

_ADAM_BETAS = (0.9, 0.999)


class Optimizer(Protocol):
    """What the trainer needs of an update rule."""

    learning_rate: float

    def step(self, batch: Batch) -> torch.Tensor:
        """Update the network on one batch; return its summed loss before, float64 ()."""

    def forget(self) -> None:
        """Drop what earlier steps left behind, after the parameters were replaced."""


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
