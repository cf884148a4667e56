"""The window around the three tabs: menus, message bar, status bar, dropped files.

It receives ready-made tabs and emits requests; what happens is decided elsewhere.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QTabWidget, QVBoxLayout, QWidget

from app.theme import ThemeChoice
from app.widgets.message_bar import MessageBar
from app.widgets.prepared_texts_menu import PreparedTextsMenu
from app.widgets.recovery_bar import RecoveryBar
from app.widgets.scrolling import TabScrollArea

TITLE = "RNN Text Lab"
SIZE = (1280, 860)  # px, of the first start
SMALLEST_SIZE = (1024, 680)
TAB_TITLES = ("Dataset", "Training", "Generation")
THEMES: tuple[tuple[ThemeChoice, str], ...] = (
    ("system", "As the &system"),
    ("light", "&Light"),
    ("dark", "Dar&k"),
)


class MainWindow(QMainWindow):
    """The window.

    Attributes
    ----------
    message_bar : MessageBar
    recovery_bar : RecoveryBar
        Above the tabs.
    prepared_texts_menu : PreparedTextsMenu

    Signals
    -------
    open_csv_requested(), sample_requested(), open_model_requested(),
    save_model_requested(), save_model_as_requested(), models_requested(),
    shortcuts_requested(), about_requested(), log_folder_requested()
        The menu entry of that name was chosen.
    files_dropped(object)
        The paths of files that were dropped onto the window.
    recent_file_requested(object)
        The path of an entry of "Recent files".
    theme_chosen(str)
        "system", "light" or "dark".
    tab_changed(int)
        Another tab is in front.
    closed()
        The window is closed.
    """

    open_csv_requested = Signal()
    sample_requested = Signal()
    open_model_requested = Signal()
    save_model_requested = Signal()
    save_model_as_requested = Signal()
    models_requested = Signal()
    shortcuts_requested = Signal()
    about_requested = Signal()
    log_folder_requested = Signal()
    files_dropped = Signal(object)
    recent_file_requested = Signal(object)
    theme_chosen = Signal(str)
    tab_changed = Signal(int)
    closed = Signal()

    def __init__(self, tabs: Sequence[QWidget]) -> None:
        super().__init__()
        self._may_close: Callable[[], bool] = lambda: True
        self._has_guard_failed = False
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.setMinimumSize(*SMALLEST_SIZE)
        self.resize(*SIZE)
        self._build_centre(tabs)
        self._build_file_menu()
        self._build_view_menu()
        self._build_help_menu()
        self._build_status_bar()
        self.show_title("", is_saved=True)

    @property
    def current_tab(self) -> int:
        """The number of the tab in front."""
        return self._tabs.currentIndex()

    def set_close_guard(self, may_close: Callable[[], bool]) -> None:
        """Ask `may_close` before each attempt to close."""
        self._may_close = may_close

    @Slot(int)
    def show_tab(self, index: int) -> None:
        """Bring a tab to the front."""
        self._tabs.setCurrentIndex(index)

    def show_title(self, model_name: str, *, is_saved: bool) -> None:
        """Name the model in the title, with a mark (Qt: one "[*]") while it is not saved."""
        name = model_name.replace("[*]", "[*][*]")
        self.setWindowTitle(f"{name}[*] – {TITLE}" if name else f"{TITLE}[*]")
        self.setWindowModified(not is_saved)

    def show_state(self, text: str) -> None:
        """Say in the status bar what goes on."""
        self._state.setText(text)

    def show_device(self, text: str, reason: str) -> None:
        """Say in the status bar what computes."""
        self._device.setText(text)
        self._device.setToolTip(reason)

    def show_theme(self, choice: ThemeChoice) -> None:
        """Tick the chosen theme."""
        self._theme_actions[choice].setChecked(True)

    def show_commands(self, *, can_open_data: bool, can_open_model: bool, can_save: bool) -> None:
        """Enable the entries of the File menu that can be chosen now."""
        self._open_csv.setEnabled(can_open_data)
        self._sample.setEnabled(can_open_data)
        self._open_model.setEnabled(can_open_model)
        self._save_model.setEnabled(can_save)
        self._save_model_as.setEnabled(can_save)

    def show_recent_files(self, paths: Sequence[str]) -> None:
        """List the recent files, the newest first."""
        self._recent_menu.clear()
        for number, text in enumerate(paths, start=1):
            path = Path(text)
            name = path.name.replace("&", "&&")
            action = self._recent_menu.addAction(f"&{number}  {name}")
            action.setToolTip(text)
            action.setData(text)
        self._recent_menu.setEnabled(bool(paths))

    def show_geometry(self, geometry: QByteArray) -> None:
        """Take the place and size of an earlier session, if there is one."""
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)

    def actions_with_shortcuts(self) -> list[tuple[str, str]]:
        """Return the menu entries that have a key: name and key."""
        menus = [action.menu() for action in self.menuBar().actions()]
        actions = [
            action
            for menu in menus
            if isinstance(menu, QMenu)
            for action in menu.actions()
            if not action.shortcut().isEmpty()
        ]
        native = QKeySequence.SequenceFormat.NativeText
        return [
            (action.text().replace("&", "").rstrip("…"), action.shortcut().toString(native))
            for action in actions
        ]

    def _build_centre(self, tabs: Sequence[QWidget]) -> None:
        centre = QWidget(self)
        self.recovery_bar = RecoveryBar(centre)
        self.message_bar = MessageBar(centre)
        self._tabs = QTabWidget(centre)
        self._tabs.setObjectName("window.tabs")
        self._tabs.setAccessibleName("Dataset, training and generation")
        self._tabs.setDocumentMode(True)
        for number, (tab, title) in enumerate(zip(tabs, TAB_TITLES, strict=True), start=1):
            self._tabs.addTab(TabScrollArea(tab, self._tabs), title)
            self._tabs.setTabToolTip(number - 1, f"{title} (Ctrl+{number})")
        self._tabs.currentChanged.connect(self.tab_changed)
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.recovery_bar)
        layout.addWidget(self.message_bar)
        layout.addWidget(self._tabs, 1)
        self.setCentralWidget(centre)

    def _build_file_menu(self) -> None:
        menu = self.menuBar().addMenu("&File")
        keys = QKeySequence.StandardKey
        self._open_csv = self._add(menu, "&Open CSV…", "open_csv", self.open_csv_requested)
        self._open_csv.setShortcut(keys.Open)
        self._sample = self._add(menu, "Use the sa&mple comments", "sample", self.sample_requested)
        menu.addSeparator()
        self._open_model = self._add(menu, "Open mod&el…", "open_model", self.open_model_requested)
        self._open_model.setShortcut("Ctrl+Shift+O")
        self._save_model = self._add(menu, "&Save model", "save_model", self.save_model_requested)
        self._save_model.setShortcut(keys.Save)
        self._save_model_as = self._add(
            menu, "Save model &as…", "save_model_as", self.save_model_as_requested
        )
        self._save_model_as.setShortcut("Ctrl+Shift+S")
        self._add(menu, "Mo&dels…", "models", self.models_requested).setShortcut("Ctrl+M")
        menu.addSeparator()
        self._recent_menu = menu.addMenu("&Recent files")
        self._recent_menu.setObjectName("window.recent_menu")
        self._recent_menu.setToolTipsVisible(True)
        self._recent_menu.triggered.connect(self._on_recent_menu_triggered)
        self.prepared_texts_menu = PreparedTextsMenu(menu)
        menu.addMenu(self.prepared_texts_menu)
        menu.addSeparator()
        quit_action = QAction("&Quit", self)
        quit_action.setObjectName("window.quit_action")
        quit_action.setShortcut("Ctrl+Q")
        quit_action.triggered.connect(self.close)
        menu.addAction(quit_action)

    def _build_view_menu(self) -> None:
        menu = self.menuBar().addMenu("&View")
        group = QActionGroup(self)
        self._theme_actions: dict[ThemeChoice, QAction] = {}
        for choice, text in THEMES:
            action = menu.addAction(text)
            action.setObjectName(f"window.theme_{choice}_action")
            action.setCheckable(True)
            action.setData(choice)
            group.addAction(action)
            self._theme_actions[choice] = action
        group.triggered.connect(self._on_theme_group_triggered)
        menu.addSeparator()
        for number, title in enumerate(TAB_TITLES, start=1):
            action = menu.addAction(f"&{title} tab")
            action.setObjectName(f"window.show_{title.lower()}_action")
            action.setShortcut(f"Ctrl+{number}")
            action.setData(number - 1)
            action.triggered.connect(self._on_tab_action_triggered)

    def _build_help_menu(self) -> None:
        menu = self.menuBar().addMenu("&Help")
        shortcuts = self._add(menu, "&Keyboard shortcuts", "shortcuts", self.shortcuts_requested)
        shortcuts.setShortcut("F1")
        self._add(menu, "Open &log folder", "log_folder", self.log_folder_requested)
        menu.addSeparator()
        self._add(menu, f"&About {TITLE}", "about", self.about_requested)

    def _add(self, menu: QMenu, text: str, role: str, request: object) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"window.{role}_action")
        action.triggered.connect(request)
        menu.addAction(action)
        return action

    def _build_status_bar(self) -> None:
        self._state = QLabel(self)
        self._state.setObjectName("window.state_label")
        self._device = QLabel(self)
        self._device.setObjectName("window.device_label")
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self._state, 1)
        self.statusBar().addPermanentWidget(self._device)

    @Slot(QAction)
    def _on_recent_menu_triggered(self, action: QAction) -> None:
        self.recent_file_requested.emit(Path(action.data()))

    @Slot(QAction)
    def _on_theme_group_triggered(self, action: QAction) -> None:
        self.theme_chosen.emit(action.data())

    @Slot()
    def _on_tab_action_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.show_tab(action.data())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close only if the guard agrees; one that fails keeps the window once, not for ever."""
        try:
            may_close = self._may_close()
        except Exception as error:  # noqa: BLE001 - Qt calls this: PySide may crash on it
            sys.excepthook(type(error), error, error.__traceback__)
            may_close, self._has_guard_failed = self._has_guard_failed, True
        if not may_close:
            event.ignore()
            return
        self.closed.emit()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand on the files that were dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)
