"""Train a network on a corpus, as a stream of events.

The loop knows no file and no window; what it reports is in `engine.events`. It
holds the run's state and its order: evaluate, go through the sentences, evaluate
again, and act on what the evaluation says.

One sentence order per epoch is drawn from (seed, epoch), so that a run can be
repeated, and continued in the middle, without a stored random state. Whatever belongs
together changes between two events, never across one: a state may be taken at any.
"""

import time
from collections.abc import Callable, Generator, Iterator
from functools import partial

import torch
from numpy import int64
from numpy.typing import NDArray

from engine.batch_stepper import BatchStepper
from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl, Ticker
from engine.corpus_data import Corpus, Sentences
from engine.device import choose_device
from engine.epoch_judge import EpochJudge
from engine.errors import DivergedError
from engine.events import EndReason, Event, SnapshotPublished
from engine.language_model import LanguageModel
from engine.optimizer import ClippedAdam, Optimizer, PlainSgd
from engine.recipes import fill_in, recipe_defaults
from engine.resting_loss import few_of, require_finite, resting_loss
from engine.run_books import RunBooks, make_network
from engine.training_state import (
    TrainingProgress,
    TrainingState,
    copies,
    copy_parameters,
    load_parameters,
    require_same_text,
    sentence_order,
    text_digest,
)

_POINT_EVERY_S = 0.4  # each redraw of the live plot costs about 6 ms of one core
_SNAPSHOT_EVERY_S = 5.0
_FIRST_LOOK_SENTENCES = 1000  # of the training text, before training


def train(
    corpus: Corpus,
    model_config: ModelConfig,
    train_config: TrainConfig,
    control: RunControl,
    *,
    start_from: LanguageModel | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Event]:
    """Train a new network, or go on with one.

    Parameters
    ----------
    corpus : Corpus
    model_config : ModelConfig
    train_config : TrainConfig
    control : RunControl
        A stop ends the run after the current batch; what was learned is published first.
    start_from : LanguageModel, optional
        Its parameters, history and counts are continued; it must have the corpus's
        vocabulary.
    clock : callable
        Seconds; passed in by tests.

    Yields
    ------
    TrainingStarted, EpochDone of epoch 0, then LossPoint, EpochDone, RateHalved and
    SnapshotPublished as they come; a last SnapshotPublished and RunEnded.

    Raises
    ------
    ConfigError
        If `start_from` does not fit the corpus.
    DeviceError
        If the requested device is not there, or has no room for a single sentence.
    DivergedError
        If the loss is not finite any more; the last snapshot is still good.
    """
    yield from Trainer(corpus, model_config, train_config, start_from, clock).run(control)


class Trainer:
    """One run: the live network and everything that changes with it; made as `train` says."""

    def __init__(
        self,
        corpus: Corpus,
        model_config: ModelConfig,
        train_config: TrainConfig,
        start_from: LanguageModel | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._corpus, self._model_config, self._config = corpus, model_config, train_config
        self._training, self._validation = corpus.training, corpus.validation
        device, self._device_choice = choose_device(model_config.device)
        rate, batch_size, clip_norm = fill_in(train_config)
        spread = recipe_defaults(train_config.recipe).input_range
        self._rnn = make_network(corpus, model_config, start_from, device, spread)
        self._optimizer: Optimizer = (
            PlainSgd(self._rnn, rate)
            if train_config.recipe == "tutorial"
            else ClippedAdam(self._rnn, rate, clip_norm)
        )
        self._stepper = BatchStepper(
            self._training, self._optimizer, batch_size, device, self._device_choice
        )
        self._judge = EpochJudge(train_config.recipe, self._rnn, self._optimizer, rate)
        self._books = RunBooks(corpus, model_config, train_config, start_from, clock)
        self._point_ticker = Ticker(_POINT_EVERY_S, clock)
        self._snapshot_ticker = Ticker(_SNAPSHOT_EVERY_S, clock)
        # It stays on the device until a point is due: reading it waits for a GPU.
        self._epoch_loss = torch.zeros((), dtype=torch.float64, device=device)
        self._text_digest = ""  # worked out when a state is first taken

    @classmethod
    def resumed(
        cls, corpus: Corpus, state: TrainingState, clock: Callable[[], float] = time.monotonic
    ) -> "Trainer":
        """Return a trainer that goes on where `state` was taken.

        Raises
        ------
        ConfigError
            If `corpus` is not the text of the run.
        """
        require_same_text(state, corpus)
        self = cls(corpus, state.model_config, state.train_config, None, clock)
        progress = state.progress
        load_parameters(self._rnn, state.parameters)
        best = self._rnn.copy() if state.best else None
        if best is not None:
            load_parameters(best, state.best)
        self._judge.restore(progress, best)
        self._optimizer.load_state_tensors(state.optimizer)
        self._optimizer.learning_rate = progress.learning_rate
        self._stepper.batch_size = progress.batch_size
        self._text_digest = progress.text_digest
        self._books.restore(progress, state.history)
        self._epoch_loss.fill_(progress.epoch_loss)
        return self

    def state(self) -> TrainingState:
        """Return a copy of all that the run needs to go on; call it between two events."""
        self._text_digest = self._text_digest or text_digest(self._corpus)
        return TrainingState(
            progress=TrainingProgress(
                **self._books.counts(),
                **self._judge.losses(),
                epoch_loss=float(self._epoch_loss),
                learning_rate=self._optimizer.learning_rate,
                batch_size=self._stepper.batch_size,
                text_digest=self._text_digest,
            ),
            model_config=self._model_config,
            train_config=self._config,
            summary=self._corpus.summary,
            vocabulary=self._corpus.vocabulary,
            history=self._books.recorder.snapshot(),
            parameters=copy_parameters(self._rnn),
            best=copy_parameters(self._judge.best),
            optimizer=copies(self._optimizer.state_tensors()),
        )

    def run(self, control: RunControl) -> Generator[Event, None, None]:
        """Yield the run's events; see `train`."""
        yield self._books.started(
            self._rnn, self._device_choice, self._optimizer.learning_rate, self._stepper.batch_size
        )
        try:
            reason = yield from self._train(control)
            yield self._publish()
        except DivergedError as error:
            raise self._judge.divergence(self._books.step) from error
        yield self._books.ended(reason)

    def _train(self, control: RunControl) -> Generator[Event, None, EndReason]:
        books = self._books
        if books.current == 0:
            yield from self._look_first(control)
            if control.is_stopped:
                return "stopped"
        yield self._publish()
        while books.current <= books.last_epoch and not self._judge.has_converged():
            yield from self._one_epoch(control)
            is_over = books.is_time_over()
            if not control.is_stopped:
                yield from self._end_epoch(control, is_evaluated=is_over)
            if control.is_stopped:
                return "stopped"
            if is_over:
                return "time limit"
            if not self._judge.has_converged():
                yield self._publish()
        return "converged" if self._judge.has_converged() else "finished"

    def _look_first(self, control: RunControl) -> Generator[Event, None, None]:
        """Evaluate the untrained network on a part of the text, as epoch 0."""
        few = few_of(self._training, _FIRST_LOOK_SENTENCES)
        loss = yield from self._evaluate(self._training, control, few)
        if loss is not None:
            yield from self._conclude(loss, control)

    def _begin_epoch(self, number: int) -> None:
        self._books.begin_epoch(number)
        self._epoch_loss.zero_()

    def _one_epoch(self, control: RunControl) -> Generator[Event, None, None]:
        """Go through the sentences that are left of this epoch, or until a stop."""
        books, size = self._books, len(self._training)
        order = sentence_order(self._config, books.current, size)
        point_loss, point_words = float(self._epoch_loss), books.epoch_words
        point_began_s = books.spent_s
        while books.sentences_done < size and books.clock.proceed(control):
            chosen = order[books.sentences_done :][: self._stepper.batch_size]
            done = self._stepper.step(chosen)
            if done is None:
                yield self._stepper.halve(len(chosen))
                continue
            loss, words = done
            self._epoch_loss += loss
            books.count(words, len(chosen))
            is_last = books.sentences_done == size or books.is_time_over()
            if not (is_last or self._point_ticker.is_due()):
                continue
            # The sum of the epoch grows batch by batch, whenever points are due.
            total, now_s = float(self._epoch_loss), books.spent_s
            new_words = books.epoch_words - point_words
            mean = require_finite(total - point_loss) / new_words
            speed = new_words / max(1e-9, now_s - point_began_s)
            point_loss, point_words, point_began_s = total, books.epoch_words, now_s
            yield books.point(mean, self._optimizer.learning_rate, speed)
            if is_last:
                break
            if self._snapshot_ticker.is_due():
                yield self._publish()

    def _end_epoch(
        self, control: RunControl, *, is_evaluated: bool
    ) -> Generator[Event, None, None]:
        """Evaluate, report, and act on a loss that rose; nothing of it after a stop."""
        if not (is_evaluated or self._books.is_evaluation_due()):
            self._begin_epoch(self._books.current + 1)
            return
        loss: float | None = float(self._epoch_loss) / max(1, self._books.epoch_words)
        if self._config.recipe == "tutorial":
            # The tutorial evaluates over its training data, with the parameters at rest.
            loss = yield from self._evaluate(self._training, control)
        if loss is not None:
            yield from self._conclude(loss, control)

    def _conclude(self, training_loss: float, control: RunControl) -> Generator[Event, None, None]:
        books, words_per_s = self._books, self._books.words_per_s()
        validation_loss: float | None = None
        if len(self._validation):
            validation_loss = yield from self._evaluate(self._validation, control)
            if validation_loss is None:
                return
        done = books.evaluation(
            training_loss,
            validation_loss,
            self._optimizer.learning_rate,
            words_per_s,
            is_best=self._judge.is_best(training_loss, validation_loss),
        )
        halved = self._judge.judge(done)
        books.recorder.add(done)
        if halved is not None:
            books.recorder.add(halved)
        if books.current == 0:
            self._begin_epoch(books.first_epoch + 1)
        elif books.sentences_done == len(self._training):
            self._begin_epoch(books.current + 1)
        yield done
        if halved is not None:
            yield halved

    def _evaluate(
        self,
        sentences: Sentences,
        control: RunControl,
        chosen: NDArray[int64] | None = None,
    ) -> Generator[Event, None, float | None]:
        """Return the mean loss of all or the chosen sentences, nats a word; None after a stop."""
        proceed = partial(self._books.clock.proceed, control)
        return (yield from resting_loss(self._rnn, sentences, proceed, chosen))

    def _publish(self) -> SnapshotPublished:
        if not all(bool(torch.isfinite(each).all()) for each in self._rnn.parameters()):
            raise DivergedError("A parameter is not a finite number any more.")
        return self._books.snapshot(self._rnn)
