"""What the events of a run become: curves, figures, log lines and the session's model.

It starts and ends nothing; `TrainingController` does.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from app.controllers import training_texts as texts
from app.controllers.training_figures import (
    show_ended,
    show_epoch,
    show_history,
    show_nothing_left,
    show_point,
    show_started,
)
from app.errors import ErrorPresenter
from app.jobs import CorpusMade
from app.session import CurrentRun, RunState, Session
from app.tabs.training_tab import TrainingTab
from app.widgets.run_log import local_time
from engine import (
    CheckpointSaved,
    CorpusReady,
    EpochDone,
    EpochEstimated,
    GradientsChecked,
    LossPoint,
    Notice,
    RateHalved,
    RunEnded,
    SentenceGenerated,
    SentenceScored,
    SnapshotPublished,
    StageProgress,
    StepTimed,
    TrainingStarted,
)

if TYPE_CHECKING:
    from engine import CorpusSummary, Event, LanguageModel


class RunFollower:
    """Show one run after the other on the training tab.

    Parameters
    ----------
    entropy : callable
        The true entropy of a corpus, nats a word, or None where nobody knows it.
    now : callable
        The time of day; passed in by tests.
    """

    def __init__(
        self,
        tab: TrainingTab,
        session: Session,
        presenter: ErrorPresenter,
        entropy: "Callable[[CorpusSummary], float | None]",
        now: Callable[[], datetime] = local_time,
    ) -> None:
        self._tab, self._session, self._presenter = tab, session, presenter
        self._entropy, self._now = entropy, now
        self._history = tab.plot.history
        self._start_from: LanguageModel | None = None
        self._former_run: CurrentRun | None = None
        self._is_resumed = self._awaits_history = self._has_model = False
        self.ending = ""  # how the last run ended, "" before one did
        self._running_text = ""  # what the status says between two evaluations

    def begin(
        self, run: CurrentRun, start_from: "LanguageModel | None" = None, *, is_resumed: bool
    ) -> None:
        """Be ready for the events of a new run, or of one that goes on."""
        self._start_from, self._is_resumed, self.ending = start_from, is_resumed, ""
        self._awaits_history = is_resumed
        self._former_run, self._has_model = self._session.run, False
        self._session.set_run(run)

    def end(self) -> None:
        """Forget the run that was followed; the model is the former run's if it brought none."""
        self._start_from = None
        if not self._has_model:
            self._session.set_run(self._former_run)
        show_nothing_left(self._tab.figures)
        self._tab.plot.request_redraw()

    def show_model(self, model: "LanguageModel") -> None:
        """Show the curve that an opened model carries."""
        self.ending = ""
        self._history.restore(model.history)
        entropy = self._entropy(model.summary)
        self._tab.plot.show_references(texts.references(model.word_dim, entropy))
        self._tab.plot.request_redraw()
        self._tab.figures.clear()
        show_history(self._tab.figures, self._history)
        self._tab.log.add_line(f"{model.description} Its curve is shown.")

    def show_nothing(self) -> None:
        """Take the curve of a discarded run away."""
        self.ending = ""
        self._history.clear()
        self._tab.figures.clear()
        self._tab.plot.request_redraw()

    def follow(self, event: "Event | CorpusMade") -> None:
        """Show one event."""
        match event:
            case LossPoint():
                self._history.append(event)
                show_point(self._tab.figures, event)
                self._show_running()
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
                self._take_snapshot(model)
            case RunEnded():
                self._show_ended(event)
            case CheckpointSaved() | Notice() | StageProgress() | CorpusMade() | CorpusReady():
                self._tell(event)
                return  # the plot has nothing new to draw
            case SentenceGenerated() | SentenceScored() | GradientsChecked():
                return  # events of other jobs
            case StepTimed() | EpochEstimated():
                return  # likewise
            case _:
                assert_never(event)
        self._tab.plot.request_redraw()

    def _tell(
        self, event: CheckpointSaved | Notice | StageProgress | CorpusMade | CorpusReady
    ) -> None:
        match event:
            case CheckpointSaved():
                self._show_saved(event)
            case Notice(text=text, severity=severity, device=device):
                if device is not None:
                    self._running_text = f"Training on {device}…"
                self._tab.log.add_line(f"Warning: {text}" if severity == "warning" else text)
                self._presenter.show_message(text, severity)
            case StageProgress(stage=stage, done=done, total=total):
                if self._session.run_state is RunState.TRAINING:
                    progress = texts.percent_progress(done, total)
                    self._tab.buttons.show_status(f"{stage} {progress}".strip())
            case CorpusMade(corpus=corpus, config=config):
                self._session.set_corpus(corpus, config)
            case CorpusReady():
                pass  # of the dataset tab

    def _take_snapshot(self, model: "LanguageModel") -> None:
        if self._awaits_history:
            self._awaits_history = False
            self._history.restore(model.history)
            show_history(self._tab.figures, self._history)
        self._has_model = True
        self._session.set_model(model)

    def _show_started(self, event: TrainingStarted) -> None:
        corpus, start_from = self._session.corpus, self._start_from
        epochs_before = 0.0 if start_from is None else start_from.epoch
        if start_from is None:
            self._history.clear()
        else:
            self._history.restore(start_from.history)
        entropy = None if corpus is None else self._entropy(corpus.summary)
        self._tab.plot.show_references(texts.references(event.word_dim, entropy))
        show_started(self._tab.figures, event, epochs_before)
        show_history(self._tab.figures, self._history)
        is_continued = start_from is not None or self._is_resumed
        for line in texts.started_lines(event, is_continued=is_continued):
            self._tab.log.add_line(line)
        self._running_text = f"Training on {event.device}…"
        self._show_running()
        self._tab.log.set_exportable(is_exportable=True)

    def _show_running(self) -> None:
        if self._session.run_state is RunState.TRAINING:
            self._tab.buttons.show_status(self._running_text)

    def _show_saved(self, event: CheckpointSaved) -> None:
        """Say it once in the log, then only in the status: it is saved many times an hour."""
        run = self._session.run
        if run is None:
            return
        if not run.saved_at:
            self._tab.log.add_line(
                f"The run is kept in {event.path.parent}; it is saved as training goes on."
            )
        saved_at = f"{self._now():%H:%M:%S}"
        self._session.set_run(replace(run, saved_step=event.step, saved_at=saved_at))

    def _show_ended(self, event: RunEnded) -> None:
        self.ending = texts.describe_ending(event)
        show_ended(self._tab.figures, event)
        self._tab.log.add_line(texts.ended_line(event))
        run = self._session.run
        if run is not None and run.saved_step == event.step:
            self._tab.log.add_line("The run is kept: File > Models… opens it or trains it further.")
