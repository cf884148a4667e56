"""The window around start page and tabs: menus, messages, status bar, dropped files.

It receives ready-made tabs and emits requests; what happens is decided elsewhere.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QWhatsThisClickedEvent,
)
from PySide6.QtWidgets import QMainWindow, QPushButton, QStackedWidget, QTabWidget, QWidget

from app.errors import Message
from app.shared.labels import TermLabel, as_plain, make_label
from app.shared.layouts import in_column, in_row
from app.shared.scrolling import TabScrollArea
from app.window.menus import FileMenu, HelpMenu, RunMenu, ViewMenu, entries_with_keys
from app.window.views.drop_hint import DropHint, drop_text
from app.window.views.home_page import HomePage
from app.window.views.message_bar import MessageBar
from app.window.views.message_card import MessageStrip

TITLE = "RNN Text Lab"
SIZE = (1280, 860)  # px, of the first start
SMALLEST_SIZE = (1024, 600)
FRAME = (0, 40)  # px, that the title bar takes from the screen
ELSEWHERE = "Only files on this computer can be dropped here"
NOT_NOW = "Not while a job runs: stop it first, then drop the file again"
TAB_TITLES = ("Dataset", "Training", "Generation")
PLACES = ("dataset", "training", "generation")  # the tabs, as messages name them


class MainWindow(QMainWindow):
    """The window.

    Attributes
    ----------
    message_bar : MessageBar
        Over the corner of whatever is shown.
    home : HomePage
        In front of the tabs at the first start, after a crash, and where it is asked for.
    recovery_bar : RecoveryBar
        On the start page.
    file_menu, run_menu, view_menu, help_menu : FileMenu, RunMenu, ViewMenu, HelpMenu
        What can be chosen; home, tabs, full screen and the end are the window's own affair.

    Signals
    -------
    files_dropped(object)
        The paths of files that were dropped onto the window.
    tab_changed(int)
        Another tab is in front.
    term_asked(str)
        A figure was clicked: what it means is to be told.
    home_shown()
        The start page came to the front.
    closed()
        The window is closed.
    """

    files_dropped = Signal(object)
    tab_changed = Signal(int)
    term_asked = Signal(str)
    home_shown = Signal()
    closed = Signal()

    def __init__(self, tabs: Sequence[QWidget]) -> None:
        super().__init__()
        self._may_close: Callable[[], bool] = lambda: True
        self._has_guard_failed = False
        self._can_open = True
        self._strips: dict[str, MessageStrip] = {}
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.setMinimumSize(*SMALLEST_SIZE)
        self.resize(first_size(self.screen().availableSize()))
        self._build_centre(tabs)
        self._build_menus()
        self._build_status_bar()
        self._connect_signals()
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
        self.show_tabs()

    @Slot()
    def show_tabs(self) -> None:
        """Bring the tab that was in front last back to the front."""
        self._pages.setCurrentWidget(self._tabs)

    @Slot()
    def show_home(self) -> None:
        """Bring the start page to the front."""
        self._pages.setCurrentWidget(self.home)
        self.home_shown.emit()

    @property
    def is_home(self) -> bool:
        """Whether the start page is in front."""
        return self._pages.currentWidget() is self.home

    def show_title(self, model_name: str, *, is_saved: bool) -> None:
        """Name the model in the title, with a mark (Qt: one "[*]") while it is not saved."""
        name = model_name.replace("[*]", "[*][*]").replace("\ufffe", "")  # Qt: bytes are swapped
        self.setWindowTitle(f"{name}[*] – {TITLE}" if name else f"{TITLE}[*]")
        self.setWindowModified(not is_saved)

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show a problem of a tab in that tab, and all else, or if that is not seen, in the corner.

        The problem covers nothing there that is to be mended.
        """
        strip = self._strips.get(message.place)
        if strip is None or message.kind != "error":
            self.message_bar.show_message(message)
            return
        strip.show_message(message)
        if self.is_home or PLACES[self.current_tab] != message.place:
            self.message_bar.show_message(message)
        else:
            self.message_bar.remembered.appendleft(message)

    @Slot(str)
    def clear_messages(self, place: str) -> None:
        """Take the message in the corner away, and that of a tab, if one is named."""
        self.message_bar.clear()
        if place in self._strips:
            self._strips[place].clear()

    def take_problem_step(self) -> bool:
        """Take the step that a problem of the tab in front offers; return whether there is one."""
        strip = self._strips[PLACES[self.current_tab]]
        offers_step = strip.offers_step
        if offers_step:
            strip.take_step()
        return offers_step

    @Slot()
    def _lead(self) -> None:
        """Let one button of each tab stand out: where a problem offers a step, it is that one."""
        for strip in self._strips.values():
            page, offers_step = strip.parentWidget(), "true" if strip.offers_step else "false"
            if page is not None and page.property("offers_step") != offers_step:
                page.setProperty("offers_step", offers_step)
                for button in page.findChildren(QPushButton):
                    button.style().unpolish(button)
                    button.style().polish(button)

    def show_state(self, text: str) -> None:
        """Say in the status bar what goes on."""
        self._state.setText(text)

    def show_device(self, text: str, reason: str) -> None:
        """Say in the status bar what computes."""
        self._device.setText(text)
        self._device.setToolTip(as_plain(reason))

    def show_commands(self, *, can_open_data: bool, can_open_model: bool, can_save: bool) -> None:
        """Enable the entries of the File menu that can be chosen now."""
        self._can_open = can_open_data and can_open_model
        self.file_menu.show_commands(
            can_open_data=can_open_data, can_open_model=can_open_model, can_save=can_save
        )

    def show_geometry(self, geometry: QByteArray) -> None:
        """Take the place and size of an earlier session, if there is one."""
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)

    def present_numbers(self) -> dict[str, list[str]]:
        """Return what is told of each term now: sentences with the present numbers."""
        told: dict[str, list[str]] = {}
        for label in self.findChildren(TermLabel):
            if label.now and label.now not in told.setdefault(label.term, []):
                told[label.term].append(label.now)
        return told

    def actions_with_shortcuts(self) -> list[tuple[str, str]]:
        """Return the menu entries that have a key: name and key."""
        return entries_with_keys(self._menus)

    def _build_centre(self, tabs: Sequence[QWidget]) -> None:
        self._pages = QStackedWidget(self)
        self._pages.setObjectName("window.pages")
        self.home = HomePage(self._pages)
        self.recovery_bar = self.home.recovery_bar
        self._tabs = QTabWidget(self._pages)
        self._tabs.setObjectName("window.tabs")
        self._tabs.setAccessibleName("Dataset, training and generation")
        self._tabs.setDocumentMode(True)
        for number, (tab, title) in enumerate(zip(tabs, TAB_TITLES, strict=True), start=1):
            self._tabs.addTab(self._build_page(tab, PLACES[number - 1]), title)
            self._tabs.setTabToolTip(number - 1, f"{title} (Ctrl+{number})")
        self._tabs.currentChanged.connect(self.tab_changed)
        self._pages.addWidget(self._tabs)
        self._pages.addWidget(self.home)
        self.setCentralWidget(self._pages)
        self.message_bar = MessageBar(self._pages)
        self._drop_hint = DropHint(self)

    def _build_page(self, tab: QWidget, place: str) -> QWidget:
        """Return a tab below the strip for what concerns it."""
        page = QWidget(self._tabs)
        page.setProperty("offers_step", "false")
        strip = self._strips[place] = MessageStrip(f"{place}.message_strip", page)
        above = in_row(strip, margins=(16, 0, 16, 0))
        in_column(above, (TabScrollArea(tab, page), 1), of=page, margins=0, spacing=0)
        strip.offering_changed.connect(self._lead)
        return page

    def _build_menus(self) -> None:
        bar = self.menuBar()
        self.file_menu, self.run_menu = FileMenu(bar), RunMenu(bar)
        self.view_menu, self.help_menu = ViewMenu(TAB_TITLES, bar), HelpMenu(TITLE, bar)
        self._menus = (self.file_menu, self.run_menu, self.view_menu, self.help_menu)
        for menu in self._menus:
            bar.addMenu(menu)

    def _build_status_bar(self) -> None:
        self._state = make_label("", "body", self, name="window.state_label")
        self._device = make_label("", "body", self, name="window.device_label")
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self._state, 1)
        self.statusBar().addPermanentWidget(self._device)

    def _connect_signals(self) -> None:
        self.file_menu.home.triggered.connect(self.show_home)
        self.file_menu.quit.triggered.connect(self.close)
        self.view_menu.tab_requested.connect(self.show_tab)
        self.view_menu.full_screen.triggered.connect(self._on_full_screen_triggered)

    @Slot()
    def _on_full_screen_triggered(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def event(self, event: QEvent) -> bool:
        """Hear of a figure that was clicked."""
        if isinstance(event, QWhatsThisClickedEvent):
            self.term_asked.emit(event.href())
            return True
        return super().event(event)

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
        """Say whether these files can be dropped; of those that can, take them."""
        urls = event.mimeData().urls()
        if not urls:
            return
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        is_welcome = bool(paths) and self._can_open
        refusal = NOT_NOW if paths else ELSEWHERE
        hint = drop_text(paths) if is_welcome else refusal
        self._drop_hint.show_hint(hint, is_welcome=is_welcome)
        event.acceptProposedAction()  # also to refuse: only then does the window hear more

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the hint away."""
        self._drop_hint.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand on the files that were dropped."""
        self._drop_hint.hide()
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)


def first_size(available: QSize) -> QSize:
    """Return the size of the first start on a screen with so much room."""
    room = available - QSize(*FRAME)
    return QSize(*SIZE).boundedTo(room).expandedTo(QSize(*SMALLEST_SIZE))
