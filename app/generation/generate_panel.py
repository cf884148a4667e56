"""The upper half of the generation tab: the form, its buttons, the sentences."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.generation.records import Batch
from app.generation.sample_form import SampleForm
from app.generation.sentence_list import SentenceList
from app.shared.formatting import counted
from app.shared.labels import describe
from app.shared.scrolling import prepare_scrolling
from app.shared.theme import scaled
from engine import SampleConfig, SentenceGenerated

NO_MODEL_TEXT = (
    "There is no model yet.\n\nTrain one on the Training tab: its first snapshot can be used "
    "here while it still learns.\nOr open one with File > Open model…"
)
NO_SENTENCES_TEXT = (
    "Press Generate (Ctrl+Return) and the model's sentences arrive here, one by one.\n"
    "Double-click one to see how probable each of its words is."
)
_FORM_WIDTH, SCROLL_BAR = 330, 12  # pixels


class GeneratePanel(QFrame):
    """Ask for sentences and show them.

    Signals
    -------
    generate_requested(object)
        The `SampleConfig` of the form.
    stop_requested(), save_requested()
        The user pressed the button.
    settings_changed(object)
        The `SampleConfig` of the form are different now.
    score_requested(str)
        The user wants this sentence's probability, word by word.
    records_changed()
        Sentences came, or were taken away.
    cleared(object)
        The list was cleared: the sentences with their batches, for `show_records`.
    """

    generate_requested = Signal(object)
    stop_requested = Signal()
    save_requested = Signal()
    settings_changed = Signal(object)
    score_requested = Signal(str)
    records_changed = Signal()
    cleared = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)  # noqa: FBT003 - Qt's signature
        self._is_available = False
        self._is_generating = False
        self._form = SampleForm(self)
        self._build_buttons()
        self._build_list()
        self._build_layout()
        self._connect_signals()
        self._update_enabled()

    def _build_buttons(self) -> None:
        self._generate_button = describe(
            QPushButton("&Generate", self),
            "generation.generate_button",
            "Generate sentences",
            "Draw sentences from the model (Ctrl+Return)",
        )
        self._generate_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self._stop_button = describe(
            QPushButton("Stop", self),
            "generation.stop_button",
            "Stop generating",
            "Keep the sentences so far and draw no more (Esc)",
        )

    def _build_list(self) -> None:
        self._list = describe(
            SentenceList(self),
            "generation.sentence_list",
            "Generated sentences",
            "",
        )
        self._copy_button = describe(
            QPushButton("&Copy", self),
            "generation.copy_button",
            "Copy sentences",
            "Copy the selected sentences, or all of them, one a line (Ctrl+C)",
        )
        self._save_button = describe(
            QPushButton("&Save…", self),
            "generation.save_button",
            "Save sentences",
            "Write all sentences to a text file, or to a CSV with probabilities and settings",
        )
        self._clear_button = describe(
            QPushButton("C&lear", self),
            "generation.clear_button",
            "Clear sentences",
            "Remove all sentences from the list",
        )
        self._status_label = QLabel(self)
        self._status_label.setObjectName("generation.status_label")
        self._status_label.setProperty("role", "hint")

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._generate_button, 1)
        buttons.addWidget(self._stop_button)
        heading = QLabel("Generate", self)
        heading.setProperty("role", "heading")
        area = QScrollArea(self)  # in a low window the form scrolls, and nothing else
        area.setObjectName("generation.form_area")
        prepare_scrolling(area)
        area.setWidget(self._form)
        area.viewport().setAutoFillBackground(False)  # the card shows through
        self._form.setAutoFillBackground(False)
        left = QVBoxLayout()
        left.addWidget(heading)
        left.addWidget(area, 1)
        left.addLayout(buttons)
        below = QHBoxLayout()
        below.addWidget(self._status_label, 1)
        for button in (self._copy_button, self._save_button, self._clear_button):
            below.addWidget(button)
        right = QVBoxLayout()
        right.addWidget(self._list, 1)
        right.addLayout(below)
        holder = QWidget(self)
        holder.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        holder.setFixedWidth(scaled(_FORM_WIDTH) + SCROLL_BAR)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(16, 12, 16, 12)
        columns.addWidget(holder)
        columns.addLayout(right, 1)

    def _connect_signals(self) -> None:
        self._form.changed.connect(self._on_form_changed)
        self._generate_button.clicked.connect(self.request_generate)
        self._stop_button.clicked.connect(self.request_stop)
        self._copy_button.clicked.connect(self._list.copy_selected_or_all)
        self._save_button.clicked.connect(self.save_requested)
        self._clear_button.clicked.connect(self._on_clear_clicked)
        self._list.score_requested.connect(self.score_requested)
        self._list.count_changed.connect(self._on_count_changed)

    @Slot()
    def request_generate(self) -> None:
        """Ask for sentences, if that is possible now."""
        if self._generate_button.isEnabled():
            self.generate_requested.emit(self._form.settings())

    @Slot()
    def request_stop(self) -> None:
        """Ask for an end, if sentences are being drawn."""
        if self._stop_button.isEnabled():
            self.stop_requested.emit()

    def show_available(self, *, is_available: bool) -> None:
        """Enable the panel when there is a model."""
        self._is_available = is_available
        self._list.set_placeholder(NO_SENTENCES_TEXT if is_available else NO_MODEL_TEXT)
        self._update_enabled()

    def show_generating(self, *, is_generating: bool) -> None:
        """Show whether sentences are being drawn."""
        self._is_generating = is_generating
        self._update_enabled()

    def show_stopping(self) -> None:
        """Show that the end was asked for."""
        self._stop_button.setEnabled(False)
        self._status_label.setText("Stopping…")

    def show_settings(self, settings: SampleConfig) -> None:
        """Show stored settings."""
        self._form.show_settings(settings)

    def show_batch(self, batch: Batch) -> None:
        """Begin a new batch."""
        self._list.start_batch(batch)

    def update_batch(self, batch: Batch) -> None:
        """Show what became of the newest batch."""
        self._list.update_batch(batch)
        if batch.seed is not None:
            self._form.show_used_seed(batch.seed)

    def show_sentence(self, sentence: SentenceGenerated) -> None:
        """Add a sentence to the newest batch."""
        self._list.append_sentence(sentence)

    def records(self) -> list[tuple[Batch, SentenceGenerated]]:
        """Return every sentence shown, with its batch."""
        return self._list.records()

    def show_records(self, records: Sequence[tuple[Batch, SentenceGenerated]]) -> None:
        """Show sentences of an earlier time in place of those in the list."""
        with QSignalBlocker(self):
            self._list.clear()
            shown: Batch | None = None
            for batch, sentence in records:
                if batch is not shown:
                    shown = batch
                    self._list.start_batch(batch)
                self._list.append_sentence(sentence)
            self._list.records()  # shows what waits
        self._update_enabled()

    def tab_chain(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [
            *self._form.tab_chain(),
            self._generate_button,
            self._stop_button,
            self._list,
            self._copy_button,
            self._save_button,
            self._clear_button,
        ]

    def _update_enabled(self) -> None:
        has_sentences = self._list.count > 0
        self._form.setEnabled(self._is_available)
        self._generate_button.setEnabled(self._is_available and not self._is_generating)
        self._stop_button.setEnabled(self._is_generating)
        self._copy_button.setEnabled(has_sentences)
        self._save_button.setEnabled(has_sentences)
        self._clear_button.setEnabled(has_sentences and not self._is_generating)
        self._status_label.setText(self._status_text())

    def _status_text(self) -> str:
        count = self._list.count
        if count == 0:
            return "Drawing…" if self._is_generating else ""
        return counted(count, "sentence") + ("  ·  drawing…" if self._is_generating else "")

    @Slot()
    def _on_form_changed(self) -> None:
        self.settings_changed.emit(self._form.settings())

    @Slot()
    def _on_clear_clicked(self) -> None:
        records = self._list.records()
        self._list.clear()
        self.cleared.emit(records)

    @Slot(int)
    def _on_count_changed(self, count: int) -> None:
        self.records_changed.emit()
        if count <= 1:
            self._update_enabled()
        else:
            self._status_label.setText(self._status_text())
