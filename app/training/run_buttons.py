"""The row of buttons that starts, pauses and stops a run."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QPushButton, QWidget

from app.session import Command
from app.shared.labels import describe, make_label
from app.shared.theme import scaled

SMALLEST_STATUS = 200  # px, of width
DISCARD_TIP = "Move the run that has ended to the trash, from where it can be restored"
CONTINUE_TIP = "Go on with the current model instead of starting from random numbers"


class RunButtons(QWidget):
    """Start, Pause or Resume, Stop, Discard, and whether to go on with the current model.

    Signals
    -------
    start_requested(), pause_requested(), resume_requested(), stop_requested(), discard_requested()
        A button was pressed.
    continue_changed(bool)
        Whether the next run should go on with the current model.
    """

    start_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    discard_requested = Signal()
    continue_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_paused = False
        self._start = describe(
            QPushButton("&Start training", self),
            "training.start_button",
            "Start training",
            "Train with these settings on the prepared corpus",
        )
        self._start.setProperty("primary", "true")
        self._pause = describe(
            QPushButton("&Pause", self),
            "training.pause_button",
            "Pause or resume training",
            "Pause: everything is kept in memory, and sentences can be generated meanwhile",
        )
        self._stop = describe(
            QPushButton("St&op", self),
            "training.stop_button",
            "Stop training",
            "End the run now; the run and its model are kept",
        )
        self._discard = describe(
            QPushButton("Discard…", self),
            "training.discard_button",
            "Discard the run",
            DISCARD_TIP,
        )
        self._discard.setEnabled(False)
        self._continue = describe(
            QCheckBox("Continue this model", self),
            "training.continue_check",
            "Continue from the current model",
            CONTINUE_TIP,
        )
        self._status = make_label("", "hint", self, wrap=True)
        self._status.setObjectName("training.status_label")
        self._status.setAccessibleName("State of the training")
        self._build_layout()
        self._start.clicked.connect(self._on_start_clicked)
        self._pause.clicked.connect(self._on_pause_clicked)
        self._stop.clicked.connect(self._on_stop_clicked)
        self._discard.clicked.connect(self._on_discard_clicked)
        self._continue.toggled.connect(self.continue_changed)

    def _build_layout(self) -> None:
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        for widget in (self._start, self._pause, self._stop, self._discard, self._continue):
            self._row.addWidget(widget)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.addLayout(self._row, 0, 0)
        self._grid.addWidget(self._status, 0, 1)

    @property
    def continues(self) -> bool:
        """Whether the next run should go on with the current model."""
        return self._continue.isChecked()

    def show_commands(self, commands: frozenset[Command]) -> None:
        """Enable what can be asked for now."""
        self._is_paused = Command.RESUME in commands
        self._pause.setText("Res&ume" if self._is_paused else "&Pause")
        self._start.setEnabled(Command.START_TRAINING in commands)
        self._pause.setEnabled(self._is_paused or Command.PAUSE in commands)
        self._stop.setEnabled(Command.STOP_TRAINING in commands)

    def show_status(self, text: str) -> None:
        """Say what is going on."""
        self._status.setText(text)

    def offer_discarding(self, *, is_offered: bool) -> None:
        """Let the last run be discarded, if it has ended."""
        self._discard.setEnabled(is_offered)

    def offer_continuing(self, obstacle: str | None, *, is_open: bool) -> None:
        """Let the current model be continued, or say in the tooltip why it cannot be.

        The choice stays as it is while a run goes on (`is_open` is False then).
        """
        self._continue.setEnabled(obstacle is None and is_open)
        self._continue.setToolTip(obstacle or CONTINUE_TIP)
        if obstacle is not None:
            self._continue.setChecked(False)

    @Slot()
    def _on_start_clicked(self) -> None:
        self.start_requested.emit()

    @Slot()
    def _on_pause_clicked(self) -> None:
        (self.resume_requested if self._is_paused else self.pause_requested).emit()

    @Slot()
    def _on_stop_clicked(self) -> None:
        self.stop_requested.emit()

    @Slot()
    def _on_discard_clicked(self) -> None:
        self.discard_requested.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the status below the buttons where it would have no room beside them."""
        super().resizeEvent(event)
        buttons = self._row.minimumSize().width()
        is_beside = event.size().width() >= buttons + scaled(SMALLEST_STATUS)
        side = Qt.AlignmentFlag.AlignRight if is_beside else Qt.AlignmentFlag.AlignLeft
        self._status.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        place = (0, 1, 1, 1) if is_beside else (1, 0, 1, 2)
        self._grid.addWidget(self._status, *place)
