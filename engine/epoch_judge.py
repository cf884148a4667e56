"""What an evaluation means: the best parameters, and when the learning rate is halved.

Nothing is computed on the text here (see `engine.trainer`).
"""

import math
from typing import Any

from engine.config import Recipe
from engine.errors import DivergedError
from engine.events import EpochDone, RateHalved
from engine.optimizer import Optimizer
from engine.rnn import RNN
from engine.training_state import TrainingProgress

_SMALLEST_RATE_SHARE = 1.0 / 64.0  # of the first learning rate; then the fast recipe ends


class EpochJudge:
    """Remember the evaluated losses of one run and act on them.

    Parameters
    ----------
    recipe : {"fast", "tutorial"}
    rnn : RNN
        The live network.
    optimizer : Optimizer
        Whose learning rate is halved.
    first_rate : float
        The learning rate that the run began with.

    Attributes
    ----------
    best : RNN or None
        A copy of the network at the lowest evaluated loss.
    best_loss, previous_loss : float
        In nats a word; infinite before an evaluation.
    """

    def __init__(self, recipe: Recipe, rnn: RNN, optimizer: Optimizer, first_rate: float) -> None:
        self._recipe, self._rnn, self._optimizer = recipe, rnn, optimizer
        self.first_rate = first_rate
        self.best: RNN | None = None
        self.best_loss = math.inf
        self.previous_loss = math.inf

    def restore(self, progress: TrainingProgress, best: RNN | None) -> None:
        """Go on with the losses and the best network of an earlier run."""
        self.best, self.first_rate = best, progress.first_rate
        self.best_loss = math.inf if progress.best_loss is None else progress.best_loss
        previous = progress.previous_loss
        self.previous_loss = math.inf if previous is None else previous

    def losses(self) -> dict[str, Any]:
        """Return the judge's part of a `TrainingProgress`."""
        return {
            "first_rate": self.first_rate,
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "previous_loss": self.previous_loss if math.isfinite(self.previous_loss) else None,
        }

    def is_best(self, training_loss: float, validation_loss: float | None) -> bool:
        """Tell whether these losses are the lowest so far."""
        return _quality(training_loss, validation_loss) < self.best_loss

    def judge(self, done: EpochDone) -> RateHalved | None:
        """Keep what is best; halve the learning rate if the loss rose, and say so."""
        quality = _quality(done.training_loss, done.validation_loss)
        if done.is_best:
            self.best_loss, self.best = quality, self._rnn.copy()
        judged = done.training_loss if self._recipe == "tutorial" else quality
        if judged > self.previous_loss:
            return self._halve(done, judged)
        self.previous_loss = judged
        return None

    def has_converged(self) -> bool:
        """Tell whether the learning rate was halved so often that nothing changes any more."""
        smallest = self.first_rate * _SMALLEST_RATE_SHARE
        return self._recipe == "fast" and self._optimizer.learning_rate < smallest

    def divergence(self, step: int) -> DivergedError:
        """Return the error of a run whose loss or gradient is not finite any more."""
        rate = self._optimizer.learning_rate
        return DivergedError(
            f"Training was stopped at step {step:,}: with the learning rate {rate:g} "
            "the numbers grew beyond all bounds. The model of the last snapshot is kept. Start "
            f"again with a smaller learning rate, such as {rate / 10:g}."
        )

    def _halve(self, done: EpochDone, loss: float) -> RateHalved:
        """Halve the learning rate; the fast recipe also goes back to the best parameters."""
        rate = self._optimizer.learning_rate / 2.0
        self._optimizer.learning_rate = rate
        reason = f"The evaluated loss rose from {self.previous_loss:.4f} to {loss:.4f}."
        if self._recipe == "fast" and self.best is not None:
            for live, best in zip(self._rnn.parameters(), self.best.parameters(), strict=True):
                live.copy_(best)
            self._optimizer.forget()
            reason += f" Training goes on from the best parameters ({self.best_loss:.4f})."
        else:
            self.previous_loss = loss
        return RateHalved(step=done.step, epoch=done.epoch, learning_rate=rate, reason=reason)


def _quality(training_loss: float, validation_loss: float | None) -> float:
    """Return the loss that decides: the held-out one where there is one."""
    return training_loss if validation_loss is None else validation_loss
