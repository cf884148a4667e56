"""Kept runs as rows of a table, their names told apart; name, tags and note can be written over."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.shared.formatting import counted, format_duration, format_epoch, format_loss
from app.shared.sparkline import CURVE_ROLE
from app.shared.tables import Column
from app.shared.theme import current_palette

if TYPE_CHECKING:
    from engine import RunInfo

NAME, CURVE, LOSS, DIFFERS, TEXT, EPOCHS, LENGTH, STARTED, STATE, TAGS, NOTE = range(11)
AS_BY_DEFAULT = "–"
STATES = {
    "running": "training now",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run under the name that tells it from the others."""

    run: "RunInfo"
    name: str  # such as "comments, H 50 (2)"


def run_rows(runs: "Sequence[RunInfo]") -> list[RunRow]:
    """Return a row for each run."""
    names = numbered_names(runs)
    return [RunRow(run=run, name=names[run.run_id]) for run in runs]


def run_columns() -> tuple[Column[RunRow], ...]:
    """Return what the table of runs shows; name, tags and note can be written over."""
    return (
        Column(
            title="Name",
            tip="Press F2 to give the run another name",
            text=lambda row: row.name,
            tooltip=lambda row: row.name,
            sort_key=lambda row: row.run.name.casefold(),
            editable=lambda row: row.run.name,
        ),
        Column(
            title="Curve",
            tip="The training loss from the beginning of the run to its end",
            text=lambda _row: "",
            sort_key=_loss_key,
            roles={CURVE_ROLE: lambda row: row.run.curve},
        ),
        Column(
            title="Best loss",
            tip="The lowest evaluated loss, in nats per word, on held-out text where there is any; "
            "comparable only between runs that know the same words",
            text=_best_loss,
            tooltip=_loss,
            sort_key=_loss_key,
            is_number=True,
        ),
        Column(
            title="What differs",
            tip="The settings that are not the defaults",
            text=lambda row: ", ".join(row.run.differs) or AS_BY_DEFAULT,
            tooltip=lambda row: ", ".join(row.run.differs) or "All settings are the defaults",
        ),
        Column(
            title="Text",
            tip="The file that the run learns from",
            text=lambda row: row.run.corpus_name,
            tooltip=lambda row: row.run.corpus_path,
        ),
        Column(
            title="Epochs",
            tip="Passes over the text so far",
            text=_epochs,
            tooltip=_epochs,
            sort_key=lambda row: (row.run.epoch, row.run.run_id),
            is_number=True,
        ),
        Column(
            title="Length",
            tip="Time of training, pauses left out",
            text=lambda row: format_duration(row.run.elapsed_s),
            tooltip=lambda row: f"{counted(row.run.step, 'step')}",
            sort_key=lambda row: (row.run.elapsed_s, row.run.run_id),
            is_number=True,
        ),
        Column(
            title="Started",
            tip="When the run began",
            text=_started,
            tooltip=_started,
            sort_key=lambda row: (row.run.started.timestamp(), row.run.run_id),
        ),
        Column(
            title="State",
            tip="How the run ended",
            text=lambda row: STATES[row.run.state],
            tooltip=lambda row: describe_run(row.run),
            roles={Qt.ItemDataRole.ForegroundRole: _colour},
        ),
        Column(
            title="Tags",
            tip="Your own words to find runs by, separated by commas",
            text=_tags,
            tooltip=_tags,
            editable=_tags,
        ),
        Column(
            title="Note",
            tip="Your own words about the run",
            text=lambda row: row.run.note,
            tooltip=lambda row: row.run.note,
            editable=lambda row: row.run.note,
        ),
    )


def describe_run(run: "RunInfo") -> str:
    """Return the settings of a run, how far it is, and what is wrong with it."""
    saved = (
        f"nothing is saved yet{': “Continue training” begins it again' if run.begins_anew else ''}"
        if run.saved is None
        else f"{counted(run.step, 'step')} in {format_duration(run.elapsed_s)}, "
        f"saved {run.saved.astimezone():%Y-%m-%d %H:%M:%S}"
    )
    parts = [f"{run.settings}; {saved}.", run.message, run.problem]
    return " ".join(part for part in parts if part)


def numbered_names(runs: "Sequence[RunInfo]") -> dict[str, str]:
    """Return the name of each run by its id, such as "comments.csv (2)" where two are alike."""
    alike = Counter(run.name for run in runs)
    seen: Counter[str] = Counter()
    names: dict[str, str] = {}
    for run in sorted(runs, key=lambda each: (each.started, each.run_id)):
        seen[run.name] += 1
        number = f" ({seen[run.name]})" if alike[run.name] > 1 else ""
        names[run.run_id] = f"{run.name}{number}"
    return names


def matches(row: RunRow, wanted: str) -> bool:
    """Tell whether each of the words `wanted` is somewhere in what the row says."""
    run = row.run
    parts = (row.name, run.corpus_name, *run.differs, *run.tags, run.note, STATES[run.state])
    said = " ".join((*parts, run.settings, _started(row))).casefold()
    return all(word in said for word in wanted.casefold().split())


def _tags(row: RunRow) -> str:
    return ", ".join(row.run.tags)


def _epochs(row: RunRow) -> str:
    return format_epoch(row.run.epoch)


def _started(row: RunRow) -> str:
    return f"{row.run.started.astimezone():%Y-%m-%d %H:%M}"


def _best_loss(row: RunRow) -> str:
    return format_loss(row.run.best_loss)


def _loss(row: RunRow) -> str:
    last = row.run.validation_loss
    if last is None:
        return "Nothing is held out" if row.run.best_loss is not None else "Not evaluated yet"
    return f"Held-out loss at the last evaluation: {format_loss(last)}"


def _loss_key(row: RunRow) -> tuple[float, str]:
    loss = row.run.best_loss
    return (math.inf if loss is None else loss, row.run.run_id)


def _colour(row: RunRow) -> QColor:
    palette = current_palette()
    colours = {
        "running": palette.accent,
        "failed": palette.bad,
        "interrupted": palette.warning,
        "finished": palette.good,
    }
    return QColor(colours.get(row.run.state, palette.foreground))
