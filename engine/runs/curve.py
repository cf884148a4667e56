"""The evaluated losses of a kept run, read from its event log: no model is opened for a curve."""

import json
from dataclasses import dataclass
from typing import Any

from engine.files.records import is_number
from engine.runs.folder import RunFolder

_MARK = b'"epoch_done"'
_MOST_BYTES = 1 << 27  # of a log; a longer one is read to there


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCurve:
    """What was evaluated in the course of a run; all columns are equally long, `steps` rise."""

    run_id: str
    name: str
    steps: tuple[float, ...] = ()  # parameter updates
    epochs: tuple[float, ...] = ()
    elapsed_s: tuple[float, ...] = ()  # of training
    losses: tuple[float, ...] = ()  # nats per word: held out, or of training where nothing is
    training_losses: tuple[float, ...] = ()  # nats per word
    words_per_epoch: int | None = None

    @property
    def best(self) -> int | None:
        """The place of the lowest loss; None without any."""
        return min(range(len(self.losses)), key=self.losses.__getitem__, default=None)


def read_curve(folder: RunFolder, name: str, words_per_epoch: int | None) -> RunCurve:
    """Return the curve of a run; empty where nothing was evaluated, or the log is damaged.

    What was lost in a crash and trained again is in the log twice: the later counts.
    """
    rows: list[tuple[float, float, float, float, float]] = []
    for values in _evaluations(folder):
        row = _row(values)
        if row is None:
            continue
        while rows and rows[-1][0] >= row[0]:
            rows.pop()
        rows.append(row)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    return RunCurve(
        run_id=folder.run_id,
        name=name,
        steps=columns[0],
        epochs=columns[1],
        elapsed_s=columns[2],
        losses=columns[3],
        training_losses=columns[4],
        words_per_epoch=words_per_epoch,
    )


def _evaluations(folder: RunFolder) -> list[dict[str, Any]]:
    try:
        with folder.events_path.open("rb") as file:
            lines = file.read(_MOST_BYTES).splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        if _MARK not in line:
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            continue  # cut off by a crash
        if isinstance(values, dict) and values.get("event") == "epoch_done":
            found.append(values)
    return found


def _row(values: dict[str, Any]) -> tuple[float, float, float, float, float] | None:
    """Return step, epoch, seconds, loss and training loss; None where one is no number."""
    held_out, training = values.get("validation_loss"), values.get("training_loss")
    loss = training if held_out is None else held_out
    numbers = (values.get("step"), values.get("epoch"), values.get("elapsed_s"), loss, training)
    found = [float(each) for each in numbers if is_number(each)]
    return (found[0], found[1], found[2], found[3], found[4]) if len(found) == 5 else None
