"""Write the figures of a run as a CSV that any spreadsheet opens, and say how that went."""

import csv
import errno
import math
from collections.abc import Iterator
from pathlib import Path

from app.errors import ErrorPresenter
from app.shared.formatting import counted
from app.training.loss_history import LossHistory

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


def write_metrics(history: LossHistory, path: Path) -> int:
    """Write `history` to `path` and return the number of rows; raise OSError if that fails."""
    count = 0
    partial = path.with_name(f"{path.name}.part")  # takes the old file's place when complete
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for row in metric_rows(history):
                writer.writerow(row)
                count += 1
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    except ValueError as error:  # a NUL, or half of a character
        raise OSError(errno.EILSEQ, "no file can have that name") from error
    return count


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
    try:
        rows = write_metrics(history, path)
    except OSError as error:
        reason = error.strerror or str(error)
        presenter.show_message(
            f"The metrics could not be written to {path}: {reason}. "
            "Choose another folder or name, or make room on the disk.",
            "error",
        )
        return
    presenter.show_message(f"{counted(rows, 'row')} of metrics are in {path}.", "info")
