"""Kept runs as rows of a table, their names told apart; name and note can be written over."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QColor

from app.shared.formatting import counted, format_count, format_duration, format_loss
from app.shared.tables import Column, ColumnsModel, Index
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


class RunTableModel(ColumnsModel):
    """Runs in the order that was asked for, the newest first at the beginning.

    Signals
    -------
    renamed(str, str), noted(str, str)
        The person wrote another name or note for the run of that id.
    """

    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(name="Name", tip="Press F2 to give the run another name"),
        Column(name="Text", tip="The file that the run learns from"),
        Column(name="Hidden", tip="Hidden units of the network", is_number=True),
        Column(name="Epochs", tip="Passes over the text that are done", is_number=True),
        Column(
            name="Held-out loss",
            tip="Nats a word at the last evaluation; comparable only between runs that know "
            "the same words",
            is_number=True,
        ),
        Column(name="Started", tip="When the run began"),
        Column(name="State", tip="How the run ended"),
        Column(name="Note", tip="Your own words about the run"),
    )
    renamed = Signal(str, str)
    noted = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: list[RunInfo] = []
        self._names: dict[str, str] = {}  # by id, numbered where two are alike
        self._column, self._is_falling = STARTED, True
        self._is_editable = True

    def show_runs(self, runs: "Sequence[RunInfo]", *, is_editable: bool) -> None:
        """Replace all rows."""
        self._is_editable = is_editable
        self._set(list(runs))

    def run(self, row: int) -> "RunInfo":
        """Return the run in `row`."""
        return self._runs[row]

    def row_of(self, run_id: str) -> int | None:
        """Return where a run is."""
        ids = [run.run_id for run in self._runs]
        return ids.index(run_id) if run_id in ids else None

    def _set(self, runs: "list[RunInfo]") -> None:
        self.beginResetModel()
        self._names = numbered_names(runs)
        self._runs = sorted(runs, key=self._key, reverse=self._is_falling)
        self.endResetModel()

    def _key(self, run: "RunInfo") -> tuple[float, str]:
        numbers = {
            HIDDEN: float(run.model_config.hidden_dim),
            EPOCHS: run.epoch,
            LOSS: float("inf") if run.validation_loss is None else run.validation_loss,
            STARTED: run.started.timestamp(),
        }
        if self._column in numbers:
            return numbers[self._column], run.run_id
        return 0.0, _text(run, self._column).casefold()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows by `column`."""
        self._column, self._is_falling = column, order == Qt.SortOrder.DescendingOrder
        self._set(self._runs)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of runs."""
        return 0 if parent.isValid() else len(self._runs)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let names and notes be written over, but not those in the trash."""
        flags = super().flags(index)
        if self._is_editable and index.column() in (NAME, NOTE):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what one cell shows."""
        if not index.isValid():
            return None
        run, column = self._runs[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[run.run_id] if column == NAME else _text(run, column)
        if role == Qt.ItemDataRole.EditRole:
            return run.note if column == NOTE else _text(run, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._names[run.run_id] if column == NAME else _tooltip(run, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        return _colour(run) if role == Qt.ItemDataRole.ForegroundRole and column == STATE else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another name or note; the row changes when it was written."""
        text = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        if text == str(self.data(index, role)):
            return False
        signal = self.renamed if index.column() == NAME else self.noted
        signal.emit(self._runs[index.row()].run_id, text)
        return True


def _text(run: "RunInfo", column: int) -> str:
    return (
        run.name,
        run.corpus_name,
        format_count(run.model_config.hidden_dim),
        f"{run.epoch:.4g}",
        format_loss(run.validation_loss),
        f"{run.started.astimezone():%Y-%m-%d %H:%M}",
        STATES[run.state],
        run.note,
    )[column]


def _tooltip(run: "RunInfo", column: int) -> str:
    if column == TEXT:
        return run.corpus_path
    if column == STATE:
        return describe_run(run)
    if column == LOSS and run.best_loss is not None:
        return f"The best so far: {format_loss(run.best_loss)}"
    return _text(run, column)


def describe_run(run: "RunInfo") -> str:
    """Return the settings of a run, how far it is, and what is wrong with it."""
    saved = (
        "nothing is saved yet"
        if run.saved is None
        else f"{counted(run.step, 'step')} in {format_duration(run.elapsed_s)}, "
        f"saved {run.saved.astimezone():%Y-%m-%d %H:%M:%S}"
    )
    parts = [f"{run.settings}; {saved}.", run.message, run.problem]
    return " ".join(part for part in parts if part)


def _colour(run: "RunInfo") -> QColor:
    palette = current_palette()
    colours = {
        "running": palette.accent,
        "failed": palette.bad,
        "interrupted": palette.warning,
        "finished": palette.good,
    }
    return QColor(colours.get(run.state, palette.foreground))


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
