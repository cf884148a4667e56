"""A fixed sample where there is no time for all: its error, its marks, and the time limit kept.

Time passes only in steps and in the batches of evaluations, as much as a test says.
"""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from engine.control import Notice, RunControl, result_of
from engine.corpus.corpus import Corpus
from engine.language_model.history import EpochDone, LossPoint
from engine.network.rnn import RNN
from engine.training import evaluation, measuring, steps
from engine.training.evaluation import SampledLoss, few_of, sampled_loss
from engine.training.events import SnapshotPublished
from tests.engine.support.runs import ScriptedClock, animal_corpus, of_type, run

STEP_S, WORD_S = 0.5, 0.01


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    return animal_corpus(folder, documents=300, validation_fraction=0.4)


def sampled(
    rnn: RNN, corpus: Corpus, count: int, is_over: Callable[[], bool] = lambda: False
) -> SampledLoss:
    chosen = few_of(corpus.validation, count)
    running = sampled_loss(rnn, corpus.validation, lambda: True, chosen, is_over=is_over)
    result = result_of(running)
    assert result is not None
    return result


def losses_of(rnn: RNN, corpus: Corpus, numbers: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the summed loss and the words of each sentence, one by one."""
    sequences = [corpus.validation.sequence(k).tolist() for k in numbers]
    n = np.array([len(each) - 1 for each in sequences])
    return np.array([rnn.calculate_total_loss([s[:-1]], [s[1:]]) for s in sequences]), n


@pytest.fixture
def rnn(corpus: Corpus) -> RNN:
    return RNN(len(corpus.vocabulary), 6, dtype="float64", seed=1)


@pytest.mark.parametrize("at_once", [1, 30, 4096])
def test_that_mean_and_error_are_those_of_the_formula_whatever_the_batches(
    rnn: RNN, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(evaluation, "_BATCH_WORDS", at_once)
    numbers = few_of(corpus.validation, 40)
    L, n = losses_of(rnn, corpus, numbers)

    found = sampled(rnn, corpus, 40)

    mean, m, everything = L.sum() / n.sum(), len(n), len(corpus.validation)
    squares = sum((loss - mean * words) ** 2 for loss, words in zip(L, n, strict=True))
    error = ((1 - m / everything) * m / (m - 1) * squares) ** 0.5 / n.sum()
    assert (found.sentences, found.words) == (40, n.sum())
    assert found.loss == pytest.approx(mean, rel=1e-12)
    assert found.standard_error == pytest.approx(error, rel=1e-9)


def test_that_a_sample_of_all_sentences_has_no_error(rnn: RNN, corpus: Corpus) -> None:
    found = sampled(rnn, corpus, 10_000)

    assert found.sentences == len(corpus.validation)
    assert found.standard_error == 0.0


def test_that_the_whole_is_about_two_standard_errors_away_at_most(corpus: Corpus) -> None:
    within = 0
    for seed in range(40):
        rnn = RNN(len(corpus.vocabulary), 6, dtype="float64", seed=seed)
        L, n = losses_of(rnn, corpus, range(len(corpus.validation)))
        found = sampled(rnn, corpus, 30)
        within += abs(found.loss - L.sum() / n.sum()) <= 2.0 * found.standard_error

    assert within >= 34


def test_that_a_sample_cut_by_the_clock_is_spread_over_the_text(
    rnn: RNN, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "_BATCH_WORDS", 60)
    seen: list[np.ndarray] = []
    original = evaluation._losses_of
    monkeypatch.setattr(
        evaluation, "_losses_of", lambda r, s, m: (seen.append(m), original(r, s, m))[1]
    )

    found = sampled(rnn, corpus, 60, is_over=lambda: True)

    [members] = seen
    assert found.sentences == len(members) < 60
    assert members.min() < 15
    assert members.max() > len(corpus.validation) - 15
    assert found.standard_error > sampled(rnn, corpus, 60).standard_error


def timed_run(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, *, sample: int = 20, **settings: Any
) -> tuple[list[Any], list[float]]:
    """Train with a clock that steps and evaluations move; return events and their times."""
    clock = ScriptedClock()
    began_s = clock.now_s

    def taking(work: Any, seconds: Callable[..., float], *args: Any) -> Any:
        clock.now_s += seconds(*args)
        return work(*args)

    def words_s(_rnn: RNN, sentences: Any, members: Any) -> float:
        return WORD_S * float((np.diff(sentences.offsets)[members] - 1).sum())

    monkeypatch.setattr(measuring, "SAMPLE_SENTENCES", sample)
    monkeypatch.setattr(evaluation, "_BATCH_WORDS", 50)
    monkeypatch.setattr(evaluation, "_losses_of", partial(taking, evaluation._losses_of, words_s))
    step = steps.EpochSteps.step
    monkeypatch.setattr(steps.EpochSteps, "step", lambda self: taking(step, lambda _: STEP_S, self))
    times: list[float] = []
    events = run(
        corpus,
        clock=clock,
        on_event=lambda _: times.append(clock.now_s - began_s),
        batch_size=1,
        **settings,
    )
    return events, times


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
@pytest.mark.parametrize("limit_s", [3.0, 11.0, 40.0, 111.0, 160.0])
def test_that_a_run_with_its_evaluations_ends_at_its_limit(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, limit_s: float, recipe: str
) -> None:
    events, times = timed_run(corpus, monkeypatch, recipe=recipe, epochs=1000, time_limit_s=limit_s)

    *_, snapshot, ended = events
    done = of_type(events, EpochDone)[-1]
    one_batch_s = WORD_S * 65  # the longest sentence more than 50 words
    assert ended.reason == "time limit"
    assert done.step == snapshot.step == ended.step > 0
    assert done.epoch == ended.epoch == snapshot.model.epoch
    assert snapshot.model.history.evaluations[-1] == done
    assert times[-1] <= limit_s + STEP_S + 2 * one_batch_s
    assert times[-1] >= 0.7 * limit_s
    assert done.is_sample
    assert done.standard_error is not None


def test_that_all_is_evaluated_where_it_ends_in_time(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, times = timed_run(corpus, monkeypatch, epochs=1000, time_limit_s=1000.0)

    ended_epochs = [done for done in of_type(events, EpochDone) if not done.is_interim]
    assert ended_epochs[0].is_sample  # the first look
    assert len(ended_epochs) > 3
    assert not any(done.is_sample for done in ended_epochs[1:])
    assert ended_epochs[-1].step == events[-1].step
    assert times[-1] <= 1000.0 + STEP_S


def test_that_the_whole_of_a_sample_and_the_rest_is_the_mean_of_all(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited, _ = timed_run(corpus, monkeypatch, epochs=2, time_limit_s=1e6)
    free, _ = timed_run(corpus, monkeypatch, epochs=2)

    for one, other in zip(of_type(limited, EpochDone), of_type(free, EpochDone), strict=True):
        assert one.validation_loss == pytest.approx(other.validation_loss, rel=1e-12)
        assert one.is_best == other.is_best


def test_that_a_large_text_is_looked_at_now_and_then_which_changes_nothing(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, _ = timed_run(corpus, monkeypatch, epochs=2)
    monkeypatch.setattr(measuring, "_FIGURE_EVERY_S", 1e9)
    without, _ = timed_run(corpus, monkeypatch, epochs=2)

    interim = [done for done in of_type(events, EpochDone) if done.is_interim]
    assert len(interim) >= 4
    assert all(done.is_sample and done.standard_error and not done.is_best for done in interim)
    assert all(done.epoch % 1.0 > 0.0 for done in interim)
    assert not [done for done in of_type(without, EpochDone) if done.is_interim]
    one, other = (of_type(each, SnapshotPublished)[-1].model.rnn for each in (events, without))
    for left, right in zip(one.parameters(), other.parameters(), strict=True):
        assert left.equal(right)


def test_that_looking_takes_three_percent_of_the_time_at_most(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, times = timed_run(corpus, monkeypatch, epochs=3, sample=40)

    interim = [
        (time_s, done)
        for time_s, done in zip(times, events, strict=True)
        if isinstance(done, EpochDone) and done.is_interim
    ]
    words = sum(len(corpus.validation.sequence(k)) - 1 for k in few_of(corpus.validation, 40))
    assert interim
    assert len(interim) * words * WORD_S <= 0.03 * times[-1]


def test_that_the_speed_of_training_leaves_the_looks_out(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, _ = timed_run(corpus, monkeypatch, epochs=1, sample=40)

    words_per_s = corpus.training.words_to_predict / len(corpus.training) / STEP_S
    done = of_type(events, EpochDone)[-1]
    assert done.words_per_s == pytest.approx(words_per_s, rel=1e-6)
    assert all(point.words_per_s < 2.5 * words_per_s for point in of_type(events, LossPoint))


def test_that_a_stop_while_the_sample_is_evaluated_ends_the_run(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = RunControl()
    original = evaluation._losses_of
    calls = iter(range(1_000_000))

    def stopping(*args: Any) -> Any:
        if next(calls) == 12:
            control.stop()
        return original(*args)

    monkeypatch.setattr(evaluation, "_losses_of", stopping)
    events, _ = timed_run(corpus, monkeypatch, epochs=50, control=control)

    assert events[-1].reason == "stopped"


def test_that_parameters_of_before_leave_a_full_device_with_the_run(
    corpus: Corpus, rnn: RNN, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that has no room for a sentence: what is evaluated must go where the run goes."""
    moved: list[str] = []
    original = evaluation._losses_of

    def full_until_moved(network: RNN, *rest: Any) -> Any:
        if not moved:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return original(network, *rest)

    monkeypatch.setattr(evaluation, "_losses_of", full_until_moved)
    monkeypatch.setattr(RNN, "move_to", lambda _, device: moved.append(device))
    left = Notice(text="left")
    place = SimpleNamespace(leave=lambda: left, ranks=None)
    clock = SimpleNamespace(proceed=lambda control: True)
    progress = SimpleNamespace(time_limit_s=None, spent_s=0.0, clock=clock)
    evaluator = measuring.Evaluator(corpus.validation, place, progress)  # type: ignore[arg-type]

    events = list(evaluator.by_sentence(rnn, RunControl()))

    assert left in events
    assert moved == ["cpu"]
