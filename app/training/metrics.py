"""Write the figures of a run as a CSV that any spreadsheet opens, and say how that went."""

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path

from app.errors import ErrorPresenter
from app.shared.formatting import counted
from app.training.plot.loss_history import LossHistory

HEADER = (
    "kind",
    "step",
    "epoch",
    "elapsed_s",
    "training_loss",
    "validation_loss",
    "learning_rate",
    "words_per_s",
    "note",
)


def metric_rows(history: LossHistory) -> Iterator[tuple[object, ...]]:
    """Yield the points, then the evaluations, then the halvings, in the columns of `HEADER`."""
    batch = history.batch
    columns = (
        batch.along("step").tolist(),
        batch.along("epoch").tolist(),
        batch.along("elapsed").tolist(),
        batch.values.tolist(),
        history.rates.values.tolist(),
        history.speeds.values.tolist(),
    )
    for step, epoch, elapsed_s, loss, rate, speed in zip(*columns, strict=True):
        known_speed = "" if math.isnan(speed) else speed
        yield "point", int(step), epoch, elapsed_s, loss, "", rate, known_speed, ""
    for done in history.epochs:
        yield (
            "epoch",
            done.step,
            done.epoch,
            done.elapsed_s,
            done.training_loss,
            "" if done.validation_loss is None else done.validation_loss,
            done.learning_rate,
            done.words_per_s,
            "best" if done is history.best else "",
        )
    for halved in history.halvings:
        when = history.position(halved, "elapsed")
        rate = halved.learning_rate
        yield "rate halved", halved.step, halved.epoch, when, "", "", rate, "", halved.reason


def export_metrics(history: LossHistory, path: Path, presenter: ErrorPresenter) -> None:
    """Write `history` to `path`; a failure leaves the old file and is shown."""
    rows = list(metric_rows(history))
    table = io.StringIO()
    csv.writer(table).writerows([HEADER, *rows])
    done = f"{counted(len(rows), 'row')} of metrics are in {path}."
    presenter.export(path, table.getvalue().encode(), "The metrics", done)
