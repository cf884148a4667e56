"""What an evaluated loss leads to: best parameters, a halved rate, the end of a run, divergence.

Nothing is computed on the text here (see `engine.training.trainer`).
"""

import math
from dataclasses import replace

from engine.config import Recipe
from engine.errors import DivergedError
from engine.language_model.history import EpochDone, RateHalved, TrainingHistory
from engine.network.rnn import RNN
from engine.recipes import recipe_defaults
from engine.training.evaluation import require_finite
from engine.training.optimizers import Optimizer
from engine.training.progress import Progress

SMALLEST_RATE_SHARE = 1.0 / 64.0  # of the first learning rate; then the fast recipe ends

# A model that knows nothing has the loss ln C. See resources/decisions/0010-divergence.md for
# how far usable runs rise above it, and others.
_DIVERGED_FROM = 5.0  # times ln C, or the lowest loss so far if a model began with a worse one
_FEW_WORDS = 100  # below that a mean is judged mildly: a few surprising words are no divergence
_MILDLY = 10.0  # times as much is allowed then
_BY_CHANCE = 2.0  # standard errors
_NEXT_RATE_SHARE = 0.1  # of the learning rate that was too high


def has_converged(recipe: Recipe, learning_rate: float, first_rate: float) -> bool:
    """Tell whether the learning rate was halved so often that nothing changes any more."""
    return recipe == "fast" and learning_rate < first_rate * SMALLEST_RATE_SHARE


class Schedule:
    """Remember the evaluated losses of one run and act on them.

    Parameters
    ----------
    recipe : {"fast", "tutorial"}
    rnn : RNN
        The live network.
    optimizer : Optimizer
        Whose learning rate is halved.
    progress : Progress
        Of the run; the losses in it are entered here.
    history : TrainingHistory, optional
        Of the model that is trained further, or of the run that goes on.
    best : RNN, optional
        Of a run that goes on.
    min_improvement : float
        Nats per word. The fast recipe also halves the rate where an evaluation of the whole text
        finds the loss lower by less: steps of this size teach nothing more.

    Attributes
    ----------
    best : RNN or None
        A copy of the network at the lowest evaluated loss, on the CPU.
    best_step : int
        When the best one was evaluated; -1 before this program did.

    References
    ----------
    Mikolov et al., "RNNLM - Recurrent Neural Network Language Modeling Toolkit", ASRU 2011: its
    rate is halved once an epoch gains less than 0.3 %.
    """

    def __init__(
        self,
        recipe: Recipe,
        rnn: RNN,
        optimizer: Optimizer,
        progress: Progress,
        history: TrainingHistory | None = None,
        best: RNN | None = None,
        *,
        min_improvement: float = 0.0,
    ) -> None:
        self._min_improvement = min_improvement if recipe == "fast" else 0.0
        self._recipe, self._rnn, self._optimizer = recipe, rnn, optimizer
        self._progress, self.best = progress, best
        self.best_step = -1
        self._lowest_before = math.inf if history is None else history.lowest_loss()

    @property
    def best_loss(self) -> float:
        """The lowest evaluated loss in nats per word; infinite before an evaluation."""
        return _or_infinite(self._progress.best_loss)

    @property
    def previous_loss(self) -> float:
        """What the next evaluated loss is compared with; infinite before an evaluation."""
        return _or_infinite(self._progress.previous_loss)

    def judged(self, done: EpochDone) -> EpochDone:
        """Return `done` with whether its loss is the lowest so far.

        One of a sample must be lower than one of the whole text by more than chance; the other
        way round the whole text is believed.
        """
        doubt = _doubt(done.standard_error, self._progress.best_error)
        bound = self.best_loss - doubt if done.is_sample else self.best_loss + doubt
        return replace(done, is_best=done.deciding_loss < bound)

    def adjust(self, done: EpochDone) -> RateHalved | None:
        """Keep what is best; halve the rate if the loss rose or hardly fell, and say so."""
        quality, error = done.deciding_loss, done.standard_error
        if done.is_best:
            # On the CPU: a GPU whose memory is just enough for training must not need more.
            best = self._optimizer.resting.copy(device="cpu")
            self._progress.best_loss, self.best = quality, best
            self._progress.best_error = error or 0.0
            self.best_step = done.step
        judged = done.training_loss if self._recipe == "tutorial" else quality
        if judged > self.previous_loss + _doubt(error, self._progress.previous_error):
            return self._halve(done, judged)
        gain = self.previous_loss - judged
        self._progress.previous_loss = judged
        is_whole = not error and not self._progress.previous_error
        self._progress.previous_error = error or 0.0
        if not is_whole or gain >= self._min_improvement:
            return None
        self._optimizer.learning_rate /= 2.0
        return RateHalved(
            step=done.step,
            epoch=done.epoch,
            learning_rate=self._optimizer.learning_rate,
            reason=f"The evaluated loss fell by only {gain:.4f}, to {judged:.4f}.",
        )

    def has_converged(self) -> bool:
        """Tell whether the learning rate was halved so often that nothing changes any more."""
        return has_converged(self._recipe, self._optimizer.learning_rate, self._progress.first_rate)

    def require_usable(self, loss: float, words: int) -> float:
        """Return a mean loss over so many words; raise `DivergedError` if no usable run has it.

        A finite loss can be as hopeless as an infinite one: with a learning rate far too
        high it stays in the thousands for ever.
        """
        require_finite(loss)
        knows_nothing = math.log(self._rnn.word_dim)
        lowest = min(self._lowest_before, self.best_loss)
        bound = _DIVERGED_FROM * max(knows_nothing, lowest if math.isfinite(lowest) else 0.0)
        if loss > bound * (_MILDLY if words < _FEW_WORDS else 1.0):
            raise DivergedError(
                f"The loss rose to {_readable(loss)} nats per word, where a uniform guess costs "
                f"{knows_nothing:.4g}."
            )
        return loss

    @property
    def next_rate(self) -> float:
        """The learning rate to try when the present one was too high."""
        default = recipe_defaults(self._recipe).learning_rate
        return min(default, self._optimizer.learning_rate * _NEXT_RATE_SHARE)

    def divergence(self, step: int, found: DivergedError, *, kept_step: int) -> DivergedError:
        """Return the error of a run that diverged, for the user; `found` says how.

        `kept_step` is when the parameters that are left were good.
        """
        what = (
            f"Training was stopped at step {step:,}. {found} The learning rate "
            f"{self._optimizer.learning_rate:g} is too high."
        )
        left = "The best parameters so far are kept. Go on from them, or start again,"
        if kept_step == 0:
            left = "Nothing was learned before. Start again"
        return DivergedError(
            f"{what} {left} with a smaller learning rate, such as {self.next_rate:g}.",
            what=what,
            next_rate=self.next_rate,
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
            self._progress.previous_loss = loss
            self._progress.previous_error = done.standard_error or 0.0
        return RateHalved(step=done.step, epoch=done.epoch, learning_rate=rate, reason=reason)


def _or_infinite(loss: float | None) -> float:
    return math.inf if loss is None else loss


def _doubt(one: float | None, other: float) -> float:
    """Return by how much two losses may differ by chance, given their standard errors.

    Those of the same sample, and of the whole text, are compared as they are.
    """
    return 0.0 if bool(one) == bool(other) else _BY_CHANCE * max(one or 0.0, other)


def _readable(loss: float) -> str:
    """Write a loss that is far too high: "48.32", "99,000", "more than a million"."""
    if loss >= 1e6:
        return "more than a million"
    return f"{loss:.4g}" if loss < 1000.0 else f"{float(f'{loss:.3g}'):,.0f}"
