"""The menus of the window: what can be chosen in them, with which key.

They ask and show; what an entry does is decided elsewhere.
"""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
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
    home, open_csv, sample, open_model, save_model, save_model_as, runs, settings, quit : QAction
        The entries, triggered when they are chosen.
    prepared_texts : PreparedTextsMenu

    Signals
    -------
    recent_file_requested(object)
        The paths of an entry of "Recent files"; several are one text.
    """

    recent_file_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("&File", parent)
        keys = QKeySequence.StandardKey
        self.home = _add(self, "&Home", "home", "Alt+Home")
        self.open_csv = _add(self, "&Open CSV…", "open_csv", keys.Open)
        self.sample = _add(self, "Use the sa&mple comments", "sample")
        self.addSeparator()
        self.open_model = _add(self, "Open mod&el…", "open_model", "Ctrl+Shift+O")
        self.save_model = _add(self, "&Save model", "save_model", keys.Save)
        self.save_model_as = _add(self, "Save model &as…", "save_model_as", "Ctrl+Shift+S")
        self.runs = _add(self, "R&uns…", "runs", "Ctrl+R")
        self.addSeparator()
        self._recent = self.addMenu("&Recent files")
        self._recent.setObjectName("window.recent_menu")
        self._recent.setToolTipsVisible(True)
        self._recent.triggered.connect(self._on_recent_triggered)
        self.prepared_texts = PreparedTextsMenu(self)
        self.addMenu(self.prepared_texts)
        self.addSeparator()
        self.settings = _add(self, "Sett&ings…", "settings", "Ctrl+,")
        self.quit = _add(self, "&Quit", "quit", "Ctrl+Q")

    def show_commands(self, *, can_open_data: bool, can_open_model: bool, can_save: bool) -> None:
        """Enable the entries that can be chosen now."""
        self.open_csv.setEnabled(can_open_data)
        self.sample.setEnabled(can_open_data)
        self.open_model.setEnabled(can_open_model)
        self.save_model.setEnabled(can_save)
        self.save_model_as.setEnabled(can_save)

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

    Attributes
    ----------
    full_screen : QAction
        The window is to fill the screen, or to be as it was.

    Signals
    -------
    theme_chosen(str)
        "system", "light" or "dark".
    tab_requested(int)
        The tab of that number is to come to the front.
    zoom_requested(int)
        1: larger, -1: smaller, 0: as it was.
    """

    theme_chosen = Signal(str)
    tab_requested = Signal(int)
    zoom_requested = Signal(int)

    def __init__(self, tab_titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__("&View", parent)
        themes = QActionGroup(self)
        self._themes: dict[ThemeChoice, QAction] = {}
        for choice, text in THEMES:
            action = _add(self, text, f"theme_{choice}")
            action.setCheckable(True)
            action.setData(choice)
            themes.addAction(action)
            self._themes[choice] = action
        themes.triggered.connect(self._on_themes_triggered)
        self.addSeparator()
        for number, title in enumerate(tab_titles, start=1):
            action = _add(self, f"&{title} tab", f"show_{title.lower()}", f"Ctrl+{number}")
            action.setData(number - 1)
            action.triggered.connect(self._on_tab_action_triggered)
        self.addSeparator()
        for text, role, keys, step in (
            ("L&arger", "zoom_in", ("Ctrl++", "Ctrl+="), 1),
            ("&Smaller", "zoom_out", ("Ctrl+-",), -1),
            ("Usual si&ze", "zoom_usual", ("Ctrl+0",), 0),
        ):
            action = _add(self, text, role, *keys)
            action.setData(step)
            action.triggered.connect(self._on_zoom_action_triggered)
        self.addSeparator()
        self.full_screen = _add(self, "F&ull screen", "full_screen", "F11")

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

    Attributes
    ----------
    next, pause, stop, undo, redo, sentence, find_text, export : QAction
        The entries, triggered when they are chosen or their keys are pressed.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Run", parent)  # no letter: each tab needs its own
        self.next = _add(self, "&Next step of this tab", "next", "Ctrl+Return", "Ctrl+Enter")
        self.pause = _add(self, "&Pause or resume", "pause", "Ctrl+P")
        self.stop = _add(self, "&Stop what runs in this tab", "stop", "Esc")
        self.addSeparator()
        self.undo = _add(self, "&Undo", "undo", "Ctrl+Z")
        self.redo = _add(self, "&Redo", "redo", "Ctrl+Y", "Ctrl+Shift+Z")
        self.show_undo(can_undo=False, can_redo=False)
        self.addSeparator()
        self.sentence = _add(self, "&Type a sentence", "sentence", "Ctrl+L")
        self.find_text = _add(self, "&Find in this tab", "find", "Ctrl+F")
        self.export = _add(self, "&Export from this tab…", "export", "Ctrl+E")

    def show_commands(self, *, can_pause: bool, can_stop: bool) -> None:
        """Enable what can be asked for now; a key that does nothing is left to the fields."""
        self.pause.setEnabled(can_pause)
        self.stop.setEnabled(can_stop)

    def show_undo(self, can_undo: bool, can_redo: bool) -> None:  # noqa: FBT001 - a signal's
        """Offer to undo, and to do again."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)


class HelpMenu(QMenu):
    """What tells more.

    Attributes
    ----------
    glossary, messages, log_folder, about : QAction
        The entries, triggered when they are chosen.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__("&Help", parent)
        self.glossary = _add(self, "&Glossary and keys", "glossary", "F1")
        self.messages = _add(self, "&Messages", "messages")
        self.log_folder = _add(self, "Open &log folder", "log_folder")
        self.addSeparator()
        self.about = _add(self, f"&About {title}", "about")


def entries_with_keys(menus: Sequence[QMenu]) -> list[tuple[str, str]]:
    """Return the entries that have a key: name and key."""
    native = QKeySequence.SequenceFormat.NativeText
    return [
        (action.text().replace("&", "").rstrip("…"), action.shortcut().toString(native))
        for menu in menus
        for action in menu.actions()
        if not action.shortcut().isEmpty()
    ]


def _add(menu: QMenu, text: str, role: str, *keys: str | QKeySequence.StandardKey) -> QAction:
    action = menu.addAction(text)
    action.setObjectName(f"window.{role}_action")
    action.setShortcuts([QKeySequence(key) for key in keys])
    return action
