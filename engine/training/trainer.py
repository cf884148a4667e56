"""Train a network on a corpus, as a stream of events.

The loop knows no file and no window; it evaluates, learns, and acts on what an evaluation says.

One sentence order per epoch is drawn from (seed, epoch), so that a run can be repeated, and
continued in the middle, without a stored random state. Whatever belongs together changes
between two events, never across one: a state may be taken at any.
"""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import torch

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl, Ticker
from engine.corpus.training_text import TrainingText
from engine.errors import DivergedError
from engine.language_model.history import BY_HAND, RateHalved
from engine.language_model.model import LanguageModel
from engine.network.rnn import RNN
from engine.recipes import settle, settle_model, tuning_of
from engine.training.distributed.ranks import Ranks
from engine.training.evaluation import SentenceLosses
from engine.training.events import EndReason, SnapshotPublished, TrainingEvent
from engine.training.measuring import Evaluator, Measured
from engine.training.placement import Placement
from engine.training.progress import RunProgress, first_progress
from engine.training.schedule import Schedule
from engine.training.state import (
    TrainingState,
    copies,
    copy_parameters,
    load_parameters,
    require_same_text,
    sentence_order,
    started_over,
    text_digest,
)

_POINT_EVERY_S = 0.4  # each redraw of the live plot costs about 6 ms of one core
_SNAPSHOT_EVERY_S = 5.0


def train(
    corpus: TrainingText,
    model_config: ModelConfig,
    train_config: TrainConfig,
    control: RunControl,
    *,
    start_from: LanguageModel | None = None,
    clock: Callable[[], float] = time.monotonic,
    ranks: Ranks | None = None,
) -> Iterator[TrainingEvent]:
    """Train a new network, or go on with one.

    Parameters
    ----------
    corpus : TrainingText
    model_config : ModelConfig
    train_config : TrainConfig
    control : RunControl
        A stop ends the run after the current batch; what was learned is published first.
    start_from : LanguageModel, optional
        Its parameters, history and counts are continued; it must have the corpus's
        vocabulary.
    clock : callable
        Seconds; passed in by tests.
    ranks : Ranks, optional
        The processes that train it together; this is rank 0. They bring their own clock.

    Yields
    ------
    TrainingStarted, EpochDone of epoch 0, then LossPoint, EpochDone, RateHalved and
    SnapshotPublished as they come, Notice when the memory runs out; a last
    SnapshotPublished, of the last good parameters if the run diverged, and RunEnded.

    Raises
    ------
    ConfigError
        If `start_from` does not fit the corpus.
    DeviceError
        If the requested device is not there, or the CPU has no room for a single sentence.
    DivergedError
        If the loss is not finite any more, or so high that it is useless.
    """
    trainer = Trainer(corpus, model_config, train_config, start_from, clock, ranks=ranks)
    yield from trainer.run(control)


class Trainer:
    """One run: the live network and everything that changes with it; made as `train` says."""

    def __init__(
        self,
        corpus: TrainingText,
        model_config: ModelConfig,
        train_config: TrainConfig,
        start_from: LanguageModel | None = None,
        clock: Callable[[], float] = time.monotonic,
        state: TrainingState | None = None,
        ranks: Ranks | None = None,
    ) -> None:
        if ranks is not None:
            clock = ranks.clock
        if state is None:
            model_config = sized(model_config, train_config, corpus, start_from)
            train_config = _settled(train_config, model_config, corpus, start_from)
        self._corpus, self._config = corpus, train_config
        self._training, self._validation = corpus.training, corpus.validation
        place = self._place = Placement(
            corpus, model_config, train_config, start_from, ranks, is_resumed=state is not None
        )
        best: RNN | None = None
        self._good: LanguageModel | None = None  # the best so far, or what the run began with
        if state is None:
            now = first_progress(train_config, start_from)
            history = None if start_from is None else start_from.history
        else:
            now, history = replace(state.progress), state.history
            place.load(state)
            if state.best:
                best = place.rnn.copy(device="cpu")
                load_parameters(best, state.best)
                self._good = state.model("best")
        self._schedule = Schedule(
            train_config.recipe,
            place.rnn,
            place.optimizer,
            now,
            history,
            best,
            min_improvement=tuning_of(train_config).min_improvement,
        )
        self._progress = RunProgress(corpus, model_config, train_config, now, history, clock)
        self._known = Evaluator(self._training, place, self._progress)
        self._held_out = Evaluator(self._validation, place, self._progress)
        self._point_ticker = Ticker(_POINT_EVERY_S, clock)
        self._snapshot_ticker = Ticker(_SNAPSHOT_EVERY_S, clock)
        self._has_diverged = False
        self._best_by_sentence: SentenceLosses | None = None  # held-out, at the best evaluation
        self._best_sample: Measured | None = None  # of what is looked at within an epoch

    @classmethod
    def resumed(
        cls,
        corpus: TrainingText,
        state: TrainingState,
        clock: Callable[[], float] = time.monotonic,
        ranks: Ranks | None = None,
    ) -> "Trainer":
        """Return a trainer that goes on where `state` was taken.

        Raises
        ------
        ConfigError
            If `corpus` is not the text of the run.
        """
        require_same_text(state, corpus)
        return cls(corpus, state.model_config, state.train_config, None, clock, state, ranks)

    @classmethod
    def following(cls, text: TrainingText, state: TrainingState, ranks: Ranks) -> "Trainer":
        """Return what trains along with rank 0, which has seen that `text` is that of `state`."""
        config = state.model_config
        return cls(text, config, state.train_config, state=state, ranks=ranks)

    def state(self) -> TrainingState:
        """Return a copy of all that the run needs to go on; call it between two events.

        Of a run that diverged it is what `started_over` makes.
        """
        place, progress = self._place, self._progress
        progress.now.text_digest = progress.now.text_digest or text_digest(self._corpus)
        now = TrainingState(
            progress=progress.to_save(
                epoch_loss=float(place.steps.loss_sum),
                learning_rate=place.optimizer.learning_rate,
                batch_size=place.steps.batch_size,
            ),
            model_config=place.model_config,
            train_config=place.train_config,
            summary=self._corpus.summary,
            reading=self._corpus.reading,
            vocabulary=self._corpus.vocabulary,
            history=progress.recorder.snapshot(),
            parameters=copy_parameters(place.rnn),
            best=copy_parameters(self._schedule.best),
            optimizer=copies(place.optimizer.state_tensors()),
            references=self._corpus.references,
        )
        if self.can_start_over and self._good is not None:
            return started_over(now, self._good, self._schedule.next_rate)
        return now

    @property
    def can_start_over(self) -> bool:
        """Whether the run diverged and `state` is what it can go on with."""
        return self._has_diverged and self._good is not None

    def run(self, control: RunControl) -> Generator[TrainingEvent, None, None]:
        """Yield the run's events; see `train`."""
        place, progress = self._place, self._progress
        rate, batch_size = place.optimizer.learning_rate, place.steps.batch_size
        if place.ranks is not None:
            place.ranks.begin(self.state)
            control = place.ranks.control
        yield progress.started(place.rnn, place.choice, rate, batch_size)
        if place.notice is not None:
            yield place.notice
        try:
            reason = yield from self._train(control)
            yield self._publish()
        except DivergedError as error:
            found = error
        else:
            yield progress.ended(reason)
            return
        self._has_diverged, good = True, self._good
        if good is None:  # nothing was trained yet
            raise found
        # Whoever keeps the last snapshot keeps this one.
        yield SnapshotPublished(step=good.step, epoch=good.epoch, model=good)
        raise self._schedule.divergence(progress.now.step, found, kept_step=good.step) from found

    def _train(self, control: RunControl) -> Generator[TrainingEvent, None, EndReason]:
        progress = self._progress
        if progress.now.epoch == 0:
            yield from self._look_first(control)
            if control.is_stopped:
                return "stopped"
        yield self._publish()
        while progress.now.epoch <= progress.last_epoch and not self._schedule.has_converged():
            yield from self._one_epoch(control)
            is_over = self._must_end()
            if not control.is_stopped:
                yield from self._end_epoch(control, is_evaluated=is_over)
            if control.is_stopped:
                return "stopped"
            if is_over or self._must_end():
                return "time limit"
            if not self._schedule.has_converged():
                yield self._publish()
        return "converged" if self._schedule.has_converged() else "finished"

    def _must_end(self) -> bool:
        """Tell whether what is left of a time limit is needed for the last evaluation."""
        if self._config.time_limit_s is None:
            return False
        reserve_s = self._held_out.reserve_s
        if self._config.recipe == "tutorial":
            reserve_s += self._known.reserve_s
        return self._progress.is_time_over(reserve_s)

    def _look_first(self, control: RunControl) -> Generator[TrainingEvent, None, None]:
        """Evaluate the untrained network on a part of the text, as epoch 0."""
        known = yield from self._known.sample(control)
        if known is not None:
            yield from self._conclude(replace(known, standard_error=None), control)

    def _begin_epoch(self, number: int) -> None:
        if self._place.ranks is not None:
            self._place.ranks.level(self._place.rnn.parameters())
        self._progress.begin_epoch(number)
        self._place.steps.loss_sum.zero_()

    def _one_epoch(self, control: RunControl) -> Generator[TrainingEvent, None, None]:
        """Go through the sentences that are left of this epoch, or until a stop."""
        progress, size, steps = self._progress, len(self._training), self._place.steps
        now = progress.now
        order = sentence_order(self._config, now.epoch, size)
        steps.begin(order[now.sentences_done :], now.epoch)
        point_loss = float(steps.loss_sum) - now.tail_loss
        point_words, speed_words = now.epoch_words - now.tail_words, now.epoch_words
        now.tail_loss, now.tail_words = 0.0, 0
        point_began_s = progress.spent_s
        earlier_loss, earlier_words = 0.0, 0  # of the point before
        while now.sentences_done < size and progress.clock.proceed(control):
            if (rate := control.take_rate()) is not None:
                yield self._take_rate(rate)
            done = steps.step()
            if done is None:
                yield self._place.make_room()
                continue
            progress.count(*done)
            if (notice := steps.take_notice()) is not None:
                yield notice
            is_last = now.sentences_done == size or self._must_end()
            if not (is_last or self._point_ticker.is_due()):
                continue
            if is_last and self._is_tail():
                now.tail_loss = float(steps.loss_sum) - point_loss
                now.tail_words = now.epoch_words - point_words
                break
            # The sum of the epoch grows batch by batch, whenever points are due.
            total, now_s = float(steps.loss_sum), progress.spent_s
            new_words = now.epoch_words - point_words
            own_loss, own_words = total - point_loss, new_words
            if is_last and progress.recorder.is_short(now.step):
                # The end of all: so few words alone would stand out like a needle.
                own_loss, own_words = own_loss + earlier_loss, own_words + earlier_words
            earlier_loss, earlier_words = total - point_loss, new_words
            mean = self._schedule.require_usable(own_loss / own_words, own_words)
            speed = (now.epoch_words - speed_words) / max(1e-9, now_s - point_began_s)
            point_loss, point_words, point_began_s = total, now.epoch_words, now_s
            speed_words = point_words
            yield progress.point(mean, self._place.optimizer.learning_rate, speed)
            if is_last:
                self._point_ticker.restart()  # the next point is not of the rest of an interval
                break
            if self._snapshot_ticker.is_due():
                yield self._publish()
            if self._held_out.is_figure_due:
                yield from self._look_within(control)
                point_began_s = progress.spent_s
        if new_words := now.epoch_words - point_words:  # a tail, or stopped since the last point
            mean = (float(steps.loss_sum) - point_loss) / new_words
            self._schedule.require_usable(mean, new_words)

    def _is_tail(self) -> bool:
        """Tell whether the epoch's last steps are too few for a point, and more steps follow.

        A mean of so few words would stand out from the curve like a needle.
        """
        now, progress = self._progress.now, self._progress
        is_end = now.epoch == progress.last_epoch or self._must_end()
        return not is_end and progress.recorder.is_short(now.step)

    def _take_rate(self, rate: float) -> RateHalved:
        """Go on with a learning rate that was set by hand, and say so as of a halving."""
        now = self._progress.now
        self._place.optimizer.learning_rate = now.first_rate = rate
        changed = RateHalved(
            step=now.step,
            epoch=self._progress.epoch,
            learning_rate=rate,
            reason=BY_HAND,
        )
        self._progress.recorder.add(changed)
        return changed

    def _end_epoch(
        self, control: RunControl, *, is_evaluated: bool
    ) -> Generator[TrainingEvent, None, None]:
        """Evaluate, report, and act on a loss that rose; nothing of it after a stop."""
        if not (is_evaluated or self._progress.is_evaluation_due()):
            self._begin_epoch(self._progress.now.epoch + 1)
            return
        known: Measured | None = Measured(loss=self._mean_of_epoch(), by_sentence=SentenceLosses())
        if self._config.recipe == "tutorial":
            # The tutorial evaluates over its training data, with the parameters at rest.
            known = yield from self._known.whole(control)
        if known is not None:
            yield from self._conclude(known, control)

    def _mean_of_epoch(self) -> float:
        """Return the mean loss of the steps of the epoch under way."""
        return float(self._place.steps.loss_sum) / max(1, self._progress.now.epoch_words)

    def _look_within(self, control: RunControl) -> Generator[TrainingEvent, None, None]:
        """Evaluate the sample of a large held-out text; nothing follows from what it says."""
        progress = self._progress
        words_per_s, began_s = progress.words_per_s(), progress.spent_s
        held_out = yield from self._held_out.sample(control)
        progress.leave_out(progress.spent_s - began_s)
        if held_out is None:
            return
        done = progress.evaluation(
            self._mean_of_epoch(),
            held_out.loss,
            self._place.optimizer.learning_rate,
            words_per_s,
            standard_error=held_out.standard_error,
            is_interim=True,
            change_error=self._change_of_sample(held_out),
        )
        progress.recorder.add(done)
        yield done

    def _change_of_sample(self, held_out: Measured) -> float | None:
        """Return how sure it is how far a sample's loss is from the lowest of it before."""
        best = self._best_sample
        if best is None or held_out.loss < best.loss:
            self._best_sample = held_out
        return None if best is None else held_out.by_sentence.change_error(best.by_sentence)

    def _conclude(
        self, known: Measured, control: RunControl
    ) -> Generator[TrainingEvent, None, None]:
        progress, schedule = self._progress, self._schedule
        now = progress.now
        words_per_s = progress.words_per_s()
        held_out: Measured | None = None
        if len(self._validation):
            is_first = now.epoch == 0
            evaluate = self._held_out.sample if is_first else self._held_out.whole
            held_out = yield from evaluate(control)
            if held_out is None:
                return
            if is_first:
                self._best_sample = held_out
        if now.epoch > 0:  # what an opened model begins with is not the run's fault
            schedule.require_usable(known.loss, self._training.words_to_predict)
            if held_out is not None:
                schedule.require_usable(held_out.loss, self._validation.words_to_predict)
        change_error = yield from self._change_error(held_out, control)
        measured = (known,) if held_out is None else (known, held_out)
        errors = [each.standard_error for each in measured if each.standard_error is not None]
        done = schedule.judged(
            progress.evaluation(
                known.loss,
                None if held_out is None else held_out.loss,
                self._place.optimizer.learning_rate,
                words_per_s,
                standard_error=max(errors, default=None),
                change_error=change_error,
            )
        )
        if done.is_best and held_out is not None:
            self._best_by_sentence = held_out.by_sentence
        halved = schedule.adjust(done)
        progress.recorder.add(done)
        if halved is not None:
            progress.recorder.add(halved)
        if now.epoch == 0:
            self._begin_epoch(now.first_epoch + 1)
        elif now.sentences_done == len(self._training):
            self._begin_epoch(now.epoch + 1)
        yield done
        if halved is not None:
            yield halved

    def _change_error(
        self, held_out: Measured | None, control: RunControl
    ) -> Generator[TrainingEvent, None, float | None]:
        """Return how sure it is how far the held-out loss is from that of the best evaluation.

        A run that goes on does not remember the losses of single sentences: they are computed
        once more with the best parameters.
        """
        if held_out is None:
            return None
        best = self._schedule.best
        if self._best_by_sentence is None and best is not None:
            self._best_by_sentence = yield from self._held_out.by_sentence(best, control)
        if self._best_by_sentence is None:
            return None
        return held_out.by_sentence.change_error(self._best_by_sentence)

    def _publish(self) -> SnapshotPublished:
        snapshot = self._progress.snapshot(self._place.optimizer.resting)
        if not all(bool(torch.isfinite(each).all()) for each in snapshot.model.rnn.parameters()):
            raise DivergedError("A parameter is not a finite number any more.")
        if self._good is None or self._schedule.best_step == self._progress.now.step:
            self._good = snapshot.model
        return snapshot


def sized(
    config: ModelConfig,
    train_config: TrainConfig,
    corpus: TrainingText,
    start_from: LanguageModel | None,
) -> ModelConfig:
    """Decide the size of the network; a model that is trained further has one."""
    if start_from is not None:
        return replace(config, hidden_dim=start_from.hidden_dim)
    words = corpus.training.words_to_predict
    return settle_model(config, train_config.recipe, words, len(corpus.vocabulary))


def _settled(
    config: TrainConfig,
    model_config: ModelConfig,
    corpus: TrainingText,
    start_from: LanguageModel | None,
) -> TrainConfig:
    """Decide what `config` leaves open; a model that is trained further begins as it is."""
    if start_from is not None and config.recipe == "fast":
        has_constant = bool(start_from.train_config.unigram_start)
        config = replace(config, unigram_start=has_constant)
    words = corpus.training.words_to_predict
    return settle(config, words, len(corpus.vocabulary), hidden_dim=model_config.units)
