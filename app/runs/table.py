"""Kept runs as rows of a table, their names told apart; name and note can be written over."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.shared.formatting import counted, format_count, format_duration, format_epoch, format_loss
from app.shared.tables import Column
from app.shared.theme import current_palette

if TYPE_CHECKING:
    from engine import RunInfo

NAME, TEXT, HIDDEN, EPOCHS, LOSS, STARTED, STATE, NOTE = range(8)
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
    name: str  # such as "comments.csv (2)"


def run_rows(runs: "Sequence[RunInfo]") -> list[RunRow]:
    """Return a row for each run."""
    names = numbered_names(runs)
    return [RunRow(run=run, name=names[run.run_id]) for run in runs]


def run_columns() -> tuple[Column[RunRow], ...]:
    """Return what the table of runs shows; name and note can be written over."""
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
            title="Text",
            tip="The file that the run learns from",
            text=lambda row: row.run.corpus_name,
            tooltip=lambda row: row.run.corpus_path,
        ),
        Column(
            title="Hidden",
            tip="Hidden units of the network",
            text=_hidden,
            tooltip=_hidden,
            sort_key=lambda row: (row.run.model_config.hidden_dim, row.run.run_id),
            is_number=True,
        ),
        Column(
            title="Epochs",
            tip="Passes over the text that are done",
            text=_epochs,
            tooltip=_epochs,
            sort_key=lambda row: (row.run.epoch, row.run.run_id),
            is_number=True,
        ),
        Column(
            title="Held-out loss",
            tip="Nats a word at the last evaluation; comparable only between runs that know "
            "the same words",
            text=_loss,
            tooltip=_best_loss,
            sort_key=_loss_key,
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


def _hidden(row: RunRow) -> str:
    return format_count(row.run.model_config.hidden_dim)


def _epochs(row: RunRow) -> str:
    return format_epoch(row.run.epoch)


def _started(row: RunRow) -> str:
    return f"{row.run.started.astimezone():%Y-%m-%d %H:%M}"


def _loss(row: RunRow) -> str:
    return format_loss(row.run.validation_loss)


def _best_loss(row: RunRow) -> str:
    best = row.run.best_loss
    return _loss(row) if best is None else f"The best so far: {format_loss(best)}"


def _loss_key(row: RunRow) -> tuple[float, str]:
    loss = row.run.validation_loss
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
