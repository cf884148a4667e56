"""What is read off the plot, as text: a loss, the values at the pointer, and the run so far."""

import textwrap

from app.shared.formatting import (
    counted,
    format_duration,
    format_epoch,
    format_loss,
    format_rate,
    perplexity_of_loss,
)
from app.shared.plots import Axis
from app.training.plot.loss_history import LossHistory

WIDEST = 52  # characters of a line in the box of values


def describe_loss(loss: float) -> str:
    """Return a loss with its perplexity."""
    return f"{format_loss(loss)} (perplexity {perplexity_of_loss(loss)})"


def describe_point(history: LossHistory, axis: Axis, position: float, *, near: float = 0.0) -> str:
    """Return the values of the curves nearest to `position`, and a change of the rate so `near`."""
    parts: list[str] = []
    if len(history.batch):
        index = history.batch.nearest(axis, position)
        along = history.batch.along
        parts += [
            f"step {along('step')[index]:,.0f}",
            f"epoch {along('epoch')[index]:.2f}",
            format_duration(along("elapsed")[index]),
            f"batch loss {describe_loss(history.batch.values[index])}",
            f"smoothed {describe_loss(history.smoothed()[index])}",
            f"learning rate {format_rate(history.rates.values[index])}",
        ]
    if history.epochs:
        index = history.evaluated.nearest(axis, position)
        done = history.epochs[index]
        kind = "training" if done.validation_loss is None else "held-out"
        loss = describe_loss(history.evaluated.values[index])
        parts.append(f"{kind} loss of epoch {format_epoch(done.epoch)}: {loss}")
        if done.standard_error is not None:
            parts.append(f"  of a sample: ± {done.standard_error:.3f} (standard error)")
    for halving in history.halvings:
        if abs(history.position(halving, axis) - position) <= near:
            changed = f"rate changed to {format_rate(halving.learning_rate)}: {halving.reason}"
            parts += textwrap.wrap(changed, WIDEST, subsequent_indent="  ")
    return "\n".join(parts) or "There is nothing to read yet."


def describe_history(history: LossHistory) -> str:
    """Return the state of the run in a few sentences, for those who do not see the plot."""
    if history.is_empty:
        return "No training yet."
    sentences = []
    if len(history.batch):
        step = history.batch.along("step")[-1]
        loss = describe_loss(history.smoothed()[-1])
        first = format_loss(history.batch.values[0])
        sentences.append(
            f"After {counted(int(step), 'step')} the smoothed training loss is {loss} "
            f"nats per word; it began at {first}."
        )
    if history.best is not None:
        best = describe_loss(history.best.deciding_loss)
        sentences.append(
            f"The best evaluated loss is {best}, at epoch {format_epoch(history.best.epoch)}."
        )
    if history.halvings:
        times = counted(len(history.halvings), "time")
        sentences.append(f"The learning rate was changed {times}.")
    return " ".join(sentences)
