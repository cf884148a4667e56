"""Start, watch and end training runs when the user asks.

The engine trains in a worker and keeps every run; `RunFollower` shows its events.
Nothing is drawn or computed here.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import ErrorPresenter, MessageAction, TaskFailure
from app.jobs import CorpusMade, Jobs, RunResumed, TrainingQuestions, kept_events, resumed_events
from app.session import Command, CurrentRun, RunState, Session, enabled_commands
from app.settings import SettingsStore
from app.tasks.task_runner import TaskRunner
from app.training import texts
from app.training.dialogs import TrainingDialogs
from app.training.follower import RunFollower
from app.training.metrics import export_metrics
from app.training.tab import TrainingTab
from engine import DivergedError, RunControl

if TYPE_CHECKING:
    from engine import Corpus, Event, LanguageModel, RunInfo

_RUNNING = (RunState.TRAINING, RunState.PAUSED, RunState.STOPPING)
_AT_REST = (RunState.IDLE, RunState.READY)


class TrainingController(QObject):
    """Connect the training tab with the session and the engine's training.

    Signals
    -------
    resumed()
        A kept run goes on.
    """

    resumed = Signal()

    def __init__(
        self,
        tab: TrainingTab,
        session: Session,
        runner: TaskRunner,
        presenter: ErrorPresenter,
        settings: SettingsStore,
        jobs: Jobs,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tab = tab
        self._session = session
        self._runner = runner
        self._presenter = presenter
        self._settings = settings
        self._jobs = jobs
        self._dialogs: TrainingQuestions = jobs.training_dialogs or TrainingDialogs(tab)
        self._under_way: CurrentRun | None = None  # or was last
        self._follower = RunFollower(tab, session, presenter, jobs.entropy)
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
        self._session.run_changed.connect(self._on_session_run_changed)
        self._session.run_state_changed.connect(self._on_session_run_state_changed)

    @Slot(object)
    def show_devices(self, choices: object) -> None:
        """Offer the devices of this machine, a tuple of `DeviceChoice`, once they are known."""
        if isinstance(choices, tuple):
            self._tab.form.show_devices(choices)

    @Slot(object)
    def show_references(self, corpus: "Corpus") -> None:
        """Show what `corpus` costs without a network, now that it is known."""
        self._follower.show_references(corpus)

    def _refresh(self) -> None:
        """Offer what can be asked for now."""
        state = self._session.run_state
        is_valid = self._tab.form.choices() is not None
        commands = enabled_commands(state)
        self._tab.buttons.show_commands(
            commands if is_valid else commands - {Command.START_TRAINING}
        )
        self._tab.show_hint(
            texts.describe_state(state, is_form_valid=is_valid, ending=self._follower.ending),
            texts.describe_empty_plot(state, is_form_valid=is_valid),
        )
        self._tab.show_form_enabled(is_enabled=state not in _RUNNING)
        obstacle = texts.obstacle_to_continuing(self._session.model, self._session.corpus)
        self._tab.buttons.offer_discarding(
            is_offered=state in _AT_REST and self._session.run is not None
        )
        self._tab.buttons.offer_continuing(obstacle, is_open=state is RunState.READY)
        self._tab.log.set_exportable(is_exportable=not self._tab.plot.history.is_empty)

    @Slot()
    def _on_form_changed(self) -> None:
        choices = self._tab.form.choices()
        if choices is not None and not self._tab.buttons.continues:
            self._settings.update(model=choices.model, train=choices.train)
        self._refresh()

    @Slot(str)
    def _on_form_recipe_changed(self, recipe: str) -> None:
        corpus = self._session.corpus
        words = None if corpus is None else corpus.summary.training_words
        self._tab.form.show_recipe_defaults(self._jobs.recipe_defaults(recipe, words))

    @Slot(bool)
    def _on_continue_changed(self, is_continued: bool) -> None:  # noqa: FBT001
        model = self._session.model
        fixed = model.model_config if is_continued and model is not None else None
        self._tab.form.show_fixed_network(fixed)

    @Slot()
    def _on_start_requested(self) -> None:
        corpus, config = self._session.corpus, self._session.corpus_config
        choices = self._tab.form.choices()
        if corpus is None or config is None or choices is None or self._runner.is_busy:
            return
        start_from = self._session.model if self._tab.buttons.continues else None
        is_safe = self._session.is_model_saved or self._session.is_model_kept
        if start_from is None and not is_safe and not self._dialogs.ask_replace_unsaved():
            return
        run = CurrentRun(run_id=self._jobs.runs.new_run_id())
        control = RunControl()
        job = partial(
            kept_events,
            self._jobs.runs,
            corpus,
            config,
            choices,
            control,
            start_from=start_from,
            run_id=run.run_id,
        )
        self._start(job, control, run, start_from, is_resumed=False)

    def resume_run(self, info: "RunInfo", epochs: int | None = None) -> None:
        """Go on with a kept run where its last checkpoint was taken.

        `epochs` are those of the whole run, None for the number that it was to have.
        """
        self._go_on(CurrentRun(run_id=info.run_id, name=info.name), epochs)

    def _go_on(self, run: CurrentRun, epochs: int | None = None) -> None:
        if self._session.run_state not in _AT_REST or self._runner.is_busy:
            self._presenter.show_message(
                "The run cannot go on while another job runs: stop it first.", "warning"
            )
            return
        corpus, config = self._session.corpus, self._session.corpus_config
        present = None if corpus is None or config is None else (corpus, config)
        control = RunControl()
        job = partial(
            resumed_events,
            self._jobs,
            run.run_id,
            present,
            control,
            epochs=epochs,
        )
        self._start(job, control, run, None, is_resumed=True)
        self.resumed.emit()

    def _start(
        self,
        job: "Callable[[], Iterator[Event | CorpusMade | RunResumed]]",
        control: RunControl,
        run: CurrentRun,
        start_from: "LanguageModel | None",
        *,
        is_resumed: bool,
    ) -> None:
        self._presenter.clear()
        self._under_way = run
        self._follower.begin(run, start_from, is_resumed=is_resumed)
        self._session.set_run_state(RunState.TRAINING)
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
    def _on_runner_event_ready(self, event: "Event | CorpusMade | RunResumed") -> None:
        if isinstance(event, RunResumed):
            self._show_settings(event)
        else:
            self._follower.follow(event)

    def _show_settings(self, resumed: RunResumed) -> None:
        """Show what the run uses, such as a lower learning rate: the next one begins with it."""
        self._tab.form.show_configs(resumed.model, resumed.train)
        self._on_form_recipe_changed(resumed.train.recipe)
        self._on_form_changed()

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        has_diverged = failure is not None and issubclass(failure.error_type, DivergedError)
        if failure is not None:
            diverged = texts.describe_divergence(self._session.model)
            self._follower.ending = diverged if has_diverged else texts.FAILED
        if self._session.run_state in _RUNNING:
            self._session.finish_run()
        self._follower.end()
        if failure is not None:
            self._tab.log.add_line(f"Training failed: {failure.message}")
            action = self._lower_rate() if has_diverged else None
            self._presenter.show_failure(failure, "Training", action)

    def _lower_rate(self) -> MessageAction | None:
        """Return the step out of a divergence: the run was kept with a lower rate to go on."""
        run = self._under_way
        if run is None:
            return None
        go_on = partial(self._go_on, CurrentRun(run_id=run.run_id, name=run.name))
        return MessageAction(text=texts.GO_ON, tip=texts.GO_ON_TIP, run=go_on)

    @Slot(object)
    def _on_session_corpus_changed(self, corpus: "Corpus | None") -> None:
        summary = None if corpus is None else corpus.summary
        self._tab.show_corpus(texts.describe_corpus(summary))
        share = texts.share_of_documents(summary)
        self._tab.form.show_validation(share, texts.describe_split(summary))
        self._on_form_recipe_changed(self._tab.form.recipe)
        self._refresh()

    @Slot(object)
    def _on_session_model_changed(self, model: "LanguageModel | None") -> None:
        if self._session.run_state in _RUNNING:
            return  # a snapshot of the run that is shown anyway
        if model is not None:
            self._follower.show_model(model)
        else:
            self._follower.show_nothing()
        self._refresh()
        self._on_continue_changed(self._tab.buttons.continues)

    @Slot(object)
    def _on_session_run_state_changed(self, _state: RunState) -> None:
        self._refresh()

    @Slot(object)
    def _on_session_run_changed(self, _run: CurrentRun | None) -> None:
        if self._session.run_state in _AT_REST:
            self._refresh()  # whether there is something to discard

    @Slot()
    def _on_export_requested(self) -> None:
        folder = Path(self._settings.settings.last_folder)
        path = self._dialogs.ask_metrics_path(folder / "training-metrics.csv")
        if path is not None:
            export_metrics(self._tab.plot.history, path, self._presenter)
