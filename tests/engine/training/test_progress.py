"""What a run counts: time left and spent, and the network that it starts from."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from engine.config import ModelConfig, TrainConfig
from engine.corpus.corpus import Corpus
from engine.errors import ConfigError
from engine.language_model.history import EpochDone, LossPoint
from engine.network.device import choose_device
from engine.network.rnn import RNN
from engine.training.events import SnapshotPublished
from engine.training.placement import make_network
from engine.training.progress import RunProgress, first_progress
from tests.engine.support.models import tiny_model
from tests.engine.support.runs import ScriptedClock, of_type, run

CPU = torch.device("cpu")


def progress_of(corpus: Corpus, clock: ScriptedClock, **settings: Any) -> RunProgress:
    config = TrainConfig(**settings)
    now = first_progress(config, None)
    return RunProgress(corpus, ModelConfig(), config, now, None, clock)


def test_that_the_first_event_describes_the_run(corpus: Corpus) -> None:
    progress = progress_of(corpus, ScriptedClock(), recipe="tutorial", epochs=7)
    rnn = RNN(len(corpus.vocabulary), 6, 3)

    started = progress.started(rnn, choose_device("cpu")[1], 0.005, 1)

    assert (started.recipe, started.epochs, started.learning_rate) == ("tutorial", 7, 0.005)
    assert (started.word_dim, started.hidden_dim, started.bptt_truncate) == (18, 6, 3)
    assert started.parameters == 2 * 18 * 6 + 36
    assert started.device.startswith("CPU")
    assert started.sentences == corpus.summary.training_sentences
    assert started.words == corpus.summary.training_words
    assert started.validation_sentences == corpus.summary.validation_sentences > 0
    assert started.uniform_loss == pytest.approx(math.log(18))


@pytest.mark.parametrize(("limit_s", "is_over"), [(None, False), (4.9, True), (5.1, False)])
def test_that_a_time_limit_is_over_when_it_is_spent(
    corpus: Corpus, limit_s: float | None, is_over: bool
) -> None:
    clock = ScriptedClock()
    progress = progress_of(corpus, clock, time_limit_s=limit_s)

    clock.now_s += 5.0

    assert progress.is_time_over() is is_over
    assert progress.spent_s == 5.0


def test_that_a_continued_run_has_its_own_time_limit(corpus: Corpus) -> None:
    before = of_type(run(corpus, epochs=1, clock=ScriptedClock(1.0)), SnapshotPublished)[-1].model
    limits = TrainConfig(time_limit_s=5.0)

    now = first_progress(limits, before)
    progress = RunProgress(corpus, ModelConfig(), limits, now, before.history, ScriptedClock())

    assert progress.clock.elapsed_s() == before.history.elapsed_s[-1] > 5.0
    assert progress.spent_s == 0.0
    assert not progress.is_time_over()
    assert progress.now.step == before.step


def test_that_the_time_left_shrinks_to_nothing(corpus: Corpus) -> None:
    events = run(corpus, recipe="tutorial", epochs=2, clock=ScriptedClock(0.25))

    left = [point.time_left_s for point in of_type(events, LossPoint)]
    elapsed = [point.elapsed_s for point in of_type(events, LossPoint)]
    assert left[-1] == 0.0
    middle = len(left) // 2
    assert left[middle] == pytest.approx(elapsed[-1] - elapsed[middle], rel=0.3)


def test_that_a_slow_start_says_nothing_of_the_time_left(corpus: Corpus) -> None:
    clock = ScriptedClock()
    progress = progress_of(corpus, clock, epochs=2)
    progress.begin_epoch(1)

    told = []
    for seconds in (60.0, 1.0, 1.0):  # the first: a look at the text, and a step in cold caches
        clock.now_s += seconds
        progress.count(words=9, sentences=1)
        told.append(progress.point(7.0, 0.005, 9.0).time_left_s)

    to_do = 2 * len(corpus.training)  # sentences
    assert told == [None, pytest.approx(to_do - 2), pytest.approx(to_do - 3)]


def test_that_no_more_time_is_left_than_the_limit_allows(corpus: Corpus) -> None:
    events = run(corpus, epochs=10_000, batch_size=1, time_limit_s=30.0, clock=ScriptedClock(0.5))

    for point in of_type(events, LossPoint):
        assert 0.0 <= point.time_left_s <= 30.0 - point.elapsed_s + 3.0  # the step in hand


def test_that_the_speed_is_that_of_the_clock(corpus: Corpus) -> None:
    events = run(corpus, recipe="tutorial", epochs=1, clock=ScriptedClock(0.5))

    done = of_type(events, EpochDone)[-1]
    points = of_type(events, LossPoint)
    assert done.words_per_s == pytest.approx(
        corpus.training.words_to_predict / points[-1].elapsed_s, rel=0.2
    )


def test_that_a_snapshot_owns_its_parameters_and_lives_on_the_cpu(corpus: Corpus) -> None:
    progress = progress_of(corpus, ScriptedClock())
    rnn = RNN(len(corpus.vocabulary), 6)

    model = progress.snapshot(rnn).model
    rnn.V.fill_(9.0)

    assert model.rnn.device == CPU
    assert float(model.rnn.V.abs().max()) < 1.0
    assert model.vocabulary is corpus.vocabulary
    assert (model.step, model.epoch, len(model.history)) == (0, 0.0, 0)


def test_that_a_new_network_is_as_configured(corpus: Corpus) -> None:
    config = ModelConfig(hidden_dim=5, bptt_truncate=2, dtype="float64", seed=3)

    rnn = make_network(corpus, config, None, CPU)

    assert (rnn.word_dim, rnn.hidden_dim, rnn.bptt_truncate) == (18, 5, 2)
    np.testing.assert_array_equal(rnn.V, RNN(18, 5, dtype="float64", seed=3).V)


def test_that_a_network_trained_further_is_a_copy_with_the_new_settings(corpus: Corpus) -> None:
    before = of_type(run(corpus, epochs=1), SnapshotPublished)[-1].model
    config = ModelConfig(hidden_dim=77, bptt_truncate=9, dtype="float32")

    rnn = make_network(corpus, config, before, CPU)

    assert (rnn.hidden_dim, rnn.bptt_truncate, rnn.dtype) == (6, 9, torch.float32)
    np.testing.assert_allclose(rnn.V, before.rnn.V, rtol=1e-6)
    assert before.rnn.bptt_truncate == 4


def test_that_a_model_of_another_vocabulary_is_refused_with_both_sizes(corpus: Corpus) -> None:
    with pytest.raises(ConfigError) as refused:
        run(corpus, start_from=tiny_model())

    assert str(refused.value) == (
        "The model cannot be trained further on this text: its vocabulary has 8 words and "
        "differs from the text's 18. Prepare the text that it was trained on, or train a new "
        "model."
    )


def test_that_a_wider_input_range_changes_only_the_first_U(corpus: Corpus) -> None:
    plain = make_network(corpus, ModelConfig(hidden_dim=6), None, CPU)
    wide = make_network(corpus, ModelConfig(hidden_dim=6), None, CPU, input_range=0.5)

    U, V, W = wide.parameters_as_numpy()
    assert 0.4 < np.abs(U).max() <= 0.5
    np.testing.assert_allclose(
        U, plain.parameters_as_numpy()[0] * 0.5 * np.sqrt(len(corpus.vocabulary)), rtol=1e-6
    )
    np.testing.assert_array_equal(V, plain.parameters_as_numpy()[1])
    np.testing.assert_array_equal(W, plain.parameters_as_numpy()[2])
