"""Train a network on a corpus, as a stream of events.

The loop knows no file and no window; what it reports is in `engine.events`. It
holds the run's state and its order: evaluate, go through the sentences, evaluate
again, and act on what the evaluation says.

One sentence order per epoch is drawn from (seed, epoch), so that a run can be
repeated, and continued in the middle, without a stored random state.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from engine.batching import Batch, batch_from_flat, batches_by_length
from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl, Ticker
from engine.corpus_data import Corpus, Sentences
from engine.device import choose_device
from engine.errors import DivergedError
from engine.events import (
    EndReason,
    EpochDone,
    Event,
    RateHalved,
    SnapshotPublished,
    StageProgress,
)
from engine.language_model import LanguageModel
from engine.optimizer import ClippedAdam, Optimizer, PlainSgd
from engine.recipes import fill_in
from engine.rnn import RNN
from engine.run_books import RunBooks, make_network

_POINT_EVERY_S = 0.1
_SNAPSHOT_EVERY_S = 5.0
_STAGE_EVERY_S = 0.5
_EVALUATION_WORDS = 4096  # in one batch of an evaluation
_FIRST_LOOK_SENTENCES = 1000  # of the training text, before training
_SMALLEST_RATE_SHARE = 1.0 / 64.0  # of the first learning rate; then the fast recipe ends


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
        If the requested device is not there.
    DivergedError
        If the loss is not finite any more; the last snapshot is still good.
    """
    yield from Trainer(corpus, model_config, train_config, start_from, clock).run(control)


class Trainer:
    """One run: the live network and everything that changes with it.

    Parameters
    ----------
    As of `train`.
    """

    def __init__(
        self,
        corpus: Corpus,
        model_config: ModelConfig,
        train_config: TrainConfig,
        start_from: LanguageModel | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._training, self._validation = corpus.training, corpus.validation
        self._config = train_config
        self._device, self._device_choice = choose_device(model_config.device)
        self._first_rate, self._batch_size, clip_norm = fill_in(train_config)
        self._rnn = make_network(corpus, model_config, start_from, self._device)
        self._optimizer: Optimizer = (
            PlainSgd(self._rnn, self._first_rate)
            if train_config.recipe == "tutorial"
            else ClippedAdam(self._rnn, self._first_rate, clip_norm)
        )
        self._books = RunBooks(corpus, model_config, train_config, start_from, clock)
        self._point_ticker = Ticker(_POINT_EVERY_S, clock)
        self._snapshot_ticker = Ticker(_SNAPSHOT_EVERY_S, clock)
        self._best_loss = math.inf
        self._best: RNN | None = None
        self._previous_loss = math.inf

    def run(self, control: RunControl) -> Generator[Event, None, None]:
        """Yield the run's events; see `train`."""
        yield self._books.started(
            self._rnn, self._device_choice, self._first_rate, self._batch_size
        )
        reason = yield from self._books.keep(self._train(control))
        yield self._publish()
        yield self._books.ended(reason)

    def _train(self, control: RunControl) -> Generator[Event, None, EndReason]:
        books = self._books
        if books.step == 0:
            few = np.linspace(0, len(self._training) - 1, _FIRST_LOOK_SENTENCES, dtype=np.int64)
            loss = yield from self._evaluate(self._training, control, np.unique(few))
            if loss is None:
                return "stopped"
            yield from self._conclude_epoch(0, loss, 0.0, control)
        yield self._publish()
        for epoch in range(books.first_epoch + 1, books.first_epoch + self._config.epochs + 1):
            began_s, words_before = books.spent_s, books.words
            mean_loss = yield from self._one_epoch(epoch, control)
            words_per_s = (books.words - words_before) / max(1e-9, books.spent_s - began_s)
            is_over = books.is_time_over()
            if not control.is_stopped and (is_over or self._is_evaluated(epoch)):
                yield from self._conclude_epoch(books.epoch, mean_loss, words_per_s, control)
            if control.is_stopped:
                return "stopped"
            if is_over:
                return "time limit"
            if self._has_converged():
                return "converged"
            yield self._publish()
        return "finished"

    def _one_epoch(self, epoch: int, control: RunControl) -> Generator[Event, None, float]:
        """Go through all sentences once, or until a stop; return the mean loss of the steps."""
        books, order = self._books, self._order_of(epoch)
        epoch_loss, epoch_words = 0.0, books.words
        # The loss stays on the device until a point is due: reading it waits for a GPU.
        point_loss = torch.zeros((), dtype=torch.float64, device=self._device)
        point_words, point_began_s = books.words, books.spent_s
        for begin in range(0, len(order), self._batch_size):
            if not books.clock.proceed(control):
                break
            chosen = order[begin : begin + self._batch_size]
            batch = self._batch(self._training, chosen)
            point_loss += self._descend(batch)
            done = begin + len(chosen)
            books.count(batch.words, epoch - 1 + done / len(order))
            is_last = done == len(order) or books.is_time_over()
            if not (is_last or self._point_ticker.is_due()):
                continue
            loss, words, now_s = float(point_loss), books.words - point_words, books.spent_s
            epoch_loss += self._finite(loss)
            speed = words / max(1e-9, now_s - point_began_s)
            yield books.point(loss / words, self._optimizer.learning_rate, speed)
            point_loss.zero_()
            point_words, point_began_s = books.words, now_s
            if is_last:
                break
            if self._snapshot_ticker.is_due():
                yield self._publish()
        return epoch_loss / max(1, books.words - epoch_words)

    def _descend(self, batch: Batch) -> torch.Tensor:
        try:
            return self._optimizer.step(batch)
        except DivergedError as error:
            raise self._diverged() from error

    def _conclude_epoch(
        self, epoch: float, training_loss: float, words_per_s: float, control: RunControl
    ) -> Generator[Event, None, None]:
        """Evaluate, report, and act on a loss that rose; nothing of it after a stop."""
        is_tutorial = self._config.recipe == "tutorial"
        if is_tutorial and epoch > 0:
            # The tutorial evaluates over its training data, with the parameters at rest.
            evaluated = yield from self._evaluate(self._training, control)
            if evaluated is None:
                return
            training_loss = evaluated
        validation_loss: float | None = None
        if len(self._validation):
            validation_loss = yield from self._evaluate(self._validation, control)
            if validation_loss is None:
                return
        quality = training_loss if validation_loss is None else validation_loss
        is_best = quality < self._best_loss
        yield EpochDone(
            epoch=epoch,
            step=self._books.step,
            training_loss=training_loss,
            validation_loss=validation_loss,
            learning_rate=self._optimizer.learning_rate,
            words_per_s=words_per_s,
            elapsed_s=self._books.clock.elapsed_s(),
            is_best=is_best,
        )
        if is_best:
            self._best_loss, self._best = quality, self._rnn.copy()
        judged = training_loss if is_tutorial else quality
        if judged > self._previous_loss:
            yield self._halve(epoch, judged)
        else:
            self._previous_loss = judged

    def _halve(self, epoch: float, loss: float) -> RateHalved:
        """Halve the learning rate; the fast recipe also goes back to the best parameters."""
        rate = self._optimizer.learning_rate / 2.0
        self._optimizer.learning_rate = rate
        reason = f"The evaluated loss rose from {self._previous_loss:.4f} to {loss:.4f}."
        if self._config.recipe == "fast" and self._best is not None:
            for live, best in zip(self._rnn.parameters(), self._best.parameters(), strict=True):
                live.copy_(best)
            self._optimizer.forget()
            reason += f" Training goes on from the best parameters ({self._best_loss:.4f})."
        else:
            self._previous_loss = loss
        return RateHalved(step=self._books.step, epoch=epoch, learning_rate=rate, reason=reason)

    def _has_converged(self) -> bool:
        smallest = self._first_rate * _SMALLEST_RATE_SHARE
        return self._config.recipe == "fast" and self._optimizer.learning_rate < smallest

    def _evaluate(
        self,
        sentences: Sentences,
        control: RunControl,
        chosen: NDArray[np.int64] | None = None,
    ) -> Generator[Event, None, float | None]:
        """Return the mean loss of all or the chosen sentences, nats a word; None after a stop."""
        batches = batches_by_length(sentences.offsets, _EVALUATION_WORDS, chosen)
        total = torch.zeros((), dtype=torch.float64, device=self._device)
        words = 0
        ticker = Ticker(_STAGE_EVERY_S)
        for number, members in enumerate(batches):
            if not self._books.clock.proceed(control):
                return None
            batch = self._batch(sentences, members)
            total += self._rnn.word_losses(batch).sum(dtype=torch.float64)
            words += batch.words
            if ticker.is_due():
                yield StageProgress(
                    stage="Evaluating", done=number + 1, total=len(batches), unit="batches"
                )
        return self._finite(float(total)) / words

    def _batch(self, sentences: Sentences, chosen: NDArray[np.int64]) -> Batch:
        return batch_from_flat(sentences.ids, sentences.offsets, chosen).to(self._device)

    def _order_of(self, epoch: int) -> NDArray[np.int64]:
        """Return the sentence numbers of an epoch: the file's order in the tutorial's recipe."""
        if self._config.recipe == "tutorial":
            return np.arange(len(self._training))
        random = np.random.default_rng([self._config.seed, epoch])
        return random.permutation(len(self._training))

    def _is_evaluated(self, epoch: int) -> bool:
        since_start = epoch - self._books.first_epoch
        return since_start % self._config.evaluate_every == 0 or since_start == self._config.epochs

    def _finite(self, loss: float) -> float:
        if not math.isfinite(loss):
            raise self._diverged()
        return loss

    def _diverged(self) -> DivergedError:
        rate = self._optimizer.learning_rate
        return DivergedError(
            f"Training was stopped at step {self._books.step:,}: with the learning rate {rate:g} "
            "the numbers grew beyond all bounds. The model of the last snapshot is kept. Start "
            f"again with a smaller learning rate, such as {rate / 10:g}."
        )

    def _publish(self) -> SnapshotPublished:
        if not all(bool(torch.isfinite(each).all()) for each in self._rnn.parameters()):
            raise self._diverged()
        return self._books.snapshot(self._rnn)
