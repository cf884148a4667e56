"""The row of buttons that starts, continues, pauses and stops a run, and leads on from it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.session import Command
from app.shared.labels import as_plain, describe, make_label, restyle
from app.shared.layouts import in_row
from app.shared.theme import scaled

SMALLEST_STATUS, TALLEST_STATUS = 104, 46  # px, of width and height beside the buttons
DISCARD_TIP = "Move the run that has ended to the trash, from where it can be restored"
START_TIP = "Train with these settings on the prepared text (Ctrl+Return)"
NEW_RUN_TIP = (
    "Begin again with these settings, from random numbers; the run that is shown is kept, "
    "File > Runs… opens it"
)


class RunButtons(QWidget):
    """What can be done with a run now; at rest these are others than while it goes on.

    Signals
    -------
    start_requested(), more_requested(), pause_requested(), resume_requested(),
    stop_requested(), discard_requested(), generate_requested()
        A button was pressed.
    """

    start_requested = Signal()
    more_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    discard_requested = Signal()
    generate_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training.run_buttons")
        self._is_paused = self._is_more_next = False
        self._build_starting()
        self._build_running()
        self._status = make_label("", "hint", self, wrap=True, name="training.status_label")
        self._status.setAccessibleName("State of the training")
        self._build_layout()
        self._connect_signals()
        self.offer_more("", "", is_possible=False)
        self.offer_generating(is_offered=False)

    def _build_starting(self) -> None:
        self._more = describe(
            QPushButton(self), "training.more_button", "Train further", "Go on with this run"
        )
        self._start = describe(
            QPushButton("&Start training", self),
            "training.start_button",
            "Start training",
            START_TIP,
        )
        self._discard = describe(
            QPushButton("Discard…", self),
            "training.discard_button",
            "Discard the run",
            DISCARD_TIP,
        )
        self._discard.setEnabled(False)

    def _build_running(self) -> None:
        self._pause = describe(
            QPushButton("&Pause", self),
            "training.pause_button",
            "Pause or resume training",
            "Pause: everything is kept in memory, and sentences can be generated meanwhile "
            "(Ctrl+P)",
        )
        self._stop = describe(
            QPushButton("St&op", self),
            "training.stop_button",
            "Stop training",
            "End the run now; the run and its model are kept (Esc)",
        )
        self._generate = describe(
            QPushButton("Generate →", self),
            "training.generate_button",
            "Generate sentences",
            "Draw sentences from the newest model on the Generation tab (Ctrl+3 only shows it)",
        )

    def _build_layout(self) -> None:
        self._row = in_row(
            self._more,
            self._start,
            self._pause,
            self._stop,
            self._discard,
            self._generate,
            spacing=8,
        )
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.addLayout(self._row, 0, 0)
        self._grid.addWidget(self._status, 0, 1)

    def _connect_signals(self) -> None:
        self._start.clicked.connect(self.start_requested)
        self._more.clicked.connect(self.more_requested)
        self._pause.clicked.connect(self._on_pause_clicked)
        self._stop.clicked.connect(self.stop_requested)
        self._discard.clicked.connect(self.discard_requested)
        self._generate.clicked.connect(self.generate_requested)

    def show_commands(self, commands: frozenset[Command], *, is_running: bool) -> None:
        """Show and enable what can be asked for now."""
        self._is_paused = Command.RESUME in commands
        self._pause.setText("Res&ume" if self._is_paused else "&Pause")
        self._start.setEnabled(Command.START_TRAINING in commands)
        self._pause.setEnabled(self._is_paused or Command.PAUSE in commands)
        self._stop.setEnabled(Command.STOP_TRAINING in commands)
        for button in (self._pause, self._stop):
            button.setVisible(is_running)
        for button in (self._start, self._discard):
            button.setVisible(not is_running)
        self._more.setVisible(not is_running and bool(self._more.text()))
        self._lead()

    def offer_more(self, text: str, tip: str, *, is_possible: bool, is_next: bool = True) -> None:
        """Offer to train the run that is shown further; "" where there is none.

        `tip` says what will happen, or why it is not possible; the button stands out if `is_next`.
        """
        self._is_more_next = is_possible and is_next
        self._more.setText(text)
        self._more.setAccessibleName(text or "Train further")
        self._more.setToolTip(as_plain(tip))
        self._more.setAccessibleDescription(tip)
        self._more.setEnabled(is_possible)
        self._more.setVisible(bool(text) and not self._start.isHidden())
        self._start.setText("New run" if text else "&Start training")
        self._start.setAccessibleName("New run" if text else "Start training")
        self._start.setToolTip(as_plain(NEW_RUN_TIP if text else START_TIP))
        self._discard.setVisible(bool(text) and not self._start.isHidden())
        self._lead()

    def offer_discarding(self, *, is_offered: bool) -> None:
        """Let the last run be discarded, if it has ended."""
        self._discard.setEnabled(is_offered)

    def offer_generating(self, *, is_offered: bool) -> None:
        """Lead on to the sentences once there is a model."""
        self._generate.setVisible(is_offered)
        self._lead()

    def show_status(self, text: str) -> None:
        """Say what is going on."""
        if text != self._status.text():
            self._status.setText(text)
            self._place_status()

    def press_bright(self) -> None:
        """Press what stands out, as Ctrl+Return does: train further, or start."""
        button = self._more if self._is_more_next else self._start
        if not button.isHidden():
            button.click()

    def press_pause(self) -> None:
        """Pause or go on, as Ctrl+P does."""
        if self._pause.isEnabled():
            self._pause.click()

    def press_stop(self) -> None:
        """Stop, as Esc does."""
        if self._stop.isEnabled():
            self._stop.click()

    def _lead(self) -> None:
        """Let one button stand out: the next step."""
        is_running = self._start.isHidden()
        bright = self._generate if is_running else self._start
        if not is_running and self._is_more_next:
            bright = self._more
        for button in (self._more, self._start, self._generate):
            restyle(button, "primary", "true" if button is bright else "false")

    @Slot()
    def _on_pause_clicked(self) -> None:
        (self.resume_requested if self._is_paused else self.pause_requested).emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the status below the buttons where it would have no room beside them."""
        super().resizeEvent(event)
        self._place_status()

    def _place_status(self) -> None:
        room = self.width() - self._row.minimumSize().width() - self._grid.horizontalSpacing()
        height = self._status.heightForWidth(room)
        is_beside = room >= scaled(SMALLEST_STATUS) and height <= scaled(TALLEST_STATUS)
        side = Qt.AlignmentFlag.AlignRight if is_beside else Qt.AlignmentFlag.AlignLeft
        self._status.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        place = (0, 1, 1, 1) if is_beside else (1, 0, 1, 2)
        self._grid.addWidget(self._status, *place)
