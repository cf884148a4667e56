"""Kept runs side by side: the settings that differ, their results, and what to beware of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHeaderView, QPushButton, QVBoxLayout, QWidget

from app.runs.table import numbered_names
from app.shared.formatting import (
    NOT_KNOWN,
    format_count,
    format_loss,
    format_percent,
    format_perplexity,
)
from app.shared.labels import describe, make_label
from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import scaled
from engine import describe_tokenizer, know_the_same_words

if TYPE_CHECKING:
    from engine import RunInfo

VOCABULARY_WARNING = (
    "These runs know different words. Their losses and perplexities cannot be compared and are "
    "left out: the fewer words a network knows, the easier its task is."
)
SPLIT_WARNING = (
    "These runs hold out different documents. Small differences between their held-out losses "
    "mean nothing."
)

_NAMES = {
    "hidden_dim": "Hidden units",
    "bptt_truncate": "Steps back in time",
    "dtype": "Number format",
    "device": "Device",
    "seed": "Seed",
    "recipe": "Recipe",
    "learning_rate": "Learning rate",
    "batch_size": "Sentences a step",
    "epochs": "Epochs to train",
    "time_limit_s": "Time limit, seconds",
    "evaluate_every": "Epochs between evaluations",
    "clip_norm": "Largest gradient norm (of the mean loss a word)",
    "allow_tf32": "TF32 on the GPU",
    "path": "File",
    "vocabulary_size": "Largest vocabulary",
    "min_count": "Known from, times",
    "counted": "Words counted in",
    "validation_fraction": "Share held out",
    "remove_duplicates": "Duplicates removed",
    "columns": "Text columns",
    "has_header": "Header row",
    "encoding": "Encoding",
    "delimiter": "Delimiter",
    "quoting": "Quotes",
    "documents": "A document is",
    "decode_entities": "HTML entities decoded",
    "bad_rows": "Damaged rows",
}
_RECIPE_S_OWN = {"learning_rate", "batch_size", "clip_norm"}  # None: as the recipe says

HEIGHT, WIDTH, LARGEST_WIDTH = 480, 240, 1200  # px
RUN_WIDTH = 176  # px, of each run, at least
PADDING = 32  # px, left and right of its name together
SAME = "All settings of these runs are the same."


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """One line: a setting or a result, and its value in each run."""

    name: str
    values: tuple[str, ...]
    is_result: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """Runs side by side."""

    names: tuple[str, ...]
    rows: tuple[ComparedRow, ...]  # settings that differ, then the results
    warnings: tuple[str, ...]


def compare_runs(runs: "Sequence[RunInfo]") -> RunComparison:
    """Return the settings that are not the same in all `runs`, and their results."""
    settings = [_settings(run) for run in runs]
    of_settings = dict.fromkeys(name for each in settings for name in each)
    rows = [
        ComparedRow(name=name, values=tuple(each.get(name, NOT_KNOWN) for each in settings))
        for name in of_settings
    ]
    names = numbered_names(runs)
    differing = [row for row in rows if len(set(row.values)) > 1]
    return RunComparison(
        names=tuple(names[run.run_id] for run in runs),
        rows=(*differing, *_results(runs)),
        warnings=tuple(_warnings(runs)),
    )


def _settings(run: "RunInfo") -> dict[str, str]:
    found = {"Text": run.corpus_name, "Content of the text": run.text_digest[:8] or NOT_KNOWN}
    words = run.vocabulary_size
    found["Words known"] = NOT_KNOWN if words is None else format_count(words)
    if run.corpus_config is not None:
        found |= _named(run.corpus_config.to_json(), "text")
        found |= _named(run.corpus_config.csv.to_json(), "text")
        found["Words"] = describe_tokenizer(run.corpus_config.tokenizer)
    found |= _named(run.model_config.to_json(), "network")
    return found | _named(run.train_config.to_json(), "training")


def _named(values: dict[str, object], of: str) -> dict[str, str]:
    return {
        (f"Seed of the {of}" if name == "seed" else _NAMES[name]): _text(name, value)
        for name, value in values.items()
        if name in _NAMES
    }


def _text(name: str, value: object) -> str:
    if value is None:
        return "the recipe’s own" if name in _RECIPE_S_OWN else "detected or none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "guessed"
    if name == "path":
        return Path(str(value)).name
    if name == "validation_fraction" and isinstance(value, float):
        return format_percent(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _results(runs: "Sequence[RunInfo]") -> list[ComparedRow]:
    def row(name: str, values: Sequence[str]) -> ComparedRow:
        return ComparedRow(name=name, values=tuple(values), is_result=True)

    losses = [run.validation_loss for run in runs]
    begun = [
        row("Training began", [f"{run.started.astimezone():%Y-%m-%d %H:%M:%S}" for run in runs]),
        row("Epochs done", [f"{run.epoch:.4g}" for run in runs]),
    ]
    if not know_the_same_words(runs):
        return begun
    return [
        *begun,
        row("Training loss", [format_loss(run.training_loss) for run in runs]),
        row("Held-out loss", [format_loss(loss) for loss in losses]),
        row(
            "Held-out perplexity",
            [
                NOT_KNOWN if loss is None else format_perplexity(math.exp(min(loss, 700.0)))
                for loss in losses
            ],
        ),
    ]


def _warnings(runs: "Sequence[RunInfo]") -> list[str]:
    if not know_the_same_words(runs):
        return [VOCABULARY_WARNING]
    return [SPLIT_WARNING] if len({_split(run) for run in runs}) > 1 else []


def _split(run: "RunInfo") -> object:
    config = run.corpus_config
    return None if config is None else (config.validation_fraction, config.seed)


class ComparisonDialog(QDialog):
    """Show one comparison, without blocking any window."""

    def __init__(self, comparison: RunComparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models.comparison")
        self.setWindowTitle("Compare runs")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        is_same = all(row.is_result for row in comparison.rows)
        hint = SAME if is_same else "Only the settings that differ are listed, and the results."
        layout.addWidget(make_label("Compare runs", "title", self))
        layout.addWidget(make_label(hint, "hint", self, wrap=True))
        warning = make_label("\n".join(comparison.warnings), "warning", self, wrap=True)
        warning.setObjectName("models.comparison_warning")
        warning.setVisible(bool(comparison.warnings))
        layout.addWidget(warning)
        table = self._build_table(comparison)
        layout.addWidget(table, 1)
        close = describe(QPushButton("&Close", self), "models.comparison_close", "Close", "Esc")
        close.clicked.connect(self.close)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(self._fitting_width(table, comparison), scaled(HEIGHT))

    @staticmethod
    def _fitting_width(table: RecordTable, comparison: RunComparison) -> int:
        """Return the width at which every name is whole, as far as there is room for it."""
        metrics, least = table.horizontalHeader().fontMetrics(), scaled(RUN_WIDTH)
        widest = max(metrics.horizontalAdvance(name) for name in comparison.names)
        each = max(widest + scaled(PADDING), least)
        return min(scaled(WIDTH) + each * len(comparison.names), scaled(LARGEST_WIDTH))

    def _build_table(self, comparison: RunComparison) -> RecordTable:
        table = describe(
            RecordTable(self),
            "models.comparison_table",
            "Differing settings and results",
            "Select rows and press Ctrl+C to copy them",
        )
        names = enumerate(("", *comparison.names))
        model = RowsModel((_column(place, name) for place, name in names), self)
        model.set_rows(comparison.rows)
        table.setModel(model)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        return table


def _column(place: int, title: str) -> Column[ComparedRow]:
    def text(row: ComparedRow) -> str:
        return (row.name, *row.values)[place]

    # A narrow column cuts its title and its cells: the tooltips have them whole.
    return Column(
        title=title,
        tip=title,
        text=text,
        tooltip=text,
        roles={Qt.ItemDataRole.FontRole: _font},
    )


def _font(row: ComparedRow) -> QFont | None:
    if not row.is_result:
        return None
    font = QFont()
    font.setBold(True)
    return font
