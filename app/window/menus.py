"""The menus of the window: what can be chosen in them, with which key.

They ask and show; what an entry does is decided elsewhere.
"""

from collections.abc import Sequence

from PySide6.QtCore import Signal, SignalInstance, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.settings import recent_name, recent_paths
from app.shared.labels import as_plain
from app.shared.theme import ThemeChoice
from app.window.prepared_texts import PreparedTextsMenu

THEMES: tuple[tuple[ThemeChoice, str], ...] = (
    ("system", "Match s&ystem"),
    ("light", "&Light"),
    ("dark", "Dar&k"),
)


class FileMenu(QMenu):
    """Texts, models, recent files, prepared texts, and the end.

    Attributes
    ----------
    prepared_texts : PreparedTextsMenu

    Signals
    -------
    home_requested(), open_csv_requested(), sample_requested(), open_model_requested(),
    save_model_requested(), save_model_as_requested(), runs_requested(), settings_requested(),
    quit_requested()
        The entry of that name was chosen.
    recent_file_requested(object)
        The paths of an entry of "Recent files"; several are one text.
    """

    home_requested = Signal()
    open_csv_requested = Signal()
    sample_requested = Signal()
    open_model_requested = Signal()
    save_model_requested = Signal()
    save_model_as_requested = Signal()
    runs_requested = Signal()
    settings_requested = Signal()
    quit_requested = Signal()
    recent_file_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("&File", parent)
        keys = QKeySequence.StandardKey
        _add(self, "&Home", "home", self.home_requested).setShortcut("Alt+Home")
        self._open_csv = _add(self, "&Open CSV…", "open_csv", self.open_csv_requested)
        self._open_csv.setShortcut(keys.Open)
        self._sample = _add(self, "Use the sa&mple comments", "sample", self.sample_requested)
        self.addSeparator()
        self._open_model = _add(self, "Open mod&el…", "open_model", self.open_model_requested)
        self._open_model.setShortcut("Ctrl+Shift+O")
        self._save_model = _add(self, "&Save model", "save_model", self.save_model_requested)
        self._save_model.setShortcut(keys.Save)
        self._save_model_as = _add(
            self, "Save model &as…", "save_model_as", self.save_model_as_requested
        )
        self._save_model_as.setShortcut("Ctrl+Shift+S")
        _add(self, "R&uns…", "runs", self.runs_requested).setShortcut("Ctrl+R")
        self.addSeparator()
        self._recent = self.addMenu("&Recent files")
        self._recent.setObjectName("window.recent_menu")
        self._recent.setToolTipsVisible(True)
        self._recent.triggered.connect(self._on_recent_triggered)
        self.prepared_texts = PreparedTextsMenu(self)
        self.addMenu(self.prepared_texts)
        self.addSeparator()
        _add(self, "Sett&ings…", "settings", self.settings_requested).setShortcut("Ctrl+,")
        _add(self, "&Quit", "quit", self.quit_requested).setShortcut("Ctrl+Q")

    def show_commands(self, *, can_open_data: bool, can_open_model: bool, can_save: bool) -> None:
        """Enable the entries that can be chosen now."""
        self._open_csv.setEnabled(can_open_data)
        self._sample.setEnabled(can_open_data)
        self._open_model.setEnabled(can_open_model)
        self._save_model.setEnabled(can_save)
        self._save_model_as.setEnabled(can_save)

    def show_recent_files(self, paths: Sequence[str]) -> None:
        """List the recent files, the newest first."""
        self._recent.clear()
        for number, text in enumerate(paths, start=1):
            name = recent_name(text).replace("&", "&&")
            action = self._recent.addAction(f"&{number}  {name}")
            action.setToolTip(as_plain("\n".join(map(str, recent_paths(text)))))
            action.setData(text)
        self._recent.setEnabled(bool(paths))

    @Slot(QAction)
    def _on_recent_triggered(self, action: QAction) -> None:
        self.recent_file_requested.emit(recent_paths(action.data()))


class ViewMenu(QMenu):
    """The themes and the tabs.

    Signals
    -------
    theme_chosen(str)
        "system", "light" or "dark".
    tab_requested(int)
        The tab of that number is to come to the front.
    zoom_requested(int)
        1: larger, -1: smaller, 0: as it was.
    full_screen_requested()
        The window is to fill the screen, or to be as it was.
    """

    theme_chosen = Signal(str)
    tab_requested = Signal(int)
    zoom_requested = Signal(int)
    full_screen_requested = Signal()

    def __init__(self, tab_titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__("&View", parent)
        themes = QActionGroup(self)
        self._themes: dict[ThemeChoice, QAction] = {}
        for choice, text in THEMES:
            action = self.addAction(text)
            action.setObjectName(f"window.theme_{choice}_action")
            action.setCheckable(True)
            action.setData(choice)
            themes.addAction(action)
            self._themes[choice] = action
        themes.triggered.connect(self._on_themes_triggered)
        self.addSeparator()
        for number, title in enumerate(tab_titles, start=1):
            action = self.addAction(f"&{title} tab")
            action.setObjectName(f"window.show_{title.lower()}_action")
            action.setShortcut(f"Ctrl+{number}")
            action.setData(number - 1)
            action.triggered.connect(self._on_tab_action_triggered)
        self.addSeparator()
        for text, role, keys, step in (
            ("L&arger", "zoom_in", ("Ctrl++", "Ctrl+="), 1),
            ("&Smaller", "zoom_out", ("Ctrl+-",), -1),
            ("Usual si&ze", "zoom_usual", ("Ctrl+0",), 0),
        ):
            action = self.addAction(text)
            action.setObjectName(f"window.{role}_action")
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setData(step)
            action.triggered.connect(self._on_zoom_action_triggered)
        self.addSeparator()
        _add(self, "F&ull screen", "full_screen", self.full_screen_requested).setShortcut("F11")

    def show_theme(self, choice: ThemeChoice) -> None:
        """Tick the chosen theme."""
        self._themes[choice].setChecked(True)

    @Slot(QAction)
    def _on_themes_triggered(self, action: QAction) -> None:
        self.theme_chosen.emit(action.data())

    @Slot()
    def _on_zoom_action_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.zoom_requested.emit(action.data())

    @Slot()
    def _on_tab_action_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.tab_requested.emit(action.data())


class RunMenu(QMenu):
    """What goes on: the next step, pause, stop, undo; each with its key.

    Signals
    -------
    next_requested(), pause_requested(), stop_requested(), undo_requested(), redo_requested(),
    sentence_requested(), find_requested(), export_requested()
        The entry of that name was chosen, or its key was pressed.
    """

    next_requested = Signal()
    pause_requested = Signal()
    stop_requested = Signal()
    undo_requested = Signal()
    redo_requested = Signal()
    sentence_requested = Signal()
    find_requested = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Run", parent)  # no letter: each tab needs its own
        following = _add(self, "&Next step of this tab", "next", self.next_requested)
        following.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        self._pause = _add(self, "&Pause or resume", "pause", self.pause_requested)
        self._pause.setShortcut("Ctrl+P")
        self._stop = _add(self, "&Stop what runs in this tab", "stop", self.stop_requested)
        self._stop.setShortcut("Esc")
        self.addSeparator()
        self._undo = _add(self, "&Undo", "undo", self.undo_requested)
        self._undo.setShortcut("Ctrl+Z")
        self._undo.setEnabled(False)
        self._redo = _add(self, "&Redo", "redo", self.redo_requested)
        self._redo.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
        self._redo.setEnabled(False)
        self.addSeparator()
        sentence = _add(self, "&Type a sentence", "sentence", self.sentence_requested)
        sentence.setShortcut("Ctrl+L")
        _add(self, "&Find in this tab", "find", self.find_requested).setShortcut("Ctrl+F")
        export = _add(self, "&Export from this tab…", "export", self.export_requested)
        export.setShortcut("Ctrl+E")

    def show_commands(self, *, can_pause: bool, can_stop: bool) -> None:
        """Enable what can be asked for now; a key that does nothing is left to the fields."""
        self._pause.setEnabled(can_pause)
        self._stop.setEnabled(can_stop)

    def show_undo(self, can_undo: bool, can_redo: bool) -> None:  # noqa: FBT001 - a signal's
        """Offer to undo, and to do again."""
        self._undo.setEnabled(can_undo)
        self._redo.setEnabled(can_redo)


class HelpMenu(QMenu):
    """What tells more.

    Signals
    -------
    glossary_requested(), messages_requested(), log_folder_requested(), about_requested()
        The entry of that name was chosen.
    """

    glossary_requested = Signal()
    messages_requested = Signal()
    log_folder_requested = Signal()
    about_requested = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__("&Help", parent)
        _add(self, "&Glossary and keys", "glossary", self.glossary_requested).setShortcut("F1")
        _add(self, "&Messages", "messages", self.messages_requested)
        _add(self, "Open &log folder", "log_folder", self.log_folder_requested)
        self.addSeparator()
        _add(self, f"&About {title}", "about", self.about_requested)


def entries_with_keys(menus: Sequence[QMenu]) -> list[tuple[str, str]]:
    """Return the entries that have a key: name and key."""
    native = QKeySequence.SequenceFormat.NativeText
    return [
        (action.text().replace("&", "").rstrip("…"), action.shortcut().toString(native))
        for menu in menus
        for action in menu.actions()
        if not action.shortcut().isEmpty()
    ]


def _add(menu: QMenu, text: str, role: str, request: SignalInstance) -> QAction:
    action = QAction(text, menu)
    action.setObjectName(f"window.{role}_action")
    action.triggered.connect(request)
    menu.addAction(action)
    return action
