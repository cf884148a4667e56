"""Put the figures of a run's events on the strip: which figure, written how."""

import math

from app.shared.formatting import (
    NOT_KNOWN,
    format_duration,
    format_loss,
    format_perplexity,
    format_rate,
    format_speed,
)
from app.state.loss_history import LossHistory, evaluated_loss
from app.widgets.figures_strip import FiguresStrip
from engine import EpochDone, LossPoint, RunEnded, TrainingStarted


def show_started(strip: FiguresStrip, event: TrainingStarted, epochs_before: float) -> None:
    """Begin with what is known before the first step; `epochs_before` of a continued model."""
    strip.clear()
    total = f"{epochs_before + event.epochs:,.8g}"
    strip.show_figure("epoch", f"{epochs_before:.4g}", f"of {total}")
    strip.show_figure("rate", format_rate(event.learning_rate))


def show_history(strip: FiguresStrip, history: LossHistory) -> None:
    """Show what a stored run ended with."""
    if history.epochs:
        show_epoch(strip, history.epochs[-1], history)
    if len(history.batch):
        strip.show_figure("epoch", f"{history.batch.along('epoch')[-1]:.2f}")
        strip.show_figure("elapsed", format_duration(history.batch.along("elapsed")[-1]))
        _show_loss(strip, "training", history.batch.values[-1])


def show_point(strip: FiguresStrip, point: LossPoint) -> None:
    """Show how the run is going now."""
    strip.show_figure("epoch", f"{point.epoch:.2f}")
    strip.show_figure("speed", format_speed(point.words_per_s).removesuffix(" words/s"))
    strip.show_figure("elapsed", format_duration(point.elapsed_s))
    strip.show_figure("left", format_duration(point.time_left_s))
    strip.show_figure("rate", format_rate(point.learning_rate))
    _show_loss(strip, "training", point.loss)


def show_epoch(strip: FiguresStrip, event: EpochDone, history: LossHistory) -> None:
    """Show an evaluation, and the best one so far."""
    strip.show_figure("rate", format_rate(event.learning_rate))
    if event.validation_loss is not None:
        _show_loss(strip, "held_out", event.validation_loss)
    if history.best is not None:
        loss = format_loss(evaluated_loss(history.best))
        strip.show_figure("best", loss, f"at epoch {history.best.epoch:.4g}")


def show_ended(strip: FiguresStrip, event: RunEnded) -> None:
    """Show the final figures."""
    strip.show_figure("epoch", f"{event.epoch:.2f}")
    strip.show_figure("elapsed", format_duration(event.elapsed_s))


def show_nothing_left(strip: FiguresStrip) -> None:
    """Show that no time is left, however the run came to its end."""
    strip.show_figure("left", NOT_KNOWN)


def _show_loss(strip: FiguresStrip, name: str, loss: float) -> None:
    perplexity = format_perplexity(math.exp(min(loss, 700.0)))
    strip.show_figure(name, format_loss(loss), f"perplexity {perplexity}")
