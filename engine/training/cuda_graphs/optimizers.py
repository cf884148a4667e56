"""The update rules of `engine.training.optimizers` with all of their numbers on the device.

A recorded step repeats what was recorded: the learning rate, Adam's counts and whether a
gradient is finite cannot be numbers of the host then. Here they are tensors, which stay
where they are. The rules can still be used as the ordinary ones, with the same state.
"""

from typing import Protocol

import torch
from torch.nn.utils import get_total_norm
from torch.optim.adam import adam

from engine.network.rnn import RNN
from engine.training.optimizers import LATEST, ClippedAdam, Optimizer, PlainSgd, require_fitting

Gradients = tuple[torch.Tensor, torch.Tensor, torch.Tensor]  # shaped like `RNN.parameters`


class DeviceRule(Optimizer, Protocol):
    """What a static step needs of an update rule, next to what the trainer needs."""

    smoothing: float  # share of each target that goes to all words alike
    is_direct: bool  # the update is the gradient times `factor`; no gradient need be kept

    def gradients(self) -> Gradients:
        """Return tensors to make gradients in, the same ones each time."""

    def factor(self, words: torch.Tensor) -> torch.Tensor:
        """Return what the gradient of the summed loss over so many words is multiplied by, ()."""

    def apply(self, gradients: Gradients, total_loss: torch.Tensor) -> torch.Tensor:
        """Update the network unless a gradient or `total_loss` is not finite; return if so, ()."""


def is_not_finite(value: torch.Tensor) -> torch.Tensor:
    """Tell of a tensor of shape (), without waiting for it, whether it is infinite or no number."""
    return value * 0.0 != 0.0


class DeviceSgd(PlainSgd):
    """The tutorial's update."""

    is_direct = True
    smoothing = 0.0

    def __init__(self, rnn: RNN, learning_rate: float) -> None:
        self._minus_rate = rnn.W.new_zeros(())
        self._gradients: Gradients | None = None  # a batch in one piece needs none
        super().__init__(rnn, learning_rate)

    @property
    def learning_rate(self) -> float:
        """What the summed gradient of a sentence is multiplied by."""
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._rate = value
        self._minus_rate.fill_(-value)

    def follow_network(self) -> None:
        """Go on where the network moved to."""
        self._minus_rate = self._rnn.W.new_full((), -self._rate)
        self._gradients = None

    def gradients(self) -> Gradients:
        """Return tensors shaped like the parameters, the same ones each time."""
        if self._gradients is None:
            U_by_word, V, W = self._rnn.parameters()
            self._gradients = torch.empty_like(U_by_word), torch.empty_like(V), torch.empty_like(W)
        return self._gradients

    def factor(self, words: torch.Tensor) -> torch.Tensor:
        """Return minus the learning rate, however many words there are."""
        del words
        return self._minus_rate

    def apply(self, gradients: Gradients, total_loss: torch.Tensor) -> torch.Tensor:
        """Add gradients that were multiplied by `factor`; overwrites them."""
        is_bad = is_not_finite(get_total_norm(gradients) + total_loss)
        for parameter, gradient in zip(self._rnn.parameters(), gradients, strict=True):
            parameter.add_(gradient.masked_fill_(is_bad, 0.0))
        return is_bad


class DeviceAdam(ClippedAdam):
    """Adam on the mean loss per word, the gradient's norm limited.

    Notes
    -----
    PyTorch's fused kernel wants the learning rate in float32 there: 0.004 becomes
    0.00400000019.
    """

    is_direct = False

    def _take_up(self, learning_rate: float) -> None:
        super()._take_up(learning_rate)
        device = self._rnn.device
        self._rate = torch.full((), learning_rate, dtype=torch.float32, device=device)
        for parameter in self._parameters:  # as Adam makes them at its first step
            self._adam.state[parameter] = {
                "step": torch.zeros((), dtype=torch.float32, device=device),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }

    @property
    def learning_rate(self) -> float:
        """The size of a step."""
        return float(self._adam.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._adam.param_groups[0]["lr"] = value
        self._rate.fill_(value)

    def forget(self) -> None:
        """Drop the running means of the gradients, where they are."""
        for value in self.state_tensors().values():
            value.zero_()
        self._average_anew()

    def load_state_tensors(self, tensors: dict[str, torch.Tensor]) -> None:
        """Copy what `state_tensors` returned to where the numbers are."""
        require_fitting(tensors, self._parameters, has_means=bool(self._tuning.averaging))
        self.forget()
        for name, value in self.state_tensors().items():
            if name in tensors:
                value.copy_(tensors[name])

    def factor(self, words: torch.Tensor) -> torch.Tensor:
        """Return one over the number of words."""
        return words.reciprocal()

    def apply(self, gradients: Gradients, total_loss: torch.Tensor) -> torch.Tensor:
        """Clip the gradients where they are, and take a step."""
        norm = get_total_norm(gradients)
        is_bad = is_not_finite(norm + total_loss)
        limit = (self._clip_norm / (norm + 1e-6)).clamp(max=1.0)  # as clip_grad_norm_ has it
        for gradient in gradients:
            gradient.mul_(limit)
        state = [self._adam.state[parameter] for parameter in self._parameters]
        group = self._adam.param_groups[0]
        adam(
            self._parameters,
            list(gradients),
            [each["exp_avg"] for each in state],
            [each["exp_avg_sq"] for each in state],
            [],
            [each["step"] for each in state],
            fused=True,
            capturable=True,
            found_inf=is_bad.to(torch.float32),  # the kernel then leaves all as it is
            amsgrad=False,
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            lr=self._rate,
            weight_decay=0.0,
            eps=group["eps"],
            maximize=False,
        )
        if self._tuning.weight_decay:
            taken = (self._rate * self._tuning.weight_decay).masked_fill(is_bad, 0.0)
            self._shrink(1.0 - taken)
        if self._tuning.averaging:
            latest = LATEST / (LATEST + 1.0 + state[0]["step"])
            share = latest.clamp(min=1.0 - self._tuning.averaging)
            for mean, parameter in zip(self.resting.parameters(), self._parameters, strict=True):
                mean.lerp_(parameter, share.to(mean.dtype))
        return is_bad
