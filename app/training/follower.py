"""What the events of a run become: curves, figures, log lines and the session's model.

It starts and ends nothing; `TrainingController` does. The functions at the end put the figures of
an event on the strip: which figure, written how.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from app.errors import ErrorPresenter
from app.jobs import CorpusMade
from app.session import CurrentRun, RunState, Session
from app.shared.direction import isolated
from app.shared.formatting import (
    NOT_KNOWN,
    format_duration,
    format_epoch,
    format_loss,
    format_rate,
    format_speed,
    perplexity_of_loss,
    shorten,
)
from app.training import texts
from app.training.figures_strip import FiguresStrip
from app.training.plot.loss_history import LossHistory
from app.training.run_log import local_time
from app.training.tab import TrainingTab
from engine import (
    CheckpointSaved,
    CorpusReady,
    EpochDone,
    EpochEstimated,
    GradientsChecked,
    LossPoint,
    Notice,
    RateHalved,
    ReferencesCounted,
    ReplacementFound,
    RunEnded,
    SentenceGenerated,
    SentenceGrowing,
    SentenceScored,
    SnapshotPublished,
    StageProgress,
    StepTimed,
    TrainingStarted,
)

if TYPE_CHECKING:
    from engine import Corpus, CorpusSummary, Event, LanguageModel, ReferenceLosses


LONGEST_SENTENCE = 120  # characters of the one that is logged


class RunFollower:
    """Show one run after the other on the training tab.

    Parameters
    ----------
    entropy : callable
        What no model of these words can get below on a corpus, nats per word; None where nobody
        knows it.
    now : callable
        The time of day; passed in by tests.
    """

    def __init__(
        self,
        tab: TrainingTab,
        session: Session,
        presenter: ErrorPresenter,
        entropy: "Callable[[CorpusSummary, Sequence[str]], float | None]",
        now: Callable[[], datetime] = local_time,
    ) -> None:
        self._tab, self._session, self._presenter = tab, session, presenter
        self._entropy, self._now = entropy, now
        self._history = tab.plot.history
        self._start_from: LanguageModel | None = None
        self._framed: tuple[int, str] | None = None  # vocabulary and text that the lines are of
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
        self._tab.show_verdict(texts.verdict(self._history, has_ended=True))
        self._tab.plot.request_redraw()

    def show_model(self, model: "LanguageModel") -> None:
        """Show the curve that an opened model carries."""
        self.ending = ""
        self._history.restore(model.history)
        self._history.set_words(model.summary.training_words)
        self._frame(model.word_dim, model.summary, model.references, model.vocabulary.words)
        self._tab.plot.request_redraw()
        self._tab.figures.clear()
        show_history(self._tab.figures, self._history)
        self._tab.show_verdict(texts.verdict(self._history, has_ended=True))
        self._tab.log.add_line(f"{model.description} Its curve is shown.")

    def show_nothing(self) -> None:
        """Take the curve of a discarded run away."""
        self.ending = ""
        self._history.clear()
        self._tab.show_verdict("")
        self._tab.figures.clear()
        self._tab.plot.request_redraw()

    def show_references(self, corpus: "Corpus") -> None:
        """Say what `corpus` costs without a network; draw it if the curve is about that text."""
        if corpus.references is None:
            return
        self._tab.log.add_line(texts.references_line(corpus.references))
        size, summary = len(corpus.vocabulary), corpus.summary
        if self._framed == (size, summary.digest):
            self._frame(size, summary, corpus.references, corpus.vocabulary.words)

    def _frame(
        self,
        word_dim: int,
        summary: "CorpusSummary",
        losses: "ReferenceLosses | None",
        words: "Sequence[str]",
    ) -> None:
        """Draw the lines that the curve of a network of this text is to be compared with."""
        self._framed = (word_dim, summary.digest)
        lines = texts.references(word_dim, self._entropy(summary, words))
        self._tab.plot.show_references([*lines, *texts.table_references(losses)])

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
                self._tab.show_verdict(texts.verdict(self._history))
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
            case SentenceGenerated(text=text):
                self._tab.log.add_line(f"Now it says: {isolated(shorten(text, LONGEST_SENTENCE))}")
                return
            case SentenceGrowing() | SentenceScored() | GradientsChecked():
                return  # events of other jobs
            case ReplacementFound():
                return  # likewise
            case StepTimed() | EpochEstimated() | ReferencesCounted():
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
        if corpus is not None:
            words = corpus.vocabulary.words
            self._frame(event.word_dim, corpus.summary, corpus.references, words)
        show_started(self._tab.figures, event, epochs_before)
        show_history(self._tab.figures, self._history)
        self._tab.show_verdict(texts.verdict(self._history))
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
        if run is not None:
            if run.saved_step == event.step:
                self._tab.log.add_line(
                    "The run is kept: File > Runs… opens it or trains it further."
                )
            self._session.set_run(replace(run, has_converged=event.reason == "converged"))


def show_started(strip: FiguresStrip, event: TrainingStarted, epochs_before: float) -> None:
    """Begin with what is known before the first step; `epochs_before` of a continued model."""
    strip.clear()
    total = f"{epochs_before + event.epochs:,.8g}"
    strip.show_figure("epoch", format_epoch(epochs_before), f"of {total}")
    strip.show_figure("rate", format_rate(event.learning_rate))


def show_history(strip: FiguresStrip, history: LossHistory) -> None:
    """Show what a stored run ended with."""
    if history.epochs:
        show_epoch(strip, history.epochs[-1], history)
    if len(history.batch):
        strip.show_figure("epoch", f"{history.batch.along('epoch')[-1]:.2f}")
        strip.show_figure("elapsed", format_duration(history.batch.along("elapsed")[-1]))
        if not history.epochs or history.batch.along("epoch")[-1] > history.epochs[-1].epoch:
            _show_loss(strip, "training", history.batch.values[-1])


def show_point(strip: FiguresStrip, point: LossPoint) -> None:
    """Show how the run is going now."""
    strip.show_figure("epoch", f"{point.epoch:.2f}")
    strip.show_figure("speed", format_speed(point.words_per_s).removesuffix(" words/s"))
    strip.show_figure("elapsed", format_duration(point.elapsed_s))
    strip.show_figure("left", format_duration(point.time_left_s))
    strip.show_figure("rate", format_rate(point.learning_rate))
    _show_loss(strip, "training", point.loss)


def show_epoch(strip: FiguresStrip, event: EpochDone, history: LossHistory) -> None:
    """Show an evaluation, and the best one so far; the training loss is the epoch's until then."""
    strip.show_figure("rate", format_rate(event.learning_rate))
    _show_loss(strip, "training", event.training_loss)
    if event.validation_loss is not None:
        _show_loss(strip, "held_out", event.validation_loss)
        if event.step == 0:
            strip.show_figure("held_out", format_loss(event.validation_loss), "before training")
    if history.best is not None and history.best.step > 0:
        loss = format_loss(history.best.deciding_loss)
        strip.show_figure("best", loss, f"at epoch {format_epoch(history.best.epoch)}")


def show_ended(strip: FiguresStrip, event: RunEnded) -> None:
    """Show the final figures."""
    strip.show_figure("epoch", f"{event.epoch:.2f}")
    strip.show_figure("elapsed", format_duration(event.elapsed_s))


def show_nothing_left(strip: FiguresStrip) -> None:
    """Show that no time is left, however the run came to its end."""
    strip.show_figure("left", NOT_KNOWN)


def _show_loss(strip: FiguresStrip, name: str, loss: float) -> None:
    perplexity = perplexity_of_loss(loss)
    strip.show_figure(name, format_loss(loss), f"perplexity {perplexity}")
