"""The window's menus, title and status bar: which request goes where, what they show."""

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from app.dataset.controller import DatasetController
from app.runs.model_files import ModelFilesController
from app.session import REOPENING_TEXT, Command, RunState, Session, enabled_commands
from app.settings import AppSettings
from app.shared.formatting import counted, format_epoch
from app.tasks.controller import Controller, Surroundings
from app.window.views.dialogs import WindowDialogs
from app.window.views.settings_dialog import SettingsDialog
from engine import LossPoint

if TYPE_CHECKING:
    from app.shared.theme import Theme, ThemeChoice
    from app.window.main_window import MainWindow
    from engine import DeviceChoice

MODEL_SUFFIXES = (".safetensors", ".npz")
ZOOMS = (80, 90, 100, 115, 130, 150, 175, 200)  # percent
TOLD_MS = 10_000  # that the system's own message has
DATASET_TAB, TRAINING_TAB, GENERATION_TAB = range(3)

_STATE_TEXTS = {
    RunState.IDLE: "No text is prepared",
    RunState.PREPARING: "Preparing the text…",
    RunState.READY: "",
    RunState.TRAINING: "Training…",
    RunState.PAUSED: "Training is paused",
    RunState.STOPPING: "Stopping…",
}


class WindowController(Controller):
    """Connect the window with the session and the other controllers."""

    def __init__(
        self,
        window: "MainWindow",
        theme: "Theme",
        dataset: DatasetController,
        models: ModelFilesController,
        around: Surroundings,
        *,
        dialogs: WindowDialogs,
        open_log_folder: Callable[[], None],
    ) -> None:
        super().__init__(around)
        self._window, self._theme = window, theme
        self._dataset, self._models = dataset, models
        self._was_training = False
        self._percent: int | None = None  # of the training that goes on
        self._dialogs, self._open_log_folder = dialogs, open_log_folder
        self._connect_window()
        self._connect_state()
        self._restore()

    @Slot(object)
    def show_devices(self, choices: "Sequence[DeviceChoice]") -> None:
        """Say which device will compute unless another is chosen."""
        if choices:
            self._window.show_device(f"Computes on: {choices[0].name}", choices[0].reason)

    @Slot(object)
    def show_progress(self, event: object) -> None:
        """Say in the title how far a training is: it is seen in the task bar, too."""
        if isinstance(event, LossPoint) and event.time_left_s is not None:
            whole_s = event.elapsed_s + event.time_left_s
            percent = math.floor(100.0 * event.elapsed_s / max(whole_s, 1e-9))
            if percent != self._percent:
                self._percent = percent
                self._show_session()

    def _connect_window(self) -> None:
        window = self._window
        window.files_dropped.connect(self.open_files)
        window.tab_changed.connect(self._on_tab_changed)
        window.term_asked.connect(self._show_glossary)
        window.closed.connect(self._on_closed)
        files, view, about = window.file_menu, window.view_menu, window.help_menu
        files.open_csv.triggered.connect(self._on_open_csv_triggered)
        files.sample.triggered.connect(self._on_sample_triggered)
        files.open_model.triggered.connect(self._models.open_model)
        files.save_model.triggered.connect(self._models.save_model)
        files.save_model_as.triggered.connect(self._models.save_model_as)
        files.recent_file_requested.connect(self.open_recent)
        files.settings.triggered.connect(self._on_settings_triggered)
        view.theme_chosen.connect(self._on_theme_chosen)
        view.zoom_requested.connect(self._on_zoom_requested)
        about.glossary.triggered.connect(self._on_glossary_triggered)
        about.messages.triggered.connect(self._on_messages_triggered)
        about.about.triggered.connect(self._dialogs.show_about)
        about.log_folder.triggered.connect(self._on_log_folder_triggered)

    def _connect_state(self) -> None:
        self._presenter.message_requested.connect(self._window.show_message)
        self._presenter.clear_requested.connect(self._window.clear_messages)
        self._session.run_state_changed.connect(self._show_session)
        self._session.run_state_changed.connect(self._on_run_state_changed)
        self._session.model_changed.connect(self._show_session)
        self._session.run_changed.connect(self._show_session)
        self._session.model_saved_changed.connect(self._show_session)
        self._session.corpus_changed.connect(self._show_session)
        self._session.unprepared_changed.connect(self._show_session)
        self._session.reopening_changed.connect(self._show_session)
        self._models.opened.connect(self._on_model_opened)
        self._settings.changed.connect(self._on_settings_changed)

    def _restore(self) -> None:
        settings = self._settings.settings
        self._window.show_geometry(self._settings.load_geometry())
        self._window.show_tab(settings.last_tab)
        self._window.view_menu.show_theme(settings.theme)
        self._window.file_menu.show_recent_files(settings.recent_files)
        self._window.show_device("Looking for devices…", "")
        self._theme.choose(settings.theme)
        self._show_session()

    @Slot()
    def _show_session(self) -> None:
        session, commands = self._session, enabled_commands(self._session.run_state)
        self._window.show_state(describe_session(session))
        self._window.show_commands(
            can_open_data=Command.OPEN_DATA in commands,
            can_open_model=Command.OPEN_MODEL in commands,
            can_save=session.model is not None,
        )
        name = ""
        if session.model is not None:
            of_run = session.run.name if session.run is not None else ""
            name = session.model_path.name if session.model_path else of_run or "New model"
        if session.run_state.is_training:
            run = session.run.name if session.run is not None else "New model"
            name = f"{self._percent or 0} %, {run}"
        is_on_disk = session.is_model_safe or not session.run_state.is_at_rest
        self._window.show_title(name, is_saved=is_on_disk)

    @Slot()
    def _on_open_csv_triggered(self) -> None:
        if self._dataset.ask_and_open():
            self._window.show_tab(DATASET_TAB)

    @Slot()
    def _on_sample_triggered(self) -> None:
        self._window.show_tab(DATASET_TAB)
        self._dataset.open_sample()

    @Slot(object)
    def open_files(self, paths: Sequence[Path]) -> None:
        """Open a model, as its file's name tells, and all other files as one text."""
        models = [path for path in paths if path.suffix.lower() in MODEL_SUFFIXES]
        texts = [path for path in paths if path not in models]
        if len(models) > 1:
            self._presenter.show_message(
                "Nothing was opened: only one model can be open at a time. Drop the one you mean, "
                "together with texts if you like.",
                "warning",
            )
            return
        if texts:
            self._window.show_tab(DATASET_TAB)
            self._dataset.open_paths(texts)
        if models:
            self._models.open_path(models[0])

    @Slot(object)
    def open_recent(self, paths: Sequence[Path]) -> None:
        """Open a recent file, or several that are one text, unless it is gone."""
        # `Path.exists` raises where a name is too long.
        gone = [path for path in paths if not os.path.exists(path)]  # noqa: PTH110
        if not gone:
            self.open_files(paths)
            return
        self._settings.remove_recent_file(*paths)
        self._presenter.show_message(
            f"{gone[0]} is not there any more; it was taken from the recent files.", "warning"
        )

    @Slot(str)
    def _on_theme_chosen(self, choice: "ThemeChoice") -> None:
        self._theme.choose(choice)
        self._settings.update(theme=choice)

    @Slot(int)
    def _on_tab_changed(self, index: int) -> None:
        self._settings.update(last_tab=index)

    @Slot()
    def _on_glossary_triggered(self) -> None:
        self._show_glossary("")

    @Slot(str)
    def _show_glossary(self, term: str) -> None:
        keys, now = self._window.actions_with_shortcuts(), self._window.present_numbers()
        self._dialogs.show_glossary(keys, now, term)

    @Slot()
    def _on_messages_triggered(self) -> None:
        self._dialogs.show_messages(tuple(self._window.message_bar.remembered))

    @Slot(int)
    def _on_zoom_requested(self, step: int) -> None:
        self._show_zoom(next_zoom(self._settings.settings.zoom, step))

    @Slot()
    def _on_settings_triggered(self) -> None:
        dialog = SettingsDialog(self._settings.settings, ZOOMS, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.theme_chosen.connect(self._on_settings_theme_chosen)
        dialog.zoom_chosen.connect(self._show_zoom)
        dialog.on_start_chosen.connect(self._on_settings_start_chosen)
        dialog.keep_awake_chosen.connect(self._on_settings_keep_awake_chosen)
        dialog.open()

    @Slot(str)
    def _on_settings_theme_chosen(self, choice: "ThemeChoice") -> None:
        self._window.view_menu.show_theme(choice)
        self._on_theme_chosen(choice)

    @Slot(str)
    def _on_settings_start_chosen(self, choice: str) -> None:
        self._settings.update(on_start=choice)

    @Slot(bool)
    def _on_settings_keep_awake_chosen(self, is_kept: bool) -> None:  # noqa: FBT001 - a slot
        self._settings.update(keep_awake=is_kept)

    @Slot(int)
    def _show_zoom(self, zoom: int) -> None:
        self._theme.zoom(zoom, self._window)
        self._settings.update(zoom=zoom)

    @Slot()
    def _on_log_folder_triggered(self) -> None:
        self._open_log_folder()

    @Slot(object)
    def _on_model_opened(self, path: Path) -> None:
        self._window.show_tab(GENERATION_TAB)

    @Slot(object)
    def _on_settings_changed(self, settings: AppSettings) -> None:
        self._window.file_menu.show_recent_files(settings.recent_files)

    @Slot(object)
    def _on_run_state_changed(self, state: RunState) -> None:
        """Call for attention when a training has ended while the window is in the back."""
        was_training, self._was_training = self._was_training, state.is_training
        if state.is_at_rest:
            self._percent = None
        if was_training and state.is_at_rest and not self._window.isActiveWindow():
            QApplication.alert(self._window)
            tell_outside(self._window, describe_session(self._session))

    @Slot()
    def _on_closed(self) -> None:
        self._settings.save_geometry(self._window.saveGeometry())


def tell_outside(window: "MainWindow", text: str) -> None:
    """Have the system tell that the training has ended, where it has a place for that."""
    if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
        return
    icon = QSystemTrayIcon(window.windowIcon(), window)  # does not outlive the window
    icon.messageClicked.connect(window.raise_)
    icon.show()
    icon.showMessage("The training has ended", text)
    QTimer.singleShot(TOLD_MS, icon.deleteLater)


def next_zoom(percent: int, step: int) -> int:
    """Return the next larger or smaller of the sizes; 0 is the usual one."""
    if step == 0:
        return 100
    place = min(range(len(ZOOMS)), key=lambda number: abs(ZOOMS[number] - percent)) + step
    return ZOOMS[max(0, min(place, len(ZOOMS) - 1))]


def describe_session(session: Session) -> str:
    """Return the facts: what goes on, which text is prepared, which model there is."""
    is_reopening = session.is_reopening and session.run_state is RunState.IDLE
    facts = [REOPENING_TEXT if is_reopening else _STATE_TEXTS[session.run_state]]
    if session.corpus is not None and session.run_state.is_at_rest:
        summary = session.corpus.summary
        facts.append(f"Text: {summary.name}, {counted(summary.sentences, 'sentence')}")
    if session.unprepared is not None:
        facts.append(f"{session.unprepared.name} is not prepared")
    if session.model is not None and session.run_state.is_at_rest:
        is_trained = session.model.step > 0 or session.model_path is not None
        facts.append(
            f"Model: epoch {format_epoch(session.model.epoch)}"
            if is_trained
            else "Model: not trained yet"
        )
    if session.run is not None and session.run.saved_at:
        facts.append(f"Saved at {session.run.saved_at}")
    return "  ·  ".join(filter(None, facts))
