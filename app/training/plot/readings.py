"""What is read off the plot, as text: a loss, the values at the pointer, and the run so far."""

import math

from app.shared.formatting import counted, format_duration, format_loss, format_perplexity
from app.training.plot.loss_history import LossHistory, XAxis, evaluated_loss


def describe_loss(loss: float) -> str:
    """Return a loss with its perplexity."""
    return f"{format_loss(loss)} (perplexity {format_perplexity(math.exp(min(loss, 700.0)))})"


def describe_point(history: LossHistory, axis: XAxis, position: float) -> str:
    """Return the values of the curves nearest to `position`."""
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
        ]
    if history.epochs:
        index = history.evaluated.nearest(axis, position)
        kind = "training" if history.epochs[index].validation_loss is None else "held-out"
        loss = describe_loss(history.evaluated.values[index])
        parts.append(f"{kind} loss of epoch {history.epochs[index].epoch:.4g}: {loss}")
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
            f"nats a word; it began at {first}."
        )
    if history.best is not None:
        best = describe_loss(evaluated_loss(history.best))
        sentences.append(f"The best evaluated loss is {best}, at epoch {history.best.epoch:.4g}.")
    if history.halvings:
        times = counted(len(history.halvings), "time")
        sentences.append(f"The learning rate was changed {times}.")
    return " ".join(sentences)
