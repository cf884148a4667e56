"""The progress of one training run: counts, clock, history, and the events made from them.

Nothing is trained here (see `engine.training.trainer`).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.training_text import TrainingText
from engine.language_model.history import EpochDone, HistoryRecorder, LossPoint, TrainingHistory
from engine.language_model.model import LanguageModel
from engine.network.device import DeviceChoice
from engine.network.rnn import RNN
from engine.recipes import fill_in, recipe_defaults, tuning_of, tuning_text
from engine.training.events import EndReason, RunEnded, SnapshotPublished, TrainingStarted


@dataclass(slots=True, kw_only=True)
class Progress:
    """Where a run is, in plain numbers: changed as it goes on, and saved as it is.

    What lives elsewhere while the run goes on (the clock's times, the sum of the losses on
    the device, the rate of the optimiser, the size of its batches) is entered when it is saved.
    """

    step: int  # parameter updates, those of a model that was trained further included
    words: int  # predicted in this run
    first_epoch: int  # whole epochs before this run
    epoch: int  # the one under way; 0 = the first look at the text is not done
    sentences_done: int  # of that epoch
    epoch_loss: float  # sum over its words so far, in nats, added batch by batch
    epoch_words: int
    epoch_s: float  # seconds of training spent on it
    elapsed_s: float  # of training, pauses left out
    before_s: float  # of it, before this run
    learning_rate: float
    first_rate: float
    batch_size: int
    best_loss: float | None  # None: nothing was evaluated yet
    previous_loss: float | None
    text_digest: str  # of the word numbers trained and evaluated on; "": not worked out yet
    epoch_part_before: float = 0.0  # of an epoch, < 1, on top of the whole ones before this run
    # of the two losses above, where they are of a sample; 0 where they are of the whole text
    best_error: float = 0.0
    previous_error: float = 0.0
    # of an epoch's end that was too short for a point of the curve: it is in the next one
    tail_loss: float = 0.0  # nats
    tail_words: int = 0


def first_progress(config: TrainConfig, start_from: LanguageModel | None) -> Progress:
    """Return where a run begins that trains a new model, or goes on with one."""
    rate, batch_size, _ = fill_in(config)
    step, epochs = (0, 0.0) if start_from is None else (start_from.step, start_from.epoch)
    history = None if start_from is None else start_from.history
    before_s = history.elapsed_s[-1] if history is not None and len(history) else 0.0
    first_epoch = math.floor(epochs)
    return Progress(
        step=step,
        words=0,
        first_epoch=first_epoch,
        epoch=0 if step == 0 else first_epoch + 1,
        sentences_done=0,
        epoch_loss=0.0,
        epoch_words=0,
        epoch_s=0.0,
        elapsed_s=before_s,
        before_s=before_s,
        learning_rate=rate,
        first_rate=rate,
        batch_size=batch_size,
        best_loss=None,
        previous_loss=None,
        text_digest="",
        epoch_part_before=epochs - first_epoch,  # its last epoch was not a whole one
    )


class RunProgress:
    """What a run reports of its progress, with its clock and its history.

    Parameters
    ----------
    corpus : TrainingText
    model_config : ModelConfig
    train_config : TrainConfig
    now : Progress
        Changed as the run goes on.
    history : TrainingHistory or None
        What was measured before.
    clock : callable
        Seconds; passed in by tests.

    Attributes
    ----------
    now : Progress
    recorder : HistoryRecorder
    clock : RunClock
    """

    def __init__(
        self,
        corpus: TrainingText,
        model_config: ModelConfig,
        train_config: TrainConfig,
        now: Progress,
        history: TrainingHistory | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._corpus, self._model_config, self._config = corpus, model_config, train_config
        self.now = now
        self.recorder = HistoryRecorder(history)
        self.clock = RunClock(now.elapsed_s, clock)
        self._epoch_began_s = self.spent_s - now.epoch_s
        self._first_point: tuple[float, float] | None = None  # its time, s, and epochs done

    def begin_epoch(self, number: int) -> None:
        """Go on to epoch `number`; none of it is done."""
        self.now.epoch = number
        self.now.sentences_done = self.now.epoch_words = 0
        self._epoch_began_s = self.spent_s

    @property
    def epoch(self) -> float:
        """Epochs so far, with the part of the current one."""
        now = self.now
        whole = now.first_epoch if now.epoch == 0 else now.epoch - 1
        share = now.sentences_done / max(1, len(self._corpus.training))
        return whole + now.epoch_part_before + share

    @property
    def last_epoch(self) -> int:
        """The epoch that the run is to end with."""
        return self.now.first_epoch + self._config.epochs

    @property
    def spent_s(self) -> float:
        """Seconds of training in this run, pauses left out."""
        return self.clock.elapsed_s() - self.now.before_s

    @property
    def epoch_s(self) -> float:
        """Seconds of training in the epoch under way."""
        return self.spent_s - self._epoch_began_s

    @property
    def time_limit_s(self) -> float | None:
        """What `spent_s` may become."""
        return self._config.time_limit_s

    def is_time_over(self, reserve_s: float = 0.0) -> bool:
        """Tell whether the run's time limit is reached, but for so many seconds."""
        limit_s = self.time_limit_s
        return limit_s is not None and self.spent_s >= limit_s - reserve_s

    def has_time_for(self, needed_s: float) -> bool:
        """Tell whether what takes so many seconds would end within the time limit."""
        limit_s = self.time_limit_s
        return limit_s is None or self.spent_s + needed_s <= limit_s

    def leave_out(self, seconds: float) -> None:
        """Count no training of the epoch under way in the last seconds."""
        self._epoch_began_s += seconds

    def is_evaluation_due(self) -> bool:
        """Tell whether the epoch under way is to end with an evaluation."""
        since_start = self.now.epoch - self.now.first_epoch
        return since_start % self._config.evaluate_every == 0 or since_start == self._config.epochs

    def count(self, words: int, sentences: int) -> None:
        """Count one step over so many words of so many sentences."""
        self.now.step += 1
        self.now.words += words
        self.now.epoch_words += words
        self.now.sentences_done += sentences

    def to_save(self, *, epoch_loss: float, learning_rate: float, batch_size: int) -> Progress:
        """Return a copy with what lives elsewhere while the run goes on."""
        return replace(
            self.now,
            epoch_s=self.epoch_s,
            elapsed_s=self.clock.elapsed_s(),
            epoch_loss=epoch_loss,
            learning_rate=learning_rate,
            batch_size=batch_size,
        )

    def ended(self, reason: EndReason) -> RunEnded:
        """Return the last event of the run."""
        return RunEnded(
            reason=reason, epoch=self.epoch, step=self.now.step, elapsed_s=self.clock.elapsed_s()
        )

    def started(
        self, rnn: RNN, device: DeviceChoice, rate: float, batch_size: int
    ) -> TrainingStarted:
        """Return the first event of the run."""
        H, C = rnn.hidden_dim, rnn.word_dim
        tuning, words = tuning_of(self._config), self._corpus.training.words_to_predict
        text = tuning_text(tuning)
        defaults = recipe_defaults(self._config.recipe, words, C, hidden_dim=H)
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
            tuning=text,
            tuning_reason=defaults.reason if text and tuning == defaults.tuning else "",
        )

    def point(self, loss: float, rate: float, words_per_s: float) -> LossPoint:
        """Enter a point of the curve: mean loss, learning rate, speed since the last one."""
        point = LossPoint(
            step=self.now.step,
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
        return self.now.epoch_words / max(1e-9, self.epoch_s) if self.now.epoch_words else 0.0

    def evaluation(
        self,
        training_loss: float,
        validation_loss: float | None,
        rate: float,
        words_per_s: float,
        *,
        standard_error: float | None = None,
        is_interim: bool = False,
        change_error: float | None = None,
    ) -> EpochDone:
        """Return what was evaluated now; a `standard_error` is that of a sample."""
        return EpochDone(
            epoch=self.epoch,
            step=self.now.step,
            training_loss=training_loss,
            validation_loss=validation_loss,
            learning_rate=rate,
            words_per_s=words_per_s,
            elapsed_s=self.clock.elapsed_s(),
            is_best=False,  # `Schedule.judged` says
            is_sample=standard_error is not None,
            standard_error=standard_error,
            is_interim=is_interim,
            change_error=change_error,
        )

    def _time_left_s(self) -> float | None:
        """Estimate it from the speed since the first point.

        Before that came a first look at the text and a step with cold caches: they tell nothing.
        """
        spent_s = self.spent_s
        done = self.epoch - self.now.first_epoch - self.now.epoch_part_before  # epochs
        if self._first_point is None:
            self._first_point = spent_s, done
        since_s, since = spent_s - self._first_point[0], done - self._first_point[1]
        to_do, left_s = self._config.epochs - done, math.inf
        if to_do <= 1e-9:
            left_s = 0.0
        elif since > 1e-9:
            left_s = since_s * to_do / since
        if self._config.time_limit_s is not None:
            left_s = min(left_s, self._config.time_limit_s - spent_s)
        return max(0.0, left_s) if math.isfinite(left_s) else None

    def snapshot(self, rnn: RNN) -> SnapshotPublished:
        """Copy the parameters for everybody else to use."""
        model = LanguageModel(
            rnn=rnn.copy(device="cpu"),
            vocabulary=self._corpus.vocabulary,
            model_config=self._model_config,
            train_config=self._config,
            summary=self._corpus.summary,
            reading=self._corpus.reading,
            history=self.recorder.snapshot(),
            step=self.now.step,
            epoch=self.epoch,
            references=self._corpus.references,
        )
        return SnapshotPublished(step=self.now.step, epoch=self.epoch, model=model)


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

    def proceed(self, control: RunControl) -> bool:
        """Wait as long as `control` is paused, uncounted; return False once it is stopped."""
        if not control.is_paused:
            return control.proceed()
        paused_at_s = self._clock()
        goes_on = control.proceed()
        self._started_s += self._clock() - paused_at_s
        return goes_on
