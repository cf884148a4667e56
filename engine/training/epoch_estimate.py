"""How long an epoch will take on this machine: measured on a few batches of the real text.

Real optimiser steps are taken, by networks that are thrown away; the corpus and
the user's model are not touched. What other sizes cost follows from the number of
operations, see `engine.training.events.EpochEstimate`.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.config import SPECIAL_TOKENS, ModelConfig, TrainConfig
from engine.control import Notice, RunControl, StageProgress
from engine.corpus.corpus import Corpus, Sentences
from engine.errors import DeviceError
from engine.network.device import (
    DeviceChoice,
    choose_device,
    if_it_fits,
    return_unused_memory,
    set_precision,
)
from engine.network.rnn import RNN
from engine.recipes import SAMPLED_FROM, fill_in, settle, settle_model
from engine.training.evaluation import few_of, resting_loss
from engine.training.events import EpochEstimate, EpochEstimated
from engine.training.state import sentence_order
from engine.training.steps import Dropout, EpochSteps, SoftmaxSample, make_optimizer

_FEWEST_BATCHES, _FEWEST_SENTENCES = 24, 512  # of the sample
_UNTIMED_STEPS, _FEWEST_STEPS = 2, 3  # before timing; timed
_UNTIMED_PASSES = 2  # over the sample, where steps are recorded when they come again
_EVALUATED_WORDS = 2048
_USUAL_COUNT = 100_000  # of the most common word; the k-th has the k-th part
_SMALL, _LARGE = 1000, 16_000  # words; the outer sizes, where the text has so many


def estimate_epoch(
    corpus: Corpus,
    model_config: ModelConfig,
    train_config: TrainConfig,
    control: RunControl,
    *,
    sizes: Sequence[int] | None = None,
    seconds: float = 2.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[StageProgress | Notice | EpochEstimated]:
    """Measure training steps at a few vocabulary sizes and estimate an epoch from them.

    Parameters
    ----------
    corpus : Corpus
    model_config : ModelConfig
        Its seed does not matter.
    train_config : TrainConfig
        The recipe and the batch size are measured as they would be trained.
    control : RunControl
        A stop ends the stream within a step, without a result.
    sizes : sequence of int, optional
        Vocabulary sizes to measure; by default three that span what is useful.
    seconds : float
        For measuring in all, about; each size takes three steps at least.
    clock : callable
        Seconds; passed in by tests.

    Yields
    ------
    StageProgress before each size; a Notice if one does not fit into the memory;
    EpochEstimated last.

    Raises
    ------
    DeviceError
        If the device is not there, or not even the smallest size fits into its memory.
    """
    words = corpus.training.words_to_predict
    device, choice = choose_device(model_config.device)
    set_precision(device, allow_tf32=train_config.allow_tf32)
    C = len(corpus.vocabulary)
    model_config = settle_model(model_config, train_config.recipe, words, C)
    settled = settle(train_config, words, C, hidden_dim=model_config.units)
    plan = _plan(corpus, settled)
    wanted = sizes or sizes_to_measure(
        corpus.summary.different_words + SPECIAL_TOKENS, corpus.summary.vocabulary_size
    )
    if train_config.recipe == "fast" and train_config.softmax_sample is None and sizes is None:
        wanted = with_both_sides_of(SAMPLED_FROM, wanted)
    bench = _Bench(model_config, train_config, plan, device, choice, clock)
    measured = yield from bench.measure(sorted(set(wanted)), seconds, control)
    if measured is not None:
        yield EpochEstimated(estimate=bench.estimate(measured))


def sizes_to_measure(largest: int, present: int) -> tuple[int, ...]:
    """Return up to three sizes, ascending, none beyond `largest`, the size that knows all words.

    `present` is the size in use: the estimate shall not be an extrapolation there.
    """
    low = min(_SMALL, largest)
    high = min(largest, max(_LARGE, present))
    if high < 2 * low:
        return (max(SPECIAL_TOKENS + 1, high // 2), high)
    return (low, (2 * low + high) // 3, high)


def with_both_sides_of(size: int, sizes: Sequence[int]) -> Sequence[int]:
    """Return the sizes with those just below and at one from which on a step is another."""
    is_between = sizes[0] < size <= sizes[-1]
    return tuple(sorted({*sizes, size - 1, size})) if is_between else sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """An epoch, and the part of it that is measured."""

    batch_size: int
    steps: int
    words: int  # to predict in an epoch
    evaluated_words: int  # between two epochs
    sample: Sentences  # of the training text, with the corpus's own word ids
    batches: list[NDArray[np.int64]]  # sentence numbers in `sample`


def _plan(corpus: Corpus, config: TrainConfig) -> _Plan:
    """Choose batches of an epoch that stand for all: evenly spread from few words to many."""
    training = corpus.training
    _, batch_size, _ = fill_in(config)
    order = sentence_order(config, 1, len(training))  # (S,)
    starts = np.arange(0, len(order), batch_size)
    lengths = np.diff(training.offsets)[order] - 1  # (S,)
    words = np.add.reduceat(lengths, starts)  # (batches,)
    by_words = np.argsort(words, kind="stable")
    count = min(max(_FEWEST_BATCHES, _FEWEST_SENTENCES // batch_size), len(starts))
    middles = (np.arange(count) + 0.5) * len(starts) / count
    # In random order, so that the first ones are a fair sample too if time runs out.
    chosen = np.random.default_rng(0).permutation(by_words[middles.astype(np.int64)])
    members = [order[starts[k] : starts[k] + batch_size] for k in chosen.tolist()]
    evaluated = corpus.validation.words_to_predict
    if config.recipe == "tutorial":
        evaluated += training.words_to_predict
    return _Plan(
        batch_size=batch_size,
        steps=len(starts),
        words=training.words_to_predict,
        evaluated_words=evaluated,
        sample=training.chosen(np.concatenate(members)),
        batches=np.split(
            np.arange(sum(map(len, members))), np.cumsum([len(each) for each in members])[:-1]
        ),
    )


@dataclass(frozen=True, slots=True)
class _Bench:
    """What is the same for every vocabulary size."""

    model_config: ModelConfig
    train_config: TrainConfig
    plan: _Plan
    device: torch.device
    choice: DeviceChoice
    clock: Callable[[], float]

    def measure(
        self, sizes: Sequence[int], seconds: float, control: RunControl
    ) -> Generator[StageProgress | Notice, None, dict[int, float] | None]:
        """Return the seconds of an epoch by size, as far as the memory goes; None after a stop."""
        measured: dict[int, float] = {}
        for number, size in enumerate(sizes):
            if not control.proceed():
                return None
            yield StageProgress(
                stage=f"Timing steps with {size:,} words",
                done=number,
                total=len(sizes),
                unit="sizes",
            )
            epoch_s = self.epoch_seconds(size, seconds / len(sizes), control)
            if control.is_stopped:
                return None
            if epoch_s is None:
                return_unused_memory(self.device)
                yield Notice(
                    text=f"A vocabulary of {size:,} words does not fit into the memory of "
                    f"{self.choice.name} with these settings."
                )
                break
            measured[size] = epoch_s
        if not measured:
            raise DeviceError(
                f"{self.choice.name} has no memory left to measure a step. Close other programs, "
                "or choose a smaller batch or hidden size."
            )
        return measured

    def estimate(self, measured: dict[int, float]) -> EpochEstimate:
        """Return the estimate for the user, from the seconds of an epoch by size."""
        return EpochEstimate(
            sizes=tuple(measured),
            seconds=tuple(measured.values()),
            recipe=self.train_config.recipe,
            device=self.choice.name,
            hidden_dim=self.model_config.units,
            batch_size=self.plan.batch_size,
            steps=self.plan.steps,
        )

    def epoch_seconds(self, size: int, budget_s: float, control: RunControl) -> float | None:
        """Return the seconds of an epoch; None after a stop or where the memory does not do."""
        rnn = if_it_fits(lambda: self._network(size))
        if rnn is None:
            return None
        # Dense operations cost the same for every word: a larger vocabulary needs no other ids.
        ids = np.minimum(self.plan.sample.ids, np.int32(size - 1))
        sample = Sentences(ids, self.plan.sample.offsets)
        word_s = self._step_seconds(rnn, sample, budget_s, control)
        if word_s is None:
            return None
        rest_s = self._rest_seconds(rnn, sample) if self.plan.evaluated_words else 0.0
        return word_s * self.plan.words + rest_s * self.plan.evaluated_words

    def _network(self, size: int) -> RNN:
        config = self.model_config
        return RNN(
            size,
            config.units,
            config.bptt_truncate,
            dtype=config.dtype,
            device=self.device,
            seed=config.seed,
        )

    def _step_seconds(
        self, rnn: RNN, sample: Sentences, budget_s: float, control: RunControl
    ) -> float | None:
        """Return the seconds of training for each word."""
        config = settle(self.train_config, self.plan.words, rnn.word_dim, hidden_dim=rnn.hidden_dim)
        epoch_steps = EpochSteps(
            rnn,
            sample,
            make_optimizer(rnn, config),
            fill_in(config)[1],
            self.choice,
            Dropout(config),
            SoftmaxSample(config, _USUAL_COUNT // np.arange(1, rnn.word_dim + 1) + 1),
        )
        if epoch_steps.are_recorded:
            return self._recorded_step_seconds(epoch_steps, budget_s, control)
        batches = self.plan.batches
        for batch in batches[-_UNTIMED_STEPS:]:  # they make the buffers
            if epoch_steps.step_on(batch) is None:
                return None
        began_s = self.clock()
        steps = words = 0
        while steps < _FEWEST_STEPS or self.clock() - began_s < budget_s:
            if not control.proceed():
                return None
            done = epoch_steps.step_on(batches[steps % len(batches)])
            if done is None:
                return None
            steps, words = steps + 1, words + done
        return (self.clock() - began_s) / words

    def _recorded_step_seconds(
        self, steps: EpochSteps, budget_s: float, control: RunControl
    ) -> float | None:
        """Return the seconds of training for each word, with steps that are recorded."""
        began_s, words, passes = 0.0, 0, -_UNTIMED_PASSES
        while passes < 1 or self.clock() - began_s < budget_s:
            if passes == 0:
                self._wait()
                began_s, words = self.clock(), 0
            steps.begin(np.arange(len(self.plan.sample)))
            while steps.next_size():
                done = steps.step() if control.proceed() else None
                if done is None:
                    return None
                words += done[0]
            self._wait()
            passes += 1
        return (self.clock() - began_s) / words

    def _rest_seconds(self, rnn: RNN, sample: Sentences) -> float:
        """Return the seconds of evaluation for each word."""
        mean_length = max(1, sample.words_to_predict // len(sample))
        chosen = few_of(sample, min(len(sample), 1 + _EVALUATED_WORDS // mean_length))
        words = int((np.diff(sample.offsets)[chosen] - 1).sum())
        for _ in range(2):  # the first time makes the buffers
            began_s = self.clock()
            for _ in resting_loss(rnn, sample, lambda: True, chosen):
                pass
        return (self.clock() - began_s) / words

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
