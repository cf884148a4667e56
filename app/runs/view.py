"""The window of kept runs: a table with search, what can be done with runs, disk use, the trash.

It reads no disk: its controller shows the runs and carries out what is asked for.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)

from app.runs.commands import BUTTONS, MORE, RunCommand
from app.runs.table import (
    CURVE,
    DIFFERS,
    EPOCHS,
    LENGTH,
    LOSS,
    NAME,
    NOTE,
    STARTED,
    STATE,
    TAGS,
    TEXT,
    RunRow,
    matches,
    run_columns,
    run_rows,
)
from app.shared.labels import ElidedLabel, as_plain, describe, make_label, restyle
from app.shared.layouts import in_column, in_row
from app.shared.sparkline import SparklineDelegate
from app.shared.tables import RecordTable, RowsModel
from app.shared.theme import scaled
from engine import know_the_same_words

if TYPE_CHECKING:
    from engine import RunInfo

SIZE = (1240, 600)  # px
EMPTY = (
    "No run is kept yet. Train on the Training tab: every run appears here by itself, "
    "and can be opened, continued and compared."
)
NOT_FOUND = "No run has all of these words in its name, settings, text, tags, note or state."
DIFFERENT_WORDS = (
    "Some of these runs know different words, so their losses cannot be compared: the fewer words, "
    "the easier the task."
)
EMPTY_TRASH = "The trash is empty."
READING = "Reading the kept runs…"
_WIDTHS = {
    CURVE: 104,
    LOSS: 96,
    DIFFERS: 216,
    TEXT: 128,
    EPOCHS: 72,
    LENGTH: 96,
    STARTED: 136,
    STATE: 104,
    TAGS: 104,
    NOTE: 104,
}
_SEARCH_WIDTH = 280  # px
_LEAST_NAME = 200  # px
_OF_SCREEN = 0.9
_ROW_HEIGHT = 32  # px


class RunsView(QDialog):
    """All kept runs; it does not block the main window.

    Signals
    -------
    selection_changed()
        Other runs are selected.
    command_requested(object)
        A `RunCommand` for the selected runs.
    renamed(str, str), noted(str, str), tagged(str, str)
        Id of a run and its new name, note or tags.
    empty_trash_requested()
        The deleted runs should be deleted for good.
    trash_toggled(bool)
        The trash should be shown, or the kept runs.
    refresh_requested()
        The list should be read again.
    """

    selection_changed = Signal()
    command_requested = Signal(object)
    renamed = Signal(str, str)
    noted = Signal(str, str)
    tagged = Signal(str, str)
    empty_trash_requested = Signal()
    trash_toggled = Signal(bool)
    refresh_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.view")
        self.setWindowTitle("Runs")
        self.resize(*map(scaled, SIZE))
        self._model = RowsModel(run_columns(), self)
        self._rows: list[RunRow] = []  # all, also those that are not searched for
        self._is_in_trash = False
        self._commands: frozenset[RunCommand] = frozenset()
        self._is_restoring = False  # the selection, after the rows were replaced
        self._waiting: Callable[[], None] | None = None  # rows that came while a cell is edited
        head = self._build_head()
        self._build_table()
        self._detail = make_label("", "hint", self, wrap=True, name="runs.detail_label")
        self._detail.setAccessibleName("About the selected runs")
        self._detail.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self._detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        in_column(
            head,
            (self._table, 1),
            self._detail,
            self._build_buttons(),
            self._build_disk(),
            of=self,
            margins=16,
            spacing=8,
        )
        self._connect_signals()
        self.show_commands(frozenset())
        self._table.setFocus()

    @property
    def is_trash(self) -> bool:
        """Whether the trash is shown."""
        return self._trash.isChecked()

    @property
    def has_runs(self) -> bool:
        """Whether there is a run, listed or not searched for."""
        return bool(self._rows)

    def selected_runs(self) -> "tuple[RunInfo, ...]":
        """Return the selected runs from top to bottom."""
        return tuple(self._model.rows[row].run for row in self._table.selected_rows())

    def show_runs(self, runs: "Sequence[RunInfo]", *, in_trash: bool) -> None:
        """Show the runs, after a name or note that is being written.

        What was selected stays so if it is still there.
        """
        if self._table.is_edited:
            self._waiting = partial(self.show_runs, runs, in_trash=in_trash)
            return
        self._is_in_trash = in_trash
        self._model.is_editable = not in_trash
        self._rows = run_rows(runs)
        self._list()

    @Slot()
    def _list(self) -> None:
        """List the runs that are searched for; what was selected stays so."""
        selected = [run.run_id for run in self.selected_runs()]
        wanted = self._search.text()
        empty = EMPTY_TRASH if self._is_in_trash else EMPTY
        self._table.set_placeholder(NOT_FOUND if self._rows else empty)
        found = [row for row in self._rows if matches(row, wanted)]
        self._model.set_rows(found)
        for column, is_telling in (
            (TEXT, len({row.run.corpus_path for row in self._rows}) > 1),
            (TAGS, any(row.run.tags for row in self._rows)),
            (NOTE, any(row.run.note for row in self._rows)),
        ):
            self._table.setColumnHidden(column, not is_telling)
        self._fit_name()
        has_losses = [row.run for row in found if row.run.validation_loss is not None]
        self._words_note.setVisible(not know_the_same_words(has_losses))
        self.select_runs(selected)

    def show_disk_use(self, text: str, *, has_trash: bool) -> None:
        """Say how much room is taken, and whether there is something to give back."""
        self._disk.setText(text)
        self._disk.setToolTip(as_plain(text))
        self._empty_trash.setEnabled(has_trash)

    def show_overlaid(self, *, is_overlaid: bool) -> None:
        """Offer to draw the selected run into the live plot, or to take it out."""
        text = "Remove from &plot" if is_overlaid else "Show in &plot"
        self._buttons[RunCommand.OVERLAY].setText(text)

    def select_runs(self, run_ids: Sequence[str]) -> None:
        """Select the runs of these ids."""
        self._is_restoring = True
        self._table.clearSelection()
        mode = self._table.selectionMode()
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        places = {row.run.run_id: place for place, row in enumerate(self._model.rows)}
        for run_id in run_ids:
            if run_id in places:
                self._table.selectRow(places[run_id])
        self._table.setSelectionMode(mode)
        self._is_restoring = False
        self.selection_changed.emit()

    def show_detail(self, text: str, *, is_bad: bool = False) -> None:
        """Say something about the selected runs, or what became of a command."""
        self._detail.setText(text)
        restyle(self._detail, "role", "bad" if is_bad else "hint")

    def show_commands(self, commands: frozenset[RunCommand]) -> None:
        """Enable what can be asked for now."""
        self._commands = commands
        for command, button in self._buttons.items():
            button.setEnabled(command in commands)
            button.setVisible((command is RunCommand.RESTORE) == self.is_trash)
        self._buttons[RunCommand.COMPARE].setVisible(True)
        is_next = RunCommand.COMPARE in commands and RunCommand.OPEN not in commands
        restyle(self._buttons[RunCommand.COMPARE], "primary", "true" if is_next else "false")
        for action in self._more.menu().actions():
            action.setEnabled(action.data() in commands)
        self._more.setEnabled(any(command in commands for command, *_ in MORE))
        self._more.setVisible(not self.is_trash)

    def edit(self, column: int) -> None:
        """Let the name, the tags or the note of the selected run be written."""
        rows = self._table.selected_rows()
        if rows:
            self._table.selectionModel().clearCurrentIndex()  # ends the writing in a cell
            self._table.showColumn(column)
            index = self._model.index(rows[0], column)
            self._table.setCurrentIndex(index)
            self._table.edit(index)

    def _build_head(self) -> QHBoxLayout:
        texts = in_column(make_label("Runs", "title", self), spacing=2)
        hint = "Every training run is kept here with its settings, its curve and its checkpoints."
        texts.addWidget(make_label(hint, "hint", self))
        self._search = describe(
            QLineEdit(self),
            "runs.search_edit",
            "Search the runs",
            "Words that a run has in its name, settings, text, tags, note or state (Ctrl+F)",
        )
        self._search.setPlaceholderText("Search names, settings, tags…")
        self._search.setClearButtonEnabled(True)
        self._search.setMinimumWidth(scaled(_SEARCH_WIDTH))
        self._words_note = make_label(
            DIFFERENT_WORDS, "warning", self, wrap=True, name="runs.words_note"
        )
        self._words_note.hide()
        texts.addWidget(self._words_note)
        self._trash = describe(
            QCheckBox("Show the tras&h", self),
            "runs.trash_check",
            "Show the trash",
            "Show the deleted runs, to bring them back",
        )
        return in_row(
            (texts, 1),
            (self._search, 0, Qt.AlignmentFlag.AlignBottom),
            (self._trash, 0, Qt.AlignmentFlag.AlignBottom),
            spacing=16,
        )

    def _build_table(self) -> None:
        self._table = describe(
            RecordTable(self),
            "runs.table",
            "Kept runs",
            "Select a run to open or continue it, several to compare them",
        )
        self._table.setToolTip("")  # the cells have their own
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self._table.setModel(self._model)
        self._sparklines = SparklineDelegate(self._table)  # the view does not keep it alive
        self._table.setItemDelegateForColumn(CURVE, self._sparklines)
        self._table.set_placeholder(READING)
        self._table.setWordWrap(False)
        self._table.verticalHeader().setDefaultSectionSize(scaled(_ROW_HEIGHT))
        self._table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self._table.horizontalHeader()
        header.setMinimumSectionSize(64)
        header.setStretchLastSection(False)
        self._size_columns()
        self._table.setSortingEnabled(True)
        header.setSortIndicator(STARTED, Qt.SortOrder.DescendingOrder)

    def _size_columns(self) -> None:
        """Give every column the width that its letters need now."""
        self._growth = scaled(100)
        for column, width in _WIDTHS.items():
            self._table.setColumnWidth(column, scaled(width))

    def _fit_name(self) -> None:
        """Give the names what the other columns leave; where that is little, one scrolls."""
        header = self._table.horizontalHeader()
        shown = (column for column in _WIDTHS if not header.isSectionHidden(column))
        left = self._table.viewport().width() - sum(map(header.sectionSize, shown))
        mode, least = QHeaderView.ResizeMode, scaled(_LEAST_NAME)
        header.setSectionResizeMode(NAME, mode.Stretch if left >= least else mode.Interactive)
        if left < least:
            header.resizeSection(NAME, least)

    def showEvent(self, event: QShowEvent) -> None:
        """Grow with the letters, as far as the screen allows."""
        if self._growth != scaled(100):
            self._size_columns()
            size = QSize(*map(scaled, SIZE))
            self.resize(size.boundedTo(self.screen().availableSize() * _OF_SCREEN))
        super().showEvent(event)
        self._fit_name()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the names to the window."""
        super().resizeEvent(event)
        self._fit_name()

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._buttons: dict[RunCommand, QPushButton] = {}
        for command, text, role, tip in BUTTONS:
            name = text.replace("&", "").rstrip("…")
            button = describe(QPushButton(text, self), f"runs.{role}_button", name, tip)
            button.setAutoDefault(False)  # Enter belongs to the table
            button.setProperty("command", command)
            self._buttons[command] = button
            row.addWidget(button)
            if command is RunCommand.OVERLAY:
                row.addWidget(self._build_more())
        for first in (RunCommand.OPEN, RunCommand.RESTORE):
            self._buttons[first].setProperty("primary", "true")
        row.addStretch(1)
        self._close = describe(
            QPushButton("&Close", self), "runs.close_button", "Close", "Close this window (Esc)"
        )
        self._close.setAutoDefault(False)
        row.addWidget(self._close)
        return row

    def _build_more(self) -> QPushButton:
        self._more = describe(
            QPushButton("Mor&e", self),
            "runs.more_button",
            "More",
            "Rename, tags, note, duplicate, copy as command",
        )
        self._more.setAutoDefault(False)
        menu = QMenu(self._more)
        for command, text, role, tip in MORE:
            action = menu.addAction(text)
            action.setObjectName(f"runs.{role}_action")
            action.setToolTip(as_plain(tip))
            action.setData(command)
        menu.setToolTipsVisible(True)
        menu.triggered.connect(self._on_menu_triggered)
        self._more.setMenu(menu)
        return self._more

    def _build_disk(self) -> QHBoxLayout:
        self._disk = ElidedLabel(self, name="runs.disk_label")
        self._disk.setAccessibleName("Disk use")
        self._disk.setTextFormat(Qt.TextFormat.PlainText)
        self._disk.setProperty("role", "hint")
        self._empty_trash = describe(
            QPushButton("Empt&y trash…", self),
            "runs.empty_trash_button",
            "Empty trash",
            "Delete the runs in the trash for good, after a question",
        )
        self._empty_trash.setAutoDefault(False)
        self._empty_trash.setEnabled(False)
        return in_row((self._disk, 1), self._empty_trash, spacing=8)

    def _connect_signals(self) -> None:
        self._search.textChanged.connect(self._list)
        self._empty_trash.clicked.connect(self.empty_trash_requested)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._search.setFocus)
        for button in self._buttons.values():
            button.clicked.connect(self._on_button_clicked)
        self._close.clicked.connect(self.close)
        self._trash.toggled.connect(self.trash_toggled)
        self._model.edited.connect(self._on_cell_edited)
        self._table.editing_ended.connect(self._on_table_editing_ended)
        self._table.doubleClicked.connect(self._on_open_requested)
        self._table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._table.customContextMenuRequested.connect(self._on_menu_requested)
        for key, slot in (
            (Qt.Key.Key_Return, self._on_open_requested),
            (Qt.Key.Key_Enter, self._on_open_requested),
            (Qt.Key.Key_Delete, self._on_delete_requested),
        ):
            shortcut = QShortcut(QKeySequence(key), self._table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)
        refresh = QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self)
        refresh.activated.connect(self.refresh_requested)

    def _request(self, command: RunCommand) -> None:
        if command in self._commands:
            self.command_requested.emit(command)

    @Slot()
    def _on_button_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self._request(button.property("command"))

    @Slot(object, int, str)
    def _on_cell_edited(self, row: RunRow, column: int, text: str) -> None:
        told = {NAME: self.renamed, TAGS: self.tagged, NOTE: self.noted}[column]
        told.emit(row.run.run_id, text)

    @Slot()
    def _on_table_editing_ended(self) -> None:
        if self._waiting is not None:
            show, self._waiting = self._waiting, None
            show()

    @Slot()
    def _on_open_requested(self) -> None:
        self._request(RunCommand.OPEN)

    @Slot()
    def _on_delete_requested(self) -> None:
        self._request(RunCommand.DELETE)

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _selected: QItemSelection, _left: QItemSelection) -> None:
        if not self._is_restoring:
            self.selection_changed.emit()

    @Slot(QPoint)
    def _on_menu_requested(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("runs.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for command, text, _role, _tip in (*BUTTONS, *MORE):
            if command in self._commands:
                menu.addAction(text).setData(command)
        menu.triggered.connect(self._on_menu_triggered)
        if not menu.isEmpty():
            menu.popup(self._table.viewport().mapToGlobal(place))

    @Slot(object)
    def _on_menu_triggered(self, action: object) -> None:
        data = getattr(action, "data", None)
        if callable(data):
            self._request(data())
