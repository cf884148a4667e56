"""The button that prepares a corpus, and below it how far the preparation is."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.shared.formatting import format_count
from app.shared.labels import describe, make_label
from engine import StageProgress

BAR_STEPS = 1000


class PreparePanel(QWidget):
    """Prepare, progress, Cancel.

    Signals
    -------
    prepare_requested(), cancel_requested()
        A button was pressed.
    """

    prepare_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._prepare.clicked.connect(self.prepare_requested)
        self._cancel.clicked.connect(self.cancel_requested)

    def enable(self, *, can_prepare: bool, can_cancel: bool) -> None:
        """Enable the buttons that can be pressed now."""
        self._prepare.setEnabled(can_prepare)
        self._cancel.setEnabled(can_cancel)

    def show_busy(self, stage: str, *, can_cancel: bool) -> None:
        """Show that work goes on, of which it is not known yet how much."""
        self._stage.setText(stage)
        self._bar.setRange(0, 0)
        self._progress.show()
        self._cancel.setVisible(can_cancel)

    def show_progress(self, progress: StageProgress) -> None:
        """Show how far the present stage is."""
        total = progress.total
        self._bar.setRange(0, BAR_STEPS if total else 0)
        if total:
            self._bar.setValue(min(BAR_STEPS, BAR_STEPS * progress.done // total))
        of_total = f" of {format_count(total)}" if total else ""
        self._stage.setText(
            f"{progress.stage}: {format_count(progress.done)}{of_total} {progress.unit}"
        )

    def show_idle(self) -> None:
        """Show that no work goes on."""
        self._progress.hide()

    def _build_widgets(self) -> None:
        self._prepare = describe(
            QPushButton("&Prepare", self),
            "dataset.prepare_button",
            "Prepare the corpus",
            "Split the text into sentences and words and count them",
        )
        self._prepare.setProperty("primary", "true")
        self._progress = QWidget(self)
        self._stage = make_label("", "hint", self._progress, wrap=True)
        self._stage.setObjectName("dataset.stage_label")
        self._bar = describe(
            QProgressBar(self._progress),
            "dataset.progress_bar",
            "Progress of the preparation",
            "How far the present stage is",
        )
        self._bar.setTextVisible(False)
        self._cancel = describe(
            QPushButton("C&ancel", self._progress),
            "dataset.cancel_button",
            "Cancel the preparation",
            "Give up the preparation; the corpus you had stays",
        )

    def _build_layout(self) -> None:
        box = QVBoxLayout(self._progress)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self._stage)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._bar, 1)
        row.addWidget(self._cancel)
        box.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._prepare)
        layout.addWidget(self._progress)
