"""The progress of one training run: counts, clock, history, and the events made from them.

Nothing is trained here (see `engine.training.trainer`).
"""

import math
import time
from collections.abc import Callable
from typing import Any

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.language_model.history import EpochDone, HistoryRecorder, LossPoint, TrainingHistory
from engine.language_model.model import LanguageModel
from engine.network.device import DeviceChoice
from engine.network.rnn import RNN
from engine.training.events import EndReason, RunEnded, SnapshotPublished, TrainingStarted
from engine.training.state import TrainingProgress


class RunProgress:
    """What a run counts and reports.

    Parameters
    ----------
    corpus : Corpus
    model_config : ModelConfig
    train_config : TrainConfig
    start_from : LanguageModel or None
        The model that is trained further: its counts, history and time go on.
    clock : callable
        Seconds; passed in by tests.

    Attributes
    ----------
    step : int
        Parameter updates so far.
    words : int
        Words predicted in this run.
    first_epoch : int
        Whole epochs before this run.
    current : int
        The epoch under way; 0 before the first look at the text.
    sentences_done : int
        Of the epoch under way.
    epoch_words : int
        Words predicted in the epoch under way.
    recorder : HistoryRecorder
    clock : RunClock
    """

    def __init__(
        self,
        corpus: Corpus,
        model_config: ModelConfig,
        train_config: TrainConfig,
        start_from: LanguageModel | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._corpus, self._model_config, self._config = corpus, model_config, train_config
        history = None if start_from is None else start_from.history
        self.recorder = HistoryRecorder(history)
        self.step = 0 if start_from is None else start_from.step
        self.words = 0
        before = 0.0 if start_from is None else start_from.epoch
        self.first_epoch = math.floor(before)
        self._part_before = before - self.first_epoch  # its last epoch was not a whole one
        self._before_s = history.elapsed_s[-1] if history is not None and len(history) else 0.0
        self.clock = RunClock(self._before_s, clock)
        self.begin_epoch(0 if self.step == 0 else self.first_epoch + 1)

    def begin_epoch(self, number: int) -> None:
        """Go on to epoch `number`; none of it is done."""
        self.current = number
        self.sentences_done = self.epoch_words = 0
        self._epoch_began_s = self.spent_s

    @property
    def epoch(self) -> float:
        """Epochs so far, with the part of the current one."""
        whole = self.first_epoch if self.current == 0 else self.current - 1
        return whole + self._part_before + self.sentences_done / max(1, len(self._corpus.training))

    @property
    def last_epoch(self) -> int:
        """The epoch that the run is to end with."""
        return self.first_epoch + self._config.epochs

    @property
    def spent_s(self) -> float:
        """Seconds of training in this run, pauses left out."""
        return self.clock.elapsed_s() - self._before_s

    @property
    def epoch_s(self) -> float:
        """Seconds of training in the epoch under way."""
        return self.spent_s - self._epoch_began_s

    def is_time_over(self) -> bool:
        """Tell whether the run's time limit is reached."""
        limit_s = self._config.time_limit_s
        return limit_s is not None and self.spent_s >= limit_s

    def is_evaluation_due(self) -> bool:
        """Tell whether the epoch under way is to end with an evaluation."""
        since_start = self.current - self.first_epoch
        return since_start % self._config.evaluate_every == 0 or since_start == self._config.epochs

    def count(self, words: int, sentences: int) -> None:
        """Count one step over so many words of so many sentences."""
        self.step += 1
        self.words += words
        self.epoch_words += words
        self.sentences_done += sentences

    def counts(self) -> dict[str, Any]:
        """Return the books' part of a `TrainingProgress`."""
        return {
            "step": self.step,
            "words": self.words,
            "first_epoch": self.first_epoch,
            "epoch": self.current,
            "sentences_done": self.sentences_done,
            "epoch_words": self.epoch_words,
            "epoch_s": self.epoch_s,
            "elapsed_s": self.clock.elapsed_s(),
            "before_s": self._before_s,
            "epoch_part_before": self._part_before,
        }

    def restore(self, progress: TrainingProgress, history: TrainingHistory) -> None:
        """Go on with the counts of an earlier run."""
        self.recorder = HistoryRecorder(history)
        self.step, self.words = progress.step, progress.words
        self.first_epoch, self.current = progress.first_epoch, progress.epoch
        self.sentences_done, self.epoch_words = progress.sentences_done, progress.epoch_words
        self._part_before, self._before_s = progress.epoch_part_before, progress.before_s
        self.clock.set_elapsed(progress.elapsed_s)
        self._epoch_began_s = self.spent_s - progress.epoch_s

    def ended(self, reason: EndReason) -> RunEnded:
        """Return the last event of the run."""
        return RunEnded(
            reason=reason, epoch=self.epoch, step=self.step, elapsed_s=self.clock.elapsed_s()
        )

    def started(
        self, rnn: RNN, device: DeviceChoice, rate: float, batch_size: int
    ) -> TrainingStarted:
        """Return the first event of the run."""
        H, C = rnn.hidden_dim, rnn.word_dim
        return TrainingStarted(
            recipe=self._config.recipe,
            device=device.name,
            device_reason=device.reason,
            word_dim=C,
            hidden_dim=H,
            bptt_truncate=rnn.bptt_truncate,
            parameters=2 * H * C + H * H,
            sentences=len(self._corpus.training),
            words=self._corpus.training.words_to_predict,
            validation_sentences=len(self._corpus.validation),
            learning_rate=rate,
            batch_size=batch_size,
            epochs=self._config.epochs,
            uniform_loss=math.log(C),
        )

    def point(self, loss: float, rate: float, words_per_s: float) -> LossPoint:
        """Enter a point of the curve: mean loss, learning rate, speed since the last one."""
        point = LossPoint(
            step=self.step,
            epoch=self.epoch,
            loss=loss,
            learning_rate=rate,
            words_per_s=words_per_s,
            elapsed_s=self.clock.elapsed_s(),
            time_left_s=self._time_left_s(),
        )
        self.recorder.add(point)
        return point

    def words_per_s(self) -> float:
        """Return the speed over the epoch under way; 0 before its first step."""
        return self.epoch_words / max(1e-9, self.epoch_s) if self.epoch_words else 0.0

    def evaluation(
        self,
        training_loss: float,
        validation_loss: float | None,
        rate: float,
        words_per_s: float,
        *,
        is_best: bool,
    ) -> EpochDone:
        """Return what was evaluated now."""
        return EpochDone(
            epoch=self.epoch,
            step=self.step,
            training_loss=training_loss,
            validation_loss=validation_loss,
            learning_rate=rate,
            words_per_s=words_per_s,
            elapsed_s=self.clock.elapsed_s(),
            is_best=is_best,
        )

    def _time_left_s(self) -> float | None:
        spent_s = self.spent_s
        epochs_done = self.epoch - self.first_epoch - self._part_before
        if epochs_done <= 1e-9:
            return None
        left_s = spent_s * (self._config.epochs - epochs_done) / epochs_done
        if self._config.time_limit_s is not None:
            left_s = min(left_s, self._config.time_limit_s - spent_s)
        return max(0.0, left_s)

    def snapshot(self, rnn: RNN) -> SnapshotPublished:
        """Copy the parameters for everybody else to use."""
        model = LanguageModel(
            rnn=rnn.copy(device="cpu"),
            vocabulary=self._corpus.vocabulary,
            model_config=self._model_config,
            train_config=self._config,
            summary=self._corpus.summary,
            history=self.recorder.snapshot(),
            step=self.step,
            epoch=self.epoch,
        )
        return SnapshotPublished(step=self.step, epoch=self.epoch, model=model)


class RunClock:
    """Measure the time since it was made, without the time spent paused.

    Parameters
    ----------
    before_s : float
        Of an earlier run that is continued.
    clock : callable
        Seconds; passed in by tests.
    """

    def __init__(self, before_s: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started_s = clock() - before_s

    def elapsed_s(self) -> float:
        """Return the seconds of training so far."""
        return self._clock() - self._started_s

    def set_elapsed(self, seconds: float) -> None:
        """Go on from so many seconds of training."""
        self._started_s = self._clock() - seconds

    def proceed(self, control: RunControl) -> bool:
        """Wait as long as `control` is paused, uncounted; return False once it is stopped."""
        if not control.is_paused:
            return control.proceed()
        paused_at_s = self._clock()
        goes_on = control.proceed()
        self._started_s += self._clock() - paused_at_s
        return goes_on
