"""The books of one training run: counts, clock, history, and the events made from them.

Nothing is trained here (see `engine.trainer`).
"""

import math
import time
from collections.abc import Callable, Generator

import torch

from engine.config import ModelConfig, TrainConfig
from engine.corpus_data import Corpus
from engine.device import DeviceChoice
from engine.errors import ConfigError
from engine.events import EndReason, Event, LossPoint, RunEnded, SnapshotPublished, TrainingStarted
from engine.language_model import HistoryRecorder, LanguageModel
from engine.rnn import RNN
from engine.run_clock import RunClock


class RunBooks:
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
    epoch : float
        Epochs so far, with the part of the current one.
    first_epoch : int
        Whole epochs before this run.
    words : int
        Words predicted in this run.
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
        self.first_epoch = 0 if start_from is None else math.floor(start_from.epoch)
        self.epoch = float(self.first_epoch)
        self.words = 0
        self._before_s = history.elapsed_s[-1] if history is not None and len(history) else 0.0
        self.clock = RunClock(self._before_s, clock)

    @property
    def spent_s(self) -> float:
        """Seconds of training in this run, pauses left out."""
        return self.clock.elapsed_s() - self._before_s

    def is_time_over(self) -> bool:
        """Tell whether the run's time limit is reached."""
        limit_s = self._config.time_limit_s
        return limit_s is not None and self.spent_s >= limit_s

    def count(self, words: int, epoch: float) -> None:
        """Count one step over `words` words that led to `epoch`."""
        self.step += 1
        self.words += words
        self.epoch = epoch

    def keep(self, events: Generator[Event, None, EndReason]) -> Generator[Event, None, EndReason]:
        """Pass events on, each one entered into the history first."""
        while True:
            try:
                event = next(events)
            except StopIteration as ended:
                reason: EndReason = ended.value
                return reason
            self.recorder.add(event)
            yield event

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
        """Return a point of the curve: mean loss, learning rate, speed since the last one."""
        return LossPoint(
            step=self.step,
            epoch=self.epoch,
            loss=loss,
            learning_rate=rate,
            words_per_s=words_per_s,
            elapsed_s=self.clock.elapsed_s(),
            time_left_s=self._time_left_s(),
        )

    def _time_left_s(self) -> float | None:
        spent_s = self.spent_s
        epochs_done = self.epoch - self.first_epoch
        if epochs_done <= 0.0:
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


def make_network(
    corpus: Corpus, config: ModelConfig, start_from: LanguageModel | None, device: torch.device
) -> RNN:
    """Return a new network, or an own copy of the one that is trained further.

    Raises
    ------
    ConfigError
        If `start_from` was trained on another vocabulary.
    """
    words = corpus.vocabulary.words
    if start_from is None:
        return RNN(
            len(words),
            config.hidden_dim,
            config.bptt_truncate,
            dtype=config.dtype,
            device=device,
            seed=config.seed,
        )
    if start_from.vocabulary.words != words:
        raise ConfigError(
            "The model cannot be trained further on this corpus: its vocabulary has "
            f"{start_from.word_dim:,} words and differs from the corpus's {len(words):,}. "
            "Prepare the text that it was trained on, or train a new model."
        )
    network = start_from.rnn.copy(dtype=config.dtype, device=device)
    network.bptt_truncate = config.bptt_truncate
    return network
