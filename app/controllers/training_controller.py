"""Start, watch and end training runs when the user asks.

The engine trains in a worker; here its events become curves, figures, log lines
and the session's model. Nothing is drawn or computed here.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, assert_never

from PySide6.QtCore import QObject, Slot

from app.controllers import training_texts as texts
from app.controllers.metrics_export import export_metrics
from app.controllers.training_figures import (
    show_ended,
    show_epoch,
    show_history,
    show_point,
    show_started,
)
from app.controllers.training_jobs import (
    Train,
    defaults_of_engine,
    entropy_of_engine,
    train_with_engine,
    training_events,
)
from app.errors import ErrorPresenter
from app.settings import SettingsStore
from app.state.run_state import Command, RunState, enabled_commands
from app.state.session import Session
from app.tabs.training_tab import TrainingTab
from app.tasks.task_runner import TaskRunner
from app.tasks.worker import TaskFailure
from app.widgets.training_dialogs import TrainingDialogs
from engine import (
    CheckpointSaved,
    CorpusReady,
    EpochDone,
    EpochEstimated,
    GradientsChecked,
    LossPoint,
    Notice,
    RateHalved,
    RunControl,
    RunEnded,
    SentenceGenerated,
    SentenceScored,
    SnapshotPublished,
    StageProgress,
    StepTimed,
    TrainingStarted,
)

if TYPE_CHECKING:
    from engine import Corpus, CorpusSummary, Event, LanguageModel, RecipeDefaults

_RUNNING = (RunState.TRAINING, RunState.PAUSED, RunState.STOPPING)


class Dialogs(Protocol):
    """The questions that the tab asks."""

    def ask_replace_unsaved(self) -> bool:
        """Ask whether a new run may replace an unsaved model."""

    def ask_metrics_path(self, suggested: Path) -> Path | None:
        """Ask where the figures go."""


class TrainingController(QObject):
    """Connect the training tab with the session and the engine's training."""

    def __init__(
        self,
        tab: TrainingTab,
        session: Session,
        runner: TaskRunner,
        presenter: ErrorPresenter,
        settings: SettingsStore,
        *,
        train: Train = train_with_engine,
        recipe_defaults: "Callable[[str], RecipeDefaults]" = defaults_of_engine,
        entropy: "Callable[[CorpusSummary], float | None]" = entropy_of_engine,
        dialogs: Dialogs | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tab = tab
        self._session = session
        self._runner = runner
        self._presenter = presenter
        self._settings = settings
        self._train = train
        self._recipe_defaults = recipe_defaults
        self._entropy = entropy
        self._dialogs: Dialogs = dialogs if dialogs is not None else TrainingDialogs(tab)
        self._history = tab.plot.history
        self._start_from: LanguageModel | None = None  # of the running job
        self._running_text = ""  # what the status says between two evaluations
        tab.form.show_configs(settings.settings.model, settings.settings.train)
        self._on_form_recipe_changed(settings.settings.train.recipe)
        self._connect_signals()
        self._on_session_corpus_changed(session.corpus)
        self._on_session_model_changed(session.model)

    def _connect_signals(self) -> None:
        buttons = self._tab.buttons
        buttons.start_requested.connect(self._on_start_requested)
        buttons.pause_requested.connect(self._on_pause_requested)
        buttons.resume_requested.connect(self._on_resume_requested)
        buttons.stop_requested.connect(self._on_stop_requested)
        buttons.continue_changed.connect(self._on_continue_changed)
        self._tab.form.changed.connect(self._on_form_changed)
        self._tab.form.recipe_changed.connect(self._on_form_recipe_changed)
        self._tab.log.export_requested.connect(self._on_export_requested)
        self._runner.event_ready.connect(self._on_runner_event_ready)
        self._runner.ended.connect(self._on_runner_ended)
        self._session.corpus_changed.connect(self._on_session_corpus_changed)
        self._session.model_changed.connect(self._on_session_model_changed)
        self._session.run_state_changed.connect(self._on_session_run_state_changed)

    @Slot(object)
    def show_devices(self, choices: object) -> None:
        """Offer the devices of this machine, a tuple of `DeviceChoice`, once they are known."""
        if isinstance(choices, tuple):
            self._tab.form.show_devices(choices)

    def _refresh(self) -> None:
        """Offer what can be asked for now."""
        state = self._session.run_state
        is_valid = self._tab.form.choices() is not None
        commands = enabled_commands(state)
        self._tab.buttons.show_commands(
            commands if is_valid else commands - {Command.START_TRAINING}
        )
        self._tab.show_hint(
            texts.describe_state(state, is_form_valid=is_valid),
            texts.describe_empty_plot(state, is_form_valid=is_valid),
        )
        self._tab.show_form_enabled(is_enabled=state not in _RUNNING)
        obstacle = texts.obstacle_to_continuing(self._session.model, self._session.corpus)
        self._tab.buttons.offer_continuing(obstacle, is_open=state is RunState.READY)
        self._tab.log.set_exportable(is_exportable=not self._history.is_empty)

    @Slot()
    def _on_form_changed(self) -> None:
        choices = self._tab.form.choices()
        if choices is not None and not self._tab.buttons.continues:
            self._settings.update(model=choices.model, train=choices.train)
        self._refresh()

    @Slot(str)
    def _on_form_recipe_changed(self, recipe: str) -> None:
        self._tab.form.show_recipe_defaults(self._recipe_defaults(recipe))

    @Slot(bool)
    def _on_continue_changed(self, is_continued: bool) -> None:  # noqa: FBT001
        model = self._session.model
        fixed = model.model_config if is_continued and model is not None else None
        self._tab.form.show_fixed_network(fixed)

    @Slot()
    def _on_start_requested(self) -> None:
        corpus, choices = self._session.corpus, self._tab.form.choices()
        if corpus is None or choices is None or self._runner.is_busy:
            return
        start_from = self._session.model if self._tab.buttons.continues else None
        is_lossy = start_from is None and not self._session.is_model_saved
        if is_lossy and not self._dialogs.ask_replace_unsaved():
            return
        self._presenter.clear()
        self._start_from = start_from
        self._session.set_run_state(RunState.TRAINING)
        control = RunControl()
        job = partial(training_events, self._train, corpus, choices, control, start_from)
        self._runner.start(job, control)

    @Slot()
    def _on_pause_requested(self) -> None:
        self._runner.pause()
        self._session.set_run_state(RunState.PAUSED)
        self._tab.log.add_line("Paused.")

    @Slot()
    def _on_resume_requested(self) -> None:
        self._session.set_run_state(RunState.TRAINING)
        self._runner.resume()
        self._tab.log.add_line("Resumed.")

    @Slot()
    def _on_stop_requested(self) -> None:
        self._session.set_run_state(RunState.STOPPING)
        self._runner.stop()

    @Slot(object)
    def _on_runner_event_ready(self, event: "Event") -> None:
        match event:
            case LossPoint():
                self._history.append(event)
                show_point(self._tab.figures, event)
                if self._session.run_state is RunState.TRAINING:
                    self._tab.buttons.show_status(self._running_text)
            case TrainingStarted():
                self._show_started(event)
            case EpochDone():
                self._history.add_epoch(event)
                show_epoch(self._tab.figures, event, self._history)
                self._tab.log.add_line(texts.epoch_line(event))
            case RateHalved():
                self._history.add_halving(event)
                self._tab.log.add_line(texts.halved_line(event))
            case SnapshotPublished(model=model):
                self._session.set_model(model)
            case CorpusReady(corpus=corpus):
                self._session.set_corpus(corpus)
            case RunEnded():
                show_ended(self._tab.figures, event)
                self._tab.log.add_line(texts.ended_line(event))
            case Notice(text=text):
                self._tab.log.add_line(text)
                self._presenter.show_message(text, "info")
            case CheckpointSaved(path=path):
                self._tab.log.add_line(f"The model is in {path}.")
            case StageProgress(stage=stage, done=done, total=total):
                if self._session.run_state is RunState.TRAINING:
                    progress = texts.percent_progress(done, total)
                    self._tab.buttons.show_status(f"{stage} {progress}".strip())
            case SentenceGenerated() | SentenceScored() | GradientsChecked():
                pass  # events of other jobs
            case StepTimed() | EpochEstimated():
                pass  # likewise
            case _:
                assert_never(event)
        self._tab.plot.request_redraw()

    def _show_started(self, event: TrainingStarted) -> None:
        corpus = self._session.corpus
        start_from, epochs_before = self._start_from, 0
        if start_from is None:
            self._history.clear()
        else:
            self._history.restore(start_from.history)
            epochs_before = int(start_from.epoch)
        entropy = None if corpus is None else self._entropy(corpus.summary)
        self._tab.plot.show_references(texts.references(event.word_dim, entropy))
        show_started(self._tab.figures, event, epochs_before)
        show_history(self._tab.figures, self._history)
        for line in texts.started_lines(event, is_continued=start_from is not None):
            self._tab.log.add_line(line)
        self._running_text = f"Training on {event.device}…"
        self._tab.buttons.show_status(self._running_text)
        self._tab.log.set_exportable(is_exportable=True)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        self._start_from = None
        if self._session.run_state in _RUNNING:
            self._session.finish_run()
        self._tab.plot.request_redraw()
        if failure is not None:
            self._tab.log.add_line(f"Training failed: {failure.message}")
            self._presenter.show_failure(failure, "Training")

    @Slot(object)
    def _on_session_corpus_changed(self, corpus: "Corpus | None") -> None:
        summary = None if corpus is None else corpus.summary
        self._tab.show_corpus(texts.describe_corpus(summary))
        share = texts.share_of_documents(summary)
        self._tab.form.show_validation(share, texts.describe_split(summary))
        self._refresh()

    @Slot(object)
    def _on_session_model_changed(self, model: "LanguageModel | None") -> None:
        if self._session.run_state in _RUNNING:
            return  # a snapshot of the run that is shown anyway
        if model is not None:
            self._history.restore(model.history)
            entropy = self._entropy(model.summary)
            self._tab.plot.show_references(texts.references(model.word_dim, entropy))
            self._tab.plot.request_redraw()
            self._tab.figures.clear()
            show_history(self._tab.figures, self._history)
            self._tab.log.add_line(f"{model.description} Its curve is shown.")
        self._refresh()
        self._on_continue_changed(self._tab.buttons.continues)

    @Slot(object)
    def _on_session_run_state_changed(self, _state: RunState) -> None:
        self._refresh()

    @Slot()
    def _on_export_requested(self) -> None:
        folder = Path(self._settings.settings.last_folder)
        path = self._dialogs.ask_metrics_path(folder / "training-metrics.csv")
        if path is not None:
            export_metrics(self._history, path, self._presenter)
