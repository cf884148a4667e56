"""Start, watch and end training runs when the user asks.

The engine trains in a worker and keeps every run; `RunFollower` shows its events.
Nothing is drawn or computed here.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot

from app.errors import MessageAction, TaskFailure
from app.jobs import USUAL_VOCABULARY, CorpusMade, RunResumed, resumed_events, told_events
from app.protocols import TrainingQuestions
from app.session import Command, CurrentRun, RunState, enabled_commands
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from app.training import texts
from app.training.dialogs import TrainingDialogs
from app.training.follower import RunFollower
from app.training.metrics import export_metrics
from app.training.plot.plot_export import export_plot
from app.training.tab import TrainingTab
from engine import DivergedError, ModelConfig, RunControl, TrainConfig, name_of_new

if TYPE_CHECKING:
    from engine import Corpus, Event, LanguageModel, RunInfo


class TrainingController(TaskController):
    """Connect the training tab with the session and the engine's training.

    Signals
    -------
    resumed()
        A kept run goes on.
    generate_requested()
        The person wants to go on to the sentences.
    """

    resumed = Signal()
    generate_requested = Signal()

    def __init__(self, tab: TrainingTab, runner: TaskRunner, around: Surroundings) -> None:
        super().__init__(runner, around)
        self._tab = tab
        self._dialogs: TrainingQuestions = self._jobs.training_dialogs or TrainingDialogs(tab)
        self._under_way: CurrentRun | None = None  # or was last
        self._text = ""  # digest of the text that the settings are of
        self._more = texts.NOTHING_MORE
        self._control: RunControl | None = None  # of the newest training
        self._rate_before: float | None = None  # in the form when it was paused
        self._leg: tuple[str, int] = ("", 0)  # a run, and how many epochs it got on top
        self._follower = RunFollower(tab, self._session, self._presenter, self._jobs.entropy)
        self.show_settings(ModelConfig(), TrainConfig())
        self._connect_signals()
        self._on_session_corpus_changed(self._session.corpus)
        self._on_session_model_changed(self._session.model)

    def _connect_signals(self) -> None:
        buttons = self._tab.buttons
        buttons.start_requested.connect(self._on_start_requested)
        buttons.pause_requested.connect(self._on_pause_requested)
        buttons.resume_requested.connect(self._on_resume_requested)
        buttons.stop_requested.connect(self._on_stop_requested)
        buttons.more_requested.connect(self._on_more_requested)
        buttons.generate_requested.connect(self.generate_requested)
        self._tab.form.changed.connect(self._refresh)
        self._tab.form.recipe_changed.connect(self._on_form_recipe_changed)
        self._tab.log.export_requested.connect(self._on_export_requested)
        self._tab.log.plot_requested.connect(self._on_plot_requested)
        self._session.corpus_changed.connect(self._on_session_corpus_changed)
        self._session.model_changed.connect(self._on_session_model_changed)
        self._session.run_changed.connect(self._on_session_run_changed)
        self._session.run_state_changed.connect(self._refresh)
        self._session.unprepared_changed.connect(self._refresh)
        self._session.reopening_changed.connect(self._refresh)

    def show_settings(self, model: ModelConfig, train: TrainConfig) -> None:
        """Show the settings of a run, or the defaults; what is changed from now on is marked."""
        self._tab.form.show_configs(model, train)
        self._on_form_recipe_changed(train.recipe)

    def show_choices(self, model: ModelConfig, train: TrainConfig) -> None:
        """Show settings that were chosen in an earlier session beside the run of it."""
        self._tab.form.show_choices(model, train)
        self._on_form_recipe_changed(train.recipe)
        self._refresh()

    @Slot(object)
    def show_devices(self, choices: object) -> None:
        """Offer the devices of this machine, a tuple of `DeviceChoice`, once they are known."""
        if isinstance(choices, tuple):
            self._tab.form.show_devices(choices)

    @Slot(object)
    def show_references(self, corpus: "Corpus") -> None:
        """Show what `corpus` costs without a network, now that it is known."""
        self._follower.show_references(corpus)

    @Slot()
    def _refresh(self) -> None:
        """Offer what can be asked for now."""
        state, session = self._session.run_state, self._session
        is_valid = self._tab.form.choices() is not None
        unprepared = "" if session.unprepared is None else session.unprepared.name
        commands = enabled_commands(state)
        if not is_valid or unprepared:
            commands -= {Command.START_TRAINING}
        self._tab.show_hint(
            texts.describe_state(
                state,
                is_form_valid=is_valid,
                ending=self._follower.ending,
                unprepared=unprepared,
                is_reopening=session.is_reopening,
            ),
            texts.describe_empty_plot(
                state,
                is_form_valid=is_valid,
                unprepared=unprepared,
                is_reopening=session.is_reopening,
            ),
        )
        self._tab.show_form_enabled(
            is_enabled=not state.is_training, is_rate_open=state is RunState.PAUSED
        )
        self._tab.show_outdated(is_outdated=bool(unprepared))
        self._tab.buttons.show_commands(commands, is_running=state.is_training)
        if state.is_at_rest:
            self._offer_more(is_open=is_valid and not unprepared)
        self._tab.buttons.offer_discarding(is_offered=state.is_at_rest and session.run is not None)
        self._tab.buttons.offer_generating(is_offered=session.model is not None)
        self._tab.log.set_exportable(is_exportable=not self._tab.plot.history.is_empty)

    def _offer_more(self, *, is_open: bool) -> None:
        model, run = self._session.model, self._session.run
        wanted = 0
        if model is not None:
            epochs = self._tab.form.fields.epochs.value()
            planned = model.train_config.epochs
            is_on_top = run is not None and self._leg[0] == run.run_id
            left = planned - model.epoch
            usual = self._leg[1] if is_on_top and left <= texts.SMALLEST_PART else 0
            wanted = epochs if epochs != planned else usual
        self._more = texts.more_training(model, run, self._session.corpus, wanted)
        is_possible = self._more.is_possible and is_open
        self._tab.buttons.offer_more(
            self._more.text,
            self._more.tip,
            is_possible=is_possible,
            is_next=self._more.is_next,
        )

    @Slot(str)
    def _on_form_recipe_changed(self, recipe: str) -> None:
        known = self._session.corpus or self._session.model  # the model's text may be gone
        words, vocabulary = None, USUAL_VOCABULARY
        if known is not None:
            words, vocabulary = known.summary.training_words or None, known.summary.vocabulary_size
        form = self._tab.form
        chosen = form.fields.hidden.value() or None
        defaults = self._jobs.recipe_defaults(recipe, words, vocabulary, chosen)
        form.show_recipe_defaults(defaults, has_text=known is not None)

    @Slot()
    def _on_start_requested(self) -> None:
        self._start_new(None)

    @Slot()
    def _on_more_requested(self) -> None:
        run, model = self._session.run, self._session.model
        if run is None:
            self._start_new(model)
        elif model is not None:
            more = self._more
            if more.epochs is not None:
                self._leg = (run.run_id, more.epochs - model.train_config.epochs)
            self._go_on(CurrentRun(run_id=run.run_id, name=run.name), more.epochs)

    def _start_new(self, start_from: "LanguageModel | None") -> None:
        """Begin a new run, from random numbers or from a model that came out of a file."""
        corpus, config = self._session.corpus, self._session.corpus_config
        choices = self._tab.form.choices()
        if corpus is None or config is None or choices is None or self._runner.is_busy:
            return
        if self._session.unprepared is not None:
            return
        is_safe = start_from is not None or self._session.is_model_safe
        if not is_safe and not self._dialogs.ask_replace_unsaved():
            return
        model = choices.model
        if start_from is not None:
            of_model = start_from.model_config
            model = replace(
                model, hidden_dim=of_model.hidden_dim, bptt_truncate=of_model.bptt_truncate
            )
        name = name_of_new(config, model, choices.train, corpus.summary)
        run = CurrentRun(run_id=self._jobs.runs.new_run_id(), name=name)
        control = RunControl()
        job = partial(
            self._jobs.runs.train,
            corpus,
            config,
            model,
            choices.train,
            control,
            start_from=start_from,
            run_id=run.run_id,
        )
        self.show_settings(model, choices.train)
        self._start(job, control, run, start_from, is_resumed=False)

    def resume_run(self, info: "RunInfo", epochs: int | None = None) -> None:
        """Go on with a kept run where its last checkpoint was taken.

        `epochs` are those of the whole run, None for the number that it was to have.
        """
        self._go_on(CurrentRun(run_id=info.run_id, name=info.name), epochs)

    def _go_on(self, run: CurrentRun, epochs: int | None = None) -> None:
        if not self._session.run_state.is_at_rest or self._runner.is_busy:
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
        self._under_way, self._control = run, control
        self._follower.begin(run, start_from, is_resumed=is_resumed)
        self._session.set_run_state(RunState.TRAINING)
        self._runner.start(partial(told_events, job, self._jobs.generate, control), control)

    @Slot()
    def _on_pause_requested(self) -> None:
        self._rate_before = self._tab.form.learning_rate
        self._runner.pause()
        self._session.set_run_state(RunState.PAUSED)
        self._tab.log.add_line("Paused.")

    @Slot()
    def _on_resume_requested(self) -> None:
        rate = self._tab.form.learning_rate
        if rate is not None and rate != self._rate_before and self._control is not None:
            self._control.request_rate(rate)
        self._session.set_run_state(RunState.TRAINING)
        self._runner.resume()
        self._tab.log.add_line("Resumed.")

    @Slot()
    def _on_stop_requested(self) -> None:
        self._session.set_run_state(RunState.STOPPING)
        self._runner.stop()

    @Slot(object)
    def _on_runner_event_ready(self, event: Any) -> None:
        if isinstance(event, RunResumed):  # with what the run uses, such as a lower learning rate
            self.show_settings(event.model, event.train)
            self._refresh()
        else:
            self._follower.follow(event)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        has_diverged = failure is not None and issubclass(failure.error_type, DivergedError)
        if failure is not None:
            diverged = texts.describe_divergence(self._session.model)
            self._follower.ending = diverged if has_diverged else texts.FAILED
        if self._session.run_state.is_training:
            self._session.finish_run()
        self._follower.end()
        if failure is not None:
            self._tab.log.add_line(f"Training failed: {failure.message}")
            rate = failure.next_rate
            action = None if rate is None else self._lower_rate(rate)
            self._presenter.show_failure(failure, "Training", action)

    def _lower_rate(self, rate: float) -> MessageAction | None:
        """Propose `rate` in the form; return the step out of a divergence, as the run has it."""
        self._tab.form.propose_rate(rate)
        run = self._under_way
        if run is None:
            return None
        if self._session.run is not None and self._session.run.run_id == run.run_id:
            self._session.set_run(replace(self._session.run, next_rate=rate))
        go_on = partial(self._go_on, CurrentRun(run_id=run.run_id, name=run.name))
        text, tip = texts.way_out_of_divergence(self._session.model)
        return MessageAction(text=text, tip=tip, run=go_on)

    @Slot(object)
    def _on_session_corpus_changed(self, corpus: "Corpus | None") -> None:
        summary = None if corpus is None else corpus.summary
        self._tab.show_corpus(texts.describe_corpus(summary))
        if summary is not None and summary.digest != self._text:
            self._text = summary.digest
            if self._session.model is None and not self._session.run_state.is_training:
                self.show_settings(ModelConfig(), TrainConfig())  # a new text: the defaults
        self._on_form_recipe_changed(self._tab.form.recipe)
        self._refresh()

    @Slot(object)
    def _on_session_model_changed(self, model: "LanguageModel | None") -> None:
        if self._session.run_state.is_training:
            self._tab.buttons.offer_generating(is_offered=model is not None)
            return  # a snapshot of the run that is shown anyway
        if model is not None:
            self._follower.show_model(model)
            self.show_settings(model.model_config, model.train_config)
            run = self._session.run
            if run is not None and run.next_rate is not None:
                self._tab.form.propose_rate(run.next_rate)
        else:
            self._follower.show_nothing()
        self._refresh()

    @Slot(object)
    def _on_session_run_changed(self, _run: CurrentRun | None) -> None:
        if self._session.run_state.is_at_rest:
            self._refresh()  # whether there is something to discard

    @Slot()
    def _on_export_requested(self) -> None:
        folder = Path(self._settings.settings.last_folder)
        path = self._dialogs.ask_metrics_path(folder / "training-metrics.csv")
        if path is not None:
            export_metrics(self._tab.plot.history, path, self._presenter)

    @Slot()
    def _on_plot_requested(self) -> None:
        folder = Path(self._settings.settings.last_folder)
        path = self._dialogs.ask_plot_path(folder / "training-loss.png")
        if path is not None:
            export_plot(self._tab.plot, path, self._presenter)
