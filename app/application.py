"""The composition root: makes every part, connects them, runs the event loop.

Nothing is decided here. `build_window` makes the whole window without running
it, so that tests can drive it with engines and answers of their own.
"""

import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyqtgraph  # noqa: F401 - it replaces sys.excepthook: import it before ours is put in place
from platformdirs import user_data_path
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from app.dataset.controller import DatasetController
from app.dataset.refused_rows_export import RefusedRowsExport
from app.dataset.sentences_controller import SentencesController
from app.dataset.tab import DatasetTab
from app.dataset.vocabulary_controller import VocabularyController
from app.errors import ErrorPresenter, install_exception_hook, start_logging
from app.generation.background.controllers import BackgroundControllers
from app.generation.background.next_words import NextWordsController
from app.generation.background.scoring import ScoringController
from app.generation.background.suggestions import SuggestionsController
from app.generation.controller import GenerationController
from app.generation.keeping import SentenceKeeper
from app.generation.tab import GenerationTab
from app.jobs import Jobs
from app.runs.model_files import ModelFilesController
from app.session import Session
from app.settings import SettingsStore
from app.shared.icon import application_icon
from app.shared.theme import Theme
from app.tasks.controller import Surroundings
from app.tasks.garbage import GarbageCollector
from app.tasks.runners import Runners
from app.tasks.task_runner import TaskRunner
from app.training.controller import TrainingController
from app.training.plot.loss_history import LossHistory
from app.training.references import ReferencesController
from app.training.tab import TrainingTab
from app.training.tools import ToolsController
from app.window.awake import Awake
from app.window.close_guard import CloseGuard
from app.window.controller import DATASET_TAB, GENERATION_TAB, TRAINING_TAB, WindowController
from app.window.first_window import FirstWindow, bring_to_front
from app.window.home import HomeController
from app.window.kept_runs import KeptRuns
from app.window.last_session import FILE_NAME, LastSession
from app.window.main_window import TITLE, MainWindow
from app.window.prepared_texts import PreparedTextsController
from app.window.steps import Steps
from app.window.undo import UndoList
from app.window.views.dialogs import WindowDialogs, ask_where_it_is
from app.window.warm_up import WarmUp
from engine import RunStore, wait_politely

if TYPE_CHECKING:
    from engine import Corpus

APP_FOLDER = "rnn-text-lab"
SHUTDOWN_MS = 3000
WARM_UP_SHUTDOWN_MS = 60_000  # an import cannot be interrupted


class Application:
    """The window and everything that must live as long as it.

    Attributes
    ----------
    window : MainWindow
    session : Session
    presenter : ErrorPresenter
    settings : SettingsStore
    theme : Theme
    runners : Runners
    dataset, sentences, refused_rows, vocabulary, training, references, tools, generation,
    scoring, next_words, suggestions, background, models, kept_runs, controller, guard,
    warm_up, prepared_texts, kept_sentences, last_session, home, awake, undo, steps
        The controllers, each with its part of the window.
    """

    def __init__(self, settings_path: Path, jobs: Jobs, log_folder: Path | None) -> None:
        qt = QApplication.instance()
        if not isinstance(qt, QApplication):
            raise RuntimeError("make a QApplication first")
        self.theme = Theme(qt)
        self.settings = SettingsStore(settings_path)
        self.theme.zoom(self.settings.settings.zoom)  # before anything has a size
        self._dataset_tab = DatasetTab()
        self._training_tab = TrainingTab(LossHistory())
        self._generation_tab = GenerationTab()
        self.window = MainWindow((self._dataset_tab, self._training_tab, self._generation_tab))
        self.session = Session(self.window)
        self.presenter = ErrorPresenter(self.window)
        self.settings.setParent(self.window)
        self.runners = Runners(**{name: TaskRunner(self.window) for name in Runners.names()})
        around = Surroundings(
            session=self.session,
            presenter=self.presenter,
            settings=self.settings,
            jobs=jobs,
            parent=self.window,
        )
        self._make_dataset(around.at("dataset"))
        self._make_training(around.at("training"))
        self._make_generation(around.at("generation"))
        self._make_window(around, log_folder)
        self._make_kept_runs(around)
        self._make_continuity(settings_path.parent / FILE_NAME, around)
        self.awake = Awake(self.session, self.settings, parent=self.window)
        self.runners.training.event_ready.connect(self.controller.show_progress)
        self.undo = UndoList(self.window, self.presenter)
        self.kept_runs.opener.opened.connect(self.undo.forget)
        self.steps = Steps(
            self.window,
            self.session,
            self.runners,
            self.undo,
            dataset=self._dataset_tab,
            training=self._training_tab,
            generation=self._generation_tab,
        )
        self.theme.put_on()

    def start(self) -> None:
        """Look for interrupted runs and bring the last session back; the window has shown."""
        if self.last_session.has_something and self.settings.settings.on_start == "continue":
            self.window.show_tabs()
        else:
            self.window.show_home()
        if self.last_session.is_damaged:
            self.presenter.show_message(
                "What was open last time is not known: the note about it is damaged. All your "
                "runs are still here.",
                "warning",
            )
        self.kept_runs.recovery.start()

    def summon(self, paths: Sequence[Path]) -> None:
        """Come to the front, because the program was started again, and open its files."""
        self.guard.stay()
        bring_to_front(self.window)
        self.controller.open_files(paths)

    def shutdown(self) -> bool:
        """Stop every job and wait for its thread; return whether all ended in time."""
        self.awake.close()
        self.background.close()
        self.next_words.close()
        self.suggestions.close()
        self.last_session.write()
        self.scoring.close()  # an ended job must not start the one that waits behind it
        self.kept_runs.close()
        ended = [runner.shutdown(SHUTDOWN_MS) for runner in self.runners.all_but_warm_up()]
        return all(ended) and self.runners.warm_up.shutdown(WARM_UP_SHUTDOWN_MS)

    def _make_dataset(self, around: Surroundings) -> None:
        tab, runners = self._dataset_tab, self.runners
        self.dataset = DatasetController(tab, runners.dataset, around)
        self.sentences = SentencesController(tab, runners.sentences, around)
        self.refused_rows = RefusedRowsExport(tab, around)
        choices = self._training_tab.form.choices
        self.vocabulary = VocabularyController(tab, runners.vocabulary, around, choices=choices)

    def _make_training(self, around: Surroundings) -> None:
        tab, runners = self._training_tab, self.runners
        self.training = TrainingController(tab, runners.training, around)
        self.references = ReferencesController(runners.references, around)
        self.references.counted.connect(self.training.show_references)
        self.tools = ToolsController(tab, runners.tools, around)

    def _make_generation(self, around: Surroundings) -> None:
        tab, runners = self._generation_tab, self.runners
        self.generation = GenerationController(tab, runners.generation, around)
        self.scoring = ScoringController(tab, runners.scoring, around)
        names = BackgroundControllers.names()
        self.background = BackgroundControllers.make(
            tab, {name: getattr(runners, name) for name in names}, around
        )
        self.background.copies.source_chosen.connect(self._on_source_chosen)
        self.next_words = NextWordsController(tab, runners.next_words, around)
        self.suggestions = SuggestionsController(tab, runners.suggestions, around)

    def _make_window(self, around: Surroundings, log_folder: Path | None) -> None:
        dialogs = WindowDialogs(self.window)
        self.models = ModelFilesController(self.runners.models, around, window=self.window)
        self.guard = CloseGuard(
            self.session,
            self.runners.all_but_warm_up(),
            self.presenter,
            ask_unsaved=around.jobs.ask_unsaved_at_close or dialogs.ask_unsaved,
            save_model=self.models.save_model,
            parent=self.window,
        )
        self.window.set_close_guard(self.guard.may_close)
        self.guard.ready_to_close.connect(self.window.close)
        self.controller = WindowController(
            self.window,
            self.theme,
            self.dataset,
            self.models,
            around,
            dialogs=dialogs,
            open_log_folder=partial(_open_folder, log_folder),
        )
        self.prepared_texts = PreparedTextsController(
            self.window.file_menu.prepared_texts,
            self.runners.prepared_texts,
            around,
            open_folder=_open_folder,
        )
        self.warm_up = WarmUp(self.runners.warm_up, around)
        self.warm_up.devices_listed.connect(self.training.show_devices)
        self.warm_up.devices_listed.connect(self.controller.show_devices)

    def _make_kept_runs(self, around: Surroundings) -> None:
        show_training = partial(self.window.show_tab, TRAINING_TAB)
        show_generation = partial(self.window.show_tab, GENERATION_TAB)
        self.kept_runs = KeptRuns(
            self.window,
            self.window.recovery_bar,
            self._generation_tab,
            self.runners.runs,
            around,
            resume=self.training.resume_run,
            may_replace=self.models.may_replace,
            show_model=show_training,
        )
        controller = self.kept_runs.controller
        self.window.file_menu.runs.triggered.connect(controller.show)
        controller.overlay_changed.connect(self._training_tab.plot.show_overlay)
        self._training_tab.buttons.discard_requested.connect(controller.discard_current)
        self.training.resumed.connect(show_training)
        self.training.generate_requested.connect(show_generation)
        self.training.generate_requested.connect(
            self._generation_tab.generate_panel.request_generate
        )
        self._dataset_tab.prepare_panel.train_requested.connect(show_training)
        self.kept_runs.opener.text_wanted.connect(self.dataset.prepare_again)

    def _make_continuity(self, session_path: Path, around: Surroundings) -> None:
        kept, home = self.kept_runs, self.window.home
        self.kept_sentences = SentenceKeeper(self._generation_tab, around)
        self.last_session = LastSession(
            session_path,
            self.window,
            kept.queue,
            kept.opener,
            around,
            dataset=self.dataset,
            training=self.training,
            training_tab=self._training_tab,
            generation_tab=self._generation_tab,
            sentences=self.kept_sentences,
            models=self.models,
        )
        self.home = HomeController(
            home,
            kept.queue,
            kept.opener,
            around,
            may_replace=self.models.may_replace,
            locate=around.jobs.ask_where_it_is or partial(ask_where_it_is, self.window),
        )
        home.open_requested.connect(self.window.file_menu.open_csv.trigger)
        home.sample_requested.connect(self.window.file_menu.sample.trigger)
        home.runs_requested.connect(kept.controller.show)
        self.window.home_shown.connect(self.home.refresh)
        self.home.left.connect(self.window.show_tabs)
        self.home.run_opened.connect(partial(self.window.show_tab, TRAINING_TAB))
        self.home.file_requested.connect(self.controller.open_recent)
        self.last_session.found_nothing.connect(self.window.show_home)
        self.last_session.restore_views()
        kept.recovery.looked.connect(self._on_recovery_looked)
        self.window.closed.connect(self.last_session.write)

    def _on_source_chosen(self, corpus: "Corpus", number: int) -> None:
        """Show a sentence of the training text that another was copied from."""
        self.window.show_tab(DATASET_TAB)
        self._dataset_tab.show_sentence(corpus, number)

    def _on_recovery_looked(self, interrupted: frozenset[str]) -> None:
        """Offer what a crash interrupted on the start page, and bring the rest back."""
        if interrupted:
            self.window.show_home()
        self.last_session.restore(interrupted)


def build_window(
    settings_path: Path,
    *,
    jobs: Jobs | None = None,
    log_folder: Path | None = None,
) -> Application:
    """Make the window and all that belongs to it; it is not shown and no job is started.

    Without `jobs` it asks the engine, and its kept runs are in the folder of the settings.
    """
    return Application(settings_path, jobs or Jobs(runs=RunStore(settings_path.parent)), log_folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the window, opening the files named as arguments, and return the exit code."""
    wait_politely()
    words = list(sys.argv if arguments is None else arguments)
    qt = QApplication([APP_FOLDER, *words[1:]])  # its first word is the class of an X11 window
    qt.setApplicationName(TITLE)
    qt.setDesktopFileName(APP_FOLDER)  # whose icon Wayland takes
    qt.setWindowIcon(application_icon())
    folder = user_data_path(APP_FOLDER, appauthor=False)
    start_logging(folder / "logs")
    paths = [Path(text) for text in qt.arguments()[1:]]
    first = FirstWindow(folder)
    if not first.take_over(paths):
        return 0
    app = build_window(folder / "settings.ini", log_folder=folder / "logs")
    uninstall_hook = install_exception_hook(app.presenter)
    garbage = GarbageCollector(app.window)
    app.runners.warm_up.ended.connect(garbage.settle)
    restore_signals = _close_on_signals(qt, app.window, app.guard)
    first.setParent(app.window)
    first.summoned.connect(app.summon)
    app.window.closed.connect(first.close)
    app.window.show()
    QTimer.singleShot(0, app.warm_up.start)
    QTimer.singleShot(0, app.start)
    app.controller.open_files(paths)
    garbage.start()
    code = qt.exec()
    has_ended = app.shutdown()
    garbage.stop()
    restore_signals()
    uninstall_hook()
    return code if has_ended else 1


def _close_on_signals(
    qt: QApplication, window: MainWindow, guard: CloseGuard
) -> Callable[[], None]:
    """Let the first Ctrl+C in the terminal close the window and a second one end at once.

    The system's SIGTERM, and SIGHUP of a closed terminal, close it without a question: nobody
    may be there to answer.
    """

    def on_interrupt(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        QTimer.singleShot(0, window.close)

    def on_end(number: int, frame: object) -> None:
        guard.expect_nobody()
        QTimer.singleShot(0, qt.closeAllWindows)  # a question that stands open, too

    handlers = {signal.SIGINT: on_interrupt, signal.SIGTERM: on_end}
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        handlers[signal.SIGHUP] = on_end
    former = {number: signal.signal(number, handler) for number, handler in handlers.items()}

    def restore() -> None:
        for number, handler in former.items():
            signal.signal(number, handler)

    return restore


def _open_folder(folder: Path | None) -> None:
    if folder is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
